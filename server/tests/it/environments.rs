//! Environments: their life, the first, and what ends with them.

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Server, on_each_database};

#[test]
fn an_environment_is_created_listed_renamed_and_deleted() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let key = &account.api_key;
        assert_eq!(names(&server, &account), ["production"]);

        let answer = create(&server, &account, "staging.eu").expect(201);
        let path = answer.header("location").expect("a location").to_owned();
        assert_eq!(path, format!("{}/staging.eu", environments(&account)));
        let created = answer.json();
        assert_eq!(created["name"], "staging.eu");
        let [sdk_key, server_key] = ["sdk_key", "server_key"].map(|field| created[field].as_str().expect("a key"));
        assert!(sdk_key.starts_with("fbsdk_") && server_key.starts_with("fbsrv_"));
        assert_eq!(names(&server, &account), ["production", "staging.eu"]);

        let before = server.request("GET", &path).key(key).send().expect(200).json();
        let rename = |path: &str| {
            server.request("PATCH", path).key(key).json(&json!({"name": "staging"})).send().expect(200).json()
        };
        let mut renamed = rename(&path);
        assert_eq!(renamed.as_object_mut().and_then(|it| it.remove("environments")), Some(json!(["staging"])));
        assert_eq!((&renamed["name"], &renamed["created_at"]), (&"staging".into(), &before["created_at"]));
        // Its snapshot tells the name.
        assert!(renamed["revision"].as_i64() > before["revision"].as_i64());
        server.request("GET", &path).key(key).send().expect(404);
        let path = format!("{}/staging", environments(&account));
        assert_eq!(server.request("GET", &path).key(key).send().expect(200).json(), renamed);
        let again = rename(&path);
        assert_eq!((&again["environments"], &again["revision"]), (&json!([]), &renamed["revision"]));

        for key in [sdk_key, server_key] {
            server.request("GET", "/api/v1/projects").key(key).send().expect(403);
        }
        server.request("DELETE", &path).key(key).send().expect(200);
        server.request("DELETE", &path).key(key).send().expect(404);
        for key in [sdk_key, server_key] {
            server.request("GET", "/api/v1/projects").key(key).send().expect(401);
        }
        server.request("GET", "/api/v1/projects").key(&account.sdk_key).send().expect(403);
        assert_eq!(names(&server, &account), ["production"]);
    });
}

#[test]
fn the_first_environment_is_renamed_but_never_deleted() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let refused = |name: &str| {
            let path = format!("{}/{name}", environments(&account));
            let answer = server.request("DELETE", &path).key(&account.api_key).send().expect(409);
            assert!(answer.message().contains("rename it, or delete the project"), "{}", answer.message());
        };
        refused("production");
        create(&server, &account, "staging").expect(201);
        refused("production");
        rename(&server, &account, "production", "live").expect(200);
        assert_eq!(names(&server, &account), ["live", "staging"]);
        refused("live");
    });
}

#[test]
fn names_are_unique_in_a_project() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        create(&server, &account, "production").expect(409);
        create(&server, &account, "staging").expect(201);
        rename(&server, &account, "staging", "production").expect(409);
        // To its own name: nothing changes.
        let before = audit_size(&server, &account);
        rename(&server, &account, "staging", "staging").expect(200);
        assert_eq!(audit_size(&server, &account), before);
    });
}

#[test]
fn environments_and_their_keys_are_limited() {
    let server = Server::start_with(&Database::sqlite(), &["--max-environments", "3", "--max-keys", "5"]);
    let account = server.account();
    create(&server, &account, "second").expect(201);
    let refused = create(&server, &account, "third").expect(403);
    assert!(refused.code() == "LIMIT_REACHED" && refused.message().contains("--max-keys"));

    let server = Server::start_with(&Database::sqlite(), &["--max-environments", "2"]);
    let account = server.account();
    create(&server, &account, "second").expect(201);
    let refused = create(&server, &account, "third").expect(403);
    assert!(refused.code() == "LIMIT_REACHED" && refused.message().contains("--max-environments"));
}

#[test]
fn a_name_that_is_none_is_refused_with_its_field() {
    let server = Server::start(&Database::sqlite());
    let account = server.account();
    create(&server, &account, &"a".repeat(64)).expect(201);
    for name in ["", ".", "..", "a b", "é", "a/b", "a\0", &"a".repeat(65)] {
        for answer in [create(&server, &account, name), rename(&server, &account, "production", name)] {
            let message = "name: expected 1 to 64 of A-Z a-z 0-9 . _ -, not only dots";
            assert_eq!((answer.status, answer.message().as_str()), (400, message));
        }
    }
}

fn environments(account: &Account) -> String {
    format!("/api/v1/projects/{}/environments", account.project)
}

fn create(server: &Server, account: &Account, name: &str) -> Answer {
    server.request("POST", &environments(account)).key(&account.api_key).json(&json!({"name": name})).send()
}

fn rename(server: &Server, account: &Account, name: &str, new: &str) -> Answer {
    let path = format!("{}/{name}", environments(account));
    server.request("PATCH", &path).key(&account.api_key).json(&json!({"name": new})).send()
}

fn names(server: &Server, account: &Account) -> Vec<Value> {
    let answer = server.request("GET", &environments(account)).key(&account.api_key).send().expect(200).json();
    let list = answer["environments"].as_array().expect("a list").iter();
    list.map(|environment| environment["name"].clone()).collect()
}

fn audit_size(server: &Server, account: &Account) -> usize {
    let answer = server.request("GET", "/api/v1/audit").key(&account.api_key).send().expect(200).json();
    answer["entries"].as_array().expect("a list").len()
}
