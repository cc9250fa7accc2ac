//! Why an operation did not happen.

use std::fmt;

use crate::{flags::Limits, quote::quoted, storage};

/// The outcome of an operation.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not happen. Programs go by the variant; messages are for people and hold no secrets.
#[derive(Debug)]
pub(crate) enum Error {
    /// A value cannot be read or is wrong by itself. The message names its place.
    Invalid(String),
    /// The key that asked was revoked before its turn came.
    KeyRevoked,
    /// The caller may not do this.
    Forbidden(String),
    /// A limit of this server is reached. The message names the setting.
    LimitReached(String),
    /// The thing does not exist in the caller's account.
    NotFound(String),
    /// The environment has no flag of this key. `present_in` names the environments that have it.
    FlagNotFound { key: String, environment: String, present_in: Vec<String> },
    /// The change does not fit what exists.
    Conflict(String),
    /// The change was made from another version than the present one.
    Outdated(String),
    /// Other changes were in the way every time. Trying again later may help.
    Busy(String),
    /// The database or the server failed.
    Failed(anyhow::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(message)
            | Self::Forbidden(message)
            | Self::LimitReached(message)
            | Self::NotFound(message)
            | Self::Conflict(message)
            | Self::Outdated(message)
            | Self::Busy(message) => formatter.write_str(message),
            Self::KeyRevoked => formatter.write_str("the key was revoked"),
            Self::FlagNotFound { key, present_in, .. } if present_in.is_empty() => {
                write!(formatter, "no flag {}", quoted(key))
            }
            Self::FlagNotFound { key, environment, present_in } => {
                let (key, present_in) = (quoted(key), present_in.join(", "));
                write!(formatter, "no flag {key} in environment {environment:?}; it is present in {present_in}")
            }
            Self::Failed(error) => write!(formatter, "{error:#}"),
        }
    }
}

impl Error {
    /// The error for a key that no segment has.
    pub(crate) fn no_segment(key: &str) -> Self {
        Self::NotFound(format!("no segment {}", quoted(key)))
    }

    /// Also for the project of another account.
    pub(crate) fn no_project(project_id: i64) -> Self {
        Self::NotFound(format!("no project {project_id}"))
    }

    /// For a name that the request has in `field`.
    pub(super) fn no_environment(project_id: i64, field: &str, name: &str) -> Self {
        Self::NotFound(format!("{field}: project {project_id} has no environment {}", quoted(name)))
    }

    /// An environment would have more segments than it may.
    pub(super) fn too_many_segments(environment: &str, limits: &Limits) -> Self {
        let limit = limits.max_segments;
        Self::LimitReached(format!(
            "environment {environment:?} has reached the limit of segments, {limit} (--max-segments); delete some that no flag \
             uses"
        ))
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.into())
    }
}
