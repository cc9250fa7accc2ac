//! The streams of changes, counted and bounded.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

use crate::settings::Streams;

/// The open streams.
#[derive(Debug)]
pub(crate) struct Subscribers {
    most: u32,
    most_per_key: u32,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: u32,
    /// By key. Keys without a stream are left out.
    by_key: HashMap<i64, u32>,
}

impl Subscribers {
    pub(crate) fn new(settings: &Streams) -> Self {
        Self { most: settings.max_subscribers, most_per_key: settings.max_subscribers_per_key, open: Mutex::default() }
    }
}

/// An open stream, which is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Subscription {
    subscribers: Arc<Subscribers>,
    key_id: i64,
}

impl Subscription {
    /// Counts another stream with a key; `None` where as many are open as may be.
    pub(crate) fn new(subscribers: &Arc<Subscribers>, key_id: i64) -> Option<Self> {
        let Subscribers { most, most_per_key, .. } = **subscribers;
        let mut open = subscribers.open.lock();
        let of_key = open.by_key.get(&key_id).copied().unwrap_or_default();
        if open.all >= most || of_key >= most_per_key {
            return None;
        }
        open.all += 1;
        open.by_key.insert(key_id, of_key + 1);
        report(&open);
        drop(open);
        Some(Self { subscribers: Arc::clone(subscribers), key_id })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut open = self.subscribers.open.lock();
        open.all = open.all.saturating_sub(1);
        if let Some(of_key) = open.by_key.get_mut(&self.key_id) {
            *of_key -= 1;
            if *of_key == 0 {
                open.by_key.remove(&self.key_id);
            }
        }
        report(&open);
    }
}

/// Runs under the lock, so that the last report is right.
fn report(open: &Open) {
    metrics::gauge!("flagbit_stream_subscribers").set(f64::from(open.all));
}
