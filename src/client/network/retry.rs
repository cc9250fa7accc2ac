//! When to ask again. Pure: no clock, no network.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::DateTime;

use super::failure::{Failure, FetchErrorKind};

/// A server's wish to be left alone is honoured up to here.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
const INTERVAL_JITTER: f64 = 0.1;

/// How often to ask.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    pub(super) interval: Duration,
    /// A second, which tests shorten.
    pub(super) second: Duration,
}

impl Pace {
    pub(super) fn seconds(&self, count: u32) -> Duration {
        self.second * count
    }

    /// After something went well: the interval, up to a tenth more or less, so that clients drift apart.
    pub(super) fn next(&self, random: &mut Random) -> Duration {
        let around = 1.0 - INTERVAL_JITTER + 2.0 * INTERVAL_JITTER * random.fraction();
        self.interval.mul_f64(around)
    }

    /// After the `failures`th failure in a row.
    pub(super) fn after_failure(&self, failure: &Failure, failures: u32, random: &mut Random) -> Duration {
        let pause = match failure.kind {
            FetchErrorKind::Refused => self.after_refusal(random),
            _ => self.backoff(failures, random),
        };
        pause.max(failure.retry_after.map_or(Duration::ZERO, |wish| self.after_wish(wish, random)))
    }

    /// Anything from a second to twice as long as after the failure before, five minutes at the most: clients that
    /// fail together do not come back together.
    fn backoff(&self, failures: u32, random: &mut Random) -> Duration {
        let longest = self.seconds(1_u32.checked_shl(failures.max(1)).unwrap_or(u32::MAX).min(300));
        random.between(self.second, longest)
    }

    /// After the server refused the key or the address, which asking again will hardly change.
    fn after_refusal(&self, random: &mut Random) -> Duration {
        random.between(self.interval.max(self.seconds(30)), self.interval.max(self.seconds(300)))
    }

    /// No earlier than the server asks for, and up to a tenth later: it may have told many the same.
    fn after_wish(&self, wish: Duration, random: &mut Random) -> Duration {
        let wish = wish.min(LONGEST_RETRY_AFTER).mul_f64(self.second.as_secs_f64());
        wish.mul_f64(1.0 + 0.1 * random.fraction())
    }
}

/// What a `Retry-After` asks for: seconds, or a date, which is compared with the date of the same answer where it has
/// one: only that is of the server's own clock.
pub(super) fn retry_after(value: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = match date.and_then(seconds_of_date) {
        Some(now) => now,
        None => i64::try_from(now.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?,
    };
    let seconds = seconds_of_date(value)?.saturating_sub(now);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn seconds_of_date(date: &str) -> Option<i64> {
    DateTime::parse_from_rfc2822(date.trim()).ok().map(|date| date.timestamp())
}

/// SplitMix64: a few lines that are random enough to spread requests.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    /// Each thread has seeds of its own, also in a child of a fork, whose threads are new.
    pub(super) fn new() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        least + most.saturating_sub(least).mul_f64(self.fraction())
    }
}
