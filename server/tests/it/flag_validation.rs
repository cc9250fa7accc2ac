//! The writes that the server refuses, and its messages.

use serde_json::{Value, json};

use crate::support::{Database, Project, Server};

const TYPED: [&str; 2] = ["light", "dark"];

fn with_rules(rules: Value) -> Value {
    json!({"key": "new", "enabled": true, "rules": rules})
}

fn typed(rules: Value) -> Value {
    json!({"key": "new", "enabled": true, "default": TYPED[0], "variants": {"light": 1, "dark": 2}, "rules": rules})
}

fn split(split: Value) -> Value {
    typed(json!([{"conditions": [], "value": split}]))
}

fn condition(condition: Value) -> Value {
    with_rules(json!([{"operator": "percent", "value": 5}, {"conditions": [condition]}]))
}

/// Bodies of POST /flags, and what is said of each.
fn refused() -> Vec<(Value, &'static str)> {
    let key = |key: Value| json!({"key": key, "enabled": true});
    let field = |name: &str, value: Value| json!({"key": "new", "enabled": true, name: value});
    vec![
        (json!({}), "key: missing\nenabled: missing"),
        (json!({"enabled": true}), "key: missing"),
        (json!({"key": "new"}), "enabled: missing"),
        (key(json!(7)), "key: expected a string, found 7"),
        (key(json!("")), "key: expected 1 to 256 of A-Z a-z 0-9 . _ -, and not only dots; found \"\""),
        (key(json!("..")), "key: expected 1 to 256 of A-Z a-z 0-9 . _ -, and not only dots; found \"..\""),
        (key(json!("a/b")), "key: expected 1 to 256 of A-Z a-z 0-9 . _ -, and not only dots; found \"a/b\""),
        (key(json!("ä")), "key: expected 1 to 256 of A-Z a-z 0-9 . _ -, and not only dots; found \"ä\""),
        (key(json!("a".repeat(257))), "key: expected 1 to 256 of A-Z a-z 0-9 . _ -, and not only dots; found "),
        (field("enabled", json!(null)), "enabled: expected a boolean, found null"),
        (field("enabled", json!("true")), "enabled: expected a boolean, found \"true\""),
        (field("default_enabled", json!(1)), "default_enabled: expected a boolean, found 1"),
        (field("client_visible", json!("no")), "client_visible: expected a boolean, found \"no\""),
        (field("name", json!(7)), "name: expected a string, found 7"),
        (field("name", json!("x".repeat(257))), "name: at most 256 characters, found 257"),
        (field("description", json!({})), "description: expected a string, found an object"),
        (field("tags", json!("shop")), "tags: expected a list, found \"shop\""),
        (
            field("tags", json!(["a", 7, null])),
            "tags[1]: expected a string, found 7\ntags[2]: expected a string, found null",
        ),
        (field("version", json!(1)), "version: the server gives it; leave it out"),
        (field("off", json!("a")), "off: names a variant, and the flag has no variants"),
        (field("default", json!("a")), "default: names a variant, and the flag has no variants"),
        (field("rules", json!({})), "rules: expected a list, found an object"),
        (field("enabeld", json!(true)), "enabeld: unknown field; did you mean \"enabled\"?"),
        (
            field("maintainer", json!("ana")),
            "maintainer: unknown field; a flag has key, name, description, tags, owner, lifetime, expires_at, client_visible, \
             variants, default, enabled, default_enabled, off, rules, version",
        ),
        (with_rules(json!([7])), "rules[0]: expected an object, found 7"),
        (with_rules(json!([{}])), "rules[0].operator: missing"),
        (
            with_rules(json!([{"attribute": "a", "operator": "eq", "value": 1, "result": true}])),
            "rules[0].result: unknown field; a rule has attribute, operator, value",
        ),
        (
            with_rules(json!([{"conditions": [], "attribute": "a"}])),
            "rules[0].attribute: unknown field; a rule with conditions has conditions, value",
        ),
        (
            with_rules(json!([{"conditions": [], "operator": "eq"}])),
            "rules[0].conditions: a rule has either conditions or an operator, found both",
        ),
        (with_rules(json!([{"conditions": {}}])), "rules[0].conditions: expected a list, found an object"),
        (with_rules(json!([{"conditions": [], "value": 1}])), "rules[0].value: expected true or false, found 1"),
        (condition(json!(null)), "rules[1].conditions[0]: expected an object, found null"),
        (
            condition(json!({"attribute": "a", "operator": "eq", "value": 1, "negate": true})),
            "rules[1].conditions[0].negate: unknown field; a condition has attribute, operator, value",
        ),
        (
            condition(json!({"conditions": []})),
            "rules[1].conditions[0].conditions: unknown field; a condition has attribute, operator, value\n",
        ),
        (condition(json!({"attribute": "a", "operator": "eq"})), "rules[1].conditions[0].value: missing"),
        (condition(json!({"operator": "eq", "value": 1})), "rules[1].conditions[0].attribute: missing"),
        (
            condition(json!({"attribute": "a", "operator": "eq", "value": null})),
            "rules[1].conditions[0].value: expected a string, a number or a boolean, found null",
        ),
        (
            condition(json!({"attribute": 1, "operator": "eq", "value": 1})),
            "rules[1].conditions[0].attribute: expected a string, found 1",
        ),
        (
            condition(json!({"attribute": "a", "operator": "in", "value": [1, [2]]})),
            "rules[1].conditions[0].value[1]: expected a string, a number or a boolean, found a list",
        ),
        (
            condition(json!({"attribute": "a", "operator": "not_eq", "value": 1})),
            "rules[1].conditions[0].operator: unknown operator \"not_eq\"; this version knows eq, neq, ",
        ),
        (
            condition(json!({"operator": "percent", "value": {"percent": 5, "sallt": "x"}})),
            "rules[1].conditions[0].value.sallt: unknown field; did you mean \"salt\"?",
        ),
        (
            condition(json!({"operator": "percent", "value": {"percent": 101}})),
            "rules[1].conditions[0].value.percent: a percentage is a number from 0 to 100, found 101",
        ),
        (
            condition(json!({"attribute": "v", "operator": "semver_gt", "value": "2.x"})),
            "rules[1].conditions[0].value: not a SemVer version: \"2.x\"",
        ),
        (condition(json!({"attribute": "a", "operator": "matches", "value": "("})), "rules[1].conditions[0].value: "),
        (
            condition(json!({"attribute": "@now", "operator": "eq", "value": 1})),
            "rules[1].conditions[0].attribute: @now goes with before, after and their not_, not with \"eq\"",
        ),
        (
            condition(json!({"attribute": "a", "operator": "in_segment", "value": "beta"})),
            "rules[1].conditions[0].attribute: in_segment looks at no attribute; leave it out",
        ),
        (
            condition(json!({"operator": "not_in_segment", "value": ["beta"]})),
            "rules[1].conditions[0].value[0]: the segment cannot be used: no segment \"beta\"",
        ),
        (
            condition(json!({"attribute": "other", "operator": "flag_is", "value": true})),
            "rules[1].conditions[0].attribute: no flag \"other\"",
        ),
        (field("variants", json!([1])), "variants: expected an object, found a list"),
        (field("variants", json!({"a": 1, "b": 2})), "default: missing"),
        (
            json!({"key": "new", "enabled": true, "default": "c", "variants": {"a": 1, "b": 2}}),
            "default: no variant \"c\"",
        ),
        (
            json!({"key": "new", "enabled": true, "default": "a", "off": "c", "variants": {"a": 1, "b": 2}}),
            "off: no variant \"c\"",
        ),
        (
            json!({"key": "new", "enabled": true, "default": "a", "variants": {"a": 1, "b": "2"}}),
            "variants[\"b\"]: the values of a flag have one type: this is string, the first one is number",
        ),
        (
            json!({"key": "new", "enabled": true, "default": "a", "default_enabled": false, "variants": {"a": 1, "b": 2}}),
            "default_enabled: a flag with variants has a default, which names one of them, and no default_enabled",
        ),
        (
            typed(json!([{"attribute": "a", "operator": "eq", "value": "dark"}])),
            "rules[0].conditions: the rules of a flag with variants have conditions and the value that they serve",
        ),
        (typed(json!([{"conditions": [], "value": "sepia"}])), "rules[0].value: no variant \"sepia\""),
        (typed(json!([{"conditions": []}])), "rules[0].value: missing"),
        (
            split(json!({"split": [["light", 50], ["dark", 50]], "sallt": "x"})),
            "rules[0].value.sallt: unknown field; did you mean \"salt\"?",
        ),
        (
            split(json!({"split": [["light", 50], ["dark", 49.9]]})),
            "rules[0].value.split: the weights add up to 100, found 99.900",
        ),
        (split(json!({"split": [["light", 50], ["sepia", 50]]})), "rules[0].value.split[1]: no variant \"sepia\""),
        (
            split(json!({"split": [["light", 50, 1]]})),
            "rules[0].value.split[0]: expected a pair like [\"light\", 50], found a list",
        ),
        (split(json!({"split": [["light", 100]], "by": 7})), "rules[0].value.by: expected a string, found 7"),
    ]
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    for (body, expected) in refused() {
        let message = project.refused("POST", "/flags", &body, 400);
        let is_start = expected.ends_with([',', ' ', '\n']);
        let is_so = if is_start { message.starts_with(expected.trim_end_matches('\n')) } else { message == expected };
        assert!(is_so, "{body}\nsaid     {message}\nexpected {expected}");
    }
    assert_eq!(project.snapshot().flags().len(), 0, "nothing was written");
    // The same in a change, where the flag is known.
    project.done("POST", "/flags", &json!({"key": "new", "enabled": true}));
    for (body, expected) in refused().into_iter().filter(|(body, _)| body["key"] == "new" && body["version"].is_null())
    {
        if expected == "enabled: missing" {
            continue;
        }
        let message = project.refused("PATCH", "/flags/new", &body, 400);
        let place = expected.split(": ").next().unwrap();
        assert!(message.starts_with(place), "{body}\nsaid     {message}\nexpected {expected}");
    }
    let message = project.refused("PATCH", "/flags/new", &json!({"key": "other"}), 400);
    assert!(message.starts_with("key: a flag keeps its key, \"new\""), "{message}");
    assert_eq!(project.get("/flags/new").json()["version"], 1);
}

