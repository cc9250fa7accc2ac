//! The weight of JSON, measured in its text before anything is built of it.

use std::ops::AddAssign;

/// The most memory that a document may take once it is read, in MiB. Its text may have 64.
pub(super) const MAX_MEMORY_MIB: usize = 640;
/// The memory of a value, in bytes, which may have two bytes of text.
const VALUE: usize = 80;
/// The memory that an object takes as soon as it has a field.
const OBJECT: usize = 480;
/// The most bytes that a flag has in fields for people, which its size does not count: name, description, tags, owner.
const FOR_PEOPLE: usize = 128 << 10;

/// The weight of a flag or a segment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// The bytes of the text without white space and with each escape as one byte, which is never more than the value
    /// written anew.
    bytes: usize,
    /// The memory that the values take, and about no less.
    memory: usize,
}

impl Weight {
    /// Weighs JSON that is known to be correct.
    pub(super) fn of(json: &str) -> Self {
        let mut weight = Self { bytes: 0, memory: VALUE };
        let mut bytes = json.bytes();
        let mut is_in_string = false;
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => is_in_string = !is_in_string,
                b'\\' if bytes.next() == Some(b'u') => _ = bytes.nth(3),
                b' ' | b'\t' | b'\r' | b'\n' if !is_in_string => continue,
                b',' | b'[' if !is_in_string => weight.memory += VALUE,
                b'{' if !is_in_string => weight.memory += OBJECT,
                _ => {}
            }
            weight.bytes += 1;
        }
        weight.memory += weight.bytes;
        weight
    }

    /// Returns the bytes where a flag or a segment of this weight is certainly too large.
    pub(super) fn beyond(self, max_flag_bytes: usize) -> Option<usize> {
        (self.bytes > max_flag_bytes.saturating_add(FOR_PEOPLE)).then_some(self.bytes)
    }

    pub(super) fn takes_too_much_memory(self) -> bool {
        self.memory > MAX_MEMORY_MIB << 20
    }
}

impl AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.memory += other.memory;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_escapes_weigh_nothing_or_one() {
        for (json, bytes, values) in [
            ("7", 1, VALUE),
            (r#"{"a" : [ 1, 2 ] }"#, 11, OBJECT + 3 * VALUE),
            (r#""a b,[{\"A\\""#, 11, VALUE),
            ("[\n  \"\u{e4}\"\n]", 6, 2 * VALUE),
        ] {
            assert_eq!(Weight::of(json), Weight { bytes, memory: bytes + values }, "{json}");
        }
    }
}
