//! The hours in which keys are used: noted in memory, and written now and then.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use crate::{
    storage::{self, Storage},
    world::UseMark,
};

const HOUR: i64 = 3600;
/// The time between two writes.
const PERIOD: Duration = Duration::from_secs(5);

/// The uses of keys that are not written yet: the first one of each key and hour.
#[derive(Debug)]
pub(crate) struct Uses {
    /// The present hour since 1970. Requests read it instead of the clock.
    hour: AtomicU32,
    /// Keys by hour.
    waiting: Mutex<BTreeMap<u32, BTreeSet<i64>>>,
}

impl Default for Uses {
    fn default() -> Self {
        Self { hour: present_hour().into(), waiting: Mutex::default() }
    }
}

impl Uses {
    /// Notes that a key is used now.
    pub(crate) fn note(&self, key_id: i64, mark: &UseMark) {
        let hour = self.hour.load(Relaxed);
        if mark.is_first_in(hour) {
            self.waiting.lock().entry(hour).or_default().insert(key_id);
        }
    }

    /// Writes uses every few seconds, until the task is dropped.
    pub(crate) async fn keep(&self, storage: &Storage) {
        loop {
            tokio::time::sleep(PERIOD).await;
            self.hour.store(present_hour(), Relaxed);
            self.write(storage).await;
        }
    }

    /// Writes the uses that wait. What cannot be written now waits on: the last hour of each key is enough then.
    pub(crate) async fn write(&self, storage: &Storage) {
        let waiting = std::mem::take(&mut *self.waiting.lock());
        for (hour, keys) in waiting {
            let ids: Vec<i64> = keys.iter().copied().collect();
            let time = DateTime::from_timestamp(i64::from(hour) * HOUR, 0).unwrap_or_default();
            let outcome = storage.note_uses(time, &ids).await;
            if !matches!(outcome, Ok(true)) {
                // Others tell of an outage of the database.
                if let Some(error) = outcome.err().filter(|error| storage::outage(error).is_none()) {
                    tracing::warn!(%error, "the last uses of keys could not be written");
                }
                self.put_back(hour, keys);
            }
        }
    }

    /// Keeps uses for the next attempt, each key with its last hour alone, so that an outage fills no memory.
    fn put_back(&self, hour: u32, keys: BTreeSet<i64>) {
        let mut waiting = self.waiting.lock();
        let is_later = |key: &i64| waiting.range(hour + 1..).any(|(_, keys)| keys.contains(key));
        let keys: BTreeSet<i64> = keys.into_iter().filter(|key| !is_later(key)).collect();
        waiting.entry(hour).or_default().extend(keys);
        waiting.retain(|_, keys| !keys.is_empty());
    }
}

fn present_hour() -> u32 {
    u32::try_from(Utc::now().timestamp() / HOUR).unwrap_or_default()
}
