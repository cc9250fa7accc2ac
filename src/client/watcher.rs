//! Reading the file, and the thread that looks at a watched one each second.

use std::{hash::BuildHasher, io, sync::Arc, time::Duration};

use super::{
    ClientError,
    file::{self, Stamp},
    hub::Hub,
    options::Source,
    process,
    shared::Shared,
};

const INTERVAL: Duration = Duration::from_secs(1);
const STACK_BYTES: usize = 128 << 10;

/// Reads the file where it seems to have changed, or anyway. Nothing to do for other sources.
pub(super) fn read_file(shared: &Arc<Shared>, anyway: bool) -> Result<(), ClientError> {
    let Source::File { path, .. } = &shared.source else {
        return Ok(());
    };
    let hub = shared.hub();
    let mut reading = hub.reading();
    let stamp = Stamp::of(path);
    if !anyway && stamp.is_some() && stamp == reading.stamp {
        return Ok(());
    }
    // Forgotten until the text is accepted: a half-written file is read again although its stamp stays.
    reading.stamp = None;
    let text = match file::read(path, shared.max_snapshot_bytes()) {
        Ok(text) => text,
        Err(error) => return Err(hub.note_failure(ClientError::File { path: path.clone(), error })),
    };
    let hash = Some(reading.hasher.hash_one(&text));
    if hash == reading.hash {
        hub.note_unchanged();
    } else {
        shared.load(&text, Some(path))?;
        reading.hash = hash;
    }
    reading.stamp = stamp;
    Ok(())
}

/// Starts the thread of a watched file.
pub(super) fn start(shared: &Arc<Shared>, hub: Arc<Hub>) -> io::Result<()> {
    let shared = Arc::clone(shared);
    process::spawn(c"flagbit-watch", STACK_BYTES, move || watch(&shared, &hub))
}

fn watch(shared: &Arc<Shared>, hub: &Hub) {
    while !hub.wait(INTERVAL, |cold| cold.closed).closed {
        // The status and the log tell of a failure; the next round tries again.
        _ = read_file(shared, false);
    }
}
