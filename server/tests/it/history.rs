//! The history of flags and segments: versions are read back whole, and restored.

use serde_json::{Value, json};

use crate::support::{Database, Project, Server, on_each_database};

/// The entries of a history, newest first, read page by page.
fn entries(project: &Project<'_>, path: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let answer = project.get(&format!("{path}/history{query}")).expect(200);
        let page = answer.json();
        let found = page["entries"].as_array().expect("a list");
        assert!(found.len() <= 2);
        entries.extend_from_slice(found);
        let Some(next) = answer.next_page() else {
            assert_eq!(page["next"], Value::Null);
            return entries;
        };
        query = format!("?{}", next.split('?').nth(1).expect("a query"));
        assert!(query.ends_with(&format!("before={}", page["next"])), "{query}");
    }
}

fn fields<'v>(entries: &'v [Value], field: &str) -> Vec<&'v Value> {
    entries.iter().map(|entry| &entry[field]).collect()
}

#[test]
fn every_version_is_listed_with_who_when_why_and_what() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let ids: Vec<String> = (0..50).map(|index| format!("user-{index}")).collect();
        let rule = |value: Value| json!({"attribute": "user_id", "operator": "in", "value": value});
        let mut known = vec![project.done("POST", "/flags", &json!({"key": "f", "enabled": false}))];
        project.done("POST", "/environments", &json!({"name": "staging", "reason": "to try"}));
        for change in [
            json!({"enabled": true, "reason": "ready"}),
            json!({"rules": [rule(json!(ids))]}),
            json!({"rules": [rule(json!(ids)), rule(json!(["other"]))], "name": "F"}),
            json!({"name": null, "default_enabled": true}),
        ] {
            known.push(project.done("PATCH", "/flags/f", &change));
        }
        let history = entries(&project, "/flags/f");
        assert_eq!(fields(&history, "version"), [5, 4, 3, 2, 1]);
        for (entry, flag) in history.iter().zip(known.iter().rev()) {
            assert_eq!(entry["at"], flag["updated_at"]);
            assert_eq!((&entry["actor"]["kind"], &entry["actor"]["name"]), (&json!("key"), &json!("first")));
            let version = project.get(&format!("/flags/f/history/{}", entry["version"])).expect(200).json();
            let mut flag = flag.clone();
            for field in ["environments", "moved"] {
                flag.as_object_mut().expect("an object").shift_remove(field);
            }
            assert_eq!(version["flag"], flag);
            for field in ["at", "actor", "action", "reason", "request"] {
                assert_eq!(version[field], entry[field], "{field}");
            }
        }
        let audit = project.get("/audit?flag=f&environment=production").json();
        let audit = audit["entries"].as_array().expect("a list");
        for field in ["at", "actor", "action", "reason", "request"].into_iter().skip(1) {
            assert_eq!(fields(&history, field), fields(audit, field), "{field}");
        }
        assert_eq!(history[3]["reason"], "ready");
        let difference = |index: usize| &history[index]["difference"];
        assert_eq!(difference(3)["fields"], json!([{"field": "enabled", "before": false, "after": true}]));
        assert_eq!((&difference(2)["rules"][0]["change"], &difference(2)["fields"]), (&json!("added"), &json!([])));
        assert_eq!((&difference(1)["rules"][0]["to"], &difference(1)["rules"][1]), (&json!(1), &Value::Null));
        assert_eq!(difference(1)["fields"][0], json!({"field": "name", "after": "F"}));
        assert_eq!(history[4].get("difference"), None);

        // A copy begins with the versions that it copies. Shared fields are versions of it too.
        let staging = project.environment("staging");
        let history = entries(&staging, "/flags/f");
        assert_eq!(fields(&history, "version"), [3, 2, 1]);
        assert_eq!(fields(&history, "action"), ["flag.update", "flag.update", "environment.create"]);
        assert_eq!(history[2]["reason"], "to try");
        assert_eq!(difference(1)["fields"][0], history[1]["difference"]["fields"][0]);
        let first = staging.get("/flags/f/history/1").json();
        assert_eq!((&first["flag"]["version"], &first["flag"]["updated_at"]), (&json!(1), &first["at"]));

        for (path, status, message) in [
            (
                "/flags/f/history/9",
                404,
                "the flag \"f\" has no version 9 in environment \"staging\"; its history has 1 to 3",
            ),
            ("/flags/f/history/x", 404, "no version \"x\": versions are integers"),
            ("/flags/g/history", 404, "no flag \"g\""),
            ("/segments/s/history", 404, "no segment \"s\""),
            ("/segments/s/history/1", 404, "no segment \"s\""),
            ("/flags/f/history?limit=0", 400, "limit: expected an integer from 1 to 1000"),
        ] {
            let answer = staging.get(path);
            assert_eq!((answer.status, answer.message().as_str()), (status, message), "{path}");
        }
    });
}

