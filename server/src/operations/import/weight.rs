//! The weight of JSON, measured in its text before anything is built of it.

use std::ops::AddAssign;

/// The most values in a document. A value takes 32 bytes of memory and more, and may have two bytes of text.
pub(super) const MAX_VALUES: usize = 8 << 20;
/// The most bytes that a flag has in fields for people, which its size does not count: name, description, tags.
const FOR_PEOPLE: usize = 128 << 10;

/// The weight of a flag or a segment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    /// The bytes of the text without white space and with each escape as one byte, which is never more than the value
    /// written anew.
    bytes: usize,
    /// The number of values, and no less.
    values: usize,
}

impl Weight {
    /// Weighs JSON that is known to be correct.
    pub(crate) fn of(json: &str) -> Self {
        let mut weight = Self { bytes: 0, values: 1 };
        let mut bytes = json.bytes();
        let mut is_in_string = false;
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => is_in_string = !is_in_string,
                b'\\' if bytes.next() == Some(b'u') => _ = bytes.nth(3),
                b' ' | b'\t' | b'\r' | b'\n' if !is_in_string => continue,
                b',' | b'[' | b'{' if !is_in_string => weight.values += 1,
                _ => {}
            }
            weight.bytes += 1;
        }
        weight
    }

    /// Returns the bytes where a flag or a segment of this weight is certainly too large.
    pub(super) fn beyond(self, max_flag_bytes: usize) -> Option<usize> {
        (self.bytes > max_flag_bytes.saturating_add(FOR_PEOPLE)).then_some(self.bytes)
    }

    pub(super) fn has_too_many_values(self) -> bool {
        self.values > MAX_VALUES
    }
}

impl AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.values += other.values;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_escapes_weigh_nothing_or_one() {
        for (json, bytes, values) in
            [("7", 1, 1), (r#"{"a" : [ 1, 2 ] }"#, 11, 4), (r#""a b,[{\"A\\""#, 11, 1), ("[\n  \"\u{e4}\"\n]", 6, 2)]
        {
            assert_eq!(Weight::of(json), Weight { bytes, values }, "{json}");
        }
    }
}
