//! Keys: `PREFIX` + 43 characters for 256 random bits + 6 for their checksum, in the digits of base 62.
//!
//! The checksum tells a typo from a revoked key and lets scanners find leaked ones; it protects nothing, the random bits
//! do. Only the SHA-256 of a key is kept.

use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// The kind of a key, which decides what the key may do. A key begins with the prefix of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Everything in its account.
    Api,
    /// Evaluate the flags that are visible to clients, in one environment.
    Sdk,
    /// Evaluate and read the snapshot, in one environment.
    Server,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Sdk, Self::Server, Self::Api];

    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Api => "fb_",
            Self::Sdk => "fbsdk_",
            Self::Server => "fbsrv_",
        }
    }

    /// The name in the API and the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Sdk => "sdk",
            Self::Server => "server",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The SHA-256 of a key.
pub(crate) type Hash = [u8; 32];

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 is just above 2^256.
const RANDOM_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;

/// A new key. Only here is its text known.
pub(crate) struct NewKey {
    pub(crate) text: String,
    pub(crate) hash: Hash,
}

impl NewKey {
    pub(crate) fn generate(kind: Kind) -> Result<Self, getrandom::Error> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        let mut text = format!("{}{}", kind.prefix(), base_62(bits, RANDOM_DIGITS));
        let check = checksum(&text);
        text.extend(check.map(char::from));
        Ok(Self { hash: hash(&text), text })
    }

    /// Returns the last characters, by which people recognise the key in a list.
    pub(crate) fn ending(&self) -> &str {
        &self.text[self.text.len() - 4..]
    }
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// It does not begin like a key.
    Prefix,
    /// It begins like one, but has another length, other characters or another checksum.
    Mistyped,
}

/// Reads the kind of a key and checks that it is complete, which says nothing of whether it was ever given out.
pub(crate) fn read(text: &str) -> Result<(Kind, Hash), NoKey> {
    let kind = Kind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix())).ok_or(NoKey::Prefix)?;
    let length = kind.prefix().len() + RANDOM_DIGITS + CHECK_DIGITS;
    if text.len() != length || !text.bytes().skip(kind.prefix().len()).all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(NoKey::Mistyped);
    }
    let (start, check) = text.split_at(length - CHECK_DIGITS);
    if check.as_bytes() == checksum(start) { Ok((kind, hash(text))) } else { Err(NoKey::Mistyped) }
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

/// Six digits hold all 32 bits.
fn checksum(text: &str) -> [u8; CHECK_DIGITS] {
    let mut number = crc32fast::hash(text.as_bytes());
    let mut digits = [0; CHECK_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[number as usize % 62];
        number /= 62;
    }
    digits
}

/// The last digits of a big-endian number.
fn base_62(mut number: [u8; 32], digits: usize) -> String {
    let mut text = vec![0; digits];
    for digit in text.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = DIGITS[rest as usize];
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back() {
        for kind in Kind::ALL {
            let key = NewKey::generate(kind).unwrap();
            assert_eq!(read(&key.text), Ok((kind, key.hash)));
            assert_ne!(key.text, NewKey::generate(kind).unwrap().text);
        }
    }

    #[test]
    fn one_wrong_character_is_a_typo() {
        let key = NewKey::generate(Kind::Server).unwrap().text;
        for position in Kind::Server.prefix().len()..key.len() {
            let other = if key.as_bytes()[position] == b'x' { "y" } else { "x" };
            let mut typo = key.clone();
            typo.replace_range(position..=position, other);
            assert_eq!(read(&typo), Err(NoKey::Mistyped));
        }
        assert_eq!(read(&key[..key.len() - 1]), Err(NoKey::Mistyped));
        assert_eq!(read("hello"), Err(NoKey::Prefix));
    }

    #[test]
    fn base_62_of_known_numbers() {
        let mut number = [0; 32];
        number[31] = 61;
        assert_eq!(base_62(number, 3), "00z");
        number[30] = 1;
        assert_eq!(base_62(number, 3), "057");
        assert_eq!(base_62([255; 32], 43).len(), 43);
    }
}
