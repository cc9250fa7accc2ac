//! A naive second evaluator, straight from the specification, against the engine on random flags and contexts.

use std::{collections::BTreeMap, fmt::Write};

use flagbit::{Client, Context, PackedAttributes, Value as Attribute};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::pack::pack;

type Attributes = BTreeMap<String, String>;

/// What a flag answers: enabled, reason and rule.
fn evaluate(flag: &Value, attributes: &Attributes) -> (bool, &'static str, Option<u32>) {
    if flag["enabled"] == false {
        return (false, "disabled", None);
    }
    let key = flag["key"].as_str().unwrap();
    for (index, rule) in flag["rules"].as_array().unwrap().iter().enumerate() {
        let index = Some(index as u32);
        if let Some(conditions) = rule["conditions"].as_array() {
            if conditions.iter().all(|condition| holds(condition, key, attributes)) {
                let by_percentage = conditions.iter().any(|condition| condition["operator"] == "percent");
                let reason = if by_percentage { "percentage_rollout" } else { "targeting_match" };
                let value = rule.get("value").is_none_or(|value| *value == true || *value == "true");
                return (value, reason, index);
            }
        } else if rule["operator"] == "percent" {
            if attributes.contains_key(bucketing(rule)) {
                return (holds(rule, key, attributes), "percentage_rollout", index);
            }
        } else if holds(rule, key, attributes) {
            return (true, "targeting_match", index);
        }
    }
    (flag.get("default_enabled").is_some_and(|value| *value == true), "default", None)
}

fn bucketing(rule: &Value) -> &str {
    rule["attribute"].as_str().filter(|name| !name.is_empty()).unwrap_or("user_id")
}

fn holds(rule: &Value, key: &str, attributes: &Attributes) -> bool {
    let found = attributes.get(bucketing(rule));
    let value = &rule["value"];
    match rule["operator"].as_str().unwrap() {
        "eq" => found.is_some_and(|found| *found == text(value)),
        "neq" => found.is_none_or(|found| *found != text(value)),
        "contains" => found.is_some_and(|found| found.contains(&text(value))),
        "in" => found.is_some_and(|found| value.as_array().unwrap().iter().any(|item| text(item) == *found)),
        "percent" => found.is_some_and(|found| {
            let mut hex = String::new();
            Sha256::digest(format!("{found}:{key}")).iter().for_each(|byte| write!(hex, "{byte:02x}").unwrap());
            let hash = u32::from_str_radix(&hex[..8], 16).unwrap();
            f64::from(hash) / f64::from(0xFFFF_FFFF_u32) * 100.0 < value.as_f64().unwrap()
        }),
        operator => panic!("{operator}"),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

const NAMES: [&str; 5] = ["user_id", "plan", "country", "a name longer than eight bytes", "a name longer than nine"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "(|pro|free|p|7|true|é|usr_[0-9]{1,3})".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-9_i64..9).prop_map(Value::from),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(&NAMES[..]);
    prop_oneof![
        (prop::sample::select(vec!["eq", "neq", "contains"]), name.clone(), scalar()).prop_map(
            |(operator, attribute, value)| json!({"operator": operator, "attribute": attribute, "value": value})
        ),
        (name.clone(), prop::collection::vec(scalar(), 0..12))
            .prop_map(|(attribute, value)| json!({"operator": "in", "attribute": attribute, "value": value})),
        (name, 0.0..=100.0_f64)
            .prop_map(|(attribute, value)| json!({"operator": "percent", "attribute": attribute, "value": value})),
        (0_u8..=100).prop_map(|value| json!({"operator": "percent", "value": value})),
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    let value = prop::sample::select(vec![json!(true), json!(false), json!("true"), json!("false")]);
    prop_oneof![
        condition(),
        (prop::collection::vec(condition(), 0..4), value)
            .prop_map(|(conditions, value)| json!({"conditions": conditions, "value": value})),
        prop::collection::vec(condition(), 0..4).prop_map(|conditions| json!({"conditions": conditions})),
    ]
}

fn flag() -> impl Strategy<Value = Value> {
    (prop::bool::weighted(0.9), any::<bool>(), prop::collection::vec(rule(), 0..5)).prop_map(
        |(enabled, default_enabled, rules)| {
            json!({"enabled": enabled, "default_enabled": default_enabled, "rules": rules})
        },
    )
}

fn attributes() -> impl Strategy<Value = BTreeMap<&'static str, Value>> {
    prop::collection::btree_map(prop::sample::select(&NAMES[..]), scalar(), 0..5)
}

fn attribute(value: &Value) -> Attribute<'_> {
    match value {
        Value::String(text) => Attribute::String(text),
        Value::Bool(value) => Attribute::Boolean(*value),
        value => Attribute::Integer(value.as_i64().unwrap()),
    }
}

proptest! {
    #[test]
    fn the_engine_answers_as_the_naive_evaluator(
        mut flags in prop::collection::vec(flag(), 1..6),
        contexts in prop::collection::vec(attributes(), 1..6),
        by_key: bool,
    ) {
        for (index, flag) in flags.iter_mut().enumerate() {
            flag["key"] = format!("flag-{index}").into();
        }
        let snapshot = if by_key {
            let by_key: serde_json::Map<_, _> =
                flags.iter().map(|flag| (flag["key"].as_str().unwrap().to_owned(), flag.clone())).collect();
            json!({"flags": by_key})
        } else {
            json!({"flags": flags})
        };
        let client = Client::from_snapshot(snapshot.to_string()).unwrap();
        prop_assert_eq!(client.warnings(), []);
        for values in &contexts {
            let canonical: Attributes = values.iter().map(|(name, value)| ((*name).into(), text(value))).collect();
            let built = values.iter().fold(Context::builder(), |builder, (name, value)| {
                builder.set(name, attribute(value)).unwrap()
            });
            let built = built.build();
            let packed: Vec<_> = values.iter().map(|(name, value)| (*name, Some(attribute(value)))).collect();
            let packed = pack(&packed);
            for flag in &flags {
                let expected = evaluate(flag, &canonical);
                let key = flag["key"].as_str().unwrap();
                for found in [
                    client.evaluate(key, &built, false),
                    client.evaluate(key, &PackedAttributes::new(&packed).unwrap(), false),
                ] {
                    prop_assert_eq!((found.enabled, found.reason.name(), found.rule_index), expected, "{}", flag);
                }
            }
        }
    }

    #[test]
    fn no_text_and_no_bytes_disturb_the_parsers(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        _ = flagbit::Snapshot::parse(text.as_bytes(), usize::MAX);
        _ = flagbit::Snapshot::parse(&bytes, usize::MAX);
        _ = PackedAttributes::new(&bytes).map(|packed| packed.iter().count());
    }
}
