//! The last good snapshot, kept in a file for a start without the server.
//!
//! One line, `flagbit-cache 1 SHA256 {...}`, and the snapshot's text. The digest is of all that follows it, so that no
//! damaged entity tag makes an old snapshot look current.

use std::{
    io,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    super::{Level, file, serving::Validator},
    replacement,
};
use crate::engine::{Snapshot, scalars};

const FORMAT: &str = "flagbit-cache 1 ";
const LONGEST_FIRST_LINE: usize = 8 << 10;
const DIGEST_DIGITS: usize = 64;

/// A snapshot that was once the source's.
#[derive(Debug)]
pub(in crate::client) struct Cached {
    pub(in crate::client) snapshot: Snapshot,
    pub(in crate::client) validator: Validator,
    /// When it was saved.
    pub(super) saved: SystemTime,
}

/// The snapshot of a file that was saved for this source; `None` where there is no file.
///
/// # Errors
/// Why the file is ignored, in words.
pub(super) fn read(path: &Path, source: &str, max_snapshot_bytes: usize) -> Result<Option<Cached>, String> {
    let content = match file::read(path, max_snapshot_bytes.saturating_add(LONGEST_FIRST_LINE)) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    parse(&content, source, max_snapshot_bytes).map(Some)
}

/// The snapshot in the content of a cache file.
pub(super) fn parse(content: &[u8], source: &str, max_snapshot_bytes: usize) -> Result<Cached, String> {
    let rest = content.strip_prefix(FORMAT.as_bytes()).ok_or("it is no cache file of this version of FlagBit")?;
    let (digest, rest) = rest.split_at_checked(DIGEST_DIGITS).ok_or("it is cut short")?;
    if digest != hex(Sha256::digest(rest).as_slice()).as_bytes() {
        return Err("it is damaged: its checksum is another".into());
    }
    let end = rest.iter().position(|&byte| byte == b'\n').ok_or("it has no snapshot")?;
    let (line, text) = rest.split_at(end);
    let paths: [&[&str]; 3] = [&["source"], &["etag"], &["saved"]];
    let [of, etag, saved] = scalars(line, paths).ok_or("its first line is no JSON")?;
    if of.as_deref() != Some(source) {
        return Err(format!("it is of another source: {}", of.unwrap_or_default()));
    }
    let text = text.get(1..).unwrap_or_default();
    let snapshot = Snapshot::parse(text, max_snapshot_bytes).map_err(|error| error.to_string())?;
    let saved = Duration::from_secs(saved.and_then(|saved| saved.parse().ok()).unwrap_or_default());
    let saved = UNIX_EPOCH.checked_add(saved).unwrap_or(UNIX_EPOCH);
    Ok(Cached { snapshot, validator: Validator::new(text, etag.map(Into::into)), saved })
}

/// Keeps a client's snapshots in its file.
#[derive(Debug)]
pub(super) struct Cache<'r> {
    path: &'r Path,
    source: &'r str,
    /// The last failure that was told, so as not to repeat it.
    error: Option<String>,
    /// Whether files that killed processes left behind are removed.
    is_tidy: bool,
}

impl<'r> Cache<'r> {
    pub(super) fn new(path: &'r Path, source: &'r str) -> Self {
        Self { path, source, error: None, is_tidy: false }
    }

    /// Keeps a snapshot for the next start. Returns a line for the log where there is something new to tell.
    pub(super) fn save(&mut self, snapshot: &Snapshot, etag: Option<&str>, text: &[u8]) -> Option<(Level, String)> {
        let place = self.path.display();
        if !std::mem::replace(&mut self.is_tidy, true) {
            replacement::remove_leftovers(self.path);
        }
        let error = write(self.path, self.source, snapshot, etag, text).err();
        let error = error.map(|error| format!("the snapshot is not kept in {place}: {error}"));
        if error == self.error {
            return None;
        }
        self.error = error.clone();
        Some(match error {
            Some(error) => (Level::Warning, error),
            None => (Level::Info, format!("the snapshot is kept in {place} again")),
        })
    }
}

/// Replaces the file as a whole.
fn write(path: &Path, source: &str, snapshot: &Snapshot, etag: Option<&str>, text: &[u8]) -> io::Result<()> {
    let saved = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let about = json!({
        "source": source,
        "project": snapshot.project(),
        "environment": snapshot.environment(),
        "revision": snapshot.revision(),
        "etag": etag,
        "saved": saved,
    });
    let line = format!(" {about}\n");
    let digest = hex(Sha256::new().chain_update(&line).chain_update(text).finalize().as_slice());
    replacement::replace(path, &[format!("{FORMAT}{digest}{line}").as_bytes(), text])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
