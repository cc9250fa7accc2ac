//! The precedence of versions by SemVer 2.0.0.
//!
//! On the text itself: numbers of any length, and no allocation when an attribute is read.

use std::cmp::Ordering;

/// A version's parts that matter for its precedence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version<'a> {
    /// Major, minor, patch; a missing one is 0.
    core: [&'a [u8]; 3],
    /// Empty for a release.
    prerelease: &'a [u8],
}

impl<'a> Version<'a> {
    /// Reads a version. A leading `v` and a missing minor or patch are allowed.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut rest = text.strip_prefix(b"v").unwrap_or(text);
        let mut core: [&[u8]; 3] = [b"0"; 3];
        for (index, number) in core.iter_mut().enumerate() {
            if index > 0 {
                let Some(behind_dot) = rest.strip_prefix(b".") else { break };
                rest = behind_dot;
            }
            (*number, rest) = digits(rest);
            if number.is_empty() || has_leading_zero(number) {
                return None;
            }
        }
        let (rest, build) = cut(rest, b'+');
        let prerelease = rest.strip_prefix(b"-");
        let known = prerelease.is_some() || rest.is_empty();
        let ordered =
            prerelease.is_none_or(|text| identifiers(text).all(|part| is_identifier(part) && !is_padded(part)));
        let built = build.is_none_or(|text| identifiers(text).all(is_identifier));
        (known && ordered && built).then_some(Self { core, prerelease: prerelease.unwrap_or_default() })
    }

    /// Which comes first; what they were built of does not count.
    pub(crate) fn precedence(&self, other: &Self) -> Ordering {
        let numbers = self.core.iter().zip(other.core).map(|(one, other)| compare_numbers(one, other));
        numbers.fold(Ordering::Equal, Ordering::then).then_with(|| {
            match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (false, false) => identifiers(self.prerelease).cmp_by_precedence(identifiers(other.prerelease)),
                (one, other) => one.cmp(&other),
            }
        })
    }
}

/// `Iterator::cmp_by`, which is not stable yet.
trait CompareIdentifiers<'a>: Iterator<Item = &'a [u8]> + Sized {
    fn cmp_by_precedence(mut self, mut other: impl Iterator<Item = &'a [u8]>) -> Ordering {
        loop {
            match (self.next(), other.next()) {
                (Some(one), Some(other)) => match compare_identifiers(one, other) {
                    Ordering::Equal => {}
                    order => return order,
                },
                (one, other) => return one.is_some().cmp(&other.is_some()),
            }
        }
    }
}

impl<'a, I: Iterator<Item = &'a [u8]>> CompareIdentifiers<'a> for I {}

fn compare_identifiers(one: &[u8], other: &[u8]) -> Ordering {
    match (is_number(one), is_number(other)) {
        (true, true) => compare_numbers(one, other),
        (false, false) => one.cmp(other),
        (one, other) => other.cmp(&one),
    }
}

/// Without leading zeros the longer number is the larger one.
fn compare_numbers(one: &[u8], other: &[u8]) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

fn identifiers(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'.')
}

fn is_identifier(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

fn is_number(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

fn is_padded(text: &[u8]) -> bool {
    is_number(text) && has_leading_zero(text)
}

fn has_leading_zero(number: &[u8]) -> bool {
    number.len() > 1 && number[0] == b'0'
}

/// The digits at the start of a text, and what follows them.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator) {
        Some(position) => (&text[..position], Some(&text[position + 1..])),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(one: &str, other: &str) -> Option<Ordering> {
        Some(Version::parse(one.as_bytes())?.precedence(&Version::parse(other.as_bytes())?))
    }

    #[test]
    fn shortened_versions_and_numbers_of_any_length_are_read() {
        assert_eq!(order("v1", "1.0.0"), Some(Ordering::Equal));
        assert_eq!(order("1-rc.1", "1.0"), Some(Ordering::Less));
        assert_eq!(order("1.2+b", "1.2.0+a"), Some(Ordering::Equal));
        assert_eq!(order("99999999999999999999.0.0", "100000000000000000000.0.0"), Some(Ordering::Less));
        for text in [
            "", "v", "vv1", "V1", "1.", "1.2.3.4", "01", "1.02", "1-", "1-a..b", "1-01", "1+", "1 ", "1.x", "-1", "1-é",
        ] {
            assert_eq!(order(text, "1"), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_precedence_is_that_of_the_semver_crate(
            one in "(0|[1-9][0-9]?)\\.(0|[1-9])\\.(0|[1-9])(-[0-9a-b-]{1,3}(\\.[0-9a-b-]{1,3}){0,2})?(\\+[0-9a-c]{1,3})?",
            other in "(0|[1-9][0-9]?)\\.(0|[1-9])\\.(0|[1-9])(-[0-9a-b-]{1,3}(\\.[0-9a-b-]{1,3}){0,2})?",
        ) {
            let read = |text: &str| semver::Version::parse(text).ok();
            let expected = read(&one).zip(read(&other)).map(|(one, other)| one.cmp_precedence(&other));
            prop_assert_eq!(order(&one, &other), expected);
        }
    }
}
