//! The document. Reading it finds everything that is wrong; it is written so that it compares well.

use std::collections::{BTreeMap, BTreeSet};

use flagbit::{Place, Subject};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::flags::{
    Changes, KEY_RULE, Limits, Problems, Record, SegmentRecord, Shared, State, as_code, check::Draft, definition,
    describe, is_key, read_segment, schema,
};

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
pub(super) struct Document {
    pub(super) flags: BTreeMap<String, FlagAsCode>,
    pub(super) segments: BTreeMap<String, Vec<Value>>,
    /// The keys of the flags that are known to be unreadable.
    faulty: BTreeSet<String>,
    faulty_segments: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct FlagAsCode {
    /// The position in the list.
    pub(super) position: usize,
    pub(super) shared: Shared,
    pub(super) state: State,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// All that is wrong, by place. What the engine says of flags that can be read otherwise is in it.
    pub(super) fn read(fields: Map<String, Value>, limits: &Limits) -> Result<Self, String> {
        let mut document = Self::default();
        let mut problems = Problems::default();
        let mut has_flags = false;
        for (field, value) in fields {
            match (field.as_str(), value) {
                ("flags", Value::Array(flags)) => {
                    has_flags = true;
                    document.read_flags(flags, limits, &mut problems);
                }
                ("segments", Value::Object(segments)) => document.read_segments(segments, limits, &mut problems),
                // A snapshot says these of itself.
                ("segments", Value::Null) | ("revision" | "project" | "environment", _) => {}
                ("flags", other) => {
                    has_flags = true;
                    problems.add("flags", format!("expected a list, found {}", describe(&other)));
                }
                ("segments", other) => {
                    problems.add("segments", format!("expected an object, found {}", describe(&other)));
                }
                _ => problems.add(field.as_str(), "unknown field; flags as code have flags, segments"),
            }
        }
        if !has_flags {
            problems.add("flags", "missing");
        }
        if !problems.is_empty() {
            document.judge(&mut problems);
        }
        problems.into_result().map(|()| document)
    }

    /// Adds what the engine says of the flags that can be read otherwise.
    fn judge(&self, problems: &mut Problems) {
        let mut draft = Draft::default();
        for (key, flag) in &self.flags {
            draft.put_flag(key, &flag.shared, &flag.state);
        }
        self.segments.iter().for_each(|(key, rules)| _ = draft.put_segment(key, rules));
        for aside in draft.check_alone() {
            match &aside.subject {
                Subject::Flag(key) if !self.faulty.contains(key) => {
                    if let Some(flag) = self.flags.get(key) {
                        problems.add_within(&flag_place(flag.position), [aside.problem]);
                    }
                }
                Subject::Segment(key) if !self.faulty_segments.contains(key) => {
                    problems.add_within(&segment_place(key), [aside.problem]);
                }
                Subject::Flag(_) | Subject::Segment(_) | Subject::Segments => {}
            }
        }
    }

    fn read_flags(&mut self, flags: Vec<Value>, limits: &Limits, problems: &mut Problems) {
        if flags.len() > limits.max_flags {
            let (found, limit) = (flags.len(), limits.max_flags);
            return problems.add("flags", format!("{found} flags; this server allows {limit} (--max-flags)"));
        }
        for (position, flag) in flags.into_iter().enumerate() {
            let place = flag_place(position);
            let Value::Object(fields) = flag else {
                problems.add(place, format!("expected an object, found {}", describe(&flag)));
                continue;
            };
            let mut found = Problems::default();
            let changes = Changes::read(fields, limits, &mut found);
            let (key, shared, state) = changes.into_flag(&mut found);
            if let Some(key) = key.filter(|key| is_key(key)) {
                if !found.is_empty() {
                    self.faulty.insert(key.clone());
                }
                check_size(Draft::default().put_flag(&key, &shared, &state), limits, &place, problems);
                let flag = FlagAsCode { position, shared, state };
                if let Some(earlier) = self.flags.insert(key.clone(), flag) {
                    found.add("key", format!("duplicate key {key:?}, already at {}", flag_place(earlier.position)));
                }
            }
            problems.add_within(&place, found);
        }
    }

    fn read_segments(&mut self, segments: Map<String, Value>, limits: &Limits, problems: &mut Problems) {
        if segments.len() > limits.max_segments {
            let (found, limit) = (segments.len(), limits.max_segments);
            return problems.add("segments", format!("{found} segments; this server allows {limit} (--max-segments)"));
        }
        for (key, segment) in segments {
            let place = segment_place(&key);
            let Value::Object(fields) = segment else {
                problems.add(place, format!("expected an object, found {}", describe(&segment)));
                continue;
            };
            if !is_key(&key) {
                problems.add(place, format!("the key of a segment is {KEY_RULE}"));
                continue;
            }
            let mut found = Problems::default();
            let changes = read_segment(fields, limits, &mut found);
            if changes.key.as_ref().is_some_and(|other| *other != key) {
                found.add("key", format!("expected the one it stands under, {key:?}"));
            }
            if !found.is_empty() {
                self.faulty_segments.insert(key.clone());
            }
            check_size(definition(&changes.rules).to_string().len(), limits, &place, problems);
            problems.add_within(&place, found);
            self.segments.insert(key, changes.rules);
        }
    }
}

pub(super) fn flag_place(position: usize) -> Place {
    Place::from("flags").index(position)
}

pub(super) fn segment_place(key: &str) -> Place {
    Place::from("segments").entry(key)
}

fn check_size(bytes: usize, limits: &Limits, place: &Place, problems: &mut Problems) {
    if bytes > limits.max_flag_bytes {
        let limit = limits.max_flag_bytes;
        problems.add(place.clone(), format!("{bytes} bytes; this server allows {limit} (--max-flag-bytes)"));
    }
}

/// Writes the flags and segments of an environment as a document.
pub(super) fn content_text(flags: &[(Record, State)], segments: &[SegmentRecord]) -> anyhow::Result<String> {
    let flags = flags.iter().map(|(record, state)| as_code(&record.key, &record.shared, state)).collect();
    let segments = segments.iter().map(|segment| (segment.key.clone(), definition(&segment.rules))).collect();
    Ok(serde_json::to_string_pretty(&FlagsAsCode { flags, segments })? + "\n")
}

/// The tag of a document, which stands for its content.
pub(super) fn tag_of(text: &str) -> String {
    Sha256::digest(text)[..16].iter().fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"))
}
