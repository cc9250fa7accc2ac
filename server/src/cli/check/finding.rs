//! Findings in a snapshot.

use std::borrow::Borrow;

use flagbit::Place;
use serde::Serialize;

/// The severity of a finding: an error, or a possible surprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Severity {
    Error,
    Warning,
}

/// The kind of a finding, as `--allow` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Code {
    /// The whole snapshot is refused: an error
    #[value(skip)]
    Refused,
    /// One flag is set aside, and answers PARSE_ERROR: an error
    #[value(skip)]
    SetAside,
    /// A segment cannot be read: an error
    #[value(skip)]
    UnreadableSegment,
    /// The server's import refuses what SDKs read: an error. Allow it for files that no server imports
    Import,
    /// A condition, a list or a rule that can never hold
    NeverHolds,
    /// A rule that is reached by nobody, or by few
    NeverReached,
    /// Rules that change nothing
    NoEffect,
    /// Conditions that hold for whoever lacks the attribute
    HoldsWhenAbsent,
    /// Percentages that take the same users
    SameUsers,
    /// 0 % or 100 %
    Percentage,
    /// The same value twice
    Duplicate,
    /// A number that not every language can tell from its neighbours
    LargeNumber,
    /// A version written as a number, which has no trailing zeros
    VersionNumber,
    /// A field that means nothing where it stands, with --allow import
    UnknownField,
    /// How to rename a flag or a segment whose key the server refuses
    Key,
    /// A segment that no flag uses
    UnusedSegment,
    /// A variant that nobody gets
    UnusedVariant,
}

impl Code {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Refused | Self::SetAside | Self::UnreadableSegment | Self::Import => Severity::Error,
            _ => Severity::Warning,
        }
    }
}

/// One finding.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    pub(super) code: Code,
    /// The place, such as `flags[3].rules[1]`; missing if the finding is about the whole snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    /// The line and column of a text that is not JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<usize>,
    /// The key of the flag that the finding is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) flag: Option<String>,
    pub(super) message: String,
}

/// All findings so far, and the flag that the checks are looking at.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) all: Vec<Finding>,
    flag: Option<String>,
}

impl Findings {
    /// Sets the flag that the next findings are about.
    pub(super) fn about(&mut self, flag: Option<&str>) {
        self.flag = flag.map(Into::into);
    }

    /// Adds what was found at a place. An empty place is the whole snapshot.
    pub(super) fn add(&mut self, code: Code, place: impl Borrow<Place>, message: impl Into<String>) {
        let place = place.borrow();
        let place = (!place.is_empty()).then(|| place.to_string());
        let (flag, message) = (self.flag.clone(), message.into());
        self.all.push(Finding { severity: code.severity(), code, place, line: None, column: None, flag, message });
    }

    /// Adds what was found in text that is not JSON.
    pub(super) fn add_at(&mut self, code: Code, line: usize, column: usize, message: impl Into<String>) {
        let (line, column, message) = (Some(line), Some(column), message.into());
        self.all.push(Finding { severity: code.severity(), code, place: None, line, column, flag: None, message });
    }
}
