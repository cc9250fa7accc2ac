//! Replaces a file as a whole. A reader finds the old text or the new one, also after a crash.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{super::file::require_regular, retry::Random};

/// As many symbolic links as Linux follows.
const MOST_LINKS: usize = 40;
/// A process writes for less than this; what is older was left behind by one that was killed.
const OLD: Duration = Duration::from_secs(10 * 60);
/// A folder with more entries is not searched to its end.
const MOST_ENTRIES: usize = 10_000;
/// The longest beginning of the file's name in a temporary one's, so that both fit into a folder.
const LONGEST_NAME: usize = 200;
const RANDOM_DIGITS: usize = 16;
const SUFFIX: &str = ".tmp";

/// Replaces a file, or the file that a symbolic link leads to, by one with these parts. The file is its owner's alone.
///
/// # Errors
/// The path leads to something that is no regular file; the folder cannot be written to.
pub(super) fn replace(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let target = target(path)?;
    match fs::symlink_metadata(&target) {
        Ok(metadata) => require_regular(&metadata)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // A name of its own for each writer: two processes may write at once.
    let random = Random::new().next();
    let temporary = target.with_file_name(format!("{}{random:0RANDOM_DIGITS$x}{SUFFIX}", prefix(&target)));
    let written = create(&temporary).and_then(|mut file| {
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()?;
        fs::rename(&temporary, &target)
    });
    if written.is_err() {
        _ = fs::remove_file(&temporary);
    }
    written
}

/// Removes the temporary files of this file that killed processes left behind.
pub(super) fn remove_leftovers(path: &Path) {
    let Ok(target) = target(path) else { return };
    let prefix = prefix(&target);
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).into_iter().flatten().take(MOST_ENTRIES).filter_map(Result::ok) {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(&prefix)?.strip_suffix(SUFFIX));
        let is_ours = random.is_some_and(|random| {
            random.len() == RANDOM_DIGITS && random.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        if is_ours && entry.metadata().is_ok_and(|metadata| metadata.is_file() && is_old(&metadata)) {
            _ = fs::remove_file(entry.path());
        }
    }
}

fn is_old(metadata: &fs::Metadata) -> bool {
    let age = metadata.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
    age.is_some_and(|age| age > OLD)
}

/// The file that symbolic links lead to, whether or not it is there.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&target) {
            Ok(metadata) if metadata.is_symlink() => {
                let link = fs::read_link(&target)?;
                target = target.parent().unwrap_or(Path::new("")).join(link);
            }
            _ => return Ok(target),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The beginning of the names of temporary files for a file.
fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let fits = |(position, character): &(usize, char)| position + character.len_utf8() <= LONGEST_NAME;
    let beginning: String = name.char_indices().take_while(fits).map(|(_, character)| character).collect();
    format!(".{beginning}.")
}

/// A file that is new, so that nobody else has it open, and that only its owner may read.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
