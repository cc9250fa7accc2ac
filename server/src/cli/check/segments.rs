//! Checks of segments, including those that no flag uses.

use std::collections::{HashMap, HashSet};

use flagbit::{Place, Snapshot, Subject};
use serde_json::{Map, Value};

use super::{
    condition,
    finding::{Code, Findings},
    import::{Import, Objected},
    percent, reach, rule,
};
use crate::flags::{KEY_RULE, is_key, used_segments};

/// Notes which segments a flag asks.
pub(super) fn note_used<'s>(flag: &'s Map<String, Value>, used: &mut HashSet<&'s str>) {
    used.extend(flag.get("rules").and_then(Value::as_array).into_iter().flat_map(|rules| used_segments(rules)));
}

/// Reports what is wrong with the segments, and what the import says of the document as a whole.
pub(super) fn check(
    snapshot: &Snapshot,
    segments: Option<&Value>,
    used: &HashSet<&str>,
    import: &mut Import,
    findings: &mut Findings,
) {
    let mut unreadable = HashMap::new();
    let mut all = None;
    for warning in snapshot.warnings() {
        match warning.subject() {
            Subject::Flag(_) => {}
            Subject::Segment(name) => _ = unreadable.insert(name.as_str(), warning),
            Subject::Segments => all = Some(Objected::new(Code::UnreadableSegment, warning)),
        }
    }
    for (name, segment) in segments.and_then(Value::as_object).into_iter().flatten() {
        let place = Place::from("segments").entry(name);
        let warning = unreadable.get(name.as_str());
        import.report(&place, warning.map(|warning| Objected::new(Code::UnreadableSegment, warning)), findings);
        if !used.contains(name.as_str()) {
            findings.add(Code::UnusedSegment, &place, "no flag uses this segment");
        }
        if import.is_wanted() && !is_key(name) {
            let message = format!(
                "SDKs read this name, but the server takes {KEY_RULE}. Rename the segment before you import it, and give its percentages the old name with \"/segment\" behind it as their salt, so that they \
                 keep their users"
            );
            findings.add(Code::Key, &place, message);
        }
        let Some(fields) = segment.as_object() else { continue };
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
    import.report_rest(all, findings);
}
