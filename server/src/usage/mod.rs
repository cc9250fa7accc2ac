//! Usage: how often flags are evaluated, as programs report it. No network and no database in here.

mod nearest;
pub(crate) mod report;
pub(crate) mod result;
mod window;

pub(crate) use nearest::nearest;
pub(crate) use report::Report;
pub(crate) use window::Window;

use chrono::{DateTime, SecondsFormat, Utc};

/// The seconds of an hour, by which evaluations are added up.
pub(crate) const HOUR: i64 = 3600;

/// Returns a time in seconds since 1970, as RFC 3339.
pub(crate) fn time_text(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns whether a text can name an instance: 1 to 64 of `A-Z a-z 0-9 . _ -`.
pub(crate) fn is_instance(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(is_allowed)
}
