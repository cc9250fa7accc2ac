//! `POST /api/v1/evaluate`, as clients use it. What flags answer is the business of the vectors.

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Server, on_each_database};

fn flags() -> Value {
    json!([
        {"key": "checkout", "enabled": true, "client_visible": true, "rules": [
            {"attribute": "plan", "operator": "eq", "value": "pro"},
            {"operator": "percent", "value": 0}]},
        {"key": "colour", "enabled": true, "default": "red", "variants": {"red": "#f00", "blue": "#00f"}, "rules": [
            {"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "blue"}]},
        {"key": "limit", "enabled": false, "default": "low", "off": "high", "variants": {"low": 1, "high": 1e21}},
        {"key": "launch", "enabled": true, "client_visible": true, "rules": [
            {"conditions": [{"attribute": "@now", "operator": "after", "value": "2100-01-01T00:00:00Z"}]}]},
        {"key": "layout", "enabled": true, "client_visible": true, "default": "wide",
            "variants": {"wide": {"columns": [1, 2.0], "name": "Ü"}, "slim": []}},
        {"key": "unread", "enabled": true, "client_visible": true, "rules": [
            {"attribute": "plan", "operator": "eq", "value": ["secret"]}]},
    ])
}

fn started(database: &Database) -> (Server, Account) {
    let server = Server::start(database);
    let account = server.account();
    let revision = database.load_flags(account.project, &flags());
    server.wait_for_revision(&account.server_key, revision);
    (server, account)
}

fn evaluate(server: &Server, key: &str, body: &Value) -> Answer {
    server.request("POST", "/api/v1/evaluate").key(key).json(body).send()
}

fn message(answer: &Answer) -> (u16, String, String) {
    let message = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
    (answer.status, answer.code(), message)
}

#[test]
fn one_flag_answers_with_its_value_its_variant_and_its_rule() {
    on_each_database(|database| {
        let (server, account) = started(database);
        let pro = json!({"plan": "pro", "user_id": 7});
        for (flag, context, expected) in [
            (
                "checkout",
                &pro,
                json!({"enabled": true, "reason": "targeting_match", "value": true, "variant": "on", "rule_index": 0}),
            ),
            (
                "checkout",
                &json!({"user_id": 7}),
                json!({"enabled": false, "reason": "percentage_rollout", "value": false, "variant": "off", "rule_index": 1}),
            ),
            (
                "checkout",
                &json!({}),
                json!({"enabled": false, "reason": "default", "value": false, "variant": "off", "rule_index": null}),
            ),
            (
                "colour",
                &pro,
                json!({"enabled": true, "reason": "targeting_match", "value": "#00f", "variant": "blue", "rule_index": 0}),
            ),
            (
                "limit",
                &pro,
                json!({"enabled": false, "reason": "disabled", "value": 1e21, "variant": "high", "rule_index": null}),
            ),
            (
                "layout",
                &pro,
                json!({"enabled": true, "reason": "default", "value": {"columns": [1, 2.0], "name": "Ü"}, "variant": "wide", "rule_index": null}),
            ),
        ] {
            let answer = evaluate(&server, &account.server_key, &json!({"flag_key": flag, "context": context}));
            let mut expected = expected;
            expected["flag_key"] = flag.into();
            assert_eq!((answer.status, answer.json()), (200, expected));
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
        let answer = evaluate(&server, &account.server_key, &json!({"flag_key": "nothing"}));
        assert_eq!((answer.status, answer.code()), (404, "FLAG_NOT_FOUND".into()));
        let answer = evaluate(&server, &account.server_key, &json!({"flag_key": "unread"}));
        assert_eq!((answer.status, answer.code()), (409, "PARSE_ERROR".into()));
        assert!(answer.text().contains("rules[0].value"), "{}", answer.text());
    });
}

#[test]
fn several_flags_or_all_answer_by_key() {
    let database = Database::sqlite();
    let (server, account) = started(&database);
    let keys = |answer: &Answer| -> Vec<String> {
        answer.json()["flags"].as_object().expect("flags").keys().cloned().collect()
    };
    let named = json!({"flag_keys": ["limit", "nothing", "checkout", "limit"], "context": null});
    let answer = evaluate(&server, &account.server_key, &named);
    assert_eq!((answer.status, keys(&answer)), (200, vec!["checkout".to_owned(), "limit".into()]));
    assert_eq!(answer.json()["flags"]["limit"]["variant"], "high");

    let all = ["checkout", "colour", "launch", "layout", "limit", "unread"];
    assert_eq!(keys(&evaluate(&server, &account.server_key, &json!({}))), all);
    let answer = evaluate(&server, &account.api_key, &json!({}));
    assert_eq!(message(&answer).2, "project_id: missing; an API key names its project");
    let path = format!("/api/v1/evaluate?project_id={}", account.project);
    let answer = server.request("POST", &path).key(&account.api_key).json(&json!({"context": {}})).send();
    assert_eq!(keys(&answer), all);
    let unread = &answer.json()["flags"]["unread"];
    assert_eq!((&unread["reason"], &unread["error_code"]), (&"error".into(), &"PARSE_ERROR".into()));
    assert!(unread.get("enabled").is_none());
}

#[test]
fn client_keys_see_what_is_visible_to_clients_and_no_rules() {
    let database = Database::sqlite();
    let (server, account) = started(&database);
    let answer = evaluate(&server, &account.sdk_key, &json!({})).json();
    let keys: Vec<&String> = answer["flags"].as_object().expect("flags").keys().collect();
    assert_eq!(keys, ["checkout", "launch", "layout", "unread"]);
    assert!(!answer.to_string().contains("secret"), "{answer}");
    let named = json!({"flag_keys": ["colour", "checkout"]});
    assert_eq!(evaluate(&server, &account.sdk_key, &named).json()["flags"].as_object().expect("flags").len(), 1);
    let hidden = evaluate(&server, &account.sdk_key, &json!({"flag_key": "colour"}));
    assert_eq!((hidden.status, hidden.code()), (404, "FLAG_NOT_FOUND".into()));

    let later = json!({"flag_key": "launch", "context": {"@now": "2100-02-01T00:00:00Z"}});
    assert_eq!(evaluate(&server, &account.server_key, &later).json()["enabled"], true);
    let expected = "context[\"@now\"]: client keys cannot set names that begin with @";
    assert_eq!(message(&evaluate(&server, &account.sdk_key, &later)).2, expected);
    let now = json!({"flag_key": "launch"});
    assert_eq!(evaluate(&server, &account.sdk_key, &now).json()["enabled"], false);
    let large = json!({"context": {"a": "a".repeat(16 << 10)}});
    assert_eq!(evaluate(&server, &account.sdk_key, &large).status, 400);
    assert_eq!(evaluate(&server, &account.server_key, &large).status, 200);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let database = Database::sqlite();
    let (server, account) = started(&database);
    let many: serde_json::Map<String, Value> = (0..=500).map(|index| (index.to_string(), index.into())).collect();
    for (body, expected) in [
        (json!({"flag_key": 7}).to_string(), "flag_key: invalid type: integer `7`"),
        (json!({"flag_key": "a", "flag_keys": []}).to_string(), "flag_keys: give this or flag_key, not both"),
        (json!({"flag_keys": [7]}).to_string(), "flag_keys[0]: invalid type"),
        (json!({"flag_keys": vec!["a"; 1001]}).to_string(), "flag_keys: at most 1000, found 1001"),
        (json!({"context": 7}).to_string(), "context: invalid type: integer `7`, expected an object with attributes"),
        (json!({"context": []}).to_string(), "context: invalid type: sequence"),
        (
            json!({"context": many}).to_string(),
            "context: 501 attributes; this server allows 500 (--max-context-attributes)",
        ),
        (
            json!({"context": {"a": "a".repeat(128 << 10)}}).to_string(),
            "context: 131075 bytes; this server allows 131072 (--max-context-bytes)",
        ),
        (r#"{"context": {"a": 1, "a": 2}}"#.into(), "context: duplicate attribute \"a\""),
        (json!({"contexts": {}}).to_string(), "contexts: unknown field"),
        ("{".into(), "the body: EOF"),
        (String::new(), "the body: EOF"),
        ("[]".into(), "the body: invalid"),
        ("{} {}".into(), "the body: trailing characters"),
    ] {
        let answer = server.request("POST", "/api/v1/evaluate").key(&account.server_key).body(body.clone()).send();
        let (status, code, message) = message(&answer);
        assert_eq!((status, &*code), (400, "INVALID_REQUEST"), "{body}");
        assert!(message.starts_with(expected), "{message}");
    }
    let unsupported =
        r#"{"flag_key": "checkout", "context": {"plan": {"pro": 1}, "a": "\ud800", "b": 1e999, "c": DEEP}}"#;
    let deep = unsupported.replace("DEEP", &("[".repeat(10_000) + &"]".repeat(10_000)));
    let answer = server.request("POST", "/api/v1/evaluate").key(&account.server_key).body(deep).send();
    assert_eq!((answer.status, &answer.json()["reason"]), (200, &"default".into()));
    let form = server.request("POST", "/api/v1/evaluate").key(&account.server_key);
    assert_eq!(form.header("content-type", "text/plain").body("{}").send().status, 415);
}
