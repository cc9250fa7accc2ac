//! The commands.

mod account;
mod check;
mod eval;
mod health;
mod input;
mod key;
mod machine;
mod member;
mod output;
mod rollout;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::{fs::Mode, process::umask};

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
    /// Check snapshots for errors and surprises
    Check(check::Options),
    /// Evaluate a snapshot's flags and explain the answers
    Eval(eval::Options),
    /// Ask a server whether it is ready
    Health(health::Options),
    /// Create, list and revoke API keys without a running server
    #[command(subcommand)]
    Key(key::Command),
    /// List, add, change and remove members without a running server
    #[command(subcommand)]
    Member(member::Command),
    /// Show who is inside a percentage
    Rollout(rollout::Options),
    /// Serve the FlagBit API
    Serve(Box<Settings>),
}

pub(crate) fn run(cli: Cli) -> ExitCode {
    // The files of a database hold the flags, and hashes of keys: nobody else on the machine needs to read them.
    umask(Mode::RWXG | Mode::RWXO);
    // Commands that look at files answer with 0 or 1. If they cannot answer, the status is 2, as for a wrong option.
    let (outcome, failure) = match cli.command {
        Command::Account(command) => (in_runtime(account::run(command)).map(|()| ExitCode::SUCCESS), 1),
        Command::Check(options) => (check::run(&options), 2),
        Command::Eval(options) => (eval::run(&options), 2),
        Command::Health(options) => (health::run(&options), 1),
        Command::Key(command) => (in_runtime(key::run(command)).map(|()| ExitCode::SUCCESS), 1),
        Command::Member(command) => (in_runtime(member::run(command)).map(|()| ExitCode::SUCCESS), 1),
        Command::Rollout(options) => (rollout::run(&options), 2),
        Command::Serve(settings) => (in_runtime(serve::run(*settings)).map(|()| ExitCode::SUCCESS), 1),
    };
    outcome.unwrap_or_else(|error| {
        output::complain(&format!("{error:#}"));
        ExitCode::from(failure)
    })
}

/// Only the commands that talk to a database or a network need one.
fn in_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
