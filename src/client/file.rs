//! Reading a snapshot's file.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read},
    path::Path,
    time::SystemTime,
};

use foldhash::fast::RandomState;

/// The marks by which a file has probably changed.
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

/// The state of the file when it was last read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) stamp: Option<Stamp>,
    /// An unchanged file is known by a hash of the text in force.
    pub(super) hasher: RandomState,
    pub(super) hash: Option<u64>,
}

/// Reads a file of up to `limit` bytes and one more, by which the reader of the text tells that it is too large.
pub(super) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    // To open a device may already do something.
    require_regular(&path.metadata()?)?;
    let file = open(path)?;
    // The path may lead to something else by now.
    let metadata = file.metadata()?;
    require_regular(&metadata)?;
    let length = usize::try_from(metadata.len()).unwrap_or(limit);
    let mut text = Vec::with_capacity(limit.min(length).saturating_add(1));
    file.take((limit as u64).saturating_add(1)).read_to_end(&mut text)?;
    Ok(text)
}

/// Refuses what has no end or makes its reader wait: a device, a pipe, a socket; and a folder.
pub(super) fn require_regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")) }
}

/// Opens a file without waiting for anything: a named pipe would wait for somebody who writes.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}
