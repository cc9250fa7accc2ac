//! Segments: named sets of rules of one environment.

use std::collections::BTreeSet;

use flagbit::Operator;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{
    Limits, Problems, describe, fields, schema,
    shape::{self, Kind},
};

/// A segment as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct SegmentRecord {
    pub(crate) key: String,
    pub(crate) rules: Vec<Value>,
    pub(crate) version: i64,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// A segment of one environment: the first rule that matches decides who is in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Segment {
    pub(crate) key: String,
    #[schema(value_type = Vec<schema::Rule>)]
    rules: Vec<Value>,
    /// Counts the writes; the entity tag of the segment is this number in quotes.
    pub(crate) version: i64,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

impl SegmentRecord {
    /// A segment that is not stored yet.
    pub(crate) fn new(key: String, rules: Vec<Value>) -> Self {
        Self { key, rules, version: 0, created_at: String::new(), updated_at: String::new() }
    }

    /// The segment as it is stored and stands in the snapshot.
    pub(crate) fn definition(&self) -> Value {
        definition(&self.rules)
    }

    /// A new segment, stored at this time as the version after `last`.
    pub(crate) fn stored_new(self, last: i64, now: &str) -> Self {
        Self { version: last + 1, created_at: now.into(), updated_at: now.into(), ..self }
    }
}

impl From<SegmentRecord> for Segment {
    fn from(record: SegmentRecord) -> Self {
        let SegmentRecord { key, rules, version, created_at, updated_at } = record;
        Self { key, rules, version, created_at, updated_at }
    }
}

/// The body of a write to a segment.
#[derive(Debug, Default)]
pub(crate) struct SegmentChanges {
    pub(crate) key: Option<String>,
    pub(crate) version: Option<i64>,
    pub(crate) rules: Vec<Value>,
}

/// Reads a segment that must have rules, and adds its errors to `problems`.
pub(crate) fn read_segment(fields: Map<String, Value>, limits: &Limits, problems: &mut Problems) -> SegmentChanges {
    match fields.get("rules") {
        None => problems.add("rules", "missing"),
        Some(Value::Null) => problems.add("rules", "expected a list, found null"),
        Some(_) => {}
    }
    read_segment_as_code(fields, limits, problems)
}

/// Reads a segment as SDKs do, so that it has no rules if they are missing, and adds its errors to `problems`.
pub(crate) fn read_segment_as_code(
    fields: Map<String, Value>,
    limits: &Limits,
    problems: &mut Problems,
) -> SegmentChanges {
    let mut changes = SegmentChanges::default();
    for (field, value) in fields {
        match (field.as_str(), value) {
            ("rules", Value::Array(rules)) => changes.rules = rules,
            ("rules", Value::Null) => {}
            ("rules", other) => problems.add("rules", format!("expected a list, found {}", describe(&other))),
            ("key", Value::String(key)) => changes.key = Some(key),
            ("key", other) => problems.add("key", format!("expected a string, found {}", describe(&other))),
            ("version", value) if value.is_i64() => changes.version = value.as_i64(),
            ("version", other) => problems.add("version", format!("expected an integer, found {}", describe(&other))),
            ("created_at" | "updated_at" | "environments", _) => {}
            _ => problems.add_ignorable(field.as_str(), || fields::SEGMENT.unknown(&field)),
        }
    }
    shape::check_rules(&changes.rules, Kind::Segment, limits, problems);
    changes
}

/// The segment as it is stored and stands in the snapshot.
pub(crate) fn definition(rules: &[Value]) -> Value {
    json!({"rules": rules})
}

/// The segments that rules use.
pub(crate) fn used_segments(rules: &[Value]) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    for condition in rules.iter().flat_map(conditions) {
        let operator = condition.get("operator").and_then(Value::as_str).and_then(Operator::named);
        if matches!(operator, Some((Operator::InSegment, _))) {
            match condition.get("value") {
                Some(Value::Array(names)) => used.extend(names.iter().filter_map(Value::as_str)),
                Some(Value::String(name)) => _ = used.insert(name),
                _ => {}
            }
        }
    }
    used
}

/// The flags that rules ask.
pub(crate) fn asked_flags(rules: &[Value]) -> impl Iterator<Item = &str> {
    let asks = |condition: &&Value| {
        let operator = condition.get("operator").and_then(Value::as_str).and_then(Operator::named);
        matches!(operator, Some((Operator::FlagIs, _)))
    };
    let asking = rules.iter().flat_map(conditions).filter(asks);
    asking.filter_map(|condition| condition.get("attribute").and_then(Value::as_str))
}

/// The conditions of a rule; one without is one itself.
pub(super) fn conditions(rule: &Value) -> &[Value] {
    rule.get("conditions").and_then(Value::as_array).map_or(std::slice::from_ref(rule), Vec::as_slice)
}
