//! The state that evaluations read. It is immutable and swapped as a whole.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};

use crate::engine::{Answer, Attributes, ErrorCode, Moment, PreparedFlag, Snapshot};

/// The flags in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Serving {
    /// Counts every change of what is served; 0 before the first.
    pub(super) generation: u64,
    /// `None` before the first snapshot.
    pub(super) snapshot: Option<Arc<Snapshot>>,
    /// Of a snapshot that came over the network, now or once.
    pub(super) validator: Option<Arc<Validator>>,
    /// By id; later ones win.
    pub(super) overrides: Vec<(u64, Arc<Snapshot>)>,
    pub(super) closed: bool,
}

/// By what a snapshot is known not to have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validator {
    /// The server's name for it.
    pub(super) etag: Option<Box<str>>,
    /// SHA-256 of the text.
    pub(super) digest: [u8; 32],
}

impl Validator {
    pub(super) fn new(text: &[u8], etag: Option<Box<str>>) -> Self {
        Self { etag, digest: Sha256::digest(text).into() }
    }
}

impl Serving {
    #[inline(always)]
    pub(super) fn answer(&self, flag_key: &[u8], attributes: &impl Attributes) -> Result<Answer<'_>, ErrorCode> {
        let (snapshot, flag) = self.find(flag_key)?;
        flag.evaluate(snapshot, attributes, now)
    }

    #[inline(never)]
    pub(super) fn answer_cold<A: Attributes>(&self, flag_key: &[u8], attributes: &A) -> Result<Answer<'_>, ErrorCode> {
        let (snapshot, flag) = self.find_cold(flag_key)?;
        flag.evaluate_cold(snapshot, attributes, now)
    }

    #[inline(never)]
    pub(super) fn find_cold(&self, flag_key: &[u8]) -> Result<(&Snapshot, &PreparedFlag), ErrorCode> {
        self.find(flag_key)
    }

    /// The flag, and the snapshot or the override that it is of.
    #[inline(always)]
    fn find(&self, flag_key: &[u8]) -> Result<(&Snapshot, &PreparedFlag), ErrorCode> {
        if !self.overrides.is_empty()
            && let Some(found) =
                self.overrides.iter().rev().find_map(|(_, flags)| Some((&**flags, flags.find(flag_key)?)))
        {
            return Ok(found);
        }
        match &self.snapshot {
            Some(snapshot) => snapshot.find(flag_key).map(|flag| (&**snapshot, flag)).ok_or(ErrorCode::FlagNotFound),
            None if self.is_ready() => Err(ErrorCode::FlagNotFound),
            None => Err(ErrorCode::ProviderNotReady),
        }
    }

    /// Visits all flags in force with what they are of, sorted by key. Allocates only if there are overrides.
    pub(super) fn for_each_flag<'s>(&'s self, mut visit: impl FnMut(&'s Snapshot, &'s PreparedFlag)) {
        let base = self.snapshot.iter().flat_map(flags_of);
        if self.overrides.is_empty() {
            return base.for_each(|(snapshot, flag)| visit(snapshot, flag));
        }
        let overrides = self.overrides.iter().flat_map(|(_, flags)| flags_of(flags));
        let by_key: BTreeMap<&str, _> = base.chain(overrides).map(|found| (found.1.key(), found)).collect();
        by_key.into_values().for_each(|(snapshot, flag)| visit(snapshot, flag));
    }

    /// No more flags than these are in force.
    pub(super) fn most_flags(&self) -> usize {
        let overrides = self.overrides.iter().map(|(_, flags)| flags);
        self.snapshot.iter().chain(overrides).map(|snapshot| snapshot.flags().len()).sum()
    }

    /// The keys of all flags in force, sorted.
    pub(super) fn keys(&self) -> Vec<&str> {
        let mut keys = Vec::with_capacity(self.most_flags());
        self.for_each_flag(|_, flag| keys.push(flag.key()));
        keys
    }

    pub(super) fn is_ready(&self) -> bool {
        self.snapshot.is_some() || !self.overrides.is_empty()
    }

    pub(super) fn revision(&self) -> Option<&str> {
        self.snapshot.as_ref().and_then(|snapshot| snapshot.revision())
    }
}

fn flags_of(snapshot: &Arc<Snapshot>) -> impl Iterator<Item = (&Snapshot, &PreparedFlag)> {
    snapshot.flags().map(|flag| (&**snapshot, flag))
}

/// The host's clock, for flags with a schedule.
pub(super) fn now() -> Moment {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => Moment::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos()),
        // A clock that is set before 1970 is a second off at the most.
        Err(before) => {
            Moment::from_unix(i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds), 0)
        }
    }
}
