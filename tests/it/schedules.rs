//! A schedule is found however far away it is: in the flag itself, or in a segment or a flag that the flag asks. Then
//! the clock stands for `@now`, unless the context has it.

use flagbit::{Client, Context, PackedAttributes, Value};

use crate::pack::pack;

/// What begins in the past holds by the clock, in each of these flags.
const SNAPSHOT: &str = r#"{
"segments": {"begun": {"rules": [{"attribute": "@now", "operator": "after", "value": "2020-01-01T00:00:00Z"}]}},
"flags": [
 {"key": "asks-the-asking", "enabled": true, "rules": [
  {"conditions": [{"operator": "flag_is", "attribute": "asks-flag", "value": true}], "value": true}]},
 {"key": "asks-flag", "enabled": true, "rules": [
  {"conditions": [{"operator": "flag_is", "attribute": "own", "value": true}], "value": true}]},
 {"key": "own", "enabled": true, "rules": [
  {"attribute": "@now", "operator": "after", "value": "2020-01-01T00:00:00Z"}]},
 {"key": "own-and-asks", "enabled": true, "rules": [
  {"conditions": [{"attribute": "@now", "operator": "after", "value": "2020-01-01T00:00:00Z"},
   {"operator": "flag_is", "attribute": "own", "value": true}], "value": true}]},
 {"key": "asks-segment", "enabled": true, "rules": [
  {"conditions": [{"operator": "in_segment", "value": "begun"}], "value": true}]},
 {"key": "asks-flag-of-segment", "enabled": true, "rules": [
  {"conditions": [{"operator": "flag_is", "attribute": "asks-segment", "value": true}], "value": true}]},
 {"key": "typed", "enabled": true, "variants": {"new": 1, "old": 2}, "default": "old", "rules": [
  {"conditions": [{"operator": "flag_is", "attribute": "own", "value": true}], "value": "new"}]},
 {"key": "asks-typed", "enabled": true, "rules": [
  {"conditions": [{"operator": "flag_is", "attribute": "typed", "value": "new"}], "value": true}]}
]}"#;

const FLAGS: [&str; 7] =
    ["asks-the-asking", "asks-flag", "own", "own-and-asks", "asks-segment", "asks-flag-of-segment", "asks-typed"];

#[test]
fn the_clock_is_asked_for_every_flag_that_needs_it() {
    let client = Client::from_snapshot(SNAPSHOT).unwrap();
    let packed = pack(&[("user_id", Some(Value::String("usr_1")))]);
    let packed = PackedAttributes::new(&packed).unwrap();
    let user = Context::builder().set("user_id", "usr_1").unwrap().build();
    for key in FLAGS {
        assert!(client.is_enabled(key, &user, false), "{key}");
        assert!(client.is_enabled(key, &packed, false), "{key}, packed");
        assert!(client.evaluate(key, &Context::EMPTY, false).enabled, "{key}, nobody");
        assert!(client.explain(key, &user).contains(r#""enabled":true"#), "{key}, explained");
    }
    assert!((client.value("typed", &user, 0.0_f64) - 1.0).abs() < f64::EPSILON);
    let (all, _) = client.evaluate_all(&user, false);
    assert!(FLAGS.iter().all(|key| all.iter().any(|(found, evaluation)| found == key && evaluation.enabled)));
}

#[test]
fn a_context_with_a_time_of_its_own_is_believed() {
    let client = Client::from_snapshot(SNAPSHOT).unwrap();
    let earlier = Context::builder().set("@now", "2019-12-31T23:59:59Z").unwrap().build();
    for key in FLAGS {
        assert!(!client.is_enabled(key, &earlier, true), "{key}");
    }
}
