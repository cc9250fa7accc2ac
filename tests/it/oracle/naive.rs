//! The naive evaluator: the specification's sentences in their order, on the snapshot's JSON as it is.

use std::{collections::BTreeMap, fmt::Write, slice};

use semver::Version;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A context, as JSON; null is absent.
pub(super) type Attributes = BTreeMap<&'static str, Value>;

/// A flag's answer.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) enabled: bool,
    /// A typed flag's variant, and its value's text.
    pub(super) variant: Option<(String, String)>,
    pub(super) reason: String,
    pub(super) rule_index: Option<u32>,
}

type Says = fn(&str) -> bool;

/// Patterns, and what each of them says by hand.
pub(super) const PATTERNS: [(&str, Says); 10] = [
    ("", |_| true),
    ("^p", |text| text.starts_with('p')),
    ("e$", |text| text.ends_with('e')),
    ("^$", str::is_empty),
    ("fre+", |text| text.contains("fre")),
    ("^(pro|free)$", |text| text == "pro" || text == "free"),
    (r"\d", |text| text.bytes().any(|byte| byte.is_ascii_digit())),
    ("^[0-9]+$", |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())),
    ("p.o|é", |text| {
        let letters: Vec<char> = text.chars().collect();
        text.contains('é') || letters.windows(3).any(|three| three[0] == 'p' && three[2] == 'o')
    }),
    (r"usr_\d{3}", |text| {
        text.match_indices("usr_").any(|(at, _)| {
            let digits = text[at + 4..].chars().take(3);
            digits.filter(char::is_ascii_digit).count() == 3
        })
    }),
];

/// All the readable times there are here, with their seconds and nanoseconds. None is near to any clock's.
pub(super) const TIMES: [(&str, i64, u32); 11] = [
    ("1970-01-01T00:00:00-00:00", 0, 0),
    ("2001-09-09T01:46:40Z", 1_000_000_000, 0),
    ("2001-09-08 20:46:40-05:00", 1_000_000_000, 0),
    ("2001-09-09t03:46:40.5+02:00", 1_000_000_000, 500_000_000),
    ("2001-09-09T01:46:40.9999999999z", 1_000_000_000, 999_999_999),
    ("2001-09-09T01:46:41.000Z", 1_000_000_001, 0),
    ("2016-12-31T23:59:59.999999999Z", 1_483_228_799, 999_999_999),
    ("2016-12-31T23:59:60Z", 1_483_228_799, 1_000_000_000),
    ("2017-01-01T00:00:00+00:00", 1_483_228_800, 0),
    ("2096-10-02T07:06:39.999Z", 3_999_999_999, 999_000_000),
    ("2096-10-02T07:06:40Z", 4_000_000_000, 0),
];

/// Stands for the host's clock: after the times of the past, before those of the future.
const CLOCK: (i64, u32) = (2_500_000_000, 0);

/// One snapshot and one context.
pub(super) struct Question<'a> {
    /// `flags` is a list here.
    pub(super) snapshot: &'a Value,
    pub(super) attributes: &'a Attributes,
}

