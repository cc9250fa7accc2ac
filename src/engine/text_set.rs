//! The values of an `in` rule: contiguous text, and an index over it where there are many.

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
    text: Vec<u8>,
    values: Vec<Value>,
    /// Positions in `values`; `None` while these are few.
    index: Option<Box<Index>>,
}

#[derive(Debug, Default)]
struct Index {
    positions: HashTable<u32>,
    hasher: TextHasher,
}

/// A value's range in the text, and its first bytes.
#[derive(Debug, Clone, Copy)]
struct Value {
    word: u64,
    start: u32,
    end: u32,
}

impl TextSet {
    /// Creates a set with room for that many values and bytes.
    pub(crate) fn with_capacity(values: usize, bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), values: Vec::with_capacity(values), index: None }
    }

    /// The values together are part of a snapshot, whose size limit keeps offsets and positions within 32 bits.
    pub(crate) fn insert(&mut self, value: &[u8]) {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(value);
        self.values.push(Value { word: word(value), start, end: self.text.len() as u32 });
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
                    if candidate.word == word
                        && candidate.end.wrapping_sub(candidate.start) as usize == length
                        && (length <= WORD || self.slice(candidate) == value)
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

    fn slice(&self, value: &Value) -> &[u8] {
        &self.text[value.start as usize..value.end as usize]
    }
}

/// The same values in the same order. Different orders compare as different, which only makes a flag "changed".
impl PartialEq for TextSet {
    fn eq(&self, other: &Self) -> bool {
        let ends = |set: &Self| set.values.iter().map(|value| value.end).collect::<Vec<_>>();
        self.text == other.text && ends(self) == ends(other)
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
