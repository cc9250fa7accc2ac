//! Hashes as they are stored: in hexadecimal.

use crate::key::Hash;

/// Returns a hash as it is stored.
pub(super) fn hex(hash: &Hash) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads a hash that was stored; `None` for another text.
pub(super) fn hash_of_hex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, position) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[position..position + 2], 16).ok()?;
    }
    Some(hash)
}
