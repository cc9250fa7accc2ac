//! Where in a snapshot something is wrong, and what.

use std::{error, fmt};

use super::json::Json;

/// A problem inside one flag, while its place is still growing from the inside out.
#[derive(Debug)]
pub(crate) struct Problem {
    /// `rules[0].value`; empty for the flag itself.
    path: String,
    message: String,
}

impl Problem {
    /// A problem with the named field.
    #[cold]
    pub(crate) fn new(field: &str, message: impl Into<String>) -> Self {
        Self { path: field.into(), message: message.into() }
    }

    /// The same problem, seen from one level further out.
    #[cold]
    pub(crate) fn within(mut self, outer: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{outer}{dot}{}", self.path);
        self
    }

    /// What is wrong, without the place.
    pub(crate) fn message(self) -> String {
        self.message
    }

    pub(crate) fn into_text(self) -> String {
        format!("{}: {}", self.path, self.message)
    }
}

/// The place of what stands under a name: `flags["KEY"]`.
pub(crate) fn entry(outer: &str, name: &str) -> String {
    format!("{outer}[{}]", Json::Text(name).to_text())
}

/// A flag that a snapshot holds but that cannot be evaluated: it answers the caller's default with `PARSE_ERROR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Of the flag in the text.
    pub(crate) position: u32,
    flag_key: Box<str>,
    message: Box<str>,
}

impl Warning {
    pub(crate) fn new(position: u32, flag_key: &str, message: String) -> Self {
        Self { position, flag_key: flag_key.into(), message: message.into() }
    }

    /// The key of the flag that is set aside.
    pub fn flag_key(&self) -> &str {
        &self.flag_key
    }

    /// The place and what is wrong there: `flags[3].rules[0].value: ...`.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Why a snapshot is refused whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotError {
    /// The text is larger than the limit.
    TooLarge {
        /// The text's size in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The text is not JSON, or nested too deep.
    Json {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1; 0 where the line ends too early.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// The JSON is not a snapshot.
    Shape {
        /// The place, such as `flags[3].key`.
        place: String,
        /// What is wrong there.
        message: String,
    },
}

impl SnapshotError {
    #[cold]
    pub(crate) fn shape(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Shape { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => {
                write!(formatter, "the snapshot has {bytes} bytes, more than the limit of {limit}")
            }
            Self::Json { line, column, message } => {
                write!(formatter, "the snapshot is not JSON: line {line}, column {column}: {message}")
            }
            Self::Shape { place, message } => write!(formatter, "{place}: {message}"),
        }
    }
}

impl error::Error for SnapshotError {}
