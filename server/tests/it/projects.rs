//! Projects: their life, their limits, and what ends with them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Server, on_each_database};

#[test]
fn a_project_is_created_listed_renamed_and_deleted() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let key = &account.api_key;
        let answer = create(&server, &account, &json!({"name": "  My App\u{a0}"})).expect(201);
        let path = answer.header("location").expect("a location").to_owned();
        let created = answer.json();
        let id = &created["id"];
        assert_eq!(path, format!("/api/v1/projects/{id}"));
        assert_eq!(created["name"], "My App");
        assert_eq!(created["environments"], json!(["production"]));
        assert_eq!(created.as_object().expect("an object").len(), 5);
        for (field, prefix) in [("sdk_key", "fbsdk_"), ("server_key", "fbsrv_")] {
            assert!(created[field].as_str().expect("a key").starts_with(prefix));
        }

        let project = server.request("GET", &path).key(key).send().expect(200).json();
        assert_eq!((&project["id"], &project["name"]), (id, &created["name"]));
        let list = list(&server, &account);
        assert_eq!(list.len(), 2);
        assert_eq!((&list[0]["id"], &list[1]), (&account.project.into(), &project));

        let rename =
            || server.request("PATCH", &path).key(key).json(&json!({"name": "Ours"})).send().expect(200).json();
        let mut renamed = rename();
        assert_eq!(renamed, rename());
        assert_eq!(renamed.as_object_mut().and_then(|it| it.remove("environments")), Some(json!([])));
        assert_eq!((&renamed["name"], &renamed["created_at"]), (&"Ours".into(), &project["created_at"]));
        assert_eq!(server.request("GET", &path).key(key).send().json(), renamed);

        server.request("DELETE", &path).key(key).send().expect(200);
        for method in ["GET", "DELETE"] {
            server.request(method, &path).key(key).send().expect(404);
        }
        assert_eq!(self::list(&server, &account).len(), 1);
    });
}

#[test]
fn the_keys_of_a_deleted_project_are_refused_at_once() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let path = format!("/api/v1/projects/{}", account.project);
        for key in [&account.sdk_key, &account.server_key] {
            // Of the wrong kind, but valid.
            server.request("GET", "/api/v1/projects").key(key).send().expect(403);
        }
        server.request("DELETE", &path).key(&account.api_key).send().expect(200);
        for key in [&account.sdk_key, &account.server_key] {
            server.request("GET", "/api/v1/projects").key(key).send().expect(401);
        }
        server.request("GET", "/api/v1/projects").key(&account.api_key).send().expect(200);
        server.request("GET", &format!("{path}/keys")).key(&account.api_key).send().expect(404);
    });
}

#[test]
fn whoever_comes_too_late_for_a_deletion_finds_nothing() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        for round in 0..5 {
            let project = create(&server, &account, &json!({"name": "short-lived"})).expect(201).json();
            let project = format!("/api/v1/projects/{}", project["id"]);
            let ask = |method: &str, path: &str, body: Option<Value>| {
                let request = server.request(method, &format!("{project}{path}")).key(&account.api_key);
                if let Some(body) = body { request.json(&body) } else { request }.send().status
            };
            std::thread::scope(|scope| {
                let staging = json!({"name": "staging"});
                let key = json!({"kind": "sdk", "name": "n", "environment": "staging"});
                let calls: [(&str, &str, Option<Value>, &[u16]); 6] = [
                    ("POST", "/environments", Some(staging), &[201, 409, 404]),
                    ("PATCH", "/environments/staging", Some(json!({"name": "test"})), &[200, 409, 404]),
                    ("DELETE", "/environments/staging", None, &[200, 404]),
                    ("POST", "/keys", Some(key), &[201, 400, 404]),
                    ("PATCH", "", Some(json!({"name": "renamed"})), &[200, 404]),
                    ("GET", "/audit", None, &[200, 404]),
                ];
                for (method, path, body, allowed) in calls {
                    scope.spawn(move || {
                        loop {
                            let status = ask(method, path, body.clone());
                            assert!(allowed.contains(&status), "{method} {path}: {status}");
                            if ask("GET", "", None) == 404 {
                                break;
                            }
                        }
                    });
                }
                std::thread::sleep(Duration::from_millis(50 * round));
                assert_eq!(ask("DELETE", "", None), 200);
            });
        }
    });
}

#[test]
fn the_hosted_free_tier_has_one_project() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--max-projects", "1"]);
        let account = server.account();
        let refused = create(&server, &account, &json!({"name": "second"})).expect(403);
        assert_eq!(refused.code(), "LIMIT_REACHED");
        assert!(refused.message().contains("--max-projects"));
        server.request("DELETE", &format!("/api/v1/projects/{}", account.project)).key(&account.api_key).send();
        create(&server, &account, &json!({"name": "second"})).expect(201);
    });
}

#[test]
fn a_name_that_is_none_is_refused_with_its_field() {
    let server = Server::start(&Database::sqlite());
    let account = server.account();
    let long = "é".repeat(200);
    assert_eq!(create(&server, &account, &json!({"name": long})).expect(201).json()["name"], long.as_str());
    for (body, message) in [
        (json!({"name": " \t "}), "name: expected 1 to 200 characters"),
        (json!({"name": format!("{long}x")}), "name: expected 1 to 200 characters"),
        (json!({"name": "a\nb"}), "name: expected no control characters"),
        (json!({"name": "nul \0 byte"}), "name: expected no control characters"),
        (json!({"name": null}), "name: invalid type: null, expected a string at line 1 column 12"),
        (json!({}), "the body: missing field `name` at line 1 column 2"),
        (json!({"name": "a", "id": 7}), "id: unknown field `id`, expected `name` or `reason` at line 1 column 16"),
    ] {
        let path = format!("/api/v1/projects/{}", account.project);
        for answer in
            [create(&server, &account, &body), server.request("PATCH", &path).key(&account.api_key).json(&body).send()]
        {
            assert_eq!((answer.status, answer.message().as_str()), (400, message));
        }
    }
}

#[test]
fn an_id_that_is_none_is_not_found() {
    let server = Server::start(&Database::sqlite());
    let account = server.account();
    for id in ["0", "-1", "x", "1.0", "99999999999999999999", "%20", "%00"] {
        server.request("GET", &format!("/api/v1/projects/{id}")).key(&account.api_key).send().expect(404);
    }
    server.request("GET", "/api/v1/projects/%ff").key(&account.api_key).send().expect(400);
}

fn create(server: &Server, account: &Account, body: &Value) -> Answer {
    server.request("POST", "/api/v1/projects").key(&account.api_key).json(body).send()
}

fn list(server: &Server, account: &Account) -> Vec<Value> {
    let answer = server.request("GET", "/api/v1/projects").key(&account.api_key).send().expect(200).json();
    answer["projects"].as_array().expect("a list").clone()
}
