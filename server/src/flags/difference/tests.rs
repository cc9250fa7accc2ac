use proptest::prelude::*;
use serde_json::json;

use super::*;

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("no object: {value}") };
    fields
}

fn difference(before: Value, after: Value) -> Value {
    serde_json::to_value(Difference::between(&object(before), &object(after))).unwrap()
}

/// The changes of rules.
fn rules(before: Value, after: Value) -> Value {
    difference(json!({"rules": before}), json!({"rules": after}))["rules"].take()
}

#[test]
fn fields_are_named_with_their_values() {
    let before = json!({"key": "a", "enabled": false, "tags": ["x", "y"], "default": "light", "version": 1,
        "variants": {"light": 1, "dark": 2}});
    let after = json!({"key": "a", "enabled": true, "tags": ["y", "z"], "default": "light", "version": 2,
        "variants": {"dark": 2.5, "light": 1, "sepia": null}, "off": "dark"});
    let expected = json!({"fields": [
        {"field": "enabled", "before": false, "after": true},
        {"field": "tags", "added": ["z"], "removed": ["x"]},
        {"field": "variants[\"dark\"]", "before": 2, "after": 2.5},
        {"field": "variants[\"sepia\"]", "after": null},
        {"field": "off", "after": "dark"},
    ], "rules": []});
    assert_eq!(difference(before.clone(), after), expected);
    assert_eq!(difference(before.clone(), before), json!({"fields": [], "rules": []}));
}

#[test]
fn the_documented_difference_is_that_of_two_states() {
    let rule = |attribute: &str, operator: &str, value: Value| json!({"attribute": attribute, "operator": operator, "value": value});
    let percent = |percent: u8| json!({"operator": "percent", "value": percent});
    let (team, country) = (rule("team", "exists", json!(null)), rule("country", "in", json!(["de"])));
    let before = json!({"enabled": false, "tags": [], "variants": {"light": "#fff", "dark": "#000"},
        "rules": [percent(10), team, country, rule("plan", "eq", json!("trial"))]});
    let after = json!({"enabled": true, "description": "The new search", "tags": ["search"],
        "variants": {"light": "#fff", "dark": "#111"},
        "rules": [country, percent(25), team, rule("beta", "eq", json!(true))]});
    let page = include_str!("../../../../docs/reference/differences.md");
    let example = page.split("```").find_map(|block| block.strip_prefix("json fragment\n")).unwrap();
    let mut documented: Value = serde_json::from_str(example).unwrap();
    let mut found = difference(before, after);
    // The example shows fields in the order in which people think of them.
    for fields in [&mut documented["fields"], &mut found["fields"]] {
        fields.as_array_mut().unwrap().sort_by_key(Value::to_string);
    }
    assert_eq!(found, documented);
}

#[test]
fn rules_are_added_removed_moved_and_changed() {
    let rule = |attribute: &str, value: Value| json!({"attribute": attribute, "operator": "in", "value": value});
    let (a, b, c, d) = (rule("a", json!([1])), rule("b", json!([1])), rule("c", json!([1])), rule("d", json!([1])));
    let changed = rule("b", json!([1, 2]));
    for (before, after, expected) in [
        (json!([a, b]), json!([a, c, b]), json!([{"change": "added", "to": 1, "moved": false, "rule": c}])),
        (json!([a, b, c]), json!([a, c]), json!([{"change": "removed", "from": 1, "moved": false, "rule": b}])),
        (
            json!([a, b, c]),
            json!([c, a, b]),
            json!([{"change": "moved", "from": 2, "to": 0, "moved": true, "rule": c}]),
        ),
        (
            json!([a, b, c]),
            json!([d, a, changed, c]),
            json!([{"change": "added", "to": 0, "moved": false, "rule": d},
                {"change": "changed", "from": 1, "to": 2, "moved": false, "rule": changed,
                 "parts": [{"field": "value", "added": [2], "removed": []}]}]),
        ),
        (
            json!([a, b, c, d]),
            json!([changed, a, d]),
            json!([{"change": "removed", "from": 2, "moved": false, "rule": c},
                {"change": "changed", "from": 1, "to": 0, "moved": true, "rule": changed,
                 "parts": [{"field": "value", "added": [2], "removed": []}]}]),
        ),
        // Of equal rules, one is as good as the other.
        (json!([a, b, a]), json!([b, a]), json!([{"change": "removed", "from": 0, "moved": false, "rule": a}])),
    ] {
        assert_eq!(rules(before.clone(), after.clone()), expected, "{before} {after}");
    }
}

