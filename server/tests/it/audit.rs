//! The audit: every change with who made it, newest first, in pages, without secrets.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::support::{Account, Database, Project, Server, on_each_database, within};

#[test]
fn every_change_is_recorded_with_who_made_it() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let project = format!("/api/v1/projects/{}", account.project);
        let ask = |method: &str, path: &str, body: Value| {
            server.request(method, path).key(&account.api_key).json(&body).send()
        };
        ask("PATCH", &project, json!({"name": "Shop"})).expect(200);
        ask("POST", &format!("{project}/environments"), json!({"name": "staging"})).expect(201);
        ask("PATCH", &format!("{project}/environments/staging"), json!({"name": "test"})).expect(200);
        let created = ask("POST", &format!("{project}/keys"), json!({"kind": "sdk", "name": "web"})).expect(201).json();
        ask("DELETE", &format!("{project}/keys/{}", created["id"]), json!({})).expect(204);
        ask("DELETE", &format!("{project}/environments/test"), json!({})).expect(200);
        let of_project = entries(&server, &account, &format!("{project}/audit"));
        ask("DELETE", &project, json!({})).expect(200);
        ask("POST", "/api/v1/keys", json!({"name": "ci"})).expect(201);

        let actions: Vec<&str> = of_project.iter().rev().filter_map(|entry| entry["action"].as_str()).collect();
        let expected = [
            "project.create",
            "key.create",
            "key.create",
            "project.rename",
            "environment.create",
            "key.create",
            "key.create",
            "environment.rename",
            "key.create",
            "key.revoke",
            "environment.delete",
        ];
        assert_eq!(actions, expected);
        let all = entries(&server, &account, "/api/v1/audit");
        assert_eq!(all[2..2 + of_project.len()], of_project);
        assert_eq!((&all[0]["action"], &all[1]["action"]), (&"key.create".into(), &"project.delete".into()));
        assert_eq!(all[1]["before"], json!({"name": "Shop", "environments": ["production"]}));
        assert_eq!(all.last().expect("entries")["action"], "account.create");

        let rename = &of_project[7];
        let key_id = all[0]["actor"]["id"].clone();
        let ending = &account.api_key[account.api_key.len() - 4..];
        let expected = json!({
            "id": rename["id"], "at": rename["at"],
            "actor": {"kind": "key", "id": key_id, "name": "first", "prefix": "fb_", "ending": ending,
                "member": all[0]["actor"]["member"]},
            "action": "project.rename", "target": "Shop", "project_id": account.project, "request": rename["request"],
            "before": {"name": "default"}, "after": {"name": "Shop"},
        });
        assert_eq!(*rename, expected);
        assert_eq!(of_project.last().expect("entries")["actor"], json!({"kind": "signup"}));
        assert_eq!(of_project[1]["before"], json!({"kind": "sdk", "name": "web", "ending": created["ending"]}));
        let told = all.iter().flat_map(|entry| [&entry["target"], &entry["before"], &entry["after"]]);
        assert!(told.filter(|part| part.to_string().contains("example.com")).count() == 0, "the address is personal");
        assert_eq!(all[0]["actor"]["member"]["email"], "dev@example.com");
    });
}

#[test]
fn what_failed_is_not_recorded() {
    let server = Server::start(&Database::sqlite());
    let account = server.account();
    let project = format!("/api/v1/projects/{}", account.project);
    let before = entries(&server, &account, "/api/v1/audit");
    for (method, path, body) in [
        ("POST", "/api/v1/projects".to_owned(), json!({"name": ""})),
        ("PATCH", project.clone(), json!({"name": "default"})),
        ("DELETE", format!("{project}/environments/production"), json!({})),
        ("POST", format!("{project}/environments"), json!({"name": "production"})),
        ("DELETE", format!("{project}/keys/999"), json!({})),
    ] {
        server.request(method, &path).key(&account.api_key).json(&body).send();
    }
    assert_eq!(entries(&server, &account, "/api/v1/audit"), before);
}

