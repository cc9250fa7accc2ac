//! Reading a snapshot's file.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::Path,
    time::SystemTime,
};

use foldhash::fast::RandomState;

/// What tells that a file has probably changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Stamp {
    fn new(metadata: &Metadata) -> Self {
        Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(metadata),
        }
    }

    pub(super) fn of(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|metadata| Self::new(&metadata))
    }
}

/// What is known of the file from the last time it was read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) stamp: Option<Stamp>,
    /// An unchanged file is known by a hash of the text in force.
    pub(super) hasher: RandomState,
    pub(super) hash: Option<u64>,
}

/// Reads a file of up to `limit` bytes and one more, by which the reader of the text tells that it is too large.
pub(super) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    // Opening a named pipe would wait for a writer, and a device may have no end.
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let file = File::open(path)?;
    let mut text = Vec::with_capacity(limit.min(metadata.len() as usize).saturating_add(1));
    file.take((limit as u64).saturating_add(1)).read_to_end(&mut text)?;
    Ok(text)
}
