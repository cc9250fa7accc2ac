//! An immutable set of flags, prepared for evaluation.

use std::sync::OnceLock;

use hashbrown::{HashTable, hash_table::Entry};

use super::{Warning, hash::TextHasher, rule::Rule};

/// The flags of one project and environment at one moment. Immutable; any number of threads may read it.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// In the order of the text.
    flags: Box<[Flag]>,
    /// The flags' positions, sorted by key; sorting costs a tenth of loading, and single evaluations need none of it.
    sorted: OnceLock<Box<[u32]>>,
    index: HashTable<u32>,
    hasher: TextHasher,
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
    /// A snapshot of flags in the order of the text, or a key that two have, with their positions. There are fewer
    /// flags than bytes in a snapshot, whose limit keeps positions within 32 bits.
    pub(super) fn new(flags: Vec<Flag>, warnings: Vec<Warning>, origin: Origin) -> Result<Self, (Box<str>, u32, u32)> {
        let hasher = TextHasher::default();
        let key = |position: u32| flags[position as usize].key.as_bytes();
        let mut index = HashTable::with_capacity(flags.len());
        for position in 0..flags.len() as u32 {
            let same = |&other: &u32| key(other) == key(position);
            match index.entry(hasher.hash(key(position)), same, |&other| hasher.hash(key(other))) {
                Entry::Occupied(earlier) => {
                    return Err((flags[position as usize].key.clone(), *earlier.get(), position));
                }
                Entry::Vacant(vacant) => vacant.insert(position),
            };
        }
        let warnings = warnings.into();
        Ok(Self { flags: flags.into(), sorted: OnceLock::new(), index, hasher, warnings, origin })
    }

    /// The flag of that key. A key that is not UTF-8 is found nowhere.
    #[inline]
    pub fn find(&self, key: &[u8]) -> Option<&Flag> {
        let hash = self.hasher.hash(key);
        let position = self.index.find(hash, |&position| self.flags[position as usize].key.as_bytes() == key)?;
        Some(&self.flags[*position as usize])
    }

    /// All flags, sorted by key, also those that are set aside.
    pub fn flags(&self) -> impl ExactSizeIterator<Item = &Flag> {
        let sorted = self.sorted.get_or_init(|| {
            let mut positions: Box<[u32]> = (0..self.flags.len() as u32).collect();
            positions.sort_unstable_by_key(|&position| &self.flags[position as usize].key);
            positions
        });
        sorted.iter().map(|&position| &self.flags[position as usize])
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
