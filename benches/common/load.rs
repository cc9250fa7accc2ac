//! Loads a snapshot in a process of its own, so that its memory can be told from everything else's.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use flagbit::Client;

use super::{measure::Numbers, memory::peak_memory};

/// A file with a snapshot.
pub(crate) fn write(name: &str, snapshot: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    std::fs::write(&path, snapshot).expect("a place for snapshots");
    path
}

/// Loads a snapshot in processes of their own, and returns the milliseconds and the growth of the peak of memory. The
/// program must answer `--load PATH` with [`report`].
pub(crate) fn elsewhere(path: &Path, times: usize) -> (Numbers, f64) {
    let this = std::env::current_exe().expect("the path of this program");
    let load = || {
        let output = Command::new(&this).arg("--load").arg(path).output().expect("a child");
        let text = String::from_utf8(output.stdout).expect("text");
        let (milliseconds, memory) = text.trim().split_once(' ').expect("two numbers");
        (milliseconds.parse::<f64>().expect("a number"), memory.parse::<f64>().expect("a number"))
    };
    let (milliseconds, memory): (Vec<_>, Vec<_>) = (0..times).map(|_| load()).unzip();
    (Numbers::of(milliseconds), Numbers::of(memory).median)
}

/// Loads a snapshot, and prints what [`elsewhere`] reads.
pub(crate) fn report(path: &Path) {
    let (before, start) = (peak_memory(), Instant::now());
    let client = Client::from_file(path).expect("a snapshot");
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    println!("{milliseconds} {}", peak_memory() - before);
    drop(client);
}
