//! The caller of an operation, and their rights.

use super::{Error, Result};
use crate::{
    storage::{
        Write,
        audit::{Actor, Entry},
    },
    world::Follower,
};

/// The API key that asks for an operation, with its account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who {
    pub(crate) account_id: i64,
    pub(crate) key_id: i64,
}

impl Who {
    pub(super) fn actor(self) -> Actor {
        Actor::Key(self.key_id)
    }

    /// The beginning of an entry in the audit.
    pub(super) fn entry<'a>(self) -> Entry<'a> {
        Entry::by(self.actor(), self.account_id)
    }
}

/// Begins a write for `who`.
///
/// The right is checked inside the write. Writes take turns, so a key that was valid when the request came and was revoked
/// while the write waited for its turn changes nothing.
///
/// # Errors
/// [`Error::KeyRevoked`]; the database fails.
pub(super) async fn begin(follower: &Follower, who: Who) -> Result<Write> {
    let mut write = follower.storage().write().await?;
    if !write.is_valid_api_key(who.account_id, who.key_id).await? {
        return Err(Error::KeyRevoked);
    }
    Ok(write)
}
