//! What evaluations read: immutable, swapped as a whole.

use std::{collections::BTreeMap, sync::Arc};

use super::evaluation::Evaluation;
use crate::engine::{Answer, Attributes, ErrorCode, Flag, Snapshot};

/// The flags in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Serving {
    /// Counts every change of what is served; 0 before the first.
    pub(super) generation: u64,
    /// `None` before the first snapshot.
    pub(super) snapshot: Option<Arc<Snapshot>>,
    /// By id; later ones win.
    pub(super) overrides: Vec<(u64, Arc<Snapshot>)>,
    pub(super) closed: bool,
}

impl Serving {
    #[inline]
    pub(super) fn evaluate(&self, flag_key: &[u8], attributes: &impl Attributes, default: bool) -> Evaluation {
        Evaluation::new(self.answer(flag_key, attributes), default, self.generation)
    }

    #[inline]
    pub(super) fn answer(&self, flag_key: &[u8], attributes: &impl Attributes) -> Result<Answer, ErrorCode> {
        self.find(flag_key)?.evaluate(attributes)
    }

    #[inline]
    fn find(&self, flag_key: &[u8]) -> Result<&Flag, ErrorCode> {
        if !self.overrides.is_empty()
            && let Some(flag) = self.overrides.iter().rev().find_map(|(_, flags)| flags.find(flag_key))
        {
            return Ok(flag);
        }
        match &self.snapshot {
            Some(snapshot) => snapshot.find(flag_key).ok_or(ErrorCode::FlagNotFound),
            None if self.is_ready() => Err(ErrorCode::FlagNotFound),
            None => Err(ErrorCode::ProviderNotReady),
        }
    }

    /// All flags in force, sorted by key.
    pub(super) fn flags(&self) -> Vec<&Flag> {
        let base = self.snapshot.iter().flat_map(|snapshot| snapshot.flags());
        if self.overrides.is_empty() {
            return base.collect();
        }
        let overrides = self.overrides.iter().flat_map(|(_, flags)| flags.flags());
        let by_key: BTreeMap<&str, &Flag> = base.chain(overrides).map(|flag| (flag.key(), flag)).collect();
        by_key.into_values().collect()
    }

    pub(super) fn is_ready(&self) -> bool {
        self.snapshot.is_some() || !self.overrides.is_empty()
    }

    pub(super) fn revision(&self) -> Option<&str> {
        self.snapshot.as_ref().and_then(|snapshot| snapshot.revision())
    }
}
