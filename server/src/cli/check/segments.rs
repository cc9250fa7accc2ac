//! Segments: the engine is silent about one that no flag uses, whatever is wrong with it.

use std::collections::{HashMap, HashSet};

use flagbit::Snapshot;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use super::{
    condition,
    document::{entry, split_place},
    fields,
    finding::{Code, Findings},
    percent, reach, rule,
};

/// Notes which segments a flag asks.
pub(super) fn note_used<'s>(flag: &'s Map<String, Value>, used: &mut HashSet<&'s str>) {
    let rules = flag.get("rules").and_then(Value::as_array).into_iter().flatten();
    for rule in rules {
        let conditions = rule.get("conditions").and_then(Value::as_array).into_iter().flatten();
        for condition in conditions.chain([rule]) {
            let operator = condition.get("operator").and_then(Value::as_str).unwrap_or_default();
            if matches!(operator, "in_segment" | "not_in_segment") {
                match condition.get("value") {
                    Some(Value::Array(names)) => used.extend(names.iter().filter_map(Value::as_str)),
                    name => used.extend(name.and_then(Value::as_str)),
                }
            }
        }
    }
}

pub(super) fn check(text: &[u8], segments: Option<&Value>, used: &HashSet<&str>, findings: &mut Findings) {
    let segments = match segments {
        None | Some(Value::Null) => return,
        Some(Value::Object(segments)) => segments,
        Some(_) => {
            findings.add(Code::UnreadableSegment, "segments", "expected an object of segments by name");
            return;
        }
    };
    let problems = problems(text, segments);
    for (name, segment) in segments {
        let place = entry("segments", name);
        if let Some(problem) = problems.get(name) {
            let (place, message) = split_place(problem);
            findings.add(Code::UnreadableSegment, place, message);
        }
        if !used.contains(name.as_str()) {
            findings.add(Code::UnusedSegment, &place, "no flag uses this segment");
        }
        let Some(fields) = segment.as_object() else { continue };
        fields::check_segment(fields, &place, findings);
        if !problems.contains_key(name) {
            let salt = format!("{name}/segment");
            let rules = rule::rules(fields, &place, &salt);
            let reached = reach::reached(&rules, findings);
            condition::check(&reached, findings);
            percent::check(&reached, findings);
            if reached.is_empty() {
                findings.add(Code::NeverHolds, &place, "a segment without rules: nobody is in it");
            }
        }
    }
}

#[derive(Deserialize)]
struct Document<'d> {
    #[serde(borrow)]
    segments: &'d RawValue,
}

/// What the engine says of each segment that it cannot read, found out by flags that ask one segment each. It gets the
/// segments as they stand in the text, where also a name may be there twice.
fn problems(text: &[u8], segments: &Map<String, Value>) -> HashMap<String, String> {
    let Ok(Document { segments: raw }) = serde_json::from_slice(text) else { return HashMap::new() };
    let asks = |name| json!({"key": name, "enabled": true, "rules": [{"operator": "in_segment", "value": name}]});
    let flags = segments.keys().filter(|name| !name.is_empty()).map(asks).collect::<Vec<_>>();
    let probe = format!("{{\"flags\": {}, \"segments\": {raw}}}", Value::from(flags));
    let Ok(snapshot) = Snapshot::parse(probe.as_bytes(), usize::MAX) else { return HashMap::new() };
    let warnings = snapshot.warnings().iter();
    warnings
        .filter_map(|warning| {
            let (_, problem) = warning.message().split_once("the segment cannot be used: ")?;
            Some((warning.flag_key().to_owned(), problem.to_owned()))
        })
        .collect()
}
