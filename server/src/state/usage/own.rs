//! The evaluations of this server itself, counted where they happen.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed},
    },
};

use parking_lot::Mutex;

use super::pending::Together;
use crate::{
    storage::usage::{Counts, Series},
    usage::{report::MAX_UNKNOWN, result},
    world::Environment,
};

/// The number of places to count, so that threads do not wait for each other.
const SHARDS: usize = 16;

/// An evaluation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted<'c> {
    /// Of one flag that was asked for.
    One { flag: &'c str, result: &'c str },
    /// Of one of several flags that were asked for.
    OfSeveral { flag: &'c str },
    /// Of all flags; of those that clients see, if `is_client` says so.
    All { environment: &'c Arc<Environment>, is_client: bool },
    /// Of a key that the environment does not have.
    Unknown { key: &'c str },
}

#[derive(Debug)]
pub(super) struct Own {
    shards: Box<[Mutex<HashMap<i64, Tally>>]>,
    instance: String,
    sequence: AtomicI64,
}

/// The counts of one environment.
#[derive(Debug, Default)]
struct Tally {
    /// By flag; of a flag by result, of which it has few.
    flags: HashMap<String, Vec<(Box<str>, i64)>>,
    unknown: HashMap<String, i64>,
    /// All flags of one state of the environment, asked at once by clients and by others.
    all: Option<(Arc<Environment>, [i64; 2])>,
}

impl Own {
    pub(super) fn new() -> anyhow::Result<Self> {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        // The server is an instance of its own, so that what it counted counts once too.
        let instance = format!("server-{:016x}", getrandom::u64()?);
        Ok(Self { shards, instance, sequence: AtomicI64::new(0) })
    }

    pub(super) fn count(&self, environment_id: i64, counted: Counted<'_>) {
        let mut shard = self.shards[shard()].lock();
        let tally = shard.entry(environment_id).or_default();
        match counted {
            Counted::One { flag, result } => tally.add(flag, result, 1),
            Counted::OfSeveral { flag } => tally.add(flag, result::BULK, 1),
            Counted::All { environment, is_client } => tally.add_all(environment, is_client),
            Counted::Unknown { key } => tally.add_unknown(key),
        }
    }

    /// Returns whether this server counted it itself.
    pub(super) fn is_of(&self, report: &Counts) -> bool {
        report.instance.starts_with(&self.instance)
    }

    /// Takes everything that was counted.
    pub(super) fn take(&self, now: i64) -> Vec<Together> {
        let mut sums: BTreeMap<i64, BTreeMap<Series, i64>> = BTreeMap::new();
        for shard in &self.shards {
            for (environment_id, tally) in std::mem::take(&mut *shard.lock()) {
                tally.sum(environment_id, sums.entry(environment_id).or_default());
            }
        }
        let together = sums.into_iter().map(|(environment_id, sums)| Together {
            environment_id,
            instance: self.instance.clone(),
            sequence: self.sequence.fetch_add(1, Relaxed),
            at: now,
            dropped: 0,
            counts: sums.into_iter().collect(),
        });
        together.collect()
    }
}

impl Tally {
    fn add(&mut self, flag: &str, result: &str, count: i64) {
        let results = match self.flags.get_mut(flag) {
            Some(results) => results,
            None => self.flags.entry(flag.into()).or_default(),
        };
        match results.iter_mut().find(|(name, _)| **name == *result) {
            Some((_, counted)) => *counted += count,
            None => results.push((result.into(), count)),
        }
    }

    fn add_all(&mut self, environment: &Arc<Environment>, is_client: bool) {
        if self.all.as_ref().is_some_and(|(other, _)| !Arc::ptr_eq(other, environment)) {
            self.settle();
        }
        let (_, counts) = self.all.get_or_insert_with(|| (Arc::clone(environment), [0; 2]));
        counts[usize::from(is_client)] += 1;
    }

    fn add_unknown(&mut self, key: &str) {
        if let Some(count) = self.unknown.get_mut(key) {
            *count += 1;
        } else if self.unknown.len() < MAX_UNKNOWN {
            self.unknown.insert(key.into(), 1);
        }
    }

    /// Counts each of the flags that were asked all at once.
    fn settle(&mut self) {
        let Some((environment, [by_servers, by_clients])) = self.all.take() else { return };
        for flag in environment.flags.flags() {
            let is_visible = environment.flags.is_client_visible(flag.key());
            let count = by_servers + if is_visible { by_clients } else { 0 };
            if count > 0 {
                self.add(flag.key(), result::BULK, count);
            }
        }
    }

    fn sum(mut self, environment_id: i64, sums: &mut BTreeMap<Series, i64>) {
        self.settle();
        let mut add = |flag: String, result: &str, count| {
            *sums.entry(Series { environment_id, flag, result: result.into() }).or_default() += count;
        };
        for (flag, results) in self.flags {
            results.into_iter().for_each(|(result, count)| add(flag.clone(), &result, count));
        }
        self.unknown.into_iter().for_each(|(key, count)| add(key, result::UNKNOWN, count));
    }
}

/// The place where this thread counts.
fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: usize = NEXT.fetch_add(1, Relaxed) % SHARDS;
    }
    SHARD.with(|shard| *shard)
}
