//! The reason of a change: a header or a field of the body, kept in the audit.

use serde_json::{Value, json};

use crate::support::{Database, Project, Server, on_each_database};

/// The newest entry of the project's audit.
fn newest(project: &Project<'_>) -> Value {
    project.get("/audit?limit=1").json()["entries"][0].clone()
}

#[test]
fn a_change_keeps_its_reason_and_its_request() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done("POST", "/flags", &json!({"key": "a", "enabled": true}));
        assert_eq!(newest(&project).get("reason"), None);
        project.done("PATCH", "/flags/a", &json!({"enabled": false, "reason": " f\u{fc}r alle\naus "}));
        assert_eq!(newest(&project)["reason"], "f\u{fc}r alle\naus");

        let header = |method: &str, path: &str, reason: &str| {
            let request = project.request(method, path).header("x-change-reason", reason);
            request.header("x-request-id", "deploy-17")
        };
        for (method, path, body) in [
            ("PATCH", "/flags/a", json!({"enabled": true})),
            ("PUT", "/segments/s", json!({"rules": []})),
            ("PUT", "/snapshot", json!({"flags": [{"key": "a", "enabled": false}], "segments": {"s": {}}})),
            ("POST", "/environments", json!({"name": "staging"})),
            ("PATCH", "", json!({"name": "Shop"})),
            ("POST", "/keys", json!({"kind": "sdk", "name": "k"})),
        ] {
            let answer = header(method, path, "50% of users").json(&body).send();
            assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text());
            let entry = newest(&project);
            assert_eq!((&entry["reason"], &entry["request"]), (&json!("50% of users"), &json!("deploy-17")), "{path}");
        }
        for path in ["/segments/s", "/flags/a"] {
            header("DELETE", path, "UTF-8''nicht%20n%C3%B6tig").send().expect(200);
            assert_eq!(newest(&project)["reason"], "nicht n\u{f6}tig");
        }
        let entry = project.get("/archive").json()["entries"][0]["id"].clone();
        header("POST", &format!("/archive/{entry}/restore"), "a slip").send().expect(200);
        assert_eq!(newest(&project)["reason"], "a slip");
    });
}

#[test]
fn a_reason_that_cannot_be_kept_is_refused_and_nothing_changes() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    let flag = project.done("POST", "/flags", &json!({"key": "a", "enabled": true}));
    for (reason, message) in [
        (json!("x".repeat(501)), "reason: expected at most 500 characters, found 501"),
        (json!("a\u{0}b"), "reason: expected no control characters except line breaks and tabs"),
        (json!(5), "reason: expected a string, found 5"),
    ] {
        assert_eq!(project.refused("PATCH", "/flags/a", &json!({"enabled": false, "reason": reason}), 400), message);
    }
    let answer = project.request("PATCH", "/flags/a").header("x-change-reason", "one");
    let answer = answer.json(&json!({"enabled": false, "reason": "two"})).send().expect(400);
    assert!(answer.text().contains("reason: the header and the body give a reason; give it once"), "{}", answer.text());
    let answer = project.request("PATCH", "/flags/a").header("x-change-reason", "UTF-8''%FC");
    let answer = answer.json(&json!({"enabled": false})).send().expect(400);
    assert!(answer.text().contains("X-Change-Reason: expected UTF-8, or UTF-8''"), "{}", answer.text());
    assert_eq!(project.get("/flags/a").json()["version"], flag["version"]);
}
