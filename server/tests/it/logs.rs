//! The log's lines, and the secrets that no line may hold.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Account, Database, Project, Server, on_each_database, within};

/// The lines of the log that are JSON.
fn lines(server: &Server) -> Vec<Value> {
    server.output().lines().filter_map(|line| serde_json::from_str(line).ok()).filter(Value::is_object).collect()
}

/// Waits for the access line of a request.
fn access(server: &Server, id: &str) -> Value {
    server.wait_for_line(&format!("\"{id}\""));
    lines(server)
        .into_iter()
        .find(|line| line["target"] == "flagbit::access" && line["span"]["id"] == id)
        .unwrap_or_else(|| panic!("{}", server.output()))
}

#[test]
fn every_answer_has_an_id_that_its_lines_have_too() {
    let settings = ["--signup", "--log-format", "json", "--log-level", "debug"];
    let server = Server::start_with(&Database::sqlite(), &settings);
    let first = server.request("GET", "/healthz").send();
    let second = server.request("GET", "/healthz").send();
    let id = first.header("x-request-id").expect("an id").to_owned();
    assert_ne!(Some(&*id), second.header("x-request-id"));
    let line = access(&server, &id);
    assert_eq!((&line["route"], &line["method"], &line["status"]), (&json!("/healthz"), &json!("GET"), &json!(200)));
    assert!(line["duration_ms"].as_f64().is_some_and(|duration| duration < 10_000.0), "{line}");

    for (sent, is_taken) in [
        ("7f0c5a2e-8d6b-4b7e-9c51-0d5e0c2f0a11", true),
        ("Root=1-67891233-abcdef012345678912345678", true),
        ("two words", false),
        ("\"}quote", false),
        ("fbsrv_01234", false),
        (&"x".repeat(129), false),
    ] {
        let answer = server.request("GET", "/nowhere").header("x-request-id", sent).send();
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("x-request-id") == Some(sent), is_taken, "{sent}");
    }

    let account = server.account();
    let answer = server.request("GET", "/api/v1/projects").key(&account.api_key).send();
    let line = access(&server, answer.header("x-request-id").expect("an id"));
    assert!(line["key_id"].is_i64(), "{line}");
}

#[test]
fn what_anybody_can_cause_is_quiet_and_what_fails_or_changes_is_told() {
    let server = Server::start_with(&Database::sqlite(), &["--signup", "--log-format", "json"]);
    server.request("GET", "/healthz").send();
    server.request("GET", "/.env").send();
    server.account();
    let answer = server.request("GET", "/api/v1/projects").send();
    assert_eq!(answer.status, 401);
    access(&server, answer.header("x-request-id").expect("an id"));
    let access: Vec<_> = lines(&server).into_iter().filter(|line| line["target"] == "flagbit::access").collect();
    let seen: Vec<_> = access.iter().map(|line| (line["route"].as_str(), line["status"].as_u64())).collect();
    assert_eq!(seen, [(Some("/api/v1/signup"), Some(201)), (Some("/api/v1/projects"), Some(401))]);
}

#[test]
fn the_log_holds_no_keys_contexts_queries_or_statements() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--signup", "--log-level", "trace"]);
        let Account { project, api_key, sdk_key, server_key } = server.account();
        let typo = format!("{}x", &server_key[..server_key.len() - 1]);
        let unknown = Server::start(&Database::sqlite()).account().server_key;
        let keys = [&api_key, &sdk_key, &server_key, &typo, &unknown];
        let secret = "secret-user@example.com";
        let context = json!({"flag_key": "f", "context": {"email": secret, "user_id": secret}});
        for key in keys {
            for (method, path) in [
                ("GET", "/api/v1/projects".into()),
                ("GET", format!("/api/v1/projects/{project}/flags")),
                ("GET", format!("/api/v1/projects/{project}/flags?user_id={secret}")),
                ("GET", "/api/v1/snapshot".into()),
                ("POST", "/api/v1/evaluate".into()),
                ("POST", format!("/api/v1/evaluate?user_id={secret}")),
                ("POST", "/ofrep/v1/evaluate/flags".into()),
                ("PUT", format!("/api/v1/projects/{project}/snapshot")),
                ("GET", format!("/api/v1/rollout/bucket?flag_key=f&user_id={secret}")),
                ("GET", format!("/{key}?key={key}")),
                ("BREW", format!("/api/v1/projects/{key}")),
            ] {
                let request = || server.request(method, &path).json(&context);
                request().key(key).send();
                request().header("x-api-key", key).header("x-request-id", key).send();
                request().key(key).header("origin", "https://example.com").send();
                request().header("cookie", key).header("user-agent", secret).header("referer", secret).send();
            }
            let mut raw = server.raw();
            raw.send(format!("GET /{key} HTTP/1.1\r\nAuthorization: Bearer {key}\r\nBad header {key}\r\n\r\n"));
            raw.end(std::time::Duration::from_secs(5));
            let broken =
                server.request("POST", "/api/v1/signup").body(format!("{{\"email\": \"{key}\", \"{secret}\"}}"));
            assert_eq!(broken.send().status, 400);
        }
        server.signal("TERM");
        server.wait_for_line("stopped");
        let output = server.output();
        assert!(output.contains("flagbit::access"), "{output}");
        for text in keys.map(|key| &key[..]).into_iter().chain([secret, "SELECT ", "INSERT ", "dev@example.com"]) {
            assert!(!output.contains(text), "{text}");
            // Nor most of it.
            assert!(text.len() < 30 || !output.contains(&text[7..30]), "{text}");
        }
    });
}