#[test]
fn pages_go_back_to_the_beginning() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let project = Project::of(&server, &account.api_key, account.project);
        let own = format!("{}/audit", project.path());
        for name in 0..20 {
            project.done("POST", "/flags", &json!({"key": format!("f{name}"), "enabled": true}));
        }
        for path in ["/api/v1/audit", own.as_str()] {
            for limit in [1, 2, 30, 31, 32, 33, 1000] {
                let all = entries(&server, &account, &format!("{path}?limit=1000"));
                let (mut paged, mut next) = (Vec::new(), Some(format!("{path}?limit={limit}")));
                while let Some(path) = next {
                    let answer = server.request("GET", &path).key(&account.api_key).send().expect(200);
                    let page = answer.json();
                    let listed = page["entries"].as_array().expect("a list");
                    assert!((1..=limit).contains(&listed.len()), "a page is never empty");
                    paged.extend_from_slice(listed);
                    next = answer.next_page();
                    let cursor = next.as_ref().and_then(|path| path.split("before=").nth(1));
                    assert_eq!(page["next"].as_i64().map(|next| next.to_string()).as_deref(), cursor);
                    // What is added meanwhile is not on the way back.
                    project.done("PATCH", "/flags/f1", &json!({"name": format!("{limit} {}", paged.len())}));
                }
                assert_eq!(paged, all, "{path} {limit}");
            }
        }
        for (query, message) in [
            ("limit=0", "limit: expected an integer from 1 to 1000"),
            ("limit=1001", "limit: expected an integer from 1 to 1000"),
            ("limit=", "limit: expected an integer from 1 to 1000"),
            ("before=x", "before: expected the id of an entry"),
            ("limit=1&limit=2", "the query: "),
            ("limit=%ff", "limit: "),
        ] {
            let answer = server.request("GET", &format!("/api/v1/audit?{query}")).key(&account.api_key).send();
            assert!(answer.expect(400).message().starts_with(message), "{query}");
        }
    });
}

#[test]
fn filters_leave_the_entries_that_fit() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let project = Project::of(&server, &account.api_key, account.project);
        project.done("POST", "/environments", &json!({"name": "staging"}));
        let staging = project.environment("staging");
        let ids: Vec<String> = (0..50).map(|index| format!("user-{index}")).collect();
        let rules = json!([{"attribute": "user_id", "operator": "in", "value": ids}]);
        for key in ["same", "other"] {
            project.done("POST", "/flags", &json!({"key": key, "enabled": true, "rules": rules}));
            project.done("PUT", &format!("/segments/{key}"), &json!({"rules": rules}));
        }
        let ci =
            server.request("POST", "/api/v1/keys").key(&account.api_key).json(&json!({"name": "ci"})).send().json();
        staging.done("PATCH", "/flags/same", &json!({"enabled": true}));
        let by_ci = Project::of(&server, ci["key"].as_str().expect("a key"), account.project);
        by_ci.done("PATCH", "/flags/same", &json!({"enabled": false}));
        by_ci.request("DELETE", "/segments/same").send().expect(200);

        let own = format!("{}/audit", project.path());
        let all = entries(&server, &account, "/api/v1/audit?limit=1000");
        let of_project = entries(&server, &account, &format!("{own}?limit=1000"));
        let middle = all[all.len() / 2]["at"].as_str().expect("a time").to_owned();
        let is = |field: &'static str, value: Value| move |entry: &Value| entry[field] == value;
        let of = |kind: &'static str| {
            move |entry: &Value| {
                entry["action"].as_str().is_some_and(|action| action.starts_with(kind)) && entry["target"] == "same"
            }
        };
        let from = |time: String| move |entry: &Value| entry["at"].as_str().is_some_and(|at| at >= time.as_str());
        let ci_id = ci["id"].clone();
        type Fits = Box<dyn Fn(&Value) -> bool>;
        let filters: Vec<(String, Fits)> = vec![
            ("flag=same".into(), Box::new(of("flag."))),
            ("segment=same".into(), Box::new(of("segment."))),
            ("flag=nowhere".into(), Box::new(|_| false)),
            (
                "flag=same&environment=staging".into(),
                Box::new(move |entry| of("flag.")(entry) && entry["environment"] == "staging"),
            ),
            ("environment=staging".into(), Box::new(is("environment", "staging".into()))),
            ("action=flag.create".into(), Box::new(is("action", "flag.create".into()))),
            (format!("actor=key:{ci_id}"), Box::new(move |entry| entry["actor"]["id"] == ci_id)),
            ("actor=signup".into(), Box::new(|entry| entry["actor"]["kind"] == "signup")),
            ("actor=command_line".into(), Box::new(|_| false)),
            (format!("since={middle}"), Box::new(from(middle.clone()))),
            (format!("until={middle}"), Box::new(move |entry| !from(middle.clone())(entry))),
            ("since=2000-01-01".into(), Box::new(|_| true)),
            ("until=2000-01-01T01:00:00%2B01:00".into(), Box::new(|_| false)),
        ];
        for (filter, fits) in filters {
            for (path, listed) in [("/api/v1/audit", &all), (own.as_str(), &of_project)] {
                let expected: Vec<Value> = listed.iter().filter(|entry| fits(entry)).cloned().collect();
                assert_eq!(
                    entries(&server, &account, &format!("{path}?limit=1000&{filter}")),
                    expected,
                    "{path} {filter}"
                );
                let mut next = Some(format!("{path}?limit=1&{filter}"));
                let mut paged = Vec::new();
                while let Some(path) = next {
                    let answer = server.request("GET", &path).key(&account.api_key).send().expect(200);
                    paged.extend_from_slice(answer.json()["entries"].as_array().expect("a list"));
                    next = answer.next_page();
                }
                assert_eq!(paged, expected, "{path} {filter}");
            }
        }
        for (query, message) in [
            ("since=yesterday", "since: expected a time such as 2026-11-30T12:00:00Z or a day such as 2026-11-30"),
            ("until=2026-13-01", "until: expected a time such as"),
            ("since=2026-01-02&until=2026-01-01", "until: expected a time after that of since"),
            ("flag=a&segment=b", "flag, segment: expected one of them"),
            ("flag=", "flag: expected a key or a name"),
            ("environment=%00", "environment: expected a key or a name"),
            ("actor=7", "actor: expected key:ID, signup or command_line, found \"7\""),
            ("action=flag.updated", "action: expected one of account.create, "),
            (
                "flags=a",
                "the query: unknown parameter \"flags\"; this call knows limit, before, flag, segment, actor, ",
            ),
        ] {
            let answer = server.request("GET", &format!("{own}?{query}")).key(&account.api_key).send();
            let found = answer.expect(400).message();
            assert!(found.starts_with(message), "{query}: {found}");
        }
    });
}

