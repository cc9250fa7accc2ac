//! Warnings about flags and segments that a snapshot has but that cannot be used.

use std::fmt;

use super::{
    Place,
    problem::{Problem, ProblemKind},
};

/// The reason why a flag is set aside, or why a segment cannot be used.
///
/// A flag that is set aside answers the caller's default with `PARSE_ERROR`. As text a warning is its place and its
/// message: `flags[3].rules[0].value: a percentage is a number from 0 to 100, found 101`.
///
/// Since: 0.1
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    subject: Subject,
    outer: Place,
    inner: Place,
    kind: ProblemKind,
    message: Box<str>,
}

/// The flag or the segment that a [`Warning`] is about.
///
/// Since: 0.1
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The flag of this key.
    Flag(String),
    /// The segment of this name.
    Segment(String),
    /// All segments, because the field `segments` is not an object.
    Segments,
}

impl Warning {
    /// A problem inside the subject, which stands at `outer`.
    #[cold]
    pub(super) fn new(subject: Subject, outer: Place, problem: Problem) -> Self {
        let (inner, kind, message) = problem.into_parts();
        Self { subject, outer, inner, kind, message: message.into() }
    }

    /// The flag or the segment that cannot be used.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The key of the flag that is set aside; `None` for a segment.
    pub fn flag_key(&self) -> Option<&str> {
        if let Subject::Flag(key) = &self.subject { Some(key) } else { None }
    }

    /// The place in the snapshot: `flags[3].rules[0].value`.
    pub fn place(&self) -> Place {
        self.outer.join(self.inner.steps())
    }

    /// The place inside the flag or the segment: `rules[0].value`. Empty for the flag or the segment as a whole.
    pub fn place_in_subject(&self) -> &Place {
        &self.inner
    }

    /// The kind of the problem, for programs.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The problem in words, without its place. Up to about 1,000 bytes.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place(), self.message)
    }
}
