//! How a client is opened.

use std::path::PathBuf;

use super::network::{Account, NetworkOptions};
use crate::engine::MAX_SNAPSHOT_BYTES;

/// Where a client's flags come from, and how it treats them.
///
/// ```
/// let options = flagbit::ClientOptions::text(r#"{"flags": []}"#).max_snapshot_bytes(1 << 20);
/// let client = flagbit::Client::open(options)?;
/// # Ok::<(), flagbit::ClientError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientOptions {
    pub(super) source: Source,
    /// What a source in memory holds; not kept once it is read.
    pub(super) text: Vec<u8>,
    pub(super) max_snapshot_bytes: usize,
    pub(super) network: NetworkOptions,
}

#[derive(Debug, Clone)]
pub(super) enum Source {
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
    /// In words, for the status.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Values => "values".into(),
            Self::Text => "text".into(),
            Self::File { path, .. } => format!("file {}", path.display()),
            Self::Remote(account) => account.describe(),
        }
    }
}

impl ClientOptions {
    pub(super) fn new(source: Source, text: Vec<u8>) -> Self {
        Self { source, text, max_snapshot_bytes: MAX_SNAPSHOT_BYTES, network: NetworkOptions::default() }
    }

    fn new_file(path: PathBuf, watch: bool) -> Self {
        // A host may change its working directory later.
        let path = std::path::absolute(&path).unwrap_or(path);
        Self::new(Source::File { path, watch }, Vec::new())
    }

    /// Flags that answer everybody alike, `{"KEY": true, "OTHER": "dark", ...}`: for users' own tests.
    pub fn values(values: impl Into<Vec<u8>>) -> Self {
        Self::new(Source::Values, values.into())
    }

    /// A snapshot in memory.
    pub fn text(snapshot: impl Into<Vec<u8>>) -> Self {
        Self::new(Source::Text, snapshot.into())
    }

    /// A snapshot in a file, read once.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::new_file(path.into(), false)
    }

    /// A snapshot in a file that is looked at each second. The file may be missing at first.
    pub fn watched_file(path: impl Into<PathBuf>) -> Self {
        Self::new_file(path.into(), true)
    }

    /// The size limit of a snapshot in bytes; [`MAX_SNAPSHOT_BYTES`] unless set.
    pub fn max_snapshot_bytes(mut self, bytes: usize) -> Self {
        self.max_snapshot_bytes = bytes;
        self
    }
}
