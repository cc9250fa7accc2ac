//! The tools that need no key.

use serde_json::{Value, json};

use crate::support::{Answer, Database, Server};

fn play(server: &Server, body: &Value) -> Answer {
    server.request("POST", "/api/v1/evaluate-playground").json(body).send()
}

fn message(answer: &Answer) -> String {
    answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn flags_are_tried_out_and_explained() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let body = json!({
        "flags": {
            "dark_mode": {"enabled": true, "rules": [
                {"conditions": [{"operator": "in_segment", "value": "staff"}]},
                {"attribute": "plan", "operator": "eq", "value": "pro"}]},
            "theme": {"enabled": false, "default": "a", "variants": {"a": "A", "b": "B"}},
            "aside": {"enabled": true, "rules": [{"attribute": "plan", "operator": "like", "value": "pro"}]},
        },
        "segments": {"staff": {"rules": [{"attribute": "mail", "operator": "ends_with", "value": "@example.com"}]}},
        "context": {"plan": "pro"},
    });
    let answer = play(&server, &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let flags = &answer.json()["flags"];
    let dark = &flags["dark_mode"];
    let found = (&dark["enabled"], &dark["value"], &dark["variant"], &dark["reason"], &dark["rule_index"]);
    assert_eq!(found, (&json!(true), &json!(true), &json!("on"), &json!("targeting_match"), &json!(1)));
    assert_eq!(dark["rules"][0]["conditions"][0]["holds"], false);
    assert_eq!((&flags["theme"]["value"], &flags["theme"]["reason"]), (&json!("A"), &json!("disabled")));
    let aside = &flags["aside"];
    assert_eq!((&aside["error_code"], &aside["enabled"]), (&json!("PARSE_ERROR"), &json!(null)));
    assert!(aside["error_message"].as_str().is_some_and(|text| text.contains(r#"flags["aside"].rules[0]"#)), "{aside}");
    let list = play(&server, &json!({"flags": [{"key": "a", "enabled": true}]}));
    assert_eq!(list.json()["flags"]["a"]["enabled"], false);
}

#[test]
fn what_is_too_much_or_no_flag_is_refused() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let flag = json!({"enabled": true});
    let many: serde_json::Map<String, Value> = (0..101).map(|index| (format!("f{index}"), flag.clone())).collect();
    let conditions = vec![json!({"attribute": "a", "operator": "eq", "value": 1}); 300];
    let rules: Vec<Value> = conditions.into_iter().map(|condition| json!({"conditions": [condition]})).collect();
    for (body, status, expected) in [
        (json!({"flags": 7}), 400, "flags: "),
        (json!({"flags": {"a": 7}}), 400, "flags[\"a\"]: expected a flag, found 7"),
        (json!({}), 400, "the body: missing field `flags`"),
        (json!({"flags": {}, "context": 7}), 400, "context: invalid type"),
        (json!({"flags": {}, "user": 7}), 400, "user: unknown field"),
        (json!({"flags": many}), 400, "flags: at most 100, found 101"),
        (json!({"flags": {}, "context": {"a": "a".repeat(32 << 10)}}), 413, "the body is larger"),
        (
            json!({"flags": {"a": {"enabled": true, "rules": rules}}, "context": {"a": "\u{1}".repeat(1_000)}}),
            413,
            "the answer has more",
        ),
    ] {
        let answer = play(&server, &body);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(message(&answer).starts_with(expected), "{}", answer.text());
    }
}

#[test]
fn rollouts_are_simulated_with_the_buckets_that_flags_use() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let get = |path: &str| server.request("GET", path).send();
    let all = get("/api/v1/rollout/simulate?flag_key=checkout&percentage=12.5&count=10000").json();
    let users = all["users"].as_array().expect("users");
    let included: Vec<&Value> = users.iter().filter(|user| user["included"] == true).collect();
    assert_eq!(
        (users.len(), &all["total_users"], &all["included_count"]),
        (10_000, &json!(10_000), &json!(included.len()))
    );
    assert!((1_100..1_400).contains(&included.len()), "{}", included.len());
    assert_eq!(all["excluded_count"], 10_000 - included.len());
    // One by one, and by a flag.
    for user in &users[..20] {
        let id = user["id"].as_str().expect("an id");
        let bucket = get(&format!("/api/v1/rollout/bucket?flag_key=checkout&user_id={id}")).json();
        assert_eq!(bucket, json!({"flag_key": "checkout", "user_id": id, "bucket": user["bucket"]}));
        let flags = json!({"checkout": {"enabled": true, "rules": [{"operator": "percent", "value": 12.5}]}});
        let answer = play(&server, &json!({"flags": flags, "context": {"user_id": id}})).json();
        assert_eq!(answer["flags"]["checkout"]["enabled"], user["included"]);
    }
    let usual = get("/api/v1/rollout/simulate?flag_key=checkout&percentage=0").json();
    assert_eq!((&usual["total_users"], &usual["included_count"]), (&json!(100), &json!(0)));
    for (path, expected) in [
        ("simulate?percentage=25", "flag_key"),
        ("simulate?flag_key=&percentage=25", "flag_key: "),
        ("simulate?flag_key=a&percentage=101", "percentage: "),
        ("simulate?flag_key=a&percentage=NaN", "percentage: "),
        ("simulate?flag_key=a&percentage=x", "percentage: "),
        ("simulate?flag_key=a&percentage=1&count=10001", "count: "),
        ("simulate?flag_key=a&percentage=1&count=0", "count: "),
        ("simulate?flag_key=a&percentage=1&users=1", "users"),
        ("bucket?flag_key=a", "user_id"),
        ("bucket?user_id=a", "flag_key"),
    ] {
        let answer = get(&format!("/api/v1/rollout/{path}"));
        assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST".into()), "{path}");
        assert!(message(&answer).contains(expected), "{path}: {}", answer.text());
    }
}