/// An SDK sets a flag with such a null aside. A change removes the field.
#[test]
fn null_is_refused_in_a_new_flag_where_an_sdk_sets_it_aside() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    let boolean = json!({"key": "new", "enabled": true, "default_enabled": null});
    let message = project.refused("POST", "/flags", &boolean, 400);
    assert_eq!(message, "default_enabled: expected a boolean, found null; leave it out for false");
    let mut typed = typed(json!([]));
    typed["off"] = Value::Null;
    let message = project.refused("POST", "/flags", &typed, 400);
    assert_eq!(message, "off: expected a variant's name, found null; leave it out for the default's");

    project.done("POST", "/flags", &json!({"key": "new", "enabled": true, "default_enabled": true, "off": null}));
    let changed = project.done("PATCH", "/flags/new", &json!({"default_enabled": null}));
    assert_eq!(changed["default_enabled"], false);
}

#[test]
fn text_that_is_no_flag_is_refused() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    project.done("POST", "/flags", &json!({"key": "a", "enabled": true}));
    let deep = format!("{{\"variants\": {{\"a\": {}1{}}}}}", "[".repeat(122), "]".repeat(122));
    let deeper = format!("{{\"variants\": {{\"a\": {}1{}}}}}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_flag = format!(
        "{{\"default\": \"a\", \"variants\": {{\"a\": {0}1{1}, \"b\": [1]}}}}",
        "[".repeat(124),
        "]".repeat(124)
    );
    for (body, expected) in [
        ("", "the body: EOF while parsing a value at line 1 column 0"),
        ("{", "the body: EOF while parsing an object at line 1 column 1"),
        ("[]", "the body: invalid type: sequence, expected an object"),
        ("null", "the body: invalid type: null, expected an object"),
        ("{} {}", "the body: trailing characters at line 1 column 4"),
        (r#"{"enabled": true, "enabled": false}"#, "enabled: duplicate field \"enabled\" at line 1 column 29"),
        (
            r#"{"rules": [{"operator": "percent", "value": 1, "value": 2}]}"#,
            "rules[0].value: duplicate field \"value\" at",
        ),
        (
            r#"{"default": "a", "variants": {"a": {"x": 1, "x": 2}, "b": {}}}"#,
            "variants[\"a\"].x: duplicate field \"x\" at",
        ),
        (r#"{"name": "\ud800"}"#, "name: unexpected end of hex escape at"),
        (r#"{"rules": [{"attribute": "a", "operator": "eq", "value": 1e400}]}"#, "rules[0].value: number out of range"),
        (&deep, "variants: a flag has 2 to 64 variants, found 1"),
        (&deeper, "variants[\"a\"][0][0]"),
        (&deep_flag, "nested deeper than the 127 levels of a snapshot that SDKs read"),
    ] {
        let answer = project.request("PATCH", "/flags/a").body(body).send();
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{message}");
        assert!(message.starts_with(expected), "{body}\nsaid     {message}\nexpected {expected}");
    }
    let answer = project.request("PATCH", "/flags/a").body(b"{\"name\": \"\xff\"}".to_vec()).send();
    assert_eq!(answer.status, 400);
    let form = project.request("PATCH", "/flags/a").header("content-type", "text/plain").body("{}").send();
    assert_eq!(form.status, 415);
    for key in ["%00", "%2e%2e", "a%2Fb", "%ff", "a%20b", "ä"] {
        for method in ["GET", "DELETE"] {
            let status = project.request(method, &format!("/flags/{key}")).send().status;
            assert!(matches!(status, 400 | 404), "{method} {key}: {status}");
        }
    }
    assert_eq!(project.get("/flags/a").json()["version"], 1);
}