impl Question<'_> {
    pub(super) fn answer(&self, flag: &Value) -> Answer {
        let key = flag["key"].as_str().unwrap();
        let enabled = flag["enabled"] == true;
        let decided = if enabled { self.first_match(&flag["rules"], key, key) } else { None };
        let undecided = if enabled { "default" } else { "disabled" };
        let (value, reason, rule_index) = match decided {
            Some((value, reason, index)) => (value, reason, Some(index)),
            None => (Value::Null, undecided, None),
        };
        let reason = reason.to_owned();
        if flag["variants"].is_null() {
            let enabled =
                if rule_index.is_some() { is_true(&value) } else { enabled && flag["default_enabled"] == true };
            return Answer { enabled, variant: None, reason, rule_index };
        }
        let default = &flag["default"];
        let name = match undecided {
            _ if rule_index.is_some() => &value,
            "disabled" => flag.get("off").unwrap_or(default),
            _ => default,
        };
        let name = name.as_str().unwrap();
        let variant = Some((name.to_owned(), text(&flag["variants"][name])));
        Answer { enabled, variant, reason, rule_index }
    }

    /// The first rule that matches: its value, the reason and its index. `salt` is that of its percentages.
    fn first_match(&self, rules: &Value, salt: &str, key: &str) -> Option<(Value, &'static str, u32)> {
        for (index, rule) in rules.as_array().into_iter().flatten().enumerate() {
            if let Some(value) = self.served(rule, salt, key) {
                let conditions = rule["conditions"].as_array().map_or(slice::from_ref(rule), Vec::as_slice);
                let by_percentage = rule["value"].get("split").is_some()
                    || conditions.iter().any(|condition| condition["operator"] == "percent");
                let reason = if by_percentage { "percentage_rollout" } else { "targeting_match" };
                return Some((value, reason, index as u32));
            }
        }
        None
    }

    /// The value that a rule serves, if it matches.
    fn served(&self, rule: &Value, salt: &str, key: &str) -> Option<Value> {
        let Some(conditions) = rule["conditions"].as_array() else {
            let holds = self.holds(rule, salt);
            let decides = rule["operator"] == "percent" && self.scalar(bucketing(&rule["attribute"])).is_some();
            return (holds || decides).then_some(Value::Bool(holds));
        };
        if !conditions.iter().all(|condition| self.holds(condition, salt)) {
            return None;
        }
        match rule.get("value") {
            None => Some(Value::Bool(true)),
            Some(value) if value.is_object() => self.split(value, key),
            Some(value) => Some(value.clone()),
        }
    }

    fn split(&self, value: &Value, key: &str) -> Option<Value> {
        let who = self.scalar(bucketing(&value["by"]))?;
        let own_salt = format!("{key}/split");
        let bucket = bucket(&who, value["salt"].as_str().unwrap_or(&own_salt));
        let entries = value["split"].as_array().unwrap();
        let mut thousandths = 0;
        for entry in entries {
            thousandths += (entry[1].as_f64().unwrap() * 1000.0).round() as u32;
            if bucket < f64::from(thousandths) / 1000.0 {
                return Some(entry[0].clone());
            }
        }
        Some(entries.last().unwrap()[0].clone())
    }

    fn holds(&self, condition: &Value, salt: &str) -> bool {
        let operator = condition["operator"].as_str().unwrap();
        match operator.strip_prefix("not_") {
            Some(operator) => !self.holds_plainly(operator, condition, salt),
            None => self.holds_plainly(operator, condition, salt),
        }
    }

    fn holds_plainly(&self, operator: &str, condition: &Value, salt: &str) -> bool {
        let name = condition["attribute"].as_str().unwrap_or("");
        let value = &condition["value"];
        match operator {
            "percent" => {
                let salt = value["salt"].as_str().unwrap_or(salt);
                let percent = value.as_f64().or(value["percent"].as_f64()).unwrap();
                self.scalar(bucketing(&condition["attribute"])).is_some_and(|who| bucket(&who, salt) < percent)
            }
            "in_segment" => any_of(value, |segment| self.is_in(segment.as_str().unwrap())),
            "flag_is" => {
                let flags = self.snapshot["flags"].as_array().unwrap();
                let flag = flags.iter().find(|flag| flag["key"] == name).unwrap();
                let answer = self.answer(flag);
                any_of(value, |value| match &answer.variant {
                    Some((variant, _)) => value == variant.as_str(),
                    None => *value == answer.enabled,
                })
            }
            "exists" => self.elements(name).is_some(),
            "has" => self
                .elements(name)
                .is_some_and(|elements| any_of(value, |value| elements.iter().any(|element| *element == text(value)))),
            "before" => self.moment(name).is_some_and(|found| found < moment(value.as_str().unwrap()).unwrap()),
            "after" => self.moment(name).is_some_and(|found| found > moment(value.as_str().unwrap()).unwrap()),
            "neq" => self.scalar(name).is_none_or(|found| found != text(value)),
            _ => self.scalar(name).is_some_and(|found| compare(operator, &found, value)),
        }
    }

    fn is_in(&self, segment: &str) -> bool {
        let rules = &self.snapshot["segments"][segment]["rules"];
        let decided = self.first_match(rules, &format!("{segment}/segment"), "a segment serves no variants");
        decided.is_some_and(|(value, ..)| is_true(&value))
    }

    fn scalar(&self, name: &str) -> Option<String> {
        self.attributes.get(name).filter(|value| !value.is_null() && !value.is_array()).map(text)
    }

    fn elements(&self, name: &str) -> Option<Vec<String>> {
        match self.attributes.get(name)? {
            Value::Null => None,
            Value::Array(elements) => Some(elements.iter().map(text).collect()),
            scalar => Some(vec![text(scalar)]),
        }
    }

    fn moment(&self, name: &str) -> Option<(i64, u32)> {
        match self.scalar(name) {
            None if name == "@now" => Some(CLOCK),
            found => moment(&found?),
        }
    }
}

