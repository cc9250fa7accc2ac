//! `flagbit check`: finds errors and likely surprises in snapshots.

mod condition;
mod document;
mod finding;
mod import;
mod percent;
mod reach;
mod report;
mod rule;
mod segments;
mod variants;

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use self::{
    finding::{Code, Findings, Severity},
    report::Report,
};
use super::{
    input,
    output::{complain, print},
};
use crate::flags::Limits;

/// The options of `flagbit check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 nothing wrong, or warnings only; 1 errors, and with --strict warnings; 2 a file that cannot be read.

Errors are what SDKs refuse or set aside, and what the server's import refuses: without errors, an import into an empty \
project takes the file. If no server imports your files, use --allow import. Warnings are the surprises of \
docs/evaluation.md; use --allow KIND to silence a warning about something that you intend.")]
pub(crate) struct Options {
    /// Snapshots, or exports of them; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Let warnings fail too
    #[arg(long)]
    strict: bool,

    /// Leave out findings of this kind; may be repeated
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    allow: Vec<Code>,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    limits: Limits,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let mut reports = Vec::new();
    let mut is_unreadable = false;
    for file in &options.files {
        match input::read(file) {
            Ok(text) => reports.push(check(&input::name(file), &text, options)),
            Err(error) => {
                complain(&format!("{error:#}"));
                is_unreadable = true;
            }
        }
    }
    print(&if options.json { report::as_json(&reports) } else { report::for_people(&reports) })?;
    let fails = |report: &Report| report.errors > 0 || options.strict && report.warnings > 0;
    Ok(ExitCode::from(match (is_unreadable, reports.iter().any(fails)) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    }))
}

fn check(file: &str, text: &[u8], options: &Options) -> Report {
    let mut findings = Findings::default();
    let is_for_sdks = options.allow.contains(&Code::Import);
    let flags = document::check(text, &options.limits, is_for_sdks, &mut findings);
    let mut findings = findings.all;
    findings.retain(|finding| !options.allow.contains(&finding.code));
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    Report { file: file.into(), flags, errors, warnings: findings.len() - errors, findings }
}
