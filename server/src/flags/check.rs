//! The engine's judgement of a write: the environment's snapshot with the change, parsed as every SDK will.
//!
//! A flag may break others: those that ask it, and those behind them. [`Compiled`] reads as much as that takes.

use std::collections::HashSet;

use flagbit::{MAX_SNAPSHOT_BYTES, Place, ProblemKind, SnapshotError, Subject, Warning};
use serde_json::Value;

use super::{
    Compiled, FlagText, Labels, Problem, Problems, Shared, SnapshotText, State, changes::check_whole, definition,
    text::Changed,
};

/// The changes of a write to the snapshot of one environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    flags: Changed<FlagText>,
    segments: Changed<String>,
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
    /// The flags with the change, as evaluations and SDKs will read them.
    pub(crate) flags: Compiled,
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

impl Draft {
    pub(crate) fn is_empty(&self) -> bool {
        self.flags.is_empty() && self.segments.is_empty()
    }

    /// Creates a flag, or replaces it. Returns the bytes that it takes.
    ///
    /// # Errors
    /// The parts cannot be written as JSON.
    pub(crate) fn put_flag(&mut self, key: &str, shared: &Shared, state: &State) -> anyhow::Result<usize> {
        let mut problems = Problems::default();
        check_whole(shared, state, &mut problems);
        let text = FlagText::new(key, &serde_json::to_string(shared)?, &serde_json::to_string(state)?)?;
        let bytes = text.text.len();
        self.put_text(key, text, problems);
        Ok(bytes)
    }

    /// Creates a flag, or replaces it, with the problems of it that the engine would let pass.
    pub(crate) fn put_text(&mut self, key: &str, text: FlagText, problems: Problems) {
        let aside = |problem| Aside { subject: Subject::Flag(key.into()), problem, is_circle: false };
        self.asides.extend(problems.shown().into_iter().map(aside));
        self.flags.insert(key.into(), Some(text));
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

    /// Judges an environment with the change. `before` are its flags before that, and `labels` are those after it.
    ///
    /// # Errors
    /// No SDK would read the flags.
    pub(crate) fn check(&self, labels: &Labels, before: &Compiled) -> Result<Judged, Refusal> {
        let text = before.text().with(Some(labels), &self.flags, &self.segments);
        let bytes = text.bytes().len();
        if bytes > MAX_SNAPSHOT_BYTES {
            return Err(Refusal::TooLarge { bytes });
        }
        let known = before.warnings().map(identity).collect();
        match before.with(text, &self.flags, self.segments.is_empty()) {
            Ok(flags) => Ok(Judged { asides: self.asides(flags.warnings(), &known), flags }),
            Err(SnapshotError::TooDeep { .. }) => Err(Refusal::TooDeep),
            Err(error) => Err(Refusal::Unreadable(error)),
        }
    }

    /// Checks the draft by itself, as a whole snapshot. Returns nothing if that snapshot would be refused.
    pub(crate) fn check_alone(&self) -> Vec<Aside> {
        let text = SnapshotText::default().with(None, &self.flags, &self.segments);
        if text.bytes().len() > MAX_SNAPSHOT_BYTES {
            return Vec::new();
        }
        let flags = Compiled::new(text, HashSet::new());
        flags.map(|flags| self.asides(flags.warnings(), &HashSet::new())).unwrap_or_default()
    }

    /// The warnings of a snapshot with the change, but for those that were known before.
    fn asides<'w>(&self, after: impl Iterator<Item = &'w Warning>, known: &HashSet<Identity<'_>>) -> Vec<Aside> {
        let new = after.filter(|warning| self.touches(warning.subject()) || !known.contains(&identity(warning)));
        self.asides.iter().cloned().chain(new.map(Aside::from)).collect()
    }

    fn touches(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Flag(key) => self.flags.contains_key(key),
            Subject::Segment(key) => self.segments.contains_key(key),
            Subject::Segments => false,
        }
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
