//! The author of a change, as the audit and the history show it.

use serde::Serialize;
use utoipa::ToSchema;

use super::members::Person;
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
        /// The member who made the key, and whom the key counts as.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        member: Option<Person>,
    },
    /// Somebody who signed up.
    Signup,
    /// A command on the server's machine.
    CommandLine,
}

impl Actor {
    /// Reads the text that is stored. `key` has the key's id, name and last characters, if the author came with one, and
    /// `member` the id and the address of the member who made it.
    pub(super) fn of(
        stored: &str,
        key: (Option<i64>, Option<String>, Option<String>),
        member: Option<(i64, String)>,
    ) -> Self {
        match key {
            (Some(id), Some(name), Some(ending)) => {
                let member = member.map(|(id, email)| Person { id, email });
                Self::Key { id, name, prefix: Kind::Api.prefix(), ending, member }
            }
            _ if stored == COMMAND_LINE => Self::CommandLine,
            _ => Self::Signup,
        }
    }
}
