//! Reports for people and for programs.

use serde::Serialize;
use serde_json::json;

use super::finding::{Code, Finding, Severity};
use crate::cli::output::printable;

/// The findings in one file.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) file: String,
    /// The number of flags; `null` for a snapshot that is refused.
    pub(super) flags: Option<usize>,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) findings: Vec<Finding>,
}

impl Report {
    fn is_for_sdks_alone(&self) -> bool {
        let mut errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        self.errors > 0 && errors.all(|finding| finding.code == Code::Import)
    }
}

pub(super) fn as_json(reports: &[Report]) -> String {
    format!("{:#}\n", json!({"files": reports}))
}

/// A line for each finding, as compilers write them, and one for each file.
pub(super) fn for_people(reports: &[Report]) -> String {
    let mut text = String::new();
    for report in reports {
        for finding in &report.findings {
            text += &line(&report.file, finding);
        }
        let flags = report.flags.map_or("refused".into(), |flags| count(flags, "flag"));
        let found = match (report.errors, report.warnings) {
            (0, 0) => "nothing to object".to_owned(),
            (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
        };
        let refused =
            if report.is_for_sdks_alone() { "; SDKs read it, but the server's import refuses it" } else { "" };
        text += &format!("{}: {flags}, {found}{refused}\n", report.file);
    }
    text
}

fn line(file: &str, finding: &Finding) -> String {
    let position = match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        _ => String::new(),
    };
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = finding.place.as_ref().map_or(String::new(), |place| format!("{place}: "));
    let line = format!("{file}{position}: {severity}: {place}{} [{}]", finding.message, code(finding));
    format!("{}\n", printable(&line))
}

fn code(finding: &Finding) -> String {
    serde_json::to_value(finding.code).ok().and_then(|code| code.as_str().map(Into::into)).unwrap_or_default()
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