#[test]
fn nobody_fills_the_log_without_a_secret_key() {
    let settings = ["--signup", "--log-format", "json", "--stranger-log-lines-per-minute", "20"];
    let server = Server::start_with(&Database::sqlite(), &settings);
    let account = server.account();
    let before = server.output().len();
    let method = "A".repeat(30_000);
    for path in ["/healthz", "/api/v1/projects", "/api/v1/signup", "/api/v1/evaluate-playground", "/openapi.json"] {
        for _ in 0..20 {
            server.request(&method, path).send().expect(405);
            server.request("POST", "/api/v1/projects").key(&account.sdk_key).send().expect(403);
            server.request("GET", "/api/v1/projects").key("fb_typo").send().expect(401);
        }
    }
    // The log tells what a secret key does, even while strangers flood the server.
    let created = server.request("POST", "/api/v1/projects").key(&account.api_key).json(&json!({"name": "p"})).send();
    access(&server, created.expect(201).header("x-request-id").expect("an id"));
    let output = server.output();
    assert!(output.len() - before < 20_000, "{} bytes", output.len() - before);
    assert!(!output.contains("AAAA") && output.contains("\"method\":\"OTHER\""), "{output}");
    // A few more while the test ran: one each 3 s.
    let told = lines(&server).iter().filter(|line| line["target"] == "flagbit::access").count();
    assert!((20..60).contains(&told), "{told}");
}

#[test]
fn the_next_line_says_how_many_were_left_out() {
    let settings = ["--signup", "--log-format", "json", "--stranger-log-lines-per-minute", "60"];
    let server = Server::start_with(&Database::sqlite(), &settings);
    let refused = || server.request("GET", "/api/v1/projects").send().expect(401);
    for _ in 0..100 {
        refused();
    }
    within(Duration::from_secs(20), || {
        refused();
        lines(&server).iter().any(|line| line["left_out"].as_u64().is_some_and(|lines| lines > 0))
    });
}

#[test]
fn a_change_names_its_environment_flag_actor_and_request() {
    let server = Server::start_with(&Database::sqlite(), &["--signup", "--log-format", "json"]);
    let account = server.account();
    let project = Project::of(&server, &account.api_key, account.project);
    project.done("POST", "/environments", &json!({"name": "staging"}));
    let secret = "person@example.com";
    let rules = json!([{"attribute": "email", "operator": "eq", "value": secret}]);
    project.done("POST", "/flags", &json!({"key": "f", "enabled": true, "description": secret, "rules": rules}));
    let staging = project.environment("staging");
    let answer = staging.send("PATCH", "/flags/f", &json!({"enabled": true}));
    let id = answer.header("x-request-id").expect("an id").to_owned();
    let changes = |id: &str| {
        let is_it = |line: &Value| line["target"] == "flagbit::change" && line["span"]["id"] == id;
        lines(&server).into_iter().filter(is_it).collect::<Vec<_>>()
    };
    within(Duration::from_secs(5), || !changes(&id).is_empty());
    let line = &changes(&id)[0];
    let told = [&line["action"], &line["project_id"], &line["environment"], &line["flag"], &line["level"]];
    assert_eq!(told, [&json!("flag.update"), &json!(account.project), &json!("staging"), &json!("f"), &json!("INFO")]);
    assert!(line["actor"].as_str().is_some_and(|actor| actor.starts_with("key ")), "{line}");

    // An import names its changes up to a number, and counts the others.
    let flags: Vec<Value> = (0..150).map(|key| json!({"key": format!("f{key}"), "enabled": true})).collect();
    let answer = staging.send("PUT", "/snapshot?removes=1", &json!({"flags": flags})).expect(200);
    let id = answer.header("x-request-id").expect("an id").to_owned();
    within(Duration::from_secs(5), || changes(&id).len() == 101);
    assert_eq!(changes(&id)[100]["left_out"], 51);
    let output = server.output();
    for secret in [secret, &account.api_key, &account.sdk_key, &account.server_key] {
        assert!(!output.contains(secret), "{output}");
    }
}