#[test]
fn a_version_is_restored_exactly_as_it_was() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done("POST", "/environments", &json!({"name": "staging"}));
        let staging = project.environment("staging");
        let rules = json!([{"attribute": "plan", "operator": "eq", "value": "pro"}]);
        project.done("POST", "/flags", &json!({"key": "f", "enabled": true, "rules": rules}));
        let old = staging.done("PATCH", "/flags/f", &json!({"enabled": true}));
        staging.done("PATCH", "/flags/f", &json!({"enabled": false, "rules": []}));
        let elsewhere = project.get("/flags/f").json();

        let restore = json!({"version": 2, "reason": "the rules were right"});
        let path = "/flags/f/restore";
        let tried = staging.done("POST", &format!("{path}?dry_run=true"), &restore);
        assert_eq!(staging.get("/flags/f").json()["version"], 3);
        let restored = staging.done("POST", path, &restore);
        assert_eq!(
            (&tried["dry_run"], &restored["dry_run"], &tried["environments"]),
            (&json!(true), &json!(false), &json!(["staging"]))
        );
        for field in ["version", "rules", "enabled", "environments"] {
            assert_eq!(tried[field], restored[field], "{field}");
        }
        assert_eq!((&restored["rules"], &restored["enabled"]), (&old["rules"], &old["enabled"]));
        assert_eq!(restored["version"], 4);
        let entry = entries(&staging, "/flags/f")[0].clone();
        assert_eq!((&entry["action"], &entry["restored_version"]), (&json!("flag.restore"), &json!(2)));
        assert_eq!(entry["reason"], "the rules were right");
        let audit = project.get("/audit?limit=1&action=flag.restore").json();
        assert_eq!(audit["entries"][0]["reason"], "the rules were right");
        // Restoring what is there changes nothing.
        let again = staging.done("POST", path, &restore);
        assert_eq!((&again["version"], &again["environments"]), (&json!(4), &json!([])));
        assert_eq!(project.get("/flags/f").json(), elsewhere);

        let refused = |path: &str, body: Value, status: u16, message: &str| {
            let found = staging.refused("POST", path, &body, status);
            assert!(found.starts_with(message), "{found}");
        };
        refused(
            path,
            json!({"version": 7}),
            404,
            "the flag \"f\" has no version 7 in environment \"staging\"; its history",
        );
        refused(path, json!({}), 400, "the body: missing field `version`");
        refused("/flags/g/restore", json!({"version": 1}), 404, "no flag \"g\"");
        let stale = staging.request("POST", path).header("if-match", "\"3\"").json(&restore).send();
        assert_eq!(stale.status, 412);

        // Shared fields belong to all environments.
        project.done("PATCH", "/flags/f", &json!({"name": "new"}));
        refused(
            path,
            json!({"version": 1}),
            409,
            "name: shared by all environments of the project, and version 1 has another",
        );
        let kept = staging.done("POST", &format!("{path}?shared=false"), &json!({"version": 1}));
        assert_eq!((&kept["name"], &kept["enabled"]), (&json!("new"), &json!(false)));
        assert_eq!(kept["environments"], json!(["staging"]));
        let all = staging.done("POST", &format!("{path}?shared=true"), &json!({"version": 2}));
        assert_eq!((all.get("name"), &all["environments"]), (None, &json!(["production", "staging"])));
        project.done("PATCH", "/flags/f", &json!({"name": "newest"}));
        let first = project.done("POST", path, &json!({"version": 1}));
        assert_eq!((first.get("name"), &first["environments"]), (None, &json!(["production", "staging"])));
    });
}

