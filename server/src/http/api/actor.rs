//! The author of a change, as the audit and the history show it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{key::Kind, storage::audit::COMMAND_LINE};

/// The author of a change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Actor {
    /// A request with an API key.
    Key {
        id: i64,
        name: String,
        /// The beginning of all keys of its kind.
        prefix: &'static str,
        /// Its last characters.
        ending: String,
    },
    /// Somebody who signed up.
    Signup,
    /// A command on the server's machine.
    CommandLine,
}

impl Actor {
    /// Reads the text that is stored. `key` has the key's id, name and last characters, if the author came with one.
    pub(super) fn of(stored: &str, key: (Option<i64>, Option<String>, Option<String>)) -> Self {
        match key {
            (Some(id), Some(name), Some(ending)) => Self::Key { id, name, prefix: Kind::Api.prefix(), ending },
            _ if stored == COMMAND_LINE => Self::CommandLine,
            _ => Self::Signup,
        }
    }
}
