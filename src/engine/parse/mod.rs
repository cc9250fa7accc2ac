//! A snapshot's text into a [`Snapshot`]. The specification's section 10 says what is refused and what is set aside.

mod condition;
mod document;
mod flag;
mod flags;
mod graph;
mod link;
mod rule;
mod segments;
mod tables;
mod typed;

#[cfg(feature = "client")]
pub(crate) use document::scalars;

use super::{Snapshot, SnapshotError};

/// The size limit of a snapshot's text unless the caller sets another: 32 MiB.
pub const MAX_SNAPSHOT_BYTES: usize = 32 << 20;

impl Snapshot {
    /// Parses a snapshot of at most `limit` bytes.
    ///
    /// # Errors
    /// What refuses the whole snapshot (section 10.3). A flag with a problem of its own is set aside instead, see
    /// [`Snapshot::warnings`].
    pub fn parse(text: &[u8], limit: usize) -> Result<Self, SnapshotError> {
        // Behind this line offsets and positions have 32 bits.
        let limit = limit.min(u32::MAX as usize);
        if text.len() > limit {
            return Err(SnapshotError::TooLarge { bytes: text.len(), limit });
        }
        document::read(text)
    }

    /// A snapshot of flags that give everybody the same answer: `{"KEY": true, "OTHER": "dark", ...}`. What
    /// is not a boolean makes a typed flag, whose variant is called `override`.
    ///
    /// # Errors
    /// Text that is not such an object; the message names the place.
    pub fn of_values(text: &[u8]) -> Result<Self, SnapshotError> {
        document::read_values(text)
    }
}