/// The operators that compare an attribute that is there, and no list, with the rule's value.
fn compare(operator: &str, found: &str, value: &Value) -> bool {
    let numbers =
        |holds: fn(f64, f64) -> bool| number(found).is_some_and(|found| holds(found, number(&text(value)).unwrap()));
    let versions = |holds: fn(std::cmp::Ordering) -> bool| {
        version(found).is_some_and(|found| holds(found.cmp_precedence(&version(&text(value)).unwrap())))
    };
    match operator {
        "eq" => found == text(value),
        "in" => any_of(value, |value| found == text(value)),
        "contains" => any_of(value, |value| found.contains(&text(value))),
        "starts_with" => any_of(value, |value| found.starts_with(&text(value))),
        "ends_with" => any_of(value, |value| found.ends_with(&text(value))),
        "matches" => any_of(value, |value| PATTERNS.iter().any(|(pattern, says)| value == pattern && says(found))),
        "gt" => numbers(|found, value| found > value),
        "gte" => numbers(|found, value| found >= value),
        "lt" => numbers(|found, value| found < value),
        "lte" => numbers(|found, value| found <= value),
        "semver_eq" => versions(|order| order.is_eq()),
        "semver_gt" => versions(|order| order.is_gt()),
        "semver_gte" => versions(|order| order.is_ge()),
        "semver_lt" => versions(|order| order.is_lt()),
        "semver_lte" => versions(|order| order.is_le()),
        operator => panic!("{operator}"),
    }
}

/// Returns whether a value, or any of a list, passes.
fn any_of(value: &Value, does: impl Fn(&Value) -> bool) -> bool {
    value.as_array().map_or(slice::from_ref(value), Vec::as_slice).iter().any(does)
}

fn is_true(value: &Value) -> bool {
    *value == true || *value == "true"
}

fn bucketing(name: &Value) -> &str {
    name.as_str().filter(|name| !name.is_empty()).unwrap_or("user_id")
}

fn bucket(who: &str, salt: &str) -> f64 {
    let mut hex = String::new();
    Sha256::digest(format!("{who}:{salt}")).iter().for_each(|byte| write!(hex, "{byte:02x}").unwrap());
    f64::from(u32::from_str_radix(&hex[..8], 16).unwrap()) / f64::from(0xFFFF_FFFF_u32) * 100.0
}

/// Canonical text. The doubles here are those that Rust writes as ECMAScript does.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap().to_string(),
        value => value.to_string(),
    }
}

fn number(text: &str) -> Option<f64> {
    if text.trim() != text {
        return None;
    }
    serde_json::from_str::<Value>(text).ok()?.as_f64()
}

fn version(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (core, rest) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let missing = [".0.0", ".0", ""].get(core.matches('.').count())?;
    Version::parse(&format!("{core}{missing}{rest}")).ok()
}

fn moment(text: &str) -> Option<(i64, u32)> {
    TIMES.iter().find(|(time, ..)| *time == text).map(|(_, seconds, nanoseconds)| (*seconds, *nanoseconds))
}
