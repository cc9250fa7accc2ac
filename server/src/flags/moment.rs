//! The canonical text of a moment: RFC 3339 in UTC with `Z`, the fraction without trailing zeros.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};

/// Returns the canonical text of a moment; `None` for a text that is no moment with its zone.
pub(super) fn canonical(text: &str) -> Option<String> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let text = moment.to_rfc3339_opts(SecondsFormat::Nanos, true);
    let text = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    // In UTC, the first and the last hours may be in a year that has no four digits.
    (0..=9999).contains(&moment.year()).then(|| format!("{text}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_one_text() {
        for (text, expected) in [
            ("2027-01-31T12:00:00Z", Some("2027-01-31T12:00:00Z")),
            ("2027-01-31t12:00:00+02:00", Some("2027-01-31T10:00:00Z")),
            ("2027-01-31T12:00:00.500Z", Some("2027-01-31T12:00:00.5Z")),
            ("2027-01-31T12:00:00.000-00:30", Some("2027-01-31T12:30:00Z")),
            ("2027-01-31T12:00:00.123456789Z", Some("2027-01-31T12:00:00.123456789Z")),
            ("2027-01-31", None),
            ("2027-01-31T12:00:00", None),
            ("9999-12-31T23:59:59-01:00", None),
            ("", None),
        ] {
            assert_eq!(canonical(text).as_deref(), expected, "{text}");
        }
    }
}