#[test]
fn the_parts_of_a_changed_rule_are_named() {
    let condition = |attribute: &str, value: Value| json!({"attribute": attribute, "operator": "eq", "value": value});
    let (one, two, other) = (condition("one", json!(1)), condition("two", json!(2)), condition("two", json!(3)));
    let split = |by: &str| json!({"split": [["a", 50], ["b", 50]], "by": by});
    for (before, after, parts) in [
        (
            json!({"conditions": [one, two], "value": "a"}),
            json!({"conditions": [other], "value": "b"}),
            json!([{"field": "conditions[0]", "before": one},
                {"field": "conditions[0].value", "before": 2, "after": 3},
                {"field": "value", "before": "a", "after": "b"}]),
        ),
        (
            json!({"conditions": [one, two]}),
            json!({"conditions": [two, one]}),
            json!([{"field": "conditions", "reordered": true}]),
        ),
        (
            json!({"conditions": [], "value": split("user_id")}),
            json!({"conditions": [], "value": split("team")}),
            json!([{"field": "value.by", "before": "user_id", "after": "team"}]),
        ),
        (
            json!({"operator": "percent", "value": 10}),
            json!({"operator": "percent", "value": {"percent": 20, "salt": "x"}}),
            json!([{"field": "value", "before": 10, "after": {"percent": 20, "salt": "x"}}]),
        ),
    ] {
        let found = rules(json!([before]), json!([after]));
        assert_eq!((&found[0]["change"], &found[0]["parts"]), (&json!("changed"), &parts), "{before} {after}");
    }
}

#[test]
fn a_long_list_shows_what_was_added_and_removed() {
    let ids: Vec<String> = (0..100_000).map(|number| format!("user-{number}")).collect();
    let rule = |ids: &[String]| json!([{"attribute": "user_id", "operator": "in", "value": ids}]);
    let few = rules(rule(&ids), rule(&ids[3..]));
    assert_eq!(few[0]["parts"], json!([{"field": "value", "added": [], "removed": ["user-0", "user-1", "user-2"]}]));
    let excerpt = &few[0]["rule_excerpt"];
    assert_eq!(excerpt["bytes"], rule(&ids[3..])[0].to_string().len());
    assert!(rule(&ids[3..])[0].to_string().starts_with(excerpt["text"].as_str().unwrap()));

    let many = rules(rule(&ids), rule(&ids[50_000..]));
    assert_eq!(many[0]["parts"][0]["removed"].as_array().unwrap().len(), 20);
    assert_eq!(many[0]["parts"][0]["more_removed"], 49_980);
    assert!(many.to_string().len() < 2_000);
}

#[test]
fn a_difference_is_bounded_however_large_the_states_are() {
    let rule = |number: usize| json!({"attribute": format!("a{number}"), "operator": "in", "value": ["\u{e4}".repeat(50_000)]});
    let before: Vec<Value> = (0..100).map(rule).collect();
    let after: Vec<Value> =
        (100..1_000).map(|number| json!({"attribute": format!("a{number}"), "operator": "exists"})).collect();
    let difference = difference(json!({"rules": before}), json!({"rules": after}));
    assert_eq!(difference["rules"].as_array().unwrap().len(), 200);
    assert_eq!(difference["omitted"], 800);
    assert!(difference.to_string().len() < 100_000);
}

