//! The server in the words of failures: its name for people, its time limits, and never its key.

use std::{fmt, time::Duration};

use super::super::options::{Language, Secret};

#[derive(Debug)]
pub(super) struct Place {
    /// The address, with the proxy in front of it.
    pub(super) name: String,
    pub(super) key: Secret,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    pub(super) stall_timeout: Duration,
    /// The language whose names of options messages use.
    pub(super) language: Language,
}

impl Place {
    /// A text without the key, whatever a server repeats.
    pub(super) fn without_key(&self, text: &str) -> String {
        text.replace(&self.key.0, "[key]")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}
