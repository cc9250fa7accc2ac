//! Checks of rules that are not the engine's: unknown fields, which the engine lets pass because other versions may know
//! them, and the limits of this server. The engine judges everything else about rules.

use flagbit::{AttributeUse, Operator, Place};
use serde_json::{Map, Value};

use super::{
    Limits, Problems, describe,
    fields::{CONDITION, CONDITIONS_RULE, Fields, PERCENTAGE, RULE, SPLIT},
    limits::MAX_CONDITIONS,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Segment,
}

/// Checks rules; places begin with `rules`.
pub(super) fn check_rules(rules: &[Value], kind: Kind, limits: &Limits, problems: &mut Problems) {
    if rules.len() > limits.max_rules {
        problems.add("rules", too_many(rules.len(), "rules", limits.max_rules, "--max-rules"));
        return;
    }
    for (index, rule) in rules.iter().enumerate() {
        let place = Place::from("rules").index(index);
        let Value::Object(fields) = rule else {
            problems.add(place, format!("expected an object, found {}", describe(rule)));
            continue;
        };
        match fields.get("conditions") {
            Some(conditions) if !fields.contains_key("operator") => {
                only(fields, &CONDITIONS_RULE, &place, problems);
                if let (Kind::Flag, Some(Value::Object(split))) = (kind, fields.get("value")) {
                    only(split, &SPLIT, &place.field("value"), problems);
                }
                check_conditions(conditions, &place, limits, problems);
            }
            // The engine refuses a rule that is both.
            Some(_) => {}
            None => check_condition(fields, &RULE, &place, limits, problems),
        }
    }
}

fn check_conditions(conditions: &Value, rule: &Place, limits: &Limits, problems: &mut Problems) {
    let conditions = conditions.as_array().map_or(&[][..], Vec::as_slice);
    if conditions.len() > MAX_CONDITIONS {
        let message = format!("{} conditions; a rule has at most {MAX_CONDITIONS}", conditions.len());
        problems.add(rule.field("conditions"), message);
        return;
    }
    for (index, condition) in conditions.iter().enumerate() {
        if let Value::Object(fields) = condition {
            check_condition(fields, &CONDITION, &rule.field("conditions").index(index), limits, problems);
        }
    }
}

fn check_condition(
    fields: &Map<String, Value>,
    known: &Fields,
    place: &Place,
    limits: &Limits,
    problems: &mut Problems,
) {
    let operator = fields.get("operator").and_then(Value::as_str).unwrap_or_default();
    let named = Operator::named(operator).map(|(operator, _)| operator);
    let has_no_attribute = named.is_some_and(|operator| operator.attribute_use() == AttributeUse::Unused);
    if has_no_attribute && fields.contains_key("attribute") {
        problems.add_ignorable(place.field("attribute"), || format!("{operator} looks at no attribute; leave it out"));
    }
    only(fields, known, place, problems);
    match fields.get("value") {
        Some(Value::Object(share)) if named == Some(Operator::Percent) => {
            only(share, &PERCENTAGE, &place.field("value"), problems);
        }
        Some(Value::Array(items)) if items.len() > limits.max_list => {
            let message = too_many(items.len(), "elements", limits.max_list, "--max-list");
            problems.add(place.field("value"), message);
        }
        _ => {}
    }
}

fn only(fields: &Map<String, Value>, known: &Fields, place: &Place, problems: &mut Problems) {
    for field in fields.keys().filter(|field| !known.has(field)) {
        problems.add_ignorable(place.field(field), || known.unknown(field));
    }
}

fn too_many(found: usize, what: &str, limit: usize, setting: &str) -> String {
    format!("{found} {what}; this server allows {limit} ({setting})")
}