/// Makes the state after of the state before and their whole difference.
fn apply(before: &Map<String, Value>, difference: &Difference) -> Map<String, Value> {
    let mut made = before.clone();
    apply_fields(&mut made, &difference.fields);
    let mut left: Vec<Option<Value>> = list(before).iter().cloned().map(Some).collect();
    let mut placed: Vec<(usize, Value)> = Vec::new();
    for RuleChange { change, from, to, moved, rule, parts, .. } in &difference.rules {
        let old = from.map(|from| list(before)[from].clone());
        let new = match change {
            RuleChangeKind::Added => rule.clone(),
            RuleChangeKind::Removed => {
                assert_eq!(&old, rule);
                None
            }
            RuleChangeKind::Moved => {
                assert!(*moved && &old == rule);
                old
            }
            RuleChangeKind::Changed => Some(apply_parts(old.unwrap(), rule.as_ref().unwrap(), parts)),
        };
        match (from, to) {
            // Such a rule keeps its place among those that stay.
            (Some(from), Some(_)) if !moved => left[*from] = new,
            (from, to) => {
                from.iter().for_each(|from| left[*from] = None);
                placed.extend(to.zip(new));
            }
        }
    }
    let mut rules: Vec<Value> = left.into_iter().flatten().collect();
    placed.sort_by_key(|(position, _)| *position);
    placed.into_iter().for_each(|(position, rule)| rules.insert(position, rule));
    made.insert("rules".into(), rules.into());
    made
}

fn apply_parts(old: Value, new: &Value, parts: &[FieldChange]) -> Value {
    let mut made = object(old);
    let have_both = made.contains_key("conditions") && new.get("conditions").is_some();
    let (of_conditions, others): (Vec<_>, Vec<_>) =
        parts.iter().cloned().partition(|part| have_both && part.field.starts_with("conditions"));
    apply_fields(&mut made, &others);
    if have_both {
        check_conditions(list_of(&made, "conditions"), list_of(new.as_object().unwrap(), "conditions"), &of_conditions);
        made["conditions"] = new["conditions"].clone();
    }
    made.into()
}

/// Checks that the changes of conditions account for all that differs.
fn check_conditions(before: &[Value], after: &[Value], parts: &[FieldChange]) {
    let (mut left, mut named, mut reordered) = (before.to_vec(), vec![false; after.len()], false);
    let mut take = |condition: &Value| left.swap_remove(left.iter().position(|old| old == condition).unwrap());
    let mut changed = 0;
    for part in parts {
        let Some(rest) = part.field.strip_prefix("conditions[") else {
            reordered = part.reordered;
            continue;
        };
        let (index, field) = rest.split_once(']').unwrap();
        let index: usize = index.parse().unwrap();
        match (field.strip_prefix('.'), &part.before, &part.after) {
            (None, Some(gone), None) => _ = take(gone),
            (None, None, Some(new)) => {
                assert_eq!((new, std::mem::replace(&mut named[index], true)), (&after[index], false))
            }
            (Some("value"), ..) => {
                changed += 1;
                named[index] = true;
            }
            other => panic!("{other:?}"),
        }
    }
    after.iter().zip(named).filter(|(_, is_named)| !is_named).for_each(|(condition, _)| _ = take(condition));
    assert_eq!(left.len(), changed);
    assert!(!parts.is_empty() || before == after);
    assert!(!reordered || before != after);
}

fn list_of<'o>(object: &'o Map<String, Value>, name: &str) -> &'o [Value] {
    object[name].as_array().unwrap()
}

fn apply_fields(fields: &mut Map<String, Value>, changes: &[FieldChange]) {
    for change in changes {
        let name = change.field.as_str();
        if let Some(entry) = name.strip_prefix("variants[\"") {
            set(fields["variants"].as_object_mut().unwrap(), entry.trim_end_matches("\"]"), change);
        } else if let Some((outer, inner)) = name.split_once('.') {
            set(fields[outer].as_object_mut().unwrap(), inner, change);
        } else if let Some(added) = &change.added {
            let elements = fields[name].as_array_mut().unwrap();
            for gone in change.removed.iter().flatten() {
                let position = elements.iter().position(|element| element == gone).unwrap();
                elements.remove(position);
            }
            elements.extend(added.iter().cloned());
        } else {
            set(fields, name, change);
        }
    }
}

