//! When the source was last read well, where a child of a fork finds it: without a lock.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The last time that the source was read well: once on the clock that never jumps, for decisions, and once on the
/// host's, for people. 0 is never.
#[derive(Debug)]
pub(super) struct Contact {
    start: Instant,
    since_start: AtomicU64,
    since_epoch: AtomicU64,
}

impl Contact {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), since_start: AtomicU64::new(0), since_epoch: AtomicU64::new(0) }
    }

    pub(super) fn note(&self) {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.since_epoch.store(microseconds(since_epoch), Ordering::Relaxed);
        self.since_start.store(microseconds(self.start.elapsed()), Ordering::Relaxed);
    }

    /// Whether the source was read well, and no longer ago than this.
    pub(super) fn is_within(&self, age: Duration) -> bool {
        self.left_of(age).is_some()
    }

    /// Returns how long the last reading will stay within this age. `None` if it is older.
    pub(super) fn left_of(&self, age: Duration) -> Option<Duration> {
        let then = Some(self.since_start.load(Ordering::Relaxed)).filter(|&then| then > 0)?;
        age.checked_sub(self.start.elapsed().saturating_sub(Duration::from_micros(then)))
    }

    pub(super) fn time(&self) -> Option<SystemTime> {
        let then = Some(self.since_epoch.load(Ordering::Relaxed)).filter(|&then| then > 0)?;
        UNIX_EPOCH.checked_add(Duration::from_micros(then))
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).max(1)
}
