//! The file of an SQLite database.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    str::FromStr,
};

use sqlx::sqlite::SqliteConnectOptions;

use super::Outage;

/// The size from which the log is emptied between writes: a large import, or a program that reads for long, lets it grow.
const MAX_WAL_BYTES: u64 = 8 << 20;

/// The file of a database. Somebody may delete or replace it while it is open. Then writes still succeed, in a file that
/// nobody will ever open again.
#[derive(Debug, Clone)]
pub(super) struct File {
    path: PathBuf,
    wal: PathBuf,
    /// Of the file that was opened: device and inode.
    identity: (u64, u64),
}

impl File {
    /// The file that was opened by this path.
    pub(super) fn opened(path: &Path) -> Result<Self, Outage> {
        let identity = identity(path).ok_or(Outage::Missing)?;
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        Ok(Self { path: path.into(), wal: wal.into(), identity })
    }

    /// Returns whether the path still leads to the file that was opened.
    pub(super) fn check(&self) -> Result<(), Outage> {
        if identity(&self.path) == Some(self.identity) { Ok(()) } else { Err(Outage::Missing) }
    }

    /// Does the same after a write, which is in the log until later.
    pub(super) fn check_written(&self) -> Result<(), Outage> {
        self.check()?;
        if self.wal.exists() { Ok(()) } else { Err(Outage::Missing) }
    }

    /// Returns whether the log has grown beyond its size after a usual write.
    pub(super) fn is_wal_large(&self) -> bool {
        fs::metadata(&self.wal).is_ok_and(|wal| wal.len() > MAX_WAL_BYTES)
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// The path of the file that a URL names; `None` for the URL of another database, and of one in memory.
pub(super) fn path(url: &str) -> Option<PathBuf> {
    let is_file = url.starts_with("sqlite:") && !url.contains(":memory:") && !url.contains("mode=memory");
    is_file.then(|| SqliteConnectOptions::from_str(url).ok().map(|options| options.get_filename().into())).flatten()
}

/// Creates an empty file that only its owner reads, unless there is one. SQLite gives its log the same rights.
pub(super) fn create(path: &Path) -> std::io::Result<()> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
