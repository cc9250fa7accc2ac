//! How a client is opened. [`setting`] lists the options, [`table`] has what is known of each.
#![cfg_attr(not(feature = "capi"), allow(dead_code, reason = "only the C ABI sets options by their number"))]

mod account;
mod check;
mod language;
mod network;
mod setting;
mod source;
mod table;

use std::path::PathBuf;

pub(super) use account::{Account, Keys, Secret};
pub(crate) use language::Language;
pub(super) use network::NetworkOptions;
pub(crate) use setting::Setting;
pub(super) use source::Source;
#[cfg(feature = "capi")]
pub(crate) use table::{Row, Value};

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
    /// How messages name options.
    language: Language,
    pub(super) snapshot: Option<Vec<u8>>,
    pub(super) values: Option<Vec<u8>>,
    file: Option<PathBuf>,
    watch: bool,
    url: Option<String>,
    keys: Keys,
    pub(super) max_snapshot_bytes: usize,
    pub(super) network: NetworkOptions,
}

impl ClientOptions {
    /// No option.
    pub(crate) fn empty() -> Self {
        Self {
            language: Language::default(),
            snapshot: None,
            values: None,
            file: None,
            watch: false,
            url: None,
            keys: Keys::default(),
            max_snapshot_bytes: MAX_SNAPSHOT_BYTES,
            network: NetworkOptions::default(),
        }
    }

    /// Flags with one answer for every context, `{"KEY": true, "OTHER": "dark", ...}`: for your own tests.
    pub fn values(values: impl Into<Vec<u8>>) -> Self {
        Self::empty().with_values(values)
    }

    /// A snapshot in memory.
    pub fn text(snapshot: impl Into<Vec<u8>>) -> Self {
        Self::empty().with_snapshot(snapshot)
    }

    /// A snapshot in a file, read once.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::empty().with_file(path)
    }

    /// A snapshot in a file that the client checks each second. The file may be missing at first.
    pub fn watched_file(path: impl Into<PathBuf>) -> Self {
        Self::empty().with_file(path).with_watch(true)
    }

    /// The size limit of a snapshot in bytes; [`MAX_SNAPSHOT_BYTES`] unless set.
    pub fn max_snapshot_bytes(mut self, bytes: usize) -> Self {
        self.max_snapshot_bytes = bytes;
        self
    }

    fn with_values(mut self, values: impl Into<Vec<u8>>) -> Self {
        self.values = Some(values.into());
        self
    }

    fn with_snapshot(mut self, snapshot: impl Into<Vec<u8>>) -> Self {
        self.snapshot = Some(snapshot.into());
        self
    }

    fn with_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(absolute(path.into()));
        self
    }

    fn with_watch(mut self, watch: bool) -> Self {
        self.watch = watch;
        self
    }

    fn with_url(mut self, base_url: &str) -> Self {
        self.url = Some(base_url.to_owned());
        self
    }

    fn with_server_key(mut self, key: &str) -> Self {
        self.keys.server_key = Some(Secret(key.to_owned()));
        self
    }

    fn with_api_key(mut self, key: &str) -> Self {
        self.keys.api_key = Some(Secret(key.to_owned()));
        self
    }

    fn with_project_id(mut self, id: u64) -> Self {
        self.keys.project_id = Some(id);
        self
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn with_language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Sets the language by its name; returns whether it is one of those that bindings are written in.
    fn set_language(&mut self, name: &str) -> bool {
        let language = Language::parse(name);
        self.language = language.unwrap_or(self.language);
        language.is_some()
    }
}

/// A path that stays the same when the host changes its working directory.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
