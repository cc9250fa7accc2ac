//! The variants of a typed flag.

use std::collections::HashSet;

use flagbit::Place;
use serde_json::{Map, Value};

use super::{
    finding::{Code, Findings},
    rule::{Rule, Serves},
};

pub(super) fn check(
    variants: &Map<String, Value>,
    flag: &Map<String, Value>,
    rules: &[&Rule<'_>],
    place: &Place,
    findings: &mut Findings,
) {
    let mut served: HashSet<&str> =
        ["default", "off"].into_iter().filter_map(|field| flag.get(field)?.as_str()).collect();
    for rule in rules {
        match &rule.serves {
            Serves::Variant(name) => _ = served.insert(name),
            Serves::Split(split) => {
                let shares = split.shares.iter().filter(|(_, weight)| *weight > 0.0);
                served.extend(shares.map(|(name, _)| *name));
            }
            Serves::Boolean(_) => {}
        }
    }
    for name in variants.keys().filter(|name| !served.contains(name.as_str())) {
        let message = "never served: it is not the default, not off, and no rule that is reached serves it";
        findings.add(Code::UnusedVariant, place.field("variants").entry(name), message);
    }
}
