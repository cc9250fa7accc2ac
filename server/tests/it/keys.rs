//! Keys: created, listed without their secrets, changed without downtime, revoked.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Server, on_each_database, within};

#[test]
fn a_key_is_shown_once_and_revoked_at_once() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let path = keys(&account);
        for (kind, prefix) in [("sdk", "fbsdk_"), ("server", "fbsrv_")] {
            let created = create(&server, &account, &json!({"kind": kind, "name": " web shop "})).expect(201).json();
            let text = created["key"].as_str().expect("a key");
            assert!(text.starts_with(prefix));
            let listed = list(&server, &account, &path).pop().expect("keys");
            let expected = json!({
                "id": created["id"], "kind": kind, "name": "web shop", "prefix": prefix,
                "ending": text[text.len() - 4..], "environment": "production", "created_at": created["created_at"],
                "revoked_at": null, "maker": listed["maker"], "last_used_at": null,
            });
            assert_eq!(listed["maker"]["email"], "dev@example.com");
            assert_eq!(listed, expected);
            assert_eq!(validity(&server, text), 403);

            let one = format!("{path}/{}", created["id"]);
            server.request("DELETE", &one).key(&account.api_key).send().expect(204);
            assert_eq!(validity(&server, text), 401);
            let revoked_at = list(&server, &account, &path).pop().expect("keys")["revoked_at"].clone();
            assert!(revoked_at.is_string());
            // Again: no harm, and no other time.
            server.request("DELETE", &one).key(&account.api_key).send().expect(204);
            assert_eq!(list(&server, &account, &path).pop().expect("keys")["revoked_at"], revoked_at);
        }
        assert_eq!(validity(&server, &account.sdk_key), 403);
    });
}

#[test]
fn a_list_never_holds_a_key() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let texts = [&account.api_key, &account.sdk_key, &account.server_key];
        for path in [keys(&account), "/api/v1/keys".into(), "/api/v1/audit".into()] {
            let answer = server.request("GET", &path).key(&account.api_key).send().expect(200).text();
            assert!(texts.iter().all(|key| !answer.contains(&key[..key.len() - 6])), "{answer}");
        }
        let output = server.output();
        assert!(texts.iter().all(|key| !output.contains(key.as_str())));
    });
}

#[test]
fn keys_are_listed_in_pages() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let get = |path: &str| server.request("GET", path).key(&account.api_key).send();
        for name in 0..3 {
            create(&server, &account, &json!({"kind": "sdk", "name": format!("key {name}")})).expect(201);
        }
        let all = get(&keys(&account)).expect(200).json();
        assert_eq!((all["keys"].as_array().map(Vec::len), &all["next"]), (Some(5), &Value::Null));
        for limit in [1, 2, 4, 5, 6] {
            let (mut paged, mut next) = (Vec::new(), Some(format!("{}?limit={limit}", keys(&account))));
            while let Some(path) = next {
                let answer = get(&path).expect(200);
                next = answer.next_page();
                let page = answer.json();
                assert_eq!(page["next"].is_null(), next.is_none());
                paged.extend_from_slice(page["keys"].as_array().expect("a list"));
            }
            assert_eq!(Value::from(paged), all["keys"], "{limit}");
        }
        for (query, message) in
            [("limit=0", "limit: expected an integer from 1 to 1000"), ("after=x", "after: expected the id of a key")]
        {
            assert_eq!(get(&format!("/api/v1/keys?{query}")).expect(400).message(), message);
        }
    });
}

#[test]
fn a_key_is_for_one_environment() {
    let server = Server::start(&Database::sqlite());
    let account = server.account();
    let environments = format!("/api/v1/projects/{}/environments", account.project);
    let staging = json!({"name": "staging"});
    server.request("POST", &environments).key(&account.api_key).json(&staging).send().expect(201);
    let body = json!({"kind": "sdk", "name": "n", "environment": "staging"});
    assert_eq!(create(&server, &account, &body).expect(201).json()["environment"], "staging");
    let renamed = json!({"name": "test"});
    let path = format!("{environments}/staging");
    server.request("PATCH", &path).key(&account.api_key).json(&renamed).send().expect(200);
    assert_eq!(list(&server, &account, &keys(&account)).pop().expect("keys")["environment"], "test");
    let refused = create(&server, &account, &body).expect(400);
    assert_eq!(refused.message(), "environment: the project has no such environment, only production, test");
}

