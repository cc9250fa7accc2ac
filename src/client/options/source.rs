//! Where flags come from.

use std::path::PathBuf;

use super::account::Account;

#[derive(Debug, Clone)]
pub(in crate::client) enum Source {
    /// `{"KEY": true, "OTHER": "dark", ...}`
    Values,
    Text,
    File {
        path: PathBuf,
        watch: bool,
    },
    Remote(Account),
}

impl Source {
    /// A description for the status.
    pub(in crate::client) fn describe(&self) -> String {
        match self {
            Self::Values => "values".into(),
            Self::Text => "text".into(),
            Self::File { path, .. } => format!("file {}", path.display()),
            Self::Remote(account) => account.describe(),
        }
    }
}
