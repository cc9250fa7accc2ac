//! The flags before the first fetch: the last good snapshot of the cache, or else the bootstrap.

use std::sync::Arc;

use super::{
    super::{ClientError, Level, shared::Shared},
    cache,
};
use crate::engine::Snapshot;

/// Puts the best snapshot in force that there is without asking the source.
///
/// # Errors
/// A bootstrap that is refused, also where the cache makes it needless: it would fail elsewhere.
pub(in crate::client) fn prepare(shared: &Arc<Shared>, bootstrap: Option<&[u8]>) -> Result<(), ClientError> {
    let Some(remote) = shared.remote() else {
        return Ok(());
    };
    let hub = shared.hub();
    for warning in &remote.warnings {
        hub.log(Level::Warning, warning.clone());
    }
    let bootstrap = bootstrap.map(|text| Snapshot::parse(text, remote.max_snapshot_bytes)).transpose()?;
    if let Some(path) = &remote.cache_path {
        match cache::read(path, &remote.identity, remote.max_snapshot_bytes) {
            Ok(Some(cached)) => {
                let age = cached.saved.elapsed().unwrap_or_default().as_secs();
                let path = path.display();
                hub.log(Level::Info, format!("serving the snapshot of the cache {path}, saved {age} s ago"));
                return shared.accept_meanwhile(cached.snapshot, Some(cached.validator));
            }
            Ok(None) => {}
            Err(reason) => {
                let message = format!("the cache {} is ignored: {reason}", path.display());
                hub.log(Level::Warning, message.clone());
                hub.lock().last_error = Some(message);
            }
        }
    }
    bootstrap.map_or(Ok(()), |snapshot| shared.accept_meanwhile(snapshot, None))
}
