//! Explanations: the parts that the vectors' fields do not show.

use flagbit::{Client, Context, Value};
use serde_json::{Value as Json, json};

fn explained(client: &Client, key: &str, context: &Context) -> Json {
    serde_json::from_str(&client.explain(key, context)).unwrap()
}

fn condition(explanation: &Json) -> &Json {
    &explanation["rules"][0]["conditions"][0]
}

fn user(name: &str, value: Value<'_>) -> Context {
    Context::builder().set(name, value).unwrap().build()
}

fn one_rule(rule: &str) -> Client {
    Client::from_snapshot(format!(r#"{{"flags": [{{"key": "f", "enabled": true, "rules": [{rule}]}}]}}"#)).unwrap()
}

/// The bucket is worked out by hand from the digest of `usr_1:f`, as section 4.1 of the specification says.
#[test]
fn a_percentage_shows_what_it_hashed_and_the_bucket() {
    const FIRST_DIGITS: u32 = 0x86fe_1740;
    let client = one_rule(r#"{"operator": "percent", "value": 50}"#);
    let explanation = explained(&client, "f", &user("user_id", "usr_1".into()));
    let condition = condition(&explanation);
    let bucket = f64::from(FIRST_DIGITS) / f64::from(u32::MAX) * 100.0;
    assert_eq!((&condition["salt"], &condition["found"]), (&json!("f"), &json!("usr_1")));
    assert_eq!(condition["bucket"], json!(bucket));
    assert_eq!(condition["holds"], json!(bucket < 50.0));
    assert!((flagbit::bucket_of("usr_1", "f") - bucket).abs() < f64::EPSILON);
    let explanation = explained(&client, "f", &Context::EMPTY);
    assert_eq!(explanation["rules"][0]["conditions"][0]["bucket"], Json::Null);
}

#[test]
fn a_percentage_with_a_salt_of_its_own_shows_that_salt_and_its_bucket() {
    let client = one_rule(r#"{"operator": "percent", "value": {"percent": 50, "salt": "exp-7"}}"#);
    let explanation = explained(&client, "f", &user("user_id", "usr_1".into()));
    assert_eq!(condition(&explanation)["salt"], json!("exp-7"));
    assert_eq!(condition(&explanation)["bucket"], json!(flagbit::bucket_of("usr_1", "exp-7")));
}

/// Each condition shows its attribute, so a long one would make an explanation larger than flag and context together.
#[test]
fn of_a_long_attribute_the_beginning_is_shown() {
    let client = one_rule(r#"{"attribute": "a", "operator": "has", "value": "x"}"#);
    let found = |value: Value<'_>| condition(&explained(&client, "f", &user("a", value)))["found"].clone();
    assert_eq!(found("y".repeat(1_000).as_str().into()), json!("y".repeat(1_000)));
    // A character is never cut in two.
    let euros = "€".repeat(400);
    assert_eq!(found(euros.as_str().into()), json!(format!("{}...", "€".repeat(333))));
    let items = [Value::String(&euros); 30];
    assert_eq!(found(Value::List(&items)), json!(vec![format!("{}...", "€".repeat(333)); 20]));
}

#[test]
fn contains_shows_the_text_and_where_it_looked() {
    let client = one_rule(r#"{"attribute": "email", "operator": "contains", "value": "@shop"}"#);
    for (email, holds) in [("a@shop.example", true), ("@shop", true), ("shop", false), ("", false)] {
        let explanation = explained(&client, "f", &user("email", email.into()));
        let expected =
            json!({"operator": "contains", "value": "@shop", "holds": holds, "attribute": "email", "found": email});
        assert_eq!(condition(&explanation), &expected);
    }
}

#[test]
fn of_a_long_list_the_first_values_and_their_number_are_shown() {
    for (count, values) in [(20, Json::Null), (21, json!(21))] {
        let list: Vec<String> = (0..count).map(|number| format!("\"{number:02}\"")).collect();
        let rule = format!(r#"{{"attribute": "a", "operator": "in", "value": [{}]}}"#, list.join(","));
        let explanation = explained(&one_rule(&rule), "f", &Context::EMPTY);
        assert_eq!(condition(&explanation)["value"].as_array().unwrap().len(), 20);
        assert_eq!(condition(&explanation)["values"], values, "{count}");
    }
}

#[test]
fn each_rule_shows_what_it_serves() {
    let client = Client::from_snapshot(
        r##"{"flags": [
            {"key": "boolean", "enabled": true, "rules": [
                {"conditions": [{"attribute": "a", "operator": "eq", "value": 1}], "value": false},
                {"conditions": [], "value": true}]},
            {"key": "typed", "enabled": true, "variants": {"dark": "#000", "light": "#fff"}, "default": "dark", "rules": [
                {"conditions": [{"attribute": "a", "operator": "eq", "value": 1}], "value": "light"},
                {"conditions": [], "value": {"split": [["dark", 25], ["light", 75]], "by": "team"}}]}]}"##,
    )
    .unwrap();
    let user = user("team", "red".into());
    let serves = |key: &str, rule: usize| explained(&client, key, &user)["rules"][rule]["serves"].clone();
    assert_eq!((serves("boolean", 0), serves("boolean", 1)), (json!(false), json!(true)));
    assert_eq!(serves("typed", 0), json!("light"));
    let bucket = flagbit::bucket_of("red", "typed/split");
    let split = json!({
        "split": [["dark", 25], ["light", 75]], "by": "team", "salt": "typed/split", "found": "red", "bucket": bucket
    });
    assert_eq!(serves("typed", 1), split);
}
