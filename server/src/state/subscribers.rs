//! Who waits for changes: counted, and bounded.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{settings::Streams, state::App};

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
    /// By key; none of those that have none.
    by_key: HashMap<i64, u32>,
}

impl Subscribers {
    pub(crate) fn new(settings: &Streams) -> Self {
        Self { most: settings.max_subscribers, most_per_key: settings.max_subscribers_per_key, open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing in it can be half done.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open stream, which is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Subscription {
    app: App,
    key_id: i64,
}

impl Subscription {
    /// `None` where there are as many as there may be.
    pub(crate) fn new(app: App, key_id: i64) -> Option<Self> {
        let Subscribers { most, most_per_key, .. } = app.subscribers;
        let mut open = app.subscribers.open();
        let of_key = open.by_key.get(&key_id).copied().unwrap_or_default();
        if open.all >= most || of_key >= most_per_key {
            return None;
        }
        open.all += 1;
        open.by_key.insert(key_id, of_key + 1);
        report(&open);
        drop(open);
        Some(Self { app, key_id })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut open = self.app.subscribers.open();
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

/// Under the lock, so that the last one to say something is right.
fn report(open: &Open) {
    metrics::gauge!("flagbit_stream_subscribers").set(f64::from(open.all));
}
