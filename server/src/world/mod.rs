//! The state that requests read: every key and every environment's compiled snapshot, in memory, swapped when they change.
//!
//! The database is the truth, and the world follows it: [`World`] is one state of it, [`Follower`] keeps the newest.

mod body;
mod environment;
mod follow;
mod load;

use std::{collections::HashMap, sync::Arc};

pub(crate) use body::Body;
pub(crate) use environment::Environment;
pub(crate) use follow::Follower;
pub(crate) use load::JudgedEnvironments;

use subtle::ConstantTimeEq;

use crate::{
    key::{Hash, Kind},
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
}

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
    verifier: HalfHash,
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
        !key.revoked && key.scope.is_none_or(|(_, environment_id)| self.environment(environment_id).is_some())
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
