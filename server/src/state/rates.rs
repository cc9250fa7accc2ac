//! The rates of requests: for each secret key, for each address with a public key, and for each address without a valid
//! key. Whoever floods the server with a public key, which anybody may have, stops nobody else who uses it.
//!
//! It uses `governor` without `tower_governor`, whose layer decides by address before a request is read. Here only the
//! authentication knows which limit counts.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::settings::Requests;

/// The time between two sweeps, which forget entries whose allowance is full again. Memory holds one entry for each key
/// and address that was seen since or has used up some of its allowance.
const TIDY: Duration = Duration::from_secs(10);

/// A request beyond the limit.
#[derive(Debug)]
pub(crate) struct TooMany {
    /// The time after which to try again.
    pub(crate) seconds: u64,
}

/// The limits of one server; several servers do not count together.
#[derive(Debug)]
pub(crate) struct Rates {
    keys: Option<Limit<i64>>,
    public_keys: Option<Limit<(i64, IpAddr)>>,
    keyless: Option<Limit<IpAddr>>,
    failures: Option<Limit<IpAddr>>,
    /// With the most that is counted at once.
    usage: Option<(Limit<i64>, NonZeroU32)>,
}

impl Rates {
    pub(crate) fn new(settings: &Requests) -> Self {
        let double = |rate: NonZeroU32| rate.saturating_mul(NonZeroU32::MIN.saturating_add(1));
        let key_quota = |rate| Quota::per_second(rate).allow_burst(double(rate));
        Self {
            keys: settings.key_requests_per_second().map(|rate| Limit::new(key_quota(rate))),
            public_keys: settings.address_requests_per_second().map(|rate| Limit::new(key_quota(rate))),
            keyless: settings.keyless_requests_per_hour().map(|rate| Limit::new(Quota::per_hour(rate))),
            failures: settings.failed_authentications_per_minute().map(|rate| Limit::new(Quota::per_minute(rate))),
            usage: settings.usage_counts_per_minute().map(|rate| (Limit::new(Quota::per_minute(rate)), rate)),
        }
    }

    /// Counts a request with a valid public key.
    pub(crate) fn count_public_key(&self, key_id: i64, address: IpAddr) -> Result<(), TooMany> {
        count(self.public_keys.as_ref(), &(key_id, address))
    }

    /// Counts a request with a valid secret key.
    pub(crate) fn count_key(&self, key_id: i64) -> Result<(), TooMany> {
        count(self.keys.as_ref(), &key_id)
    }

    /// Counts a request that needs no key but costs work.
    pub(crate) fn count_keyless(&self, address: IpAddr) -> Result<(), TooMany> {
        count(self.keyless.as_ref(), &address)
    }

    /// Counts a failed authentication. Valid keys from the same address go on: one program with a wrong key must not stop
    /// the others behind the same router, and no number of guesses finds a key among 2^256.
    pub(crate) fn count_failure(&self, address: IpAddr) -> Result<(), TooMany> {
        count(self.failures.as_ref(), &address)
    }

    /// Counts the work of a report of usage with a valid secret key.
    pub(crate) fn count_usage(&self, key_id: i64, counts: NonZeroU32) -> Result<(), TooMany> {
        let Some((limit, most)) = &self.usage else { return Ok(()) };
        // No report is so large that it could never come.
        let outcome = limit.limiter.check_key_n(&key_id, counts.min(*most));
        outcome.unwrap_or(Ok(())).map_err(|denied| limit.too_many(&denied))
    }

    /// Keeps the memory bounded until the task is dropped.
    pub(crate) async fn tidy(&self) {
        loop {
            tokio::time::sleep(TIDY).await;
            _ = self.keys.as_ref().map(Limit::tidy);
            _ = self.public_keys.as_ref().map(Limit::tidy);
            _ = self.keyless.as_ref().map(Limit::tidy);
            _ = self.failures.as_ref().map(Limit::tidy);
            _ = self.usage.as_ref().map(|(limit, _)| limit.tidy());
        }
    }
}

#[derive(Debug)]
struct Limit<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(quota: Quota) -> Self {
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    fn too_many(&self, denied: &NotUntil<<DefaultClock as Clock>::Instant>) -> TooMany {
        TooMany { seconds: denied.wait_time_from(self.clock.now()).as_secs() + 1 }
    }

    fn tidy(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

fn count<K: Hash + Eq + Clone>(limit: Option<&Limit<K>>, key: &K) -> Result<(), TooMany> {
    let Some(limit) = limit else { return Ok(()) };
    limit.limiter.check_key(key).map_err(|denied| limit.too_many(&denied))
}
