//! The input of commands.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use flagbit::MAX_SNAPSHOT_BYTES;

/// The bytes of a file; of standard input for `-`. Stops reading once it is clear that this is too much for a snapshot,
/// which the engine then says.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_up_to(path, MAX_SNAPSHOT_BYTES as u64 + 1)
}

/// Does the same without a limit.
pub(super) fn read_all(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_up_to(path, u64::MAX)
}

fn read_up_to(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let outcome = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    outcome.map_err(|error| anyhow::anyhow!("cannot read {}: {error}", name(path)))?;
    Ok(bytes)
}

/// Returns the name of a file for messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".into() } else { path.display().to_string() }
}
