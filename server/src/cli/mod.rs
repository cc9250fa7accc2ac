//! The commands.

mod account;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{serve, settings::Settings};

/// FlagBit: feature flags for programs in any language.
#[derive(Debug, Parser)]
#[command(name = "flagbit", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create accounts without a running server
    #[command(subcommand)]
    Account(account::Command),
    /// Serve the FlagBit API
    Serve(Settings),
}

pub(crate) fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Account(command) => in_runtime(account::run(command)),
        Command::Serve(settings) => in_runtime(serve::run(settings)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("flagbit: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Only the commands that talk to a database or a network need one.
fn in_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
