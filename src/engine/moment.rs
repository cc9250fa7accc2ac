//! Instants: RFC 3339 text as a rule or an attribute has it, and the host's clock.

use chrono::DateTime;

/// An instant: seconds since 1970-01-01 UTC, and the nanoseconds after them.
///
/// A leap second is the second before it with a billion nanoseconds or more, and so lies between its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    seconds: i64,
    nanoseconds: u32,
}

/// The clock that a flag with a schedule asks, once in an evaluation. The engine has no clock of its own.
pub type Clock = fn() -> Moment;

impl Moment {
    /// An instant by its distance from 1970-01-01 UTC.
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Self {
        Self { seconds, nanoseconds }
    }

    /// Reads RFC 3339 text with an offset. The digits after the nanoseconds are those of `finer`.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        // The reader also takes the Unicode minus sign for an offset, which RFC 3339 does not have.
        let text = str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
        let moment = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self::from_unix(moment.timestamp(), moment.timestamp_subsec_nanos()))
    }
}

/// Returns the digits after the nanoseconds, without trailing zeros, of text that `Moment::parse` read.
///
/// Texts of one `Moment` are in the order of these digits.
pub(crate) fn finer(text: &[u8]) -> &[u8] {
    let Some(point) = text.iter().position(|&byte| byte == b'.') else { return &[] };
    let fraction = &text[point + 1..];
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let finer = fraction[..digits].get(9..).unwrap_or_default();
    let zeros = finer.iter().rev().take_while(|&&byte| byte == b'0').count();
    &finer[..finer.len() - zeros]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_after_the_nanoseconds_are_kept_apart() {
        let digits = [
            ("1970-01-01T00:00:00Z", ""),
            ("1970-01-01T00:00:00.5Z", ""),
            ("1970-01-01T00:00:00.123456789+01:00", ""),
            ("1970-01-01T00:00:00.123456789000Z", ""),
            ("1970-01-01T00:00:00.12345678901020-08:00", "0102"),
        ];
        for (text, expected) in digits {
            assert_eq!(finer(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn offsets_fractions_and_leap_seconds_are_read() {
        let read = |text: &str| Moment::parse(text.as_bytes());
        assert_eq!(read("1970-01-01T00:00:00Z"), Some(Moment::from_unix(0, 0)));
        assert_eq!(read("1970-01-01 02:00:00.5+02:00"), Some(Moment::from_unix(0, 500_000_000)));
        assert_eq!(read("1970-01-01t00:00:00.1234567899z"), Some(Moment::from_unix(0, 123_456_789)));
        let around = ["2016-12-31T23:59:59.999999999Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"].map(read);
        assert!(around[0] < around[1] && around[1] < around[2]);
        let malformed = [
            "",
            "2026-12-01",
            "2026-12-01T09:00:00",
            "2026-12-01T09:00Z",
            "2026-02-29T00:00:00Z",
            "2026-12-01T24:00:00Z",
            "2026-12-01T09:00:00+0100",
            "2026-12-01T09:00:00+24:00",
            "2026-12-01T09:00:00.Z",
            "2026-12-01T09:00:00\u{2212}01:00",
            "2026-12-01T09:00:00Z ",
            " 2026-12-01T09:00:00Z",
            "1700000000",
            "2026-12-01T09:00:61Z",
            "2026-12-01T09:00:00+01:60",
        ];
        for text in malformed {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
