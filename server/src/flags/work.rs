//! The work that definitions may cause, counted before anything is evaluated.

use std::collections::HashMap;

use serde_json::Value;

use super::segment::conditions;

/// The most work that one evaluation of each of several flags may take. Conditions count as often as they are asked, also
/// through segments and other flags.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Work {
    /// The conditions to decide.
    pub(crate) conditions: u64,
    /// The regular expressions to search with.
    pub(crate) searches: u64,
}

impl Work {
    fn add(&mut self, other: Self) {
        self.conditions = self.conditions.saturating_add(other.conditions);
        self.searches = self.searches.saturating_add(other.searches);
    }

    /// Counts the work of a document's flags (an object by key, or a list) with its segments.
    pub(crate) fn of(flags: &Value, segments: Option<&Value>) -> Self {
        let mut counter = Counter { parts: HashMap::new(), known: HashMap::new() };
        match flags {
            Value::Object(flags) => counter.parts.extend(flags.iter().map(|(key, flag)| (Part::Flag(key), flag))),
            Value::Array(flags) => counter.parts.extend(
                flags.iter().filter_map(|flag| Some((Part::Flag(flag.get("key").and_then(Value::as_str)?), flag))),
            ),
            _ => {}
        }
        if let Some(Value::Object(segments)) = segments {
            counter.parts.extend(segments.iter().map(|(key, segment)| (Part::Segment(key), segment)));
        }
        let flags: Vec<Part<'_>> = counter.parts.keys().filter(|part| matches!(part, Part::Flag(_))).copied().collect();
        let mut work = Self::default();
        flags.into_iter().for_each(|flag| work.add(counter.part(flag)));
        work
    }
}

/// A flag or a segment, by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part<'d> {
    Flag(&'d str),
    Segment(&'d str),
}

struct Counter<'d> {
    parts: HashMap<Part<'d>, &'d Value>,
    known: HashMap<Part<'d>, Work>,
}

impl<'d> Counter<'d> {
    fn part(&mut self, part: Part<'d>) -> Work {
        if let Some(known) = self.known.get(&part) {
            return *known;
        }
        // The engine sets aside whatever asks itself, so a circle costs nothing.
        self.known.insert(part, Work::default());
        let mut work = Work::default();
        let rules = self.parts.get(&part).and_then(|part| part.get("rules")).and_then(Value::as_array);
        for condition in rules.into_iter().flatten().flat_map(conditions) {
            work.add(self.condition(condition));
        }
        self.known.insert(part, work);
        work
    }

    fn condition(&mut self, condition: &'d Value) -> Work {
        let mut work = Work { conditions: 1, searches: 0 };
        let operator = condition.get("operator").and_then(Value::as_str).unwrap_or_default();
        let items = condition.get("value").map_or(&[][..], |value| match value {
            Value::Array(items) => items,
            item => std::slice::from_ref(item),
        });
        match operator.strip_prefix("not_").unwrap_or(operator) {
            "matches" => work.searches = items.len() as u64,
            "contains" | "starts_with" | "ends_with" => work.conditions = items.len() as u64,
            "in_segment" => {
                for name in items.iter().filter_map(Value::as_str) {
                    work.add(self.part(Part::Segment(name)));
                }
            }
            "flag_is" => {
                if let Some(key) = condition.get("attribute").and_then(Value::as_str) {
                    work.add(self.part(Part::Flag(key)));
                }
            }
            _ => {}
        }
        work
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(patterns: Value) -> Value {
        json!({"attribute": "a", "operator": "matches", "value": patterns})
    }

    #[test]
    fn searches_count_as_often_as_they_are_asked() {
        let asks = json!({"operator": "in_segment", "value": ["s", "s"]});
        let flags = json!({
            "a": {"rules": [matches(json!("x")), {"conditions": [matches(json!(["x", "y"])), asks]}]},
            "b": {"rules": [{"attribute": "a", "operator": "not_flag_is", "value": true}, {"operator": "percent", "value": 5}]},
        });
        let segments = json!({"s": {"rules": [matches(json!(["x", "y", "z"]))]}});
        // a: 1 + 2 + 2 * 3, and b the same once more.
        assert_eq!(Work::of(&flags, Some(&segments)), Work { conditions: 5 + 7, searches: 9 + 9 });
        assert_eq!(Work::of(&json!([{"key": "a", "rules": [matches(json!("x"))]}]), None).searches, 1);
    }

    #[test]
    fn circles_and_what_is_no_flag_count_nothing() {
        let asked = |key: &str| json!({"attribute": key, "operator": "flag_is", "value": true});
        let asks = |key: &str| json!({"rules": [asked(key), asked(key)]});
        assert!(Work::of(&json!({"a": asks("b"), "b": asks("a")}), None).conditions < 10);
        for flags in [json!(7), json!([7, {"key": 7}]), json!({"a": 7, "b": {"rules": 7}, "c": {"rules": [7]}})] {
            assert!(Work::of(&flags, Some(&flags)).searches == 0);
        }
    }

    #[test]
    fn a_chain_that_doubles_at_each_step_is_counted_in_linear_time() {
        let mut flags = serde_json::Map::new();
        for index in 0..100 {
            let asked = json!({"attribute": format!("f{}", index + 1), "operator": "flag_is", "value": true});
            flags.insert(format!("f{index}"), json!({"rules": [asked, asked]}));
        }
        flags.insert("f100".into(), json!({"rules": [matches(json!("x"))]}));
        assert_eq!(Work::of(&flags.into(), None).searches, u64::MAX);
    }
}
