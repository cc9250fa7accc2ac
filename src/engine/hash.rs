//! Hashing of keys and values for look-ups, seeded in each process against hostile snapshots.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

/// A seed, and the hash of texts under it.
#[derive(Debug, Clone, Default)]
pub(super) struct TextHasher(RandomState);

impl TextHasher {
    /// Without the length that a slice's own `Hash` mixes in: foldhash mixes it in itself.
    #[inline]
    pub(super) fn hash(&self, text: &[u8]) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(text);
        hasher.finish()
    }
}
