//! A whole snapshot: what the engine says of it, and what it does not say.

use std::collections::{HashMap, HashSet};

use flagbit::{MAX_SNAPSHOT_BYTES, Snapshot, SnapshotError, Warning};
use serde_json::{Map, Value};

use super::{
    condition, fields,
    finding::{Code, Findings},
    percent, reach,
    rule::{self, Serves},
    segments, variants,
};

/// Checks a snapshot's text; how many flags it has, `None` for one that is refused.
pub(super) fn check(text: &[u8], findings: &mut Findings) -> Option<usize> {
    let snapshot = match Snapshot::parse(text, MAX_SNAPSHOT_BYTES) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            refused(error, findings);
            return None;
        }
    };
    // What the engine has read is JSON.
    let document: Value = serde_json::from_slice(text).unwrap_or_default();
    let set_aside: HashMap<&str, &Warning> =
        snapshot.warnings().iter().map(|warning| (warning.flag_key(), warning)).collect();
    if let Value::Object(fields) = &document {
        fields::check_document(fields, findings);
    }
    let mut used_segments = HashSet::new();
    for (place, key, fields) in flags(&document) {
        findings.about(Some(key));
        check_key(key, &place, findings);
        segments::note_used(fields, &mut used_segments);
        if let Some(warning) = set_aside.get(key) {
            let (place, message) = split_place(warning.message());
            findings.add(Code::SetAside, place, message);
        }
        fields::check_flag(fields, &place, findings);
        // Of what cannot be read no more can be said.
        if !set_aside.contains_key(key) {
            check_flag(fields, key, &place, findings);
        }
    }
    findings.about(None);
    segments::check(text, document.get("segments"), &used_segments, findings);
    Some(snapshot.flags().len())
}

fn refused(error: SnapshotError, findings: &mut Findings) {
    match error {
        SnapshotError::Shape { place, message } => findings.add(Code::Refused, place, message),
        SnapshotError::Json { line, column, message } => {
            findings.add(Code::Refused, "", format!("not JSON: {message}"));
            if let Some(finding) = findings.all.last_mut() {
                (finding.line, finding.column) = (Some(line), Some(column));
            }
        }
        error @ SnapshotError::TooLarge { .. } => findings.add(Code::Refused, "", error.to_string()),
    }
}

type Flag<'d> = (String, &'d str, &'d Map<String, Value>);

/// The flags with their places and keys, in the order of the text.
fn flags(document: &Value) -> Vec<Flag<'_>> {
    match document.get("flags") {
        None => listed(document, ""),
        Some(Value::Object(flags)) => {
            let named = flags.iter();
            named.filter_map(|(key, flag)| Some((entry("flags", key), key.as_str(), flag.as_object()?))).collect()
        }
        Some(flags) => listed(flags, "flags"),
    }
}

fn listed<'d>(flags: &'d Value, place: &str) -> Vec<Flag<'d>> {
    let flags = flags.as_array().into_iter().flatten().enumerate();
    let flag = |(index, flag): (usize, &'d Value)| {
        let fields = flag.as_object()?;
        Some((format!("{place}[{index}]"), fields.get("key")?.as_str()?, fields))
    };
    flags.filter_map(flag).collect()
}

/// The place of what stands under a name.
pub(super) fn entry(outer: &str, name: &str) -> String {
    format!("{outer}[{}]", Value::from(name))
}

/// A warning of the engine as its place and what is wrong there.
pub(super) fn split_place(warning: &str) -> (&str, &str) {
    // A name in the place is a JSON string, which may hold anything.
    let (mut in_name, mut is_escaped) = (false, false);
    for (position, byte) in warning.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_name => is_escaped = true,
            b'"' => in_name = !in_name,
            b':' if !in_name => return (&warning[..position], warning[position + 1..].trim_start()),
            _ => {}
        }
    }
    ("", warning)
}

fn check_key(key: &str, place: &str, findings: &mut Findings) {
    let is_usual = key.len() <= 256
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && key.bytes().any(|byte| byte != b'.');
    if !is_usual {
        let message = "the server takes keys of 1 to 256 of A-Z a-z 0-9 . _ -, not only dots";
        findings.add(Code::Key, format!("{place}.key"), message);
    }
}

fn check_flag(fields: &Map<String, Value>, key: &str, place: &str, findings: &mut Findings) {
    let rules = rule::rules(fields, place, key);
    let reached = reach::reached(&rules, findings);
    condition::check(&reached, findings);
    percent::check(&reached, findings);
    let default = match fields.get("variants") {
        Some(Value::Object(variants)) => {
            let default = fields.get("default").and_then(Value::as_str).unwrap_or_default();
            variants::check(variants, fields, &reached, place, findings);
            Serves::Variant(default)
        }
        _ => Serves::Boolean(fields.get("default_enabled").and_then(Value::as_bool).unwrap_or_default()),
    };
    reach::check_effect(&reached, &default, place, findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_ends_at_the_colon_outside_of_names() {
        assert_eq!(split_place("flags[0].rules[1].value: wrong: 7"), ("flags[0].rules[1].value", "wrong: 7"));
        assert_eq!(split_place(r#"flags["a: \"b"].key: wrong"#), (r#"flags["a: \"b"].key"#, "wrong"));
        assert_eq!(split_place("wrong"), ("", "wrong"));
    }
}
