//! The state that requests read: every key and every environment's compiled snapshot, in memory, swapped when they change.
//!
//! The database is the truth, and the world follows it: [`World`] is one state of it, [`Follower`] keeps the newest.

mod body;
mod environment;
mod follow;
mod load;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

pub(crate) use body::Body;
pub(crate) use environment::Environment;
pub(crate) use follow::Follower;
pub(crate) use load::JudgedEnvironments;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use crate::{
    key::{Hash, Kind},
    rights::{Held, Rights},
    storage::Mark,
};

/// One state of the database. Immutable.
#[derive(Debug, Default, Clone)]
pub(crate) struct World {
    /// The write up to which this is complete.
    pub(crate) mark: Mark,
    /// How often everything was loaded anew because the database had lost writes. What is kept by the number of a write
    /// counts only in the same epoch.
    pub(crate) epoch: u64,
    projects: Arc<HashMap<i64, Project>>,
    environments: Arc<HashMap<i64, Arc<Environment>>>,
    /// The last write that changed each environment, be it for people only.
    changed: Arc<HashMap<i64, i64>>,
    keys: Arc<HashMap<HalfHash, KeyEntry>>,
    members: Arc<Members>,
}

/// The rights of members by account and person.
type Members = HashMap<(i64, i64), Arc<Rights>>;

/// Half of the hash of a key: the first is looked up, the second compared in constant time.
type HalfHash = [u8; 16];

/// A project and its environments.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) account_id: i64,
    /// Names and ids; the first comes first.
    pub(crate) environments: Vec<(String, i64)>,
}

/// A key that was given out.
#[derive(Debug, Clone)]
pub(crate) struct KeyEntry {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) account_id: i64,
    /// The project and the environment; `None` for an API key.
    pub(crate) scope: Option<(i64, i64)>,
    pub(crate) revoked: bool,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    /// The member who made it.
    pub(crate) maker_id: Option<i64>,
    /// The rights of an API key.
    rights: Option<Arc<Rights>>,
    pub(crate) use_mark: Arc<UseMark>,
    verifier: HalfHash,
}

/// The hour in which this server last saw a key, as a number of hours since 1970; 0 for none.
#[derive(Debug, Default)]
pub(crate) struct UseMark(AtomicU32);

impl UseMark {
    /// Notes a use. Returns whether it is the first in its hour.
    pub(crate) fn is_first_in(&self, hour: u32) -> bool {
        // A load alone where many threads use one key: they share the line.
        self.0.load(Relaxed) != hour && self.0.swap(hour, Relaxed) != hour
    }
}

impl World {
    /// A key that was given out, revoked or not. However long the look-up of the first half takes, it says nothing of
    /// the second.
    pub(crate) fn key(&self, hash: &Hash) -> Option<&KeyEntry> {
        let (selector, verifier) = halves(hash);
        self.keys.get(&selector).filter(|entry| entry.verifier.ct_eq(&verifier).into())
    }

    /// Returns whether any key was ever given out. Every account has some.
    pub(crate) fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Returns whether a key still opens what it was made for.
    pub(crate) fn opens(&self, key: &KeyEntry) -> bool {
        !key.revoked
            && !key.has_ended()
            && key.scope.is_none_or(|(_, environment_id)| self.environment(environment_id).is_some())
    }

    /// The rights of an API key; `None` for another key, and where the member who made it is none any more.
    pub(crate) fn rights(&self, key: &KeyEntry) -> Option<Held> {
        let maker = self.members.get(&(key.account_id, key.maker_id?))?;
        Some(Held::by_key(Arc::clone(key.rights.as_ref()?), Arc::clone(maker)))
    }

    /// A project of an account; another account's is not found.
    pub(crate) fn project(&self, account_id: i64, project_id: i64) -> Option<&Project> {
        self.projects.get(&project_id).filter(|project| project.account_id == account_id)
    }

    /// The last write that changed any field of an environment's flags and segments, also those for people only; `None`
    /// without such an environment.
    pub(crate) fn changed(&self, environment_id: i64) -> Option<i64> {
        self.changed.get(&environment_id).copied()
    }

    pub(crate) fn environment(&self, id: i64) -> Option<&Arc<Environment>> {
        self.environments.get(&id)
    }

    /// Returns the number of environments in all projects.
    pub(crate) fn environments(&self) -> usize {
        self.environments.len()
    }

    /// Returns the number of flags in all environments.
    pub(crate) fn flags(&self) -> usize {
        self.environments.values().map(|environment| environment.flags.flags().len()).sum()
    }
}

impl KeyEntry {
    /// Returns whether its time is over.
    pub(crate) fn has_ended(&self) -> bool {
        self.ends_at.is_some_and(|end| end <= Utc::now())
    }
}

fn halves(hash: &Hash) -> (HalfHash, HalfHash) {
    let mut halves = (HalfHash::default(), HalfHash::default());
    halves.0.copy_from_slice(&hash[..16]);
    halves.1.copy_from_slice(&hash[16..]);
    halves
}

impl Project {
    /// An environment's name and id by its name; the first without one.
    pub(crate) fn environment(&self, name: Option<&str>) -> Option<&(String, i64)> {
        match name {
            None => self.environments.first(),
            Some(name) => self.environments.iter().find(|(other, _)| other == name),
        }
    }
}
