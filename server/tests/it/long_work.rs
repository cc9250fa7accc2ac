//! Evaluations that take long stop nobody else, are bounded, and end with their requests.

use serde_json::{Value, json};

use crate::support::{Account, Database, Project, Raw, Server};

/// A pattern that takes microseconds for each byte.
const SLOW: &str = "(a|b|c|d){1,60}z";
/// With so many flags an evaluation takes longer than any test.
const FLAGS: usize = 1_000;

fn start(settings: &[&str]) -> (Server, Account) {
    let server = Server::start_with(&Database::sqlite(), &[&["--signup"], settings].concat());
    let account = server.account();
    let project = Project::of(&server, &account.api_key, account.project);
    let slow = json!([{"attribute": "text", "operator": "matches", "value": SLOW}]);
    let mut flags: Vec<Value> = (0..FLAGS)
        .map(|index| json!({"key": format!("slow{index}"), "enabled": true, "client_visible": true, "rules": slow}))
        .collect();
    flags.push(json!({"key": "quick", "enabled": true, "client_visible": true, "default_enabled": true}));
    project.done("PUT", "/snapshot", &json!({"flags": flags}));
    (server, account)
}

fn ask_all(server: &Server, key: &str) -> Raw {
    let body = json!({"context": {"text": "a".repeat(4_000)}}).to_string();
    let mut client = server.raw();
    client.send(format!(
        "POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    client
}

#[test]
fn a_request_is_answered_while_long_evaluations_run() {
    let (server, account) = start(&["--max-long-evaluations", "2", "--evaluation-timeout-seconds", "600"]);
    let mut long: Vec<Raw> = (0..2).map(|_| ask_all(&server, &account.sdk_key)).collect();
    for _ in 0..5 {
        server.request("GET", "/healthz").send().expect(200);
        let quick = json!({"flag_key": "quick", "context": {"text": "a".repeat(4_000)}});
        let answer = server.request("POST", "/api/v1/evaluate").key(&account.sdk_key).json(&quick).send().expect(200);
        assert_eq!(answer.json()["value"], true);
        server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().expect(200);
    }
    for client in &mut long {
        assert!(!client.is_closed() && client.text().is_empty(), "{}", client.text());
    }
    // Whoever hangs up ends the work. So the next one gets a thread, and not after hours.
    drop(long);
    let slow = json!({"flag_keys": ["slow0", "slow1"], "context": {"text": "az"}});
    let answer = server.request("POST", "/api/v1/evaluate").key(&account.sdk_key).json(&slow).send().expect(200);
    assert_eq!(answer.json()["flags"]["slow1"]["value"], true);
}

#[test]
fn an_evaluation_that_takes_too_long_is_ended_with_the_setting() {
    let (server, account) = start(&["--max-long-evaluations", "1", "--evaluation-timeout-seconds", "1"]);
    let mut client = ask_all(&server, &account.sdk_key);
    client.wait_for("}");
    assert_eq!(client.statuses(), [503]);
    assert!(client.text().contains("longer than 1 s, the limit of this server (--evaluation-timeout-seconds)"));
    let slow = json!({"flag_key": "slow0", "context": {"text": "az"}});
    let answer = server.request("POST", "/api/v1/evaluate").key(&account.sdk_key).json(&slow).send().expect(200);
    assert_eq!(answer.json()["value"], true);
}

#[test]
fn contexts_have_the_size_that_the_settings_allow() {
    let settings = ["--signup", "--max-sdk-context-bytes", "100", "--max-context-bytes", "200"];
    let server = Server::start_with(&Database::sqlite(), &settings);
    let account = server.account();
    for (key, bytes, setting) in [
        (&account.sdk_key, 90, None),
        (&account.sdk_key, 100, Some("bytes; this server allows 100 for SDK keys (--max-sdk-context-bytes)")),
        (&account.server_key, 190, None),
        (&account.server_key, 200, Some("bytes; this server allows 200 (--max-context-bytes)")),
    ] {
        let body = json!({"context": {"a": "a".repeat(bytes)}});
        for path in ["/api/v1/evaluate", "/ofrep/v1/evaluate/flags"] {
            let answer = server.request("POST", path).key(key).json(&body).send();
            assert_eq!(answer.status, if setting.is_some() { 400 } else { 200 }, "{}", answer.text());
            assert!(setting.is_none_or(|setting| answer.text().contains(setting)), "{}", answer.text());
        }
    }
}

/// Flags that each take a while to explain, but not hours.
fn slow_play(flags: usize) -> Value {
    let rule = json!({"attribute": "text", "operator": "matches", "value": SLOW});
    let flags: serde_json::Map<String, Value> =
        (0..flags).map(|index| (format!("f{index}"), json!({"enabled": true, "rules": [rule]}))).collect();
    json!({"flags": flags, "context": {"text": "a".repeat(10_000)}})
}

#[test]
fn the_playground_refuses_what_would_take_long() {
    let server = Server::start(&Database::sqlite());
    let play = |body: &Value| server.request("POST", "/api/v1/evaluate-playground").json(body).send();
    let hard = json!({"attribute": "e", "operator": "matches", "value": "(?:a{0,30}){20}b"});
    let context = json!({"e": "a".repeat(13_000)});
    let asked = json!({"attribute": "a", "operator": "flag_is", "value": true});
    for body in [
        json!({"flags": {"f": {"enabled": true, "rules": vec![&hard; 240]}}, "context": context}),
        json!({"flags": {"f": {"enabled": true, "rules": [{"conditions": [
            {"attribute": "e", "operator": "not_matches", "value": vec!["(?:a{0,30}){20}b"; 300]}]}]}}, "context": context}),
        json!({"flags": [{"key": "f", "enabled": true, "rules": vec![json!({"operator": "in_segment", "value": ["s", "s"]}); 9]}],
            "segments": {"s": {"rules": [hard]}}, "context": context}),
        json!({"flags": {"a": {"enabled": true, "rules": [hard]}, "b": {"enabled": true, "rules": vec![&asked; 9]}},
            "context": context}),
    ] {
        let answer = play(&body).expect(400);
        assert!(
            answer.message().contains("65536 bytes that this server allows (--max-playground-search-bytes)"),
            "{}",
            answer.text()
        );
    }
    let twice = r#"{"flags": {"f": {"enabled": true, "rules": [], "rules": []}}}"#;
    let answer = server.request("POST", "/api/v1/evaluate-playground").body(twice).send().expect(400);
    assert!(answer.message().contains("flags: duplicate field \"rules\""), "{}", answer.text());
    play(&json!({"flags": {"f": {"enabled": true, "rules": [hard]}}, "context": {"e": "a".repeat(100)}})).expect(200);
}

#[test]
fn a_playground_belongs_to_its_work_and_the_work_to_its_request() {
    let settings = ["--max-playground-search-bytes", "100000000", "--evaluation-timeout-seconds", "600"];
    let (server, account) = start(&settings);
    let body = slow_play(100).to_string();
    let clients: Vec<Raw> = (0..8)
        .map(|_| {
            let mut client = server.raw();
            client.send(format!(
                "POST /api/v1/evaluate-playground HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ));
            client
        })
        .collect();
    server.request("GET", "/healthz").send().expect(200);
    // The threads of the playground are not those of evaluations.
    let slow = json!({"flag_key": "slow0", "context": {"text": "az"}});
    server.request("POST", "/api/v1/evaluate").key(&account.sdk_key).json(&slow).send().expect(200);
    drop(clients);
    let answer = server.request("POST", "/api/v1/evaluate-playground").json(&slow_play(0)).send();
    answer.expect(200);
}
