//! Segments: named sets of rules of one environment.

use std::collections::BTreeSet;

use flagbit::Operator;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{
    Limits, Problems, describe, schema,
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
    created_at: String,
    updated_at: String,
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

    /// The first version, stored at this time.
    pub(crate) fn stored_first(self, now: &str) -> Self {
        Self { version: 1, created_at: now.into(), updated_at: now.into(), ..self }
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

/// Reads a segment and adds its errors to `problems`.
pub(crate) fn read_segment(fields: Map<String, Value>, limits: &Limits, problems: &mut Problems) -> SegmentChanges {
    let mut changes = SegmentChanges::default();
    let mut has_rules = false;
    for (field, value) in fields {
        match (field.as_str(), value) {
            ("rules", Value::Array(rules)) => (changes.rules, has_rules) = (rules, true),
            ("rules", other) => {
                has_rules = true;
                problems.add("rules", format!("expected a list, found {}", describe(&other)));
            }
            ("key", Value::String(key)) => changes.key = Some(key),
            ("key", other) => problems.add("key", format!("expected a string, found {}", describe(&other))),
            ("version", value) if value.is_i64() => changes.version = value.as_i64(),
            ("version", other) => problems.add("version", format!("expected an integer, found {}", describe(&other))),
            ("created_at" | "updated_at" | "environments", _) => {}
            _ => problems.add(field.as_str(), "unknown field; a segment has rules"),
        }
    }
    if !has_rules {
        problems.add("rules", "missing");
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