#[test]
fn what_left_comes_back_with_what_it_needs() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done(
            "PUT",
            "/segments/s",
            &json!({"rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}),
        );
        project.done("POST", "/flags", &json!({"key": "asked", "enabled": true}));
        let rules = json!([{"operator": "in_segment", "value": "s"}, {"attribute": "asked", "operator": "flag_is", "value": true}]);
        project.done("POST", "/flags", &json!({"key": "f", "enabled": true, "rules": rules}));
        project.done("POST", "/environments", &json!({"name": "staging"}));
        let staging = project.environment("staging");
        for path in ["/flags/f", "/flags/asked", "/segments/s"] {
            staging.request("DELETE", path).header("x-change-reason", "a slip").send().expect(200);
        }
        let history = entries(&staging, "/flags/f");
        assert_eq!(fields(&history, "action"), ["flag.delete", "environment.create"]);
        assert_eq!((&history[0]["version"], &history[0]["reason"]), (&json!(1), &json!("a slip")));
        assert_eq!(fields(&entries(&staging, "/segments/s"), "action"), ["segment.delete", "environment.create"]);

        let message = staging.refused("POST", "/flags/f/restore", &json!({"version": 1}), 409);
        assert!(message.contains("\"s\"") && message.contains("staging"), "{message}");
        let back = staging.done("POST", "/flags/f/restore?with=references", &json!({"version": 1}));
        assert_eq!((&back["with_flags"], &back["with_segments"]), (&json!(["asked"]), &json!(["s"])));
        assert_eq!((&back["version"], &back["rules"], &back["enabled"]), (&json!(2), &rules, &json!(true)));
        assert_eq!(staging.get("/segments/s").json()["version"], 2);
        staging.snapshot();

        // The archive keeps the history; erasing takes it.
        staging.done("PATCH", "/flags/f", &json!({"rules": [], "reason": "personal"}));
        let before = entries(&staging, "/flags/f");
        let entry = project.request("DELETE", "/flags/f").send().expect(200).json()["archive_id"].clone();
        assert_eq!(staging.get("/flags/f/history").status, 404);
        project.request("POST", &format!("/archive/{entry}/restore")).send().expect(200);
        let after = entries(&staging, "/flags/f");
        assert_eq!(after[2..], before);
        assert_eq!(fields(&after[..2], "action"), ["flag.restore", "flag.archive"]);
        let entry = project.request("DELETE", "/flags/f").send().expect(200).json()["archive_id"].clone();
        project.request("DELETE", &format!("/archive/{entry}")).send().expect(200);
        assert_eq!(database.number("SELECT COUNT(*) FROM history h WHERE h.flag_id NOT IN (SELECT id FROM flags)"), 0);
        assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE reason = 'personal'"), 0);
    });
}

#[test]
fn a_segment_is_restored_and_its_versions_go_on() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let rules = |plan: &str| json!({"rules": [{"attribute": "plan", "operator": "eq", "value": plan}]});
        project.done("PUT", "/segments/s", &rules("pro"));
        let second = project.done("PUT", "/segments/s", &rules("free"));
        let tried = project.done("POST", "/segments/s/restore?dry_run=true", &json!({"version": 1}));
        assert_eq!((&tried["version"], &tried["dry_run"]), (&json!(3), &json!(true)));
        assert_eq!(project.get("/segments/s").json()["rules"], second["rules"]);
        project.request("DELETE", "/segments/s").send().expect(200);
        // With an import as well.
        let document = json!({"flags": [], "segments": {"s": rules("team")}});
        project.done("PUT", "/snapshot", &document);
        assert_eq!(project.get("/segments/s").json()["version"], 3);
        let restored = project.done("POST", "/segments/s/restore", &json!({"version": 1, "reason": "back"}));
        assert_eq!((&restored["version"], &restored["rules"]), (&json!(4), &rules("pro")["rules"]));
        let history = entries(&project, "/segments/s");
        assert_eq!(fields(&history, "version"), [4, 3, 2, 2, 1]);
        assert_eq!((&history[0]["action"], &history[0]["restored_version"]), (&json!("segment.restore"), &json!(1)));
        assert_eq!(history[0]["difference"]["rules"][0]["change"], "changed");
        let version = project.get("/segments/s/history/2").json();
        let mut segment = second;
        segment.as_object_mut().expect("an object").shift_remove("environments");
        assert_eq!(version["segment"], segment);
    });
}

#[test]
fn the_history_outlives_the_audit() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let project = Project::new(&server);
    project.done("POST", "/flags", &json!({"key": "f", "enabled": true, "description": "x".repeat(300)}));
    project.done("PATCH", "/flags/f", &json!({"enabled": false}));
    database.execute("DELETE FROM audit".into());
    assert_eq!(fields(&entries(&project, "/flags/f"), "version"), [2, 1]);
    let restored = project.done("POST", "/flags/f/restore", &json!({"version": 1}));
    assert_eq!((&restored["enabled"], &restored["description"]), (&json!(true), &json!("x".repeat(300))));
}
