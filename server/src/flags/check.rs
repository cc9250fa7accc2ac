//! The engine's judgement of a write: the environment's snapshot with the change, parsed as every SDK will.
//!
//! The whole snapshot, because a flag may break others: those that ask it, and those behind them. It takes some ten
//! milliseconds for 10,000 flags.

use std::collections::{BTreeMap, HashSet};

use flagbit::{MAX_SNAPSHOT_BYTES, Snapshot, Warning};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{Problems, Shared, State, changes::check_whole, definition, flag::snapshot_text};
use crate::world::Environment;

/// What a write does to the snapshot of one environment: texts by key, `None` for what is deleted.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    flags: BTreeMap<String, Option<String>>,
    segments: BTreeMap<String, Option<String>>,
    /// What the engine would let pass.
    asides: Vec<Aside>,
}

/// A flag that the engine would set aside. An environment's segment is in here too, as that of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aside {
    pub(crate) subject: Subject,
    /// `rules[0].value: what is wrong`
    pub(crate) problem: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Flag(String),
    Segment(String),
}

/// Why no SDK would read the snapshot.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// More bytes than SDKs read.
    TooLarge { bytes: usize },
    /// Nested deeper than SDKs read.
    TooDeep,
}

/// Room for what the snapshot says of itself.
const LABELS: usize = 4 << 10;
/// No flag has a key of dots, so this begins those of none.
const PROBE: &str = "..segment.";

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
    key: std::borrow::Cow<'t, str>,
}

impl Draft {
    pub(crate) fn is_empty(&self) -> bool {
        self.flags.is_empty() && self.segments.is_empty()
    }

    /// Creates a flag, or replaces it. How many bytes it takes.
    pub(crate) fn put_flag(&mut self, key: &str, shared: &Shared, state: &State) -> usize {
        let mut problems = Problems::default();
        check_whole(shared, state, &mut problems);
        if let Err(problem) = problems.into_result() {
            self.asides.push(Aside { subject: Subject::Flag(key.into()), problem });
        }
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

    /// What the engine would set aside after the change and does not before; of what is in the draft, whatever it would
    /// set aside.
    ///
    /// # Errors
    /// The snapshot as a whole could not be read.
    pub(crate) fn check(&self, environment: &Environment) -> anyhow::Result<Result<Vec<Aside>, Refusal>> {
        let text = self.apply(&environment.body.plain.bytes)?;
        if text.len() > MAX_SNAPSHOT_BYTES - LABELS {
            return Ok(Err(Refusal::TooLarge { bytes: text.len() }));
        }
        let known = environment.snapshot.warnings().iter().map(relative).collect();
        // Keys are unique and all else is of the right form: what is left is its depth.
        Ok(Snapshot::parse(text.as_bytes(), usize::MAX)
            .map(|after| self.asides(&after, &known))
            .map_err(|_| Refusal::TooDeep))
    }

    /// The same of the draft by itself; nothing where it could not be read as a whole.
    pub(crate) fn check_alone(&self) -> Vec<Aside> {
        let text = self.apply(br#"{"flags": []}"#).unwrap_or_default();
        let snapshot = Snapshot::parse(text.as_bytes(), MAX_SNAPSHOT_BYTES);
        snapshot.map(|snapshot| self.asides(&snapshot, &HashSet::new())).unwrap_or_default()
    }

    /// The warnings of a snapshot with the change, but for those that were known before.
    fn asides(&self, after: &Snapshot, known: &HashSet<(&str, &str)>) -> Vec<Aside> {
        let mut asides = self.asides.clone();
        for (key, problem) in after.warnings().iter().map(relative) {
            let segment = key.strip_prefix(PROBE);
            if segment.is_none() && !self.flags.contains_key(key) && known.contains(&(key, problem)) {
                continue;
            }
            let (subject, problem) = match segment {
                Some(segment) => (Subject::Segment(segment.into()), segment_problem(segment, problem)),
                None => (Subject::Flag(key.into()), problem.into()),
            };
            asides.push(Aside { subject, problem });
        }
        asides
    }

    /// The snapshot's text with the change.
    fn apply(&self, snapshot: &[u8]) -> anyhow::Result<String> {
        let document: Document = serde_json::from_slice(snapshot)?;
        let mut flags = Vec::with_capacity(document.flags.len() + self.flags.len() + self.segments.len());
        for flag in document.flags {
            let KeyOf { key } = serde_json::from_str(flag.get())?;
            if !self.flags.contains_key(&*key) {
                flags.push(flag.get());
            }
        }
        flags.extend(self.flags.values().flatten().map(String::as_str));
        let mut segments: BTreeMap<&str, &str> =
            document.segments.iter().map(|(key, segment)| (key.as_str(), segment.get())).collect();
        let mut probes = Vec::new();
        for (key, segment) in &self.segments {
            match segment {
                Some(segment) => {
                    segments.insert(key, segment);
                    // The engine speaks of segments that flags use, and of no others.
                    probes.push(format!(
                        r#"{{"key":"{PROBE}{key}","enabled":true,"rules":[{{"operator":"in_segment","value":"{key}"}}]}}"#
                    ));
                }
                None => _ = segments.remove(key.as_str()),
            }
        }
        flags.extend(probes.iter().map(String::as_str));
        let segments: Vec<String> = segments.into_iter().map(|(key, text)| format!("\"{key}\":{text}")).collect();
        Ok(format!("{{\"flags\":[{}],\"segments\":{{{}}}}}", flags.join(","), segments.join(",")))
    }
}

/// The flag of a warning, and the problem as seen from the flag.
fn relative(warning: &Warning) -> (&str, &str) {
    let message = warning.message();
    let problem = message.split_once(']').map_or(message, |(_, rest)| rest.trim_start_matches(['.', ':', ' ']));
    (warning.flag_key(), problem)
}

/// `rules[0].value: the segment cannot be used: segments["beta"].rules[0].value: ...`, as seen from the segment.
fn segment_problem(key: &str, problem: &str) -> String {
    let place = format!("segments[{}]", Value::from(key));
    problem.split_once(&place).map_or(problem, |(_, rest)| rest.trim_start_matches(['.', ':', ' '])).to_owned()
}

impl Aside {
    /// Whether flags ask each other in a circle, which is a matter of the other flags too.
    pub(crate) fn is_circle(&self) -> bool {
        self.problem.contains("the flags ask each other in a circle: ")
    }
}
