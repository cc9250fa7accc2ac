//! Checks of segments, including those that no flag uses.

use std::collections::{HashMap, HashSet};

use flagbit::{Place, Snapshot, Subject};
use serde_json::{Map, Value};

use super::{
    condition, fields,
    finding::{Code, Findings},
    percent, reach, rule,
};
use crate::flags::{KEY_RULE, is_key, used_segments};

/// Notes which segments a flag asks.
pub(super) fn note_used<'s>(flag: &'s Map<String, Value>, used: &mut HashSet<&'s str>) {
    used.extend(flag.get("rules").and_then(Value::as_array).into_iter().flat_map(|rules| used_segments(rules)));
}

pub(super) fn check(snapshot: &Snapshot, segments: Option<&Value>, used: &HashSet<&str>, findings: &mut Findings) {
    let mut unreadable = HashMap::new();
    for warning in snapshot.warnings() {
        match warning.subject() {
            Subject::Flag(_) => {}
            Subject::Segment(name) => _ = unreadable.insert(name.as_str(), warning),
            Subject::Segments => findings.add(Code::UnreadableSegment, warning.place(), warning.message()),
        }
    }
    for (name, segment) in segments.and_then(Value::as_object).into_iter().flatten() {
        let place = Place::from("segments").entry(name);
        let warning = unreadable.get(name.as_str());
        if let Some(warning) = warning {
            findings.add(Code::UnreadableSegment, warning.place(), warning.message());
        }
        if !used.contains(name.as_str()) {
            findings.add(Code::UnusedSegment, &place, "no flag uses this segment");
        }
        if !is_key(name) {
            let message = format!(
                "SDKs read this name, but the server refuses it: it takes {KEY_RULE}. Rename the segment before you \
                 import it, and give its percentages the old name with \"/segment\" behind it as their salt, so that they \
                 keep their users"
            );
            findings.add(Code::Key, &place, message);
        }
        let Some(fields) = segment.as_object() else { continue };
        fields::check_segment(fields, &place, findings);
        if warning.is_none() {
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
