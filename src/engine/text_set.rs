//! The values of an `in` rule: contiguous text with an index over it.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashTable, hash_table::Entry};

/// Room for most values, so that a set is mostly allocated once.
const USUAL_LENGTH: usize = 8;

/// A set of texts in one allocation, found by hash and compared exactly.
#[derive(Debug, Clone)]
pub(crate) struct TextSet {
    text: Vec<u8>,
    /// Where each value starts and ends in `text`.
    index: HashTable<(u32, u32)>,
    hasher: RandomState,
}

impl TextSet {
    pub(crate) fn with_capacity(values: usize) -> Self {
        let text = Vec::with_capacity(values * USUAL_LENGTH);
        Self { text, index: HashTable::with_capacity(values), hasher: RandomState::default() }
    }

    /// The texts together are part of a snapshot, whose size limit keeps the offsets within 32 bits.
    pub(crate) fn insert(&mut self, value: &[u8]) {
        let Self { text, index, hasher } = self;
        let entry = index.entry(
            hasher.hash_one(value),
            |&range| slice(text, range) == value,
            |&range| hasher.hash_one(slice(text, range)),
        );
        if let Entry::Vacant(vacant) = entry {
            let range = (text.len() as u32, (text.len() + value.len()) as u32);
            vacant.insert(range);
            text.extend_from_slice(value);
        }
    }

    #[inline]
    pub(crate) fn contains(&self, value: &[u8]) -> bool {
        let hash = self.hasher.hash_one(value);
        self.index.find(hash, |&range| slice(&self.text, range) == value).is_some()
    }
}

/// The same values in the same order. Different orders compare as different, which only makes a flag "changed".
impl PartialEq for TextSet {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            && self.index.len() == other.index.len()
            && self.index.iter().all(|&range| other.contains(slice(&self.text, range)))
    }
}

fn slice(text: &[u8], (start, end): (u32, u32)) -> &[u8] {
    &text[start as usize..end as usize]
}
