//! The reasons to refuse a whole snapshot.

use std::{error, fmt};

use super::{Place, problem::bounded};

/// The most levels of lists and objects, which the JSON reader sets.
const MAX_DEPTH: usize = 127;

/// The reason why a whole snapshot is refused.
///
/// Since: 0.1
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotError {
    /// The text is larger than the limit.
    TooLarge {
        /// The text's size in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The text is not JSON.
    Json {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1; 0 where the line ends too early.
        column: usize,
        /// The problem in words.
        message: String,
    },
    /// Lists and objects are nested deeper than 127 levels, which counts as not JSON.
    TooDeep {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1.
        column: usize,
    },
    /// The JSON is not a snapshot.
    Shape {
        /// The place, such as `flags[3].key`.
        place: Place,
        /// The problem in words.
        message: String,
    },
}

impl SnapshotError {
    #[cold]
    pub(super) fn shape(place: Place, message: impl Into<String>) -> Self {
        Self::Shape { place, message: bounded(message.into()) }
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
            Self::TooDeep { line, column } => {
                write!(
                    formatter,
                    "the snapshot is not JSON: line {line}, column {column}: nested deeper than {MAX_DEPTH} levels"
                )
            }
            Self::Shape { place, message } => write!(formatter, "{place}: {message}"),
        }
    }
}

impl error::Error for SnapshotError {}
