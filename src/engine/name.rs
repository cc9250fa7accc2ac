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

    /// Whether this is the name `other`, whose [`word`] is `other_word`.
    #[inline]
    pub(crate) fn matches(&self, other_word: u64, other: &[u8]) -> bool {
        self.word == other_word
            && self.text.len() == other.len()
            && (other.len() <= 8 || self.text.as_bytes()[8..] == other[8..])
    }
}

/// The first eight bytes, padded with zeros.
#[inline]
pub(crate) fn word(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = text.len().min(8);
    first[..length].copy_from_slice(&text[..length]);
    u64::from_le_bytes(first)
}