#[test]
fn what_is_no_key_to_be_is_refused_with_its_field() {
    let server = Server::start(&Database::sqlite());
    let account = server.account();
    for (body, start) in [
        (json!({"kind": "api", "name": "n"}), "kind: unknown variant `api`, expected `sdk` or `server`"),
        (json!({"kind": "sdk", "name": ""}), "name: expected 1 to 200 characters"),
        (json!({"kind": "sdk"}), "the body: missing field `name`"),
        (json!({"kind": "sdk", "name": "n", "environment": 7}), "environment: invalid type"),
        (json!({"kind": "sdk", "name": "n", "expires": 7}), "expires: unknown field"),
    ] {
        let message = create(&server, &account, &body).expect(400).message();
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn api_keys_are_changed_without_downtime_and_the_last_one_stays() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let first = list(&server, &account, "/api/v1/keys").remove(0);
        assert_eq!((&first["kind"], &first["prefix"], first.get("environment")), (&"api".into(), &"fb_".into(), None));
        let revoke = |key: &str, id: &Value| server.request("DELETE", &format!("/api/v1/keys/{id}")).key(key).send();
        let refused = revoke(&account.api_key, &first["id"]).expect(409);
        assert!(refused.message().contains("create another API key first"));

        let body = json!({"name": "second"});
        let second = server.request("POST", "/api/v1/keys").key(&account.api_key).json(&body).send().expect(201).json();
        let second_key = second["key"].as_str().expect("a key");
        assert_eq!(validity(&server, second_key), 200);
        revoke(second_key, &first["id"]).expect(204);
        assert_eq!(validity(&server, &account.api_key), 401);
        revoke(&account.api_key, &second["id"]).expect(401);
        revoke(second_key, &first["id"]).expect(204);
        revoke(second_key, &second["id"]).expect(409);
    });
}

#[test]
fn keys_that_revoke_each_other_leave_one() {
    on_each_database(|database| {
        let server = Server::start(database);
        for _ in 0..5 {
            let account = server.account();
            let body = json!({"name": "second"});
            let second = server.request("POST", "/api/v1/keys").key(&account.api_key).json(&body).send().json();
            let first = list(&server, &account, "/api/v1/keys").remove(0);
            let pairs = [(account.api_key.as_str(), &second["id"]), (second["key"].as_str().unwrap(), &first["id"])];
            let statuses = std::thread::scope(|scope| {
                let ask = |(key, id): (&str, &Value)| {
                    server.request("DELETE", &format!("/api/v1/keys/{id}")).key(key).send().status
                };
                let threads = pairs.map(|pair| scope.spawn(move || ask(pair)));
                threads.map(|thread| thread.join().expect("no panic"))
            });
            // The other came too late: its key was revoked before or after it was looked up.
            assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
            assert!(statuses.iter().any(|status| [401, 409].contains(status)), "{statuses:?}");
        }
    });
}

/// A write waits for its turn, and the key may be revoked meanwhile: after the revocation it must change nothing.
#[test]
fn a_key_that_is_being_revoked_leaves_nothing_behind() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--max-keys", "100000"]);
        let account = server.account();
        for _ in 0..3 {
            let body = json!({"name": "leaked"});
            let leaked =
                server.request("POST", "/api/v1/keys").key(&account.api_key).json(&body).send().expect(201).json();
            let key = leaked["key"].as_str().expect("a key");
            let before = list(&server, &account, "/api/v1/keys").len();
            std::thread::scope(|scope| {
                let loops: Vec<_> = (0..8).map(|_| scope.spawn(|| create_until_refused(&server, key))).collect();
                within(Duration::from_secs(10), || list(&server, &account, "/api/v1/keys").len() > before + 10);
                let path = format!("/api/v1/keys/{}", leaked["id"]);
                server.request("DELETE", &path).key(&account.api_key).send().expect(204);
                let listed = list(&server, &account, "/api/v1/keys").len();
                for thread in loops {
                    assert_eq!(thread.join().expect("no panic"), 401);
                }
                assert_eq!(list(&server, &account, "/api/v1/keys").len(), listed, "created after the revocation");
            });
            revoke_all_but_the_first(&server, &account);
        }
    });
}

