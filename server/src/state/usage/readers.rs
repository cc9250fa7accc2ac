//! Who reads the rules of environments, noted now and then.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;

use crate::storage::usage::Read;

/// The time after which a reader is noted again, in seconds.
const AGAIN: i64 = 600;
/// The most readers that are told apart. Those beyond it count as clients that do not report, which accuses no flag.
const MAX_READERS: usize = 50_000;

#[derive(Debug, Default)]
pub(super) struct Readers(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    /// Those that are to be written.
    new: BTreeMap<Read, i64>,
    /// When each was last noted.
    known: HashMap<Read, i64>,
}

impl Readers {
    pub(super) fn note(&self, environment_id: i64, instance: Option<&str>, now: i64) {
        let mut noted = self.0.lock();
        let instance = instance.filter(|_| noted.new.len() < MAX_READERS).map(str::to_owned);
        let read = Read { environment_id, instance };
        if noted.known.get(&read).is_some_and(|at| now - at < AGAIN) {
            return;
        }
        if noted.known.len() >= MAX_READERS {
            noted.known.clear();
        }
        noted.known.insert(read.clone(), now);
        noted.new.insert(read, now);
    }

    pub(super) fn take(&self) -> BTreeMap<Read, i64> {
        std::mem::take(&mut self.0.lock().new)
    }

    /// Takes back what could not be written.
    pub(super) fn give_back(&self, reads: BTreeMap<Read, i64>) {
        let mut noted = self.0.lock();
        for (read, at) in reads {
            noted.new.entry(read).or_insert(at);
        }
    }
}
