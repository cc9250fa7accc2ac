//! The errors of a client's cold calls.

use std::{error, fmt, io, path::PathBuf};

use crate::engine::SnapshotError;

/// Why a client could not be opened, loaded or refreshed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// The snapshot is refused; the one in force stays.
    Snapshot {
        /// The snapshot's file, where it came from one.
        path: Option<PathBuf>,
        /// The problem.
        error: SnapshotError,
    },
    /// The snapshot's file cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        error: io::Error,
    },
    /// The options do not fit together, or one is out of its range; the text says which.
    Options(String),
    /// The snapshot could not be fetched, or what came is refused; what was in force stays.
    Fetch {
        /// The kind of failure.
        kind: FetchErrorKind,
        /// The failure and its remedy, in words.
        message: String,
    },
    /// The time ran out.
    Timeout,
    /// The background thread could not be started.
    Thread(io::Error),
    /// The client is closed.
    Closed,
}

/// The kind of a fetch's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The source refuses: 401, 403 or 404. Asked again, but slowly, since a person must do something first.
    Refused,
    /// The source gave something that is no snapshot, or one that is refused.
    Snapshot,
    /// Everything else, which may pass by itself.
    Unavailable,
}

impl fmt::Display for ClientError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot { path: None, error } => write!(formatter, "{error}"),
            Self::Snapshot { path: Some(path), error } => write!(formatter, "{}: {error}", path.display()),
            Self::File { path, error } => write!(formatter, "cannot read {}: {error}", path.display()),
            Self::Options(message) | Self::Fetch { message, .. } => formatter.write_str(message),
            Self::Timeout => formatter.write_str("the time ran out"),
            Self::Thread(error) => write!(formatter, "cannot start the background thread: {error}"),
            Self::Closed => formatter.write_str("the client is closed"),
        }
    }
}

impl error::Error for ClientError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Snapshot { error, .. } => Some(error),
            Self::File { error, .. } | Self::Thread(error) => Some(error),
            Self::Options(_) | Self::Fetch { .. } | Self::Timeout | Self::Closed => None,
        }
    }
}

impl From<SnapshotError> for ClientError {
    fn from(error: SnapshotError) -> Self {
        Self::Snapshot { path: None, error }
    }
}