/// Creates API keys until that is refused; the status of the refusal.
fn create_until_refused(server: &Server, key: &str) -> u16 {
    loop {
        let answer = server.request("POST", "/api/v1/keys").key(key).json(&json!({"name": "by the thief"})).send();
        if answer.status != 201 {
            return answer.status;
        }
    }
}

fn revoke_all_but_the_first(server: &Server, account: &Account) {
    for key in list(server, account, "/api/v1/keys").iter().skip(1) {
        let path = format!("/api/v1/keys/{}", key["id"]);
        server.request("DELETE", &path).key(&account.api_key).send().expect(204);
    }
}

#[test]
fn a_key_is_found_only_where_it_belongs() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (ours, theirs) = (server.account(), server.account());
        let key_id = list(&server, &ours, &keys(&ours)).remove(0)["id"].clone();
        let api_key_id = list(&server, &ours, "/api/v1/keys").remove(0)["id"].clone();
        let other = json!({"name": "other"});
        let other = server.request("POST", "/api/v1/projects").key(&ours.api_key).json(&other).send().json();
        for (key, path) in [
            (&theirs.api_key, format!("{}/{key_id}", keys(&theirs))),
            (&theirs.api_key, format!("/api/v1/keys/{api_key_id}")),
            (&ours.api_key, format!("/api/v1/keys/{key_id}")),
            (&ours.api_key, format!("{}/{api_key_id}", keys(&ours))),
            (&ours.api_key, format!("/api/v1/projects/{}/keys/{key_id}", other["id"])),
            (&ours.api_key, format!("{}/x", keys(&ours))),
            (&ours.api_key, "/api/v1/keys/99999999999999999999".into()),
        ] {
            server.request("DELETE", &path).key(key).send().expect(404);
        }
        assert_eq!(validity(&server, &ours.sdk_key), 403);
    });
}

#[test]
fn valid_keys_are_limited_and_revoking_makes_room() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--max-keys", "2"]);
        let account = server.account();
        let body = json!({"kind": "sdk", "name": "third"});
        let refused = create(&server, &account, &body).expect(403);
        assert!(refused.code() == "LIMIT_REACHED" && refused.message().contains("--max-keys"));
        let id = list(&server, &account, &keys(&account)).remove(0)["id"].clone();
        server.request("DELETE", &format!("{}/{id}", keys(&account))).key(&account.api_key).send().expect(204);
        create(&server, &account, &body).expect(201);

        let post = || server.request("POST", "/api/v1/keys").key(&account.api_key).json(&json!({"name": "n"})).send();
        post().expect(201);
        assert_eq!(post().expect(403).code(), "LIMIT_REACHED");
    });
}

#[test]
fn a_key_that_is_revoked_while_in_use_is_refused_by_all_replicas_within_a_second() {
    let database = Database::postgres();
    let [here, there] = [Server::start(&database), Server::start(&database)];
    let account = here.account();
    let second = Duration::from_secs(1);
    within(second, || validity(&there, &account.api_key) == 200);
    let created = create(&there, &account, &json!({"kind": "server", "name": "n"})).expect(201).json();
    let key = created["key"].as_str().expect("a key");
    within(second, || validity(&here, key) == 403);

    let path = format!("{}/{}", keys(&account), created["id"]);
    here.request("DELETE", &path).key(&account.api_key).send().expect(204);
    assert_eq!(validity(&here, key), 401);
    within(second, || validity(&there, key) == 401);

    let project = format!("/api/v1/projects/{}", account.project);
    assert_eq!(validity(&here, &account.sdk_key), 403);
    there.request("DELETE", &project).key(&account.api_key).send().expect(200);
    assert_eq!(validity(&there, &account.sdk_key), 401);
    within(second, || validity(&here, &account.sdk_key) == 401);
}

fn keys(account: &Account) -> String {
    format!("/api/v1/projects/{}/keys", account.project)
}

fn create(server: &Server, account: &Account, body: &Value) -> Answer {
    server.request("POST", &keys(account)).key(&account.api_key).json(body).send()
}

fn list(server: &Server, account: &Account, path: &str) -> Vec<Value> {
    let answer = server.request("GET", path).key(&account.api_key).send().expect(200).json();
    answer["keys"].as_array().expect("a list").clone()
}

/// 200 for a valid API key, 403 for a valid key of another kind, 401 for one that is not valid.
fn validity(server: &Server, key: &str) -> u16 {
    server.request("GET", "/api/v1/projects").key(key).send().status
}
