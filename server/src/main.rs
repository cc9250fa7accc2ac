//! The FlagBit server: `flagbit serve` and the other commands.

mod cli;
mod flags;
mod http;
mod json;
mod json_place;
mod key;
mod logs;
mod operations;
mod quote;
mod rights;
mod serve;
mod settings;
mod state;
mod storage;
mod usage;
mod world;

use clap::Parser;

fn main() -> std::process::ExitCode {
    cli::run(cli::Cli::parse())
}
