//! When to ask again. Pure: no clock, no network.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, SystemTime},
};

use super::super::FetchErrorKind;

/// A server's wish to be left alone is honoured up to here.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
const INTERVAL_JITTER: f64 = 0.1;

/// The pace of requests.
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

    /// The pause after the `failures`th failure in a row. `wish` is how long the server asks to be left alone.
    pub(super) fn after_failure(
        &self,
        kind: FetchErrorKind,
        wish: Option<Duration>,
        failures: u32,
        random: &mut Random,
    ) -> Duration {
        let pause = match kind {
            FetchErrorKind::Refused => self.after_refusal(random),
            _ => self.backoff(failures, random),
        };
        pause.max(wish.map_or(Duration::ZERO, |wish| self.after_wish(wish, random)))
    }

    /// Anything from a second to four at first, then to twice as long after each failure, to five minutes at the most:
    /// clients that fail together do not come back together.
    fn backoff(&self, failures: u32, random: &mut Random) -> Duration {
        let longest = self.seconds(2_u32.saturating_pow(failures.max(1).saturating_add(1)).min(300));
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

/// Returns how long a `Retry-After` asks for: a number of seconds, or the time until a date in one of the three forms of
/// HTTP. A date is compared with the date of the same answer if it has one, because only that is of the server's own clock.
pub(super) fn retry_after(value: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number can have mean a long time all the same.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = date.and_then(|date| httpdate::parse_http_date(date.trim()).ok()).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

/// SplitMix64: a few lines that are random enough to spread requests.
#[derive(Debug)]
pub(super) struct Random(pub(super) u64);

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

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::{FetchErrorKind::*, *};

    const START: u64 = 784_111_777;

    fn asked(value: &str, date: Option<&str>, now: SystemTime) -> Option<u64> {
        retry_after(value, date, now).map(|wish| wish.as_secs())
    }

    /// The first numbers of SplitMix64 for the seed 0.
    #[test]
    fn random_numbers_are_those_of_split_mix() {
        let mut random = Random(0);
        let first = [random.next(), random.next(), random.next()];
        assert_eq!(first, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
    }

    #[test]
    fn a_wish_is_seconds_or_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(START);
        for (value, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:51:37 GMT", Some(120)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Sunday, 06-Nov-94 08:51:37 GMT", Some(120)),
            ("Sun Nov  6 08:51:37 1994", Some(120)),
            ("Sun, 06 Nov 9994 08:49:37 GMT", Some(252_455_616_000)),
            ("Sun, 32 Nov 1994 08:51:37 GMT", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999", Some(u64::MAX)),
            ("1e9", None),
        ] {
            assert_eq!(asked(value, None, now), expected, "{value:?}");
        }
    }

    /// However this host's clock jumps: a date is compared with the date of the same answer.
    #[test]
    fn a_wish_does_not_depend_on_this_hosts_clock() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        for now in [UNIX_EPOCH, UNIX_EPOCH + Duration::from_secs(START), UNIX_EPOCH + Duration::from_secs(1 << 38)] {
            assert_eq!(asked("Sun, 06 Nov 1994 08:49:47 GMT", date, now), Some(10));
        }
    }

    fn pace() -> Pace {
        Pace { interval: Duration::from_secs(30), second: Duration::from_secs(1) }
    }

    /// The least and the most of many pauses, in seconds.
    fn range(mut pause: impl FnMut(&mut Random) -> Duration) -> (f64, f64) {
        let mut random = Random(7);
        let pauses = (0..10_000).map(|_| pause(&mut random).as_secs_f64());
        pauses.fold((f64::MAX, 0.0), |(least, most), pause| (pause.min(least), pause.max(most)))
    }

    fn assert_fills(range: (f64, f64), least: f64, most: f64) {
        let slack = (most - least) / 100.0;
        assert!(least <= range.0 && range.0 <= least + slack, "{range:?} begins at {least}");
        assert!(most - slack <= range.1 && range.1 <= most, "{range:?} ends at {most}");
    }

    #[test]
    fn pauses_fill_their_ranges() {
        assert_fills(range(|random| pace().next(random)), 27.0, 33.0);
        for (failures, most) in [(0, 4.0), (1, 4.0), (2, 8.0), (7, 256.0), (8, 300.0), (31, 300.0), (u32::MAX, 300.0)] {
            let pause = |random: &mut Random| pace().after_failure(Unavailable, None, failures, random);
            assert_fills(range(pause), 1.0, most);
        }
        assert_fills(range(|random| pace().after_failure(Refused, None, 1, random)), 30.0, 300.0);
        let hourly = Pace { interval: Duration::from_secs(3_600), ..pace() };
        assert_fills(range(|random| hourly.after_failure(Refused, None, 1, random)), 3_600.0, 3_600.0);
    }

    #[test]
    fn a_wish_is_honoured_up_to_an_hour_and_never_shortens_a_pause() {
        for (seconds, failures, least, most) in
            [(60, 1, 60.0, 66.0), (u64::MAX, 1, 3_600.0, 3_960.0), (0, 20, 1.0, 300.0)]
        {
            let wish = Some(Duration::from_secs(seconds));
            assert_fills(range(|random| pace().after_failure(Unavailable, wish, failures, random)), least, most);
        }
    }
}
