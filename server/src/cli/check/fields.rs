//! Fields that have no meaning in their place, mostly typing errors. The engine ignores them.

use flagbit::{AttributeUse, Operator, Place};
use serde_json::{Map, Value};

use super::finding::{Code, Findings};

const DOCUMENT: &[&str] = &["flags", "segments", "revision", "project", "environment"];
const FLAG: &[&str] = &[
    "key",
    "enabled",
    "default_enabled",
    "rules",
    "variants",
    "default",
    "off",
    "name",
    "description",
    "tags",
    "client_visible",
    "version",
    "created_at",
    "updated_at",
];
const SEGMENT: &[&str] = &["key", "rules", "name", "description", "tags", "version", "created_at", "updated_at"];
const CONDITION: &[&str] = &["attribute", "operator", "value"];
const CONDITIONS_RULE: &[&str] = &["conditions", "value"];
const PERCENT: &[&str] = &["percent", "salt"];
const SPLIT: &[&str] = &["split", "by", "salt"];

/// What has the rules. Segments have no splits.
#[derive(Clone, Copy)]
enum Kind {
    Flag,
    Segment,
}

type Fields = Map<String, Value>;

pub(super) fn check_document(fields: &Fields, findings: &mut Findings) {
    unknown(fields, &Place::default(), DOCUMENT, findings);
}

pub(super) fn check_flag(fields: &Fields, place: &Place, findings: &mut Findings) {
    unknown(fields, place, FLAG, findings);
    if fields.get("variants").is_none_or(Value::is_null) {
        for (field, instead) in [("default", "; what it answers without a rule is default_enabled"), ("off", "")] {
            if fields.get(field).is_some_and(|value| !value.is_null()) {
                let message = format!("means nothing in a flag without variants{instead}");
                findings.add(Code::UnknownField, place.field(field), message);
            }
        }
    }
    check_rules(fields, Kind::Flag, place, findings);
}

pub(super) fn check_segment(fields: &Fields, place: &Place, findings: &mut Findings) {
    unknown(fields, place, SEGMENT, findings);
    check_rules(fields, Kind::Segment, place, findings);
}

fn check_rules(fields: &Fields, kind: Kind, place: &Place, findings: &mut Findings) {
    for (rule, place) in objects(fields, "rules", place) {
        if rule.get("conditions").is_none() {
            check_condition(rule, &place, findings);
            continue;
        }
        unknown(rule, &place, CONDITIONS_RULE, findings);
        if let (Kind::Flag, Some(Value::Object(split))) = (kind, rule.get("value")) {
            unknown(split, &place.field("value"), SPLIT, findings);
        }
        for (condition, place) in objects(rule, "conditions", &place) {
            check_condition(condition, &place, findings);
        }
    }
}

fn check_condition(fields: &Fields, place: &Place, findings: &mut Findings) {
    unknown(fields, place, CONDITION, findings);
    let operator = fields.get("operator").and_then(Value::as_str).unwrap_or_default();
    let known = Operator::named(operator).map(|(operator, _)| operator);
    let has_no_attribute = known.is_some_and(|operator| operator.attribute_use() == AttributeUse::Unused);
    if has_no_attribute && fields.contains_key("attribute") {
        findings.add(Code::UnknownField, place.field("attribute"), format!("means nothing next to {operator}"));
    }
    if let (Some(Operator::Percent), Some(Value::Object(percent))) = (known, fields.get("value")) {
        unknown(percent, &place.field("value"), PERCENT, findings);
    }
}

/// The objects in a list, with their places.
fn objects<'f>(fields: &'f Fields, field: &str, place: &Place) -> impl Iterator<Item = (&'f Fields, Place)> {
    let items = fields.get(field).and_then(Value::as_array).into_iter().flatten().enumerate();
    let place = place.field(field);
    items.filter_map(move |(index, item)| Some((item.as_object()?, place.index(index))))
}

fn unknown(fields: &Fields, place: &Place, known: &[&str], findings: &mut Findings) {
    for field in fields.keys().filter(|field| !known.contains(&field.as_str())) {
        let message = match similar(field, known) {
            Some(known) => format!("ignored, since no field has this name; did you mean {known:?}?"),
            None => format!("ignored, since no field has this name; known are {}", known.join(", ")),
        };
        findings.add(Code::UnknownField, place.field(field), message);
    }
}

/// Returns the known name that this name probably misspells.
fn similar<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    // A long name is like none of them, and comparing would be dear.
    if name.len() > 24 {
        return None;
    }
    let lower = name.to_lowercase();
    let distances = known.iter().map(|known| (distance(&lower, known), *known));
    distances.filter(|(distance, known)| *distance * 3 <= known.len()).min().map(|(_, known)| known)
}

/// Returns how many letters to add, leave out, replace or swap with their neighbours to turn one word into the other.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![(0..=other.len()).collect::<Vec<_>>()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_recognised() {
        for (typed, meant) in [
            ("enabeld", "enabled"),
            ("Enabled", "enabled"),
            ("rule", "rules"),
            ("varaints", "variants"),
            ("default_enable", "default_enabled"),
            ("defaultEnabled", "default_enabled"),
            ("kye", "key"),
        ] {
            assert_eq!(similar(typed, FLAG), Some(meant), "{typed}");
        }
        for other in ["owner", "id", "", "x", "éé", "a field with a very long name"] {
            assert_eq!(similar(other, FLAG), None, "{other}");
        }
    }
}
