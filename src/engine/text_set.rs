//! The values of an `in` rule: short ones as words, long ones as contiguous text, and an index where there are many.

use hashbrown::HashTable;

use super::{
    hash::TextHasher,
    name::{WORD, word},
};

/// Up to this many values are compared one by one, which costs less than a hash.
const FEW: usize = 16;

/// A set of texts, compared exactly.
#[derive(Debug, Default)]
pub(crate) struct TextSet {
    /// The values that are longer than a word, one after the other.
    long: Vec<u8>,
    values: Vec<Value>,
    /// Positions in `values`; `None` while these are few.
    index: Option<Box<Index>>,
}

#[derive(Debug, Default)]
struct Index {
    positions: HashTable<u32>,
    hasher: TextHasher,
}

/// A value by its first bytes and its length. Beyond a word it also has a place in the text of the long ones.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Value {
    first: [u8; WORD],
    start: u32,
    length: u32,
}

impl TextSet {
    /// Creates a set with room for that many values, of which those beyond a word have that many bytes.
    pub(crate) fn with_capacity(values: usize, long: usize) -> Self {
        Self { long: Vec::with_capacity(long), values: Vec::with_capacity(values), index: None }
    }

    /// The bytes that a value takes among the long ones.
    pub(crate) fn long_bytes(value: &[u8]) -> usize {
        if value.len() > WORD { value.len() } else { 0 }
    }

    /// The values together are part of a snapshot, whose size limit keeps offsets and positions within 32 bits.
    #[inline]
    pub(crate) fn insert(&mut self, value: &[u8]) {
        let (start, length) = (self.long.len() as u32, value.len() as u32);
        if value.len() > WORD {
            self.long.extend_from_slice(value);
        }
        self.values.push(Value { first: word(value).to_le_bytes(), start, length });
    }

    /// Makes the index that many values need. To be called once all are inserted.
    pub(crate) fn finish(mut self) -> Self {
        if self.values.len() > FEW {
            let Index { mut positions, hasher } = Index::default();
            positions.reserve(self.values.len(), |_| 0);
            for position in 0..self.values.len() as u32 {
                let same = |&other: &u32| self.value(other) == self.value(position);
                let rehash = |&other: &u32| hasher.hash(self.value(other));
                // The index keeps the first of equal values.
                positions.entry(hasher.hash(self.value(position)), same, rehash).or_insert(position);
            }
            self.index = Some(Box::new(Index { positions, hasher }));
        }
        self
    }

    #[inline(always)]
    pub(crate) fn contains(&self, value: &[u8]) -> bool {
        match &self.index {
            None => {
                let (word, length) = (word(value), value.len());
                // A loop and not `any`, which does not always become one.
                for candidate in &self.values {
                    if u64::from_le_bytes(candidate.first) == word
                        && candidate.length as usize == length
                        && (length <= WORD || self.long(candidate) == value)
                    {
                        return true;
                    }
                }
                false
            }
            Some(index) => {
                let hash = index.hasher.hash(value);
                index.positions.find(hash, |&position| self.value(position) == value).is_some()
            }
        }
    }

    /// The values in order, including repeated ones.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.values.iter().map(|value| self.slice(value))
    }

    fn value(&self, position: u32) -> &[u8] {
        self.slice(&self.values[position as usize])
    }

    fn slice<'s>(&'s self, value: &'s Value) -> &'s [u8] {
        value.first.get(..value.length as usize).unwrap_or_else(|| self.long(value))
    }

    /// The text of a value that is longer than a word. A call, so that the loop over short values stays small.
    #[inline(never)]
    fn long(&self, value: &Value) -> &[u8] {
        &self.long[value.start as usize..value.start as usize + value.length as usize]
    }
}

/// The same values in the same order. Different orders compare as different, which only makes a flag "changed".
impl PartialEq for TextSet {
    fn eq(&self, other: &Self) -> bool {
        self.long == other.long && self.values == other.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_values_are_found_exactly() {
        for count in [0, 1, FEW, FEW + 1, 1_000] {
            let values: Vec<String> = (0..count).map(|value| format!("{}{value}", "long ".repeat(value % 3))).collect();
            let mut set = TextSet::with_capacity(0, 0);
            for value in values.iter().chain(&values) {
                set.insert(value.as_bytes());
            }
            let set = set.finish();
            assert!(values.iter().all(|value| set.contains(value.as_bytes())));
            for other in ["", "x", "long ", "long long long 2", "1\0", "1000000"] {
                assert!(!set.contains(other.as_bytes()), "{other} among {count}");
            }
        }
    }
}
