//! An attribute's name, prepared for comparison.

/// An attribute's name with its first eight bytes as one word.
///
/// Most names are no longer than that, so comparing a rule's name with each attribute of a context is mostly one
/// integer comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    word: u64,
    text: Box<str>,
}

impl Name {
    /// Prepares a name.
    pub fn new(text: &str) -> Self {
        Self { word: word(text.as_bytes()), text: text.into() }
    }

    /// The name itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether this is that name.
    #[inline]
    pub(crate) fn is(&self, other: &[u8]) -> bool {
        self.text.len() == other.len() && self.matches(word(other), other.len(), || other)
    }

    /// Returns whether this is the name with that [`word`] and length. `whole` returns the other name if these do not decide.
    #[inline]
    pub(crate) fn matches<'n>(&self, other_word: u64, length: usize, whole: impl FnOnce() -> &'n [u8]) -> bool {
        self.word == other_word
            && self.text.len() == length
            && (length <= WORD || self.text.as_bytes()[WORD..] == whole()[WORD..])
    }
}

/// The bytes in a word.
pub(crate) const WORD: usize = 8;

/// The first eight bytes, padded with zeros.
#[inline(always)]
pub(crate) fn word(text: &[u8]) -> u64 {
    if let Some(first) = text.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        // Two halves that overlap.
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << ((text.len() - 4) * 8);
    }
    text.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_first_eight_bytes() {
        for length in 0..=10 {
            let text = &b"0123456789"[..length];
            let mut padded = text[..length.min(WORD)].to_vec();
            padded.resize(WORD, 0);
            assert_eq!(word(text).to_le_bytes()[..], padded, "{length}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        let names = ["", "a", "a\0", "user_id", "user_id8", "user_id89", "user_id88", "user_id8 and more"];
        for name in names {
            for other in names {
                let matches = Name::new(name).matches(word(other.as_bytes()), other.len(), || other.as_bytes());
                assert_eq!(matches, name == other, "{name:?} and {other:?}");
                assert_eq!(Name::new(name).is(other.as_bytes()), name == other, "{name:?} and {other:?}");
            }
        }
    }
}
