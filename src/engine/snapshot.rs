//! An immutable set of flags, prepared for evaluation.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{Warning, rule::Rule};

/// The flags of one project and environment at one moment. Immutable; any number of threads may read it.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Sorted by key.
    flags: Box<[Flag]>,
    index: HashTable<u32>,
    hasher: RandomState,
    warnings: Box<[Warning]>,
    pub(super) origin: Origin,
}

/// What a snapshot says of itself.
#[derive(Debug, Default)]
pub(super) struct Origin {
    pub(super) revision: Option<Box<str>>,
    pub(super) project: Option<Box<str>>,
    pub(super) environment: Option<Box<str>>,
}

/// A flag, prepared for evaluation. Two flags are equal when they give the same answers by the same rules.
#[derive(Debug, PartialEq)]
pub struct Flag {
    key: Box<str>,
    pub(super) state: State,
}

#[derive(Debug, PartialEq)]
pub(super) enum State {
    Enabled { default_enabled: bool, rules: Box<[Rule]> },
    Disabled,
    SetAside,
}

impl Flag {
    pub(super) fn new(key: Box<str>, state: State) -> Self {
        Self { key, state }
    }

    /// The flag's key.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl Snapshot {
    /// The keys must be unique; there are fewer flags than bytes in a snapshot, whose limit keeps them within 32 bits.
    pub(super) fn new(mut flags: Vec<Flag>, warnings: Vec<Warning>, origin: Origin) -> Self {
        flags.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let hasher = RandomState::default();
        let hash = |index: &u32| hasher.hash_one(flags[*index as usize].key.as_bytes());
        let mut index = HashTable::with_capacity(flags.len());
        for position in 0..flags.len() as u32 {
            index.insert_unique(hash(&position), position, hash);
        }
        Self { flags: flags.into(), index, hasher, warnings: warnings.into(), origin }
    }

    /// The flag of that key. A key that is not UTF-8 is found nowhere.
    #[inline]
    pub fn find(&self, key: &[u8]) -> Option<&Flag> {
        let hash = self.hasher.hash_one(key);
        let position = self.index.find(hash, |&position| self.flags[position as usize].key.as_bytes() == key)?;
        Some(&self.flags[*position as usize])
    }

    /// All flags, sorted by key, also those that are set aside.
    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    /// The flags that are set aside, in the order of the text.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The revision that the snapshot states, as canonical text.
    pub fn revision(&self) -> Option<&str> {
        self.origin.revision.as_deref()
    }

    /// The project that the snapshot states, as canonical text.
    pub fn project(&self) -> Option<&str> {
        self.origin.project.as_deref()
    }

    /// The environment that the snapshot states, as canonical text.
    pub fn environment(&self) -> Option<&str> {
        self.origin.environment.as_deref()
    }
}
