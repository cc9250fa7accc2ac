//! The document, which is written so that it compares well.

use std::collections::{BTreeMap, BTreeSet};

use flagbit::{Place, Subject};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::flags::{Problems, Shared, State, as_code, check::Draft, definition, schema};

/// The flags and segments of an environment as code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlagsAsCode {
    #[schema(value_type = Vec<schema::NewFlag>)]
    flags: Vec<Value>,
    /// The segments by key: each `{"rules": [...]}`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Option<std::collections::HashMap<String, schema::SegmentRules>>, nullable = false)]
    segments: Map<String, Value>,
}

/// A document that was read.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(super) flags: BTreeMap<String, FlagAsCode>,
    pub(super) segments: BTreeMap<String, Vec<Value>>,
    /// The keys of the flags that are known to be unreadable.
    pub(super) faulty: BTreeSet<String>,
    pub(super) faulty_segments: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct FlagAsCode {
    /// The position in the list.
    pub(super) position: usize,
    pub(super) shared: Shared,
    pub(super) state: State,
}

impl Document {
    /// Adds what the engine says of the flags that can be read otherwise.
    pub(super) fn judge(&self, problems: &mut Problems) {
        let mut draft = Draft::default();
        for (key, flag) in &self.flags {
            if let Err(error) = draft.put_flag(key, &flag.shared, &flag.state) {
                problems.add(flag_place(flag.position), error.to_string());
            }
        }
        self.segments.iter().for_each(|(key, rules)| _ = draft.put_segment(key, rules));
        for aside in draft.check_alone() {
            match &aside.subject {
                Subject::Flag(key) if !self.faulty.contains(key) => {
                    if let Some(flag) = self.flags.get(key) {
                        problems.push(aside.problem.within(&flag_place(flag.position)));
                    }
                }
                Subject::Segment(key) if !self.faulty_segments.contains(key) => {
                    problems.push(aside.problem.within(&segment_place(key)));
                }
                Subject::Flag(_) | Subject::Segment(_) | Subject::Segments => {}
            }
        }
    }
}

pub(super) fn flag_place(position: usize) -> Place {
    Place::from("flags").index(position)
}

pub(super) fn segment_place(key: &str) -> Place {
    Place::from("segments").entry(key)
}

/// Writes flags and segments, sorted by key, as a document.
pub(super) fn content_text<'a>(
    flags: impl Iterator<Item = (&'a str, &'a Shared, &'a State)>,
    segments: impl Iterator<Item = (&'a str, &'a [Value])>,
) -> anyhow::Result<String> {
    let flags = flags.map(|(key, shared, state)| as_code(key, shared, state)).collect();
    let segments = segments.map(|(key, rules)| (key.to_owned(), definition(rules))).collect();
    Ok(serde_json::to_string_pretty(&FlagsAsCode { flags, segments })? + "\n")
}

/// The tag of a document, which stands for its content.
pub(super) fn tag_of(text: &str) -> String {
    Sha256::digest(text)[..16].iter().fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"))
}
