//! Every operator of the engine's table is in each place that has a part of an operator: CONTRIBUTING.md, "A new
//! operator".

use std::{collections::BTreeSet, fs, path::PathBuf};

use flagbit::{Negation, Operator};
use serde_json::Value;

use crate::oracle::generated_snapshots;

/// The names that conditions may have: each operator, and its `not_` where it has one.
fn names() -> BTreeSet<String> {
    let plain = Operator::ALL.iter().map(|operator| operator.name().to_owned());
    let negated = Operator::ALL.iter().filter(|operator| operator.negation() == Negation::Prefix);
    plain.chain(negated.map(|operator| format!("not_{}", operator.name()))).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn conditions(rule: &Value) -> &[Value] {
    rule["conditions"].as_array().map_or(std::slice::from_ref(rule), Vec::as_slice)
}

fn operators(rule: &Value) -> impl Iterator<Item = String> {
    conditions(rule).iter().filter_map(|condition| condition["operator"].as_str().map(Into::into))
}

/// The rules of a flag of a vector's snapshot, in whichever of its three shapes.
fn rules<'s>(snapshot: &'s Value, key: &str) -> &'s [Value] {
    let flags = snapshot.get("flags").unwrap_or(snapshot);
    let listed = || flags.as_array().into_iter().flatten().find(|flag| flag["key"] == key);
    let flag = flags.get(key).or_else(listed);
    flag.and_then(|flag| flag["rules"].as_array()).map_or(&[], Vec::as_slice)
}

/// The groups of all vectors with their snapshots, where these are JSON.
fn vectors() -> Vec<(Value, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let groups = files.flat_map(|path| {
        let mut file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        file["groups"].as_array_mut().map(std::mem::take).unwrap()
    });
    groups.filter_map(|group| Some((serde_json::from_str(group["snapshot"].as_str()?).ok()?, group))).collect()
}

/// The vectors come from the Python oracle, so an operator that decides in one of them is in that oracle too.
#[test]
fn a_vector_is_decided_by_every_operator_and_by_every_complement() {
    let mut deciding = BTreeSet::new();
    for (snapshot, group) in vectors() {
        for case in group["cases"].as_array().into_iter().flatten() {
            let Some(index) = case["rule_index"].as_u64() else { continue };
            let rules = rules(&snapshot, case["flag"].as_str().unwrap());
            deciding.extend(operators(&rules[index as usize]));
        }
    }
    assert_eq!(deciding, names());
}

#[test]
fn a_vector_refuses_the_not_of_every_operator_that_has_none() {
    let mut refused = BTreeSet::new();
    for (snapshot, group) in vectors() {
        for aside in group["set_aside"].as_array().into_iter().flatten() {
            if aside["place"].as_str().unwrap().ends_with(".operator") {
                refused.extend(rules(&snapshot, aside["flag"].as_str().unwrap()).iter().flat_map(operators));
            }
        }
    }
    for operator in Operator::ALL.iter().filter(|operator| operator.negation() != Negation::Prefix) {
        assert!(refused.contains(&format!("not_{}", operator.name())), "not_{}", operator.name());
    }
}

/// The naive evaluator panics at an operator that it does not know, so it knows those that are generated for it.
#[test]
fn the_naive_evaluator_is_asked_every_operator_and_every_complement() {
    let mut generated = BTreeSet::new();
    for snapshot in generated_snapshots(500) {
        let flags = snapshot["flags"].as_array().unwrap().iter();
        let rules = flags.filter_map(|flag| flag["rules"].as_array()).flatten();
        generated.extend(rules.flat_map(operators));
    }
    assert_eq!(generated, names());
}

#[test]
fn the_page_has_a_row_for_every_operator_and_names_those_without_a_complement() {
    let page = read("docs/concepts/operators.md");
    let rows: String =
        page.lines().filter(|line| line.starts_with("| `")).map(|line| line.split('|').nth(1).unwrap()).collect();
    let cells: BTreeSet<&str> = rows.split('`').map(str::trim).filter(|text| !text.is_empty()).collect();
    assert_eq!(cells, Operator::ALL.iter().map(|operator| operator.name()).collect());
    let negation = page.split("## not_").nth(1).unwrap().split("\n\n").nth(1).unwrap();
    for operator in Operator::ALL {
        let is_named = negation.contains(&format!("`{}`", operator.name()));
        let is_complement = Operator::ALL.iter().any(|other| other.negation() == Negation::Named(*operator));
        assert_eq!(is_named, operator.negation() != Negation::Prefix || is_complement, "{}", operator.name());
    }
}

#[test]
fn the_law_of_change_is_tried_with_every_operator() {
    let generator = read("tests/law/generate.py");
    for operator in Operator::ALL {
        assert!(generator.contains(&format!("\"{}\"", operator.name())), "{}", operator.name());
    }
}