fn set(fields: &mut Map<String, Value>, name: &str, change: &FieldChange) {
    assert_eq!(fields.get(name), change.before.as_ref(), "{}", change.field);
    match &change.after {
        Some(value) => _ = fields.insert(name.into(), value.clone()),
        None => _ = fields.shift_remove(name),
    }
}

/// Sorts lists of scalars: a difference says that they have another order, and not which.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            if !items.iter().any(|item| item.is_array() || item.is_object()) {
                items.sort_by_key(Value::to_string);
            }
            items.into()
        }
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), sorted(value))).collect(),
        other => other.clone(),
    }
}

fn condition() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        Just(json!(1)),
        Just(json!(null)),
        proptest::collection::vec(0..3, 0..4).prop_map(|items| json!(items)),
    ];
    let fields = (prop::sample::select(vec!["a", "b"]), prop::sample::select(vec!["eq", "in"]), value);
    fields
        .prop_map(|(attribute, operator, value)| json!({"attribute": attribute, "operator": operator, "value": value}))
}

fn rule() -> impl Strategy<Value = Value> {
    let answer = prop_oneof![
        Just(json!("x")),
        Just(json!({"split": [["x", 40], ["y", 60]]})),
        Just(json!({"split": [["x", 50], ["y", 50]], "by": "team"})),
    ];
    let several = (proptest::collection::vec(condition(), 0..4), proptest::option::of(answer));
    let several = several.prop_map(|(conditions, answer)| match answer {
        Some(answer) => json!({"conditions": conditions, "value": answer}),
        None => json!({"conditions": conditions}),
    });
    prop_oneof![condition(), several]
}

fn state() -> impl Strategy<Value = Map<String, Value>> {
    let variants = proptest::collection::btree_map("[xyz]", 0..2, 0..3);
    let fields = (
        any::<bool>(),
        proptest::option::of(any::<bool>()),
        proptest::option::of("[xy]"),
        proptest::option::of(variants),
        proptest::option::of(proptest::collection::vec("[tuv]", 0..4)),
        proptest::collection::vec(rule(), 0..7),
    );
    fields.prop_map(|(enabled, default_enabled, off, variants, tags, rules)| {
        let mut fields = object(json!({"enabled": enabled, "rules": rules}));
        let optional = [
            ("default_enabled", default_enabled.map(Value::from)),
            ("off", off.map(Value::from)),
            ("variants", variants.map(|variants| json!(variants))),
            ("tags", tags.map(Value::from)),
        ];
        fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        fields
    })
}

/// Two states with many rules in common.
fn states() -> impl Strategy<Value = (Map<String, Value>, Map<String, Value>)> {
    (state(), state(), any::<u64>(), any::<bool>()).prop_map(|(before, mut after, seed, is_like)| {
        if is_like {
            let mut rules = list(&before).to_vec();
            let count = rules.len().max(1);
            let position = |shift: u32| usize::try_from(seed >> shift).unwrap_or(0) % count;
            if rules.len() > 1 {
                rules.swap(position(0), position(8));
                let moved = rules.remove(position(16));
                rules.insert(position(24).min(rules.len()), moved);
                rules[position(32)] = list(&after).first().cloned().unwrap_or_else(|| json!({"conditions": []}));
            }
            after.insert("rules".into(), rules.into());
        }
        (before, after)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_accounts_for_all_that_differs((before, after) in states()) {
        let whole = Difference::within(&mut Budget::unlimited(), &before, &after);
        prop_assert_eq!(whole.is_empty(), before == after);
        let made = apply(&before, &whole);
        prop_assert_eq!(sorted(&made.into()), sorted(&after.clone().into()));
        prop_assert!(Difference::between(&after, &after).is_empty());
    }
}
