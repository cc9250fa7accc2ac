//! The engine's judgement of a write: the environment's snapshot with the change, parsed as every SDK will.
//!
//! The whole snapshot, because a flag may break others: those that ask it, and those behind them. It takes some ten
//! milliseconds for 10,000 flags.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use flagbit::{MAX_SNAPSHOT_BYTES, Place, ProblemKind, Snapshot, SnapshotError, Subject, Warning};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    Labels, Problem, Problems, Shared, State, changes::check_whole, definition, flag::snapshot_text, snapshot_of,
};

/// The changes of a write to the snapshot of one environment: texts by key, `None` for a deletion.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    flags: BTreeMap<String, Option<String>>,
    segments: BTreeMap<String, Option<String>>,
    /// Problems that the engine would let pass.
    asides: Vec<Aside>,
}

/// A flag or a segment that nobody could use after the write.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    pub(crate) subject: Subject,
    /// Its place is the one inside the flag or the segment.
    pub(crate) problem: Problem,
    /// Whether flags ask each other in a circle, which is a matter of the other flags too.
    pub(crate) is_circle: bool,
}

/// An environment with a change, as the engine judges it.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The flags and segments that the change makes unusable, and those of the draft that are unusable.
    pub(crate) asides: Vec<Aside>,
    /// The snapshot with the change, as SDKs will download it.
    pub(crate) text: String,
    /// The same snapshot, parsed.
    pub(crate) snapshot: Snapshot,
}

/// The reason why no SDK would read the snapshot.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// More bytes than SDKs read.
    TooLarge { bytes: usize },
    /// Nested deeper than SDKs read.
    TooDeep,
    /// Refused for another reason.
    Unreadable(SnapshotError),
}

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow)]
    flags: Vec<&'t RawValue>,
    #[serde(borrow, default)]
    segments: BTreeMap<String, &'t RawValue>,
}

#[derive(Deserialize)]
struct KeyOf<'t> {
    #[serde(borrow)]
    key: Cow<'t, str>,
}

impl Draft {
    pub(crate) fn is_empty(&self) -> bool {
        self.flags.is_empty() && self.segments.is_empty()
    }

    /// Creates a flag, or replaces it. How many bytes it takes.
    pub(crate) fn put_flag(&mut self, key: &str, shared: &Shared, state: &State) -> usize {
        let mut problems = Problems::default();
        check_whole(shared, state, &mut problems);
        let aside = |problem| Aside { subject: Subject::Flag(key.into()), problem, is_circle: false };
        self.asides.extend(problems.shown().into_iter().map(aside));
        let text = snapshot_text(key, shared, state);
        let bytes = text.len();
        self.flags.insert(key.into(), Some(text));
        bytes
    }

    pub(crate) fn delete_flag(&mut self, key: &str) {
        self.flags.insert(key.into(), None);
    }

    /// Creates a segment, or replaces it. How many bytes it takes.
    pub(crate) fn put_segment(&mut self, key: &str, rules: &[Value]) -> usize {
        let text = definition(rules).to_string();
        let bytes = text.len();
        self.segments.insert(key.into(), Some(text));
        bytes
    }

    pub(crate) fn delete_segment(&mut self, key: &str) {
        self.segments.insert(key.into(), None);
    }

    /// Judges an environment with the change. `text` is its snapshot before the change, `before` is the same, parsed, and
    /// `labels` are those after the change.
    ///
    /// # Errors
    /// The snapshot before the change cannot be read.
    pub(crate) fn check(
        &self,
        labels: &Labels,
        text: &[u8],
        before: &Snapshot,
    ) -> anyhow::Result<Result<Judged, Refusal>> {
        let text = self.apply(Some(labels), text)?;
        if text.len() > MAX_SNAPSHOT_BYTES {
            return Ok(Err(Refusal::TooLarge { bytes: text.len() }));
        }
        let known = before.warnings().iter().map(identity).collect();
        Ok(match Snapshot::parse(text.as_bytes(), usize::MAX) {
            Ok(after) => Ok(Judged { asides: self.asides(&after, &known), text, snapshot: after }),
            Err(SnapshotError::TooDeep { .. }) => Err(Refusal::TooDeep),
            Err(error) => Err(Refusal::Unreadable(error)),
        })
    }

    /// Checks the draft by itself, as a whole snapshot. Returns nothing if that snapshot would be refused.
    pub(crate) fn check_alone(&self) -> Vec<Aside> {
        let text = self.apply(None, br#"{"flags": []}"#).unwrap_or_default();
        let snapshot = Snapshot::parse(text.as_bytes(), MAX_SNAPSHOT_BYTES);
        snapshot.map(|snapshot| self.asides(&snapshot, &HashSet::new())).unwrap_or_default()
    }

    /// The warnings of a snapshot with the change, but for those that were known before.
    fn asides(&self, after: &Snapshot, known: &HashSet<Identity<'_>>) -> Vec<Aside> {
        let new = after.warnings().iter();
        let new = new.filter(|warning| self.touches(warning.subject()) || !known.contains(&identity(warning)));
        self.asides.iter().cloned().chain(new.map(Aside::from)).collect()
    }

    fn touches(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Flag(key) => self.flags.contains_key(key),
            Subject::Segment(key) => self.segments.contains_key(key),
            Subject::Segments => false,
        }
    }

    /// The snapshot's text with the change.
    fn apply(&self, labels: Option<&Labels>, snapshot: &[u8]) -> anyhow::Result<String> {
        let document: Document = serde_json::from_slice(snapshot)?;
        let mut flags: BTreeMap<Cow<'_, str>, &str> = BTreeMap::new();
        for flag in document.flags {
            let KeyOf { key } = serde_json::from_str(flag.get())?;
            flags.insert(key, flag.get());
        }
        let segments = document.segments.iter();
        let mut segments: BTreeMap<&str, &str> = segments.map(|(key, segment)| (key.as_str(), segment.get())).collect();
        for (key, flag) in &self.flags {
            match flag {
                Some(flag) => _ = flags.insert(key.into(), flag),
                None => _ = flags.remove(key.as_str()),
            }
        }
        for (key, segment) in &self.segments {
            match segment {
                Some(segment) => _ = segments.insert(key, segment),
                None => _ = segments.remove(key.as_str()),
            }
        }
        Ok(snapshot_of(labels, &flags, &segments))
    }
}

/// The parts of a warning that are the same in two snapshots, even if the flag's position differs.
type Identity<'w> = (&'w Subject, &'w Place, &'w str);

fn identity(warning: &Warning) -> Identity<'_> {
    (warning.subject(), warning.place_in_subject(), warning.message())
}

impl From<&Warning> for Aside {
    fn from(warning: &Warning) -> Self {
        Self {
            subject: warning.subject().clone(),
            problem: Problem { place: warning.place_in_subject().clone(), message: warning.message().into() },
            is_circle: warning.kind() == ProblemKind::Circle,
        }
    }
}
