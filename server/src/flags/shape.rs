//! Checks of rules that are not the engine's: unknown fields, which the engine lets pass because other versions may know
//! them, and the limits of this server. The engine judges everything else about rules.

use flagbit::{AttributeUse, Operator, Place};
use serde_json::{Map, Value};

use super::{Limits, Problems, describe, limits::MAX_CONDITIONS};

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
                only(fields, &["conditions", "value"], "a rule with conditions", &place, problems);
                if let (Kind::Flag, Some(Value::Object(split))) = (kind, fields.get("value")) {
                    only(split, &["split", "by", "salt"], "a split", &place.field("value"), problems);
                }
                check_conditions(conditions, &place, limits, problems);
            }
            // The engine refuses a rule that is both.
            Some(_) => {}
            None => check_condition(fields, "a rule", &place, limits, problems),
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
            check_condition(fields, "a condition", &rule.field("conditions").index(index), limits, problems);
        }
    }
}

fn check_condition(fields: &Map<String, Value>, what: &str, place: &Place, limits: &Limits, problems: &mut Problems) {
    let operator = fields.get("operator").and_then(Value::as_str).unwrap_or_default();
    let known = Operator::named(operator).map(|(operator, _)| operator);
    let has_no_attribute = known.is_some_and(|operator| operator.attribute_use() == AttributeUse::Unused);
    if has_no_attribute && fields.contains_key("attribute") {
        problems.add(place.field("attribute"), format!("{operator} looks at no attribute; leave it out"));
    }
    only(fields, &["attribute", "operator", "value"], what, place, problems);
    match fields.get("value") {
        Some(Value::Object(share)) if known == Some(Operator::Percent) => {
            only(share, &["percent", "salt"], "a percentage with a salt", &place.field("value"), problems);
        }
        Some(Value::Array(items)) if items.len() > limits.max_list => {
            let message = too_many(items.len(), "elements", limits.max_list, "--max-list");
            problems.add(place.field("value"), message);
        }
        _ => {}
    }
}

fn only(fields: &Map<String, Value>, known: &[&str], what: &str, place: &Place, problems: &mut Problems) {
    for field in fields.keys().filter(|field| !known.contains(&field.as_str())) {
        problems.add(place.field(field), format!("unknown field; {what} has {}", known.join(", ")));
    }
}

fn too_many(found: usize, what: &str, limit: usize, setting: &str) -> String {
    format!("{found} {what}; this server allows {limit} ({setting})")
}
