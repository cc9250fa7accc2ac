//! Percentages: the bucket's formula (specification, section 4.1) as one integer comparison, over 32 bits of a SHA-256.

use sha2::{Digest, Sha256, block_api::compress256};

/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL_STATE: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A message this long leaves room in one block for the end marker and the length.
const ONE_BLOCK: usize = 55;

/// The bucket of a hash, from 0 to 100 (specification, section 4.1), in IEEE 754 doubles, in exactly this order.
fn bucket(hash: u32) -> f64 {
    f64::from(hash) / f64::from(u32::MAX) * 100.0
}

/// The bucket of a value, for people to see.
pub(crate) fn of(value: &[u8], salt: &[u8]) -> f64 {
    bucket(hash(value, salt))
}

/// The bucket, from 0 to 100, that a percentage is compared with: `bucket < percentage` is inside. The salt is the
/// flag's key, unless the percentage has one of its own.
pub fn bucket_of(value: &str, salt: &str) -> f64 {
    of(value.as_bytes(), salt.as_bytes())
}

/// The part of the hashes that a percentage takes: those below a threshold.
///
/// `bucket` never falls as the hash grows, so `bucket(hash) < percentage` holds up to one hash and no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Threshold(u32);

impl Threshold {
    /// `percentage` must be from 0 to 100. The largest hash is outside each of them: `bucket(u32::MAX)` is 100.
    pub(crate) fn new(percentage: f64) -> Self {
        let guess = (percentage / 100.0 * f64::from(u32::MAX)).ceil() as u32;
        let is_inside = |hash| bucket(hash) < percentage;
        let is_exact = (guess == u32::MAX || !is_inside(guess)) && (guess == 0 || is_inside(guess - 1));
        Self(if is_exact { guess } else { search(guess, percentage) })
    }

    #[inline]
    pub(crate) fn includes(self, hash: u32) -> bool {
        hash < self.0
    }
}

/// The threshold of a percentage, from one that is near.
#[cold]
fn search(mut threshold: u32, percentage: f64) -> u32 {
    while threshold < u32::MAX && bucket(threshold) < percentage {
        threshold += 1;
    }
    while threshold > 0 && bucket(threshold - 1) >= percentage {
        threshold -= 1;
    }
    threshold
}

/// The first 8 hex digits of `SHA-256("{value}:{salt}")` as an integer.
#[inline]
pub(crate) fn hash(value: &[u8], salt: &[u8]) -> u32 {
    let length = value.len() + 1 + salt.len();
    if length > ONE_BLOCK {
        return hash_long(value, salt);
    }
    // The one padded block, written by hand: the general digest costs a quarter more.
    let mut block = [0; 64];
    block[..value.len()].copy_from_slice(value);
    block[value.len()] = b':';
    block[value.len() + 1..length].copy_from_slice(salt);
    block[length] = 0x80;
    block[62..].copy_from_slice(&(length as u16 * 8).to_be_bytes());
    let mut state = INITIAL_STATE;
    compress256(&mut state, &[block]);
    state[0]
}

#[cold]
fn hash_long(value: &[u8], salt: &[u8]) -> u32 {
    let digest = Sha256::new().chain_update(value).chain_update(b":").chain_update(salt).finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thresholds_equal_the_formula_around_the_usual_percentages() {
        for percentage in [0.0, 0.01, 12.5, 33.3, 50.0, 99.99, 100.0] {
            let threshold = Threshold::new(percentage);
            let around = (percentage / 100.0 * f64::from(u32::MAX)) as u32;
            for hash in around.saturating_sub(1_000_000)..=around.saturating_add(1_000_000) {
                assert_eq!(threshold.includes(hash), bucket(hash) < percentage, "{hash} at {percentage} %");
            }
            assert_eq!(threshold.includes(0), bucket(0) < percentage);
            assert_eq!(threshold.includes(u32::MAX), bucket(u32::MAX) < percentage);
        }
    }

    #[test]
    fn the_bucket_never_falls_at_the_ends_and_around_powers_of_two() {
        for exponent in 0..32 {
            let middle = 1_u32 << exponent;
            for hash in middle.saturating_sub(10_000)..middle.saturating_add(10_000) {
                assert!(bucket(hash) <= bucket(hash + 1), "{hash}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_threshold_equals_the_formula(percentage in 0.0..=100.0_f64, hash: u32, near in -3_i64..=3) {
            let threshold = Threshold::new(percentage);
            prop_assert_eq!(threshold.includes(hash), bucket(hash) < percentage);
            let close = (i64::from(threshold.0) + near).clamp(0, i64::from(u32::MAX)) as u32;
            prop_assert_eq!(threshold.includes(close), bucket(close) < percentage);
        }

        #[test]
        fn one_block_equals_the_general_digest(value in ".{0,70}", salt in ".{1,70}") {
            prop_assert_eq!(hash(value.as_bytes(), salt.as_bytes()), hash_long(value.as_bytes(), salt.as_bytes()));
        }
    }
}
