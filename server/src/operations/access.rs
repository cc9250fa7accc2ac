//! The caller of an operation, and their rights.

use super::{Error, Result, names};
use crate::{
    storage::{
        Write,
        audit::{Actor, Entry},
        cause::Cause,
    },
    world::Follower,
};

/// The API key that asks for an operation, with its account.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) account_id: i64,
    pub(crate) key_id: i64,
    /// Kept with what changes.
    pub(crate) cause: Cause,
}

impl Who {
    /// Notes the reason of what is asked for. A text without letters is none. `field` names the text in errors.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that is too long, for control characters, and for a second reason.
    pub(crate) fn give_reason(&mut self, field: &str, text: &str) -> Result<()> {
        let Some(reason) = names::reason(field, text)? else { return Ok(()) };
        if self.cause.reason.is_some() {
            return Err(Error::Invalid(format!("{field}: the header and the body give a reason; give it once")));
        }
        self.cause.reason = Some(reason.into());
        Ok(())
    }

    pub(super) fn actor(&self) -> Actor {
        Actor::Key(self.key_id)
    }

    /// The beginning of an entry in the audit.
    pub(super) fn entry<'a>(&self) -> Entry<'a> {
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
pub(super) async fn begin(follower: &Follower, who: &Who) -> Result<Write> {
    let mut write = follower.storage().write().await?;
    if !write.is_valid_api_key(who.account_id, who.key_id).await? {
        return Err(Error::KeyRevoked);
    }
    write.note_cause(who.cause.clone());
    Ok(write)
}
