//! Flags and segments that come into environments which lack them: those of a flag that comes back from the archive, and
//! those of a flag that is promoted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::{Backend, Result, change::Change};
use crate::flags::{Flag, Record, SegmentRecord, State, asked_flags, check::Draft};

/// The flags and segments to bring.
#[derive(Debug, Default)]
pub(super) struct Bringing {
    /// Flags, each with its states by the ids of environments that lack it.
    pub(super) flags: Vec<(Record, BTreeMap<i64, State>)>,
    /// Segments by the ids of environments that lack them, and by their keys.
    pub(super) segments: BTreeMap<(i64, String), SegmentRecord>,
}

impl Bringing {
    /// Adds to the drafts what the environments get.
    pub(super) fn draft(&self, drafts: &mut BTreeMap<i64, Draft>) -> Result<()> {
        for ((environment_id, key), segment) in &self.segments {
            drafts.entry(*environment_id).or_default().put_segment(key, &segment.rules);
        }
        for (record, states) in &self.flags {
            for (environment_id, state) in states {
                drafts.entry(*environment_id).or_default().put_flag(&record.key, &record.shared, state)?;
            }
        }
        Ok(())
    }

    /// The keys of the segments, sorted.
    pub(super) fn segment_keys(&self) -> Vec<String> {
        let keys: BTreeSet<&String> = self.segments.keys().map(|(_, key)| key).collect();
        keys.into_iter().cloned().collect()
    }

    /// Stores all of it, and records each flag under `action`.
    ///
    /// # Errors
    /// [`super::Error::LimitReached`].
    pub(super) async fn store(self, backend: &Backend, change: &mut Change<'_>, action: &str) -> Result<()> {
        let segments = self.segments.into_iter().map(|((environment_id, _), segment)| (environment_id, segment));
        change.create_segments(&backend.limits, segments).await?;
        let account_id = change.project().who.account_id;
        for (record, states) in self.flags {
            for (environment_id, state) in states {
                let presence = change.write.create_presence(account_id, record.id, environment_id, state).await?;
                let flag = Flag::new(record.clone(), presence);
                change.record_flag(environment_id, action, record.id, None, Some(&flag)).await?;
            }
        }
        Ok(())
    }
}

/// The flags that flags ask, and those that these ask: each key once.
#[derive(Debug)]
pub(super) struct Asked {
    known: BTreeSet<String>,
    next: VecDeque<String>,
}

impl Asked {
    /// Begins with a flag that is there.
    pub(super) fn by(key: &str) -> Self {
        Self { known: BTreeSet::from([key.to_owned()]), next: VecDeque::new() }
    }

    /// Adds what the rules of a flag ask.
    pub(super) fn add(&mut self, rules: &[Value]) {
        for key in asked_flags(rules) {
            if self.known.insert(key.to_owned()) {
                self.next.push_back(key.to_owned());
            }
        }
    }

    /// Returns the next key.
    pub(super) fn next(&mut self) -> Option<String> {
        self.next.pop_front()
    }
}
