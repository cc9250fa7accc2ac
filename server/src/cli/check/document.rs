//! Checks of a whole snapshot: the engine's warnings, and the surprises that the engine does not report.

use std::collections::HashSet;

use flagbit::{MAX_SNAPSHOT_BYTES, Place, Snapshot, SnapshotError};
use serde_json::{Map, Value};

use super::{
    condition, fields,
    finding::{Code, Findings},
    percent, reach,
    rule::{self, Serves},
    segments, variants,
};
use crate::{
    flags::{KEY_RULE, is_key},
    json,
};

/// Checks a snapshot's text. Returns the number of its flags; `None` if it is refused.
pub(super) fn check(text: &[u8], findings: &mut Findings) -> Option<usize> {
    let snapshot = match Snapshot::parse(text, MAX_SNAPSHOT_BYTES) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            refused(error, findings);
            return None;
        }
    };
    // The engine has read the text as JSON and skipped a byte order mark.
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let document: Value = json::read(text).unwrap_or_default();
    if let Value::Object(fields) = &document {
        fields::check_document(fields, findings);
    }
    let mut used_segments = HashSet::new();
    for (place, key, fields) in flags(&document) {
        findings.about(Some(key));
        check_key(key, &place, findings);
        segments::note_used(fields, &mut used_segments);
        let warning = snapshot.warning_of(key);
        if let Some(warning) = warning {
            findings.add(Code::SetAside, warning.place(), warning.message());
        }
        fields::check_flag(fields, &place, findings);
        // Nothing more can be said about a flag that cannot be read.
        if warning.is_none() {
            check_flag(fields, key, &place, findings);
        }
    }
    findings.about(None);
    segments::check(&snapshot, document.get("segments"), &used_segments, findings);
    Some(snapshot.flags().len())
}

fn refused(error: SnapshotError, findings: &mut Findings) {
    match error {
        SnapshotError::Shape { place, message } => findings.add(Code::Refused, place, message),
        SnapshotError::Json { line, column, message } => {
            findings.add_at(Code::Refused, line, column, format!("not JSON: {message}"));
        }
        SnapshotError::TooDeep { line, column } => {
            findings.add_at(Code::Refused, line, column, "not JSON: nested deeper than 127 levels");
        }
        error @ SnapshotError::TooLarge { .. } => findings.add(Code::Refused, Place::default(), error.to_string()),
    }
}

type Flag<'d> = (Place, &'d str, &'d Map<String, Value>);

/// The flags with their places and keys, in the order of the text.
fn flags(document: &Value) -> Vec<Flag<'_>> {
    match document.get("flags") {
        None => listed(document, &Place::default()),
        Some(Value::Object(flags)) => {
            let place = Place::from("flags");
            let named = flags.iter();
            named.filter_map(|(key, flag)| Some((place.entry(key), key.as_str(), flag.as_object()?))).collect()
        }
        Some(flags) => listed(flags, &Place::from("flags")),
    }
}

fn listed<'d>(flags: &'d Value, place: &Place) -> Vec<Flag<'d>> {
    let flags = flags.as_array().into_iter().flatten().enumerate();
    let flag = |(index, flag): (usize, &'d Value)| {
        let fields = flag.as_object()?;
        Some((place.index(index), fields.get("key")?.as_str()?, fields))
    };
    flags.filter_map(flag).collect()
}

fn check_key(key: &str, place: &Place, findings: &mut Findings) {
    if !is_key(key) {
        let message = format!(
            "SDKs read this key, but the server refuses it: it takes {KEY_RULE}. Rename the flag before you import it, \
             and give its percentages the old key as their salt, so that they keep their users"
        );
        findings.add(Code::Key, place.field("key"), message);
    }
}

fn check_flag(fields: &Map<String, Value>, key: &str, place: &Place, findings: &mut Findings) {
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