#[test]
fn old_entries_and_texts_that_nothing_needs_are_deleted_by_a_setting() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let project = Project::of(&server, &account.api_key, account.project);
        let rules = |name: &str| {
            let ids: Vec<String> = (0..50).map(|index| format!("{name}-{index}")).collect();
            json!([{"attribute": "user_id", "operator": "in", "value": ids}])
        };
        project.done("POST", "/flags", &json!({"key": "f", "enabled": true, "rules": rules("first")}));
        for (name, enabled) in [("second", true), ("third", true), ("third", false)] {
            project.done("PATCH", "/flags/f", &json!({"enabled": enabled, "rules": rules(name)}));
        }
        let all = entries(&server, &account, "/api/v1/audit");
        let texts = || database.number("SELECT COUNT(*) FROM texts");
        assert_eq!(texts(), 3);
        // Everything but the last entry becomes old.
        let last = &all[0]["id"];
        database.execute(format!("UPDATE audit SET at = '2020-01-01T00:00:00.000Z' WHERE id < {last}"));
        drop(server);

        // By default, nothing is deleted.
        let server = Server::start(database);
        thread::sleep(Duration::from_millis(500));
        assert_eq!(entries(&server, &account, "/api/v1/audit").len(), all.len());
        drop(server);

        let server = Server::start_with(database, &["--max-audit-age-days", "30"]);
        within(Duration::from_secs(20), || entries(&server, &account, "/api/v1/audit").len() == 1);
        assert_eq!(entries(&server, &account, "/api/v1/audit"), all[..1]);
        let project = Project::of(&server, &account.api_key, account.project);
        assert_eq!(project.get("/flags/f").json()["rules"], rules("third"));
        assert_eq!(database.number("SELECT COUNT(*) FROM audit_parts"), 0);
        // The history keeps all versions.
        assert_eq!(texts(), 3);
        drop(server);

        // The texts stay without the audit, and go with the flag.
        database.execute("UPDATE audit SET at = '2020-01-01T00:00:00.000Z'".into());
        let server = Server::start_with(database, &["--max-audit-age-days", "30"]);
        within(Duration::from_secs(20), || entries(&server, &account, "/api/v1/audit").is_empty());
        assert_eq!(texts(), 3);
        let project = Project::of(&server, &account.api_key, account.project);
        assert_eq!(project.get("/flags/f").json()["rules"], rules("third"));
        server.request("DELETE", project.path()).key(&account.api_key).send().expect(200);
        drop(server);
        let _server = Server::start(database);
        within(Duration::from_secs(20), || texts() == 0);
    });
}

fn entries(server: &Server, account: &Account, path: &str) -> Vec<Value> {
    let answer = server.request("GET", path).key(&account.api_key).send().expect(200).json();
    answer["entries"].as_array().expect("a list").clone()
}
