//! The archive: flags that left their last environment, and how they come back or are erased.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database, within};

fn with_staging<'s>(server: &'s Server) -> (Project<'s>, Project<'s>) {
    let production = Project::new(server);
    production.done("POST", "/environments", &json!({"name": "staging"}));
    let staging = production.environment("staging");
    (production, staging)
}

/// Archives a flag; its entry.
fn archive(project: &Project<'_>, key: &str) -> i64 {
    let removed = project.request("DELETE", &format!("/flags/{key}")).send().expect(200).json();
    removed["archive_id"].as_i64().expect("an entry")
}

fn entries(project: &Project<'_>) -> Vec<Value> {
    project.get("/archive").expect(200).json()["entries"].as_array().expect("a list").clone()
}

/// A flag without what counts its writes.
fn content(environment: &Project<'_>, key: &str) -> Value {
    let mut flag = environment.get(&format!("/flags/{key}")).expect(200).json();
    for field in ["version", "updated_at"] {
        flag.as_object_mut().expect("a flag").remove(field);
    }
    flag
}

#[test]
fn an_archived_flag_comes_back_as_it_was_or_switched_off() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let ids: Vec<String> = (0..200).map(|id| format!("user-{id}")).collect();
        let rules = json!([{"attribute": "user_id", "operator": "in", "value": ids}]);
        let flag = json!({"key": "f", "enabled": true, "description": "d", "tags": ["t"], "rules": rules});
        production.done("POST", "/flags", &flag);
        staging.done("PATCH", "/flags/f", &json!({"rules": [], "default_enabled": true}));
        let before = [content(&production, "f"), content(&staging, "f")];

        let removed = production.request("DELETE", "/flags/f").send().expect(200).json();
        assert_eq!(removed["environments"], json!(["production", "staging"]));
        let entry = removed["archive_id"].as_i64().expect("an entry");
        assert_eq!((production.get("/flags/f").status, staging.get("/flags/f").status), (404, 404));
        let listed = entries(&production);
        assert_eq!((listed.len(), &listed[0]["key"], &listed[0]["id"]), (1, &"f".into(), &entry.into()));
        assert_eq!(listed[0]["environments"], json!(["production", "staging"]));
        let kept = production.get(&format!("/archive/{entry}")).expect(200).json();
        assert_eq!(kept["environments"]["production"]["rules"], rules);
        assert_eq!(kept["environments"]["staging"]["default_enabled"], true);

        let restored = production.done("POST", &format!("/archive/{entry}/restore?as_was=true"), &json!({}));
        assert_eq!(restored["environments"], json!(["production", "staging"]));
        assert_eq!([content(&production, "f"), content(&staging, "f")], before);
        assert_eq!(production.get("/flags/f").json()["version"], 2, "its versions go on");
        assert_eq!(staging.get("/flags/f").json()["version"], 3);
        assert_eq!(entries(&production), Vec::<Value>::new());
        assert_eq!(production.get(&format!("/archive/{entry}")).status, 404);

        let entry = archive(&production, "f");
        production.done("POST", &format!("/archive/{entry}/restore"), &json!({}));
        let mut off = before.clone();
        off[0]["enabled"] = false.into();
        assert_eq!([content(&production, "f"), content(&staging, "f")], off);
    });
}

#[test]
fn a_flag_is_archived_when_it_leaves_its_last_environment() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        production.done("POST", "/flags", &json!({"key": "f", "enabled": true}));
        let here = production.environment("production");
        let removed = here.request("DELETE", "/flags/f").send().expect(200).json();
        assert_eq!(removed.get("archive_id"), None);
        assert_eq!(entries(&production), Vec::<Value>::new());
        let removed = staging.request("DELETE", "/flags/f").send().expect(200).json();
        assert!(removed["archive_id"].is_i64(), "{removed}");

        // With an environment, the flags that are in it alone.
        staging.done("POST", "/flags", &json!({"key": "g", "enabled": true}));
        production.done("POST", "/flags", &json!({"key": "h", "enabled": true}));
        let deleted = production.request("DELETE", "/environments/staging").send().expect(200).json();
        assert_eq!(deleted, json!({"environments": ["staging"], "archived": ["g"]}));
        let keys: Vec<Value> = entries(&production).iter().map(|entry| entry["key"].clone()).collect();
        assert_eq!(keys, ["g", "f"]);
        let entry = &entries(&production)[0]["id"];
        let message = production.refused("POST", &format!("/archive/{entry}/restore"), &json!({}), 409);
        assert!(message.contains("was in staging alone"), "{message}");
        // Another environment of that name does.
        production.done("POST", "/environments", &json!({"name": "staging"}));
        let restored = production.done("POST", &format!("/archive/{entry}/restore"), &json!({}));
        assert_eq!(restored["environments"], json!(["staging"]));
        assert_eq!(production.get("/flags/g").status, 404);
        assert_eq!(content(&staging, "g")["enabled"], false);
    });
}

#[test]
fn nothing_comes_back_over_another_flag_or_without_what_it_needs() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        production.done("POST", "/flags", &json!({"key": "taken", "enabled": true}));
        let taken = archive(&production, "taken");
        production.done("POST", "/flags", &json!({"key": "taken", "enabled": true}));
        let message = production.refused("POST", &format!("/archive/{taken}/restore"), &json!({}), 409);
        assert!(message.starts_with("key: a flag \"taken\" exists again"), "{message}");

        let segment = json!({"rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]});
        production.done("PUT", "/segments/s", &segment);
        production.done("POST", "/flags", &json!({"key": "asked", "enabled": true, "default_enabled": true}));
        let rules = json!([{"conditions": [{"attribute": "asked", "operator": "flag_is", "value": true},
            {"operator": "in_segment", "value": "s"}]}]);
        production.done("POST", "/flags", &json!({"key": "asks", "enabled": true, "rules": rules}));
        let asks = archive(&production, "asks");
        archive(&production, "asked");
        for environment in [&production, &staging] {
            environment.request("DELETE", "/segments/s").send().expect(200);
        }
        let restore = format!("/archive/{asks}/restore");
        let message = production.refused("POST", &restore, &json!({}), 409);
        for missing in ["in environment \"production\"", "in environment \"staging\"", "flag \"asks\"", "asked"] {
            assert!(message.contains(missing), "{missing}: {message}");
        }
        assert!(production.refused("POST", &format!("{restore}?with=everything"), &json!({}), 400).contains("with"));
        let restored = production.done("POST", &format!("{restore}?with=references&as_was=true"), &json!({}));
        assert_eq!((&restored["with_flags"], &restored["with_segments"]), (&json!(["asked"]), &json!(["s"])));
        assert_eq!(production.answer("asks", &[("plan", "pro")]), "on");
        assert_eq!(staging.get("/segments/s").json()["rules"], segment["rules"]);
        let left: Vec<Value> = entries(&production).iter().map(|entry| entry["key"].clone()).collect();
        assert_eq!(left, ["taken"]);
    });
}

#[test]
fn segments_that_come_back_keep_to_their_limit() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--signup", "--max-segments=1"]);
        let project = Project::new(&server);
        let rule = json!({"attribute": "plan", "operator": "eq", "value": "pro"});
        project.done("PUT", "/segments/s", &json!({"rules": [rule]}));
        let uses = json!([{"operator": "in_segment", "value": "s"}]);
        project.done("POST", "/flags", &json!({"key": "f", "enabled": true, "rules": uses}));
        let entry = archive(&project, "f");
        project.request("DELETE", "/segments/s").send().expect(200);
        project.done("PUT", "/segments/t", &json!({"rules": [rule]}));
        let restore = format!("/archive/{entry}/restore?with=references");
        let message = project.refused("POST", &restore, &json!({}), 403);
        assert!(message.contains("the limit of segments, 1 (--max-segments)"), "{message}");
        assert_eq!((entries(&project).len(), project.get("/segments/s").status), (1, 404));
    });
}

#[test]
fn an_erased_flag_leaves_nothing_of_what_it_was() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let secret: Vec<String> = (0..50).map(|id| format!("person-{id}@example.com")).collect();
        let rules = json!([{"attribute": "email", "operator": "in", "value": secret}]);
        let flag = json!({"key": "f", "enabled": true, "description": "about person-x", "rules": rules});
        project.done("POST", "/flags", &flag);
        project.done("PATCH", "/flags/f", &json!({"enabled": false, "description": "person-y"}));
        let entry = archive(&project, "f");
        // Another flag with the key, and its history, stay.
        project.done("POST", "/flags", &json!({"key": "f", "enabled": true, "description": "of another"}));
        let audit = |project: &Project<'_>| project.get("/audit?limit=1000").expect(200);
        assert!(audit(&project).text().contains("person-7@example.com"));

        let erased = project.request("DELETE", &format!("/archive/{entry}")).send().expect(200).json();
        assert_eq!(erased, json!({"key": "f", "environments": []}));
        project.request("DELETE", &format!("/archive/{entry}")).send().expect(404);
        let after = audit(&project);
        assert!(!after.text().contains("person-"), "{}", after.text());
        assert!(after.text().contains("of another"));
        let entries = after.json()["entries"].as_array().expect("a list").clone();
        let of = |action: &str| entries.iter().filter(|entry| entry["action"] == action).count();
        assert_eq!((of("flag.create"), of("flag.update"), of("flag.archive"), of("flag.erase")), (2, 1, 1, 1));
        let everything = "SELECT text FROM texts UNION ALL SELECT COALESCE(before, '') FROM audit \
            UNION ALL SELECT COALESCE(after, '') FROM audit UNION ALL SELECT COALESCE(unchanged, '') FROM audit \
            UNION ALL SELECT shared FROM flags UNION ALL SELECT state FROM flag_states \
            UNION ALL SELECT shared FROM archive UNION ALL SELECT state FROM archive_states";
        let texts = database.texts(everything);
        assert!(!texts.iter().any(|text| text.contains("person-")), "{texts:?}");
        assert!(texts.iter().any(|text| text.contains("of another")));
    });
}

#[test]
fn the_archive_is_listed_in_pages_and_belongs_to_its_project() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        for key in ["a", "b", "c", "d", "e"] {
            project.done("POST", "/flags", &json!({"key": key, "enabled": true}));
            archive(&project, key);
        }
        let (mut keys, mut path) = (Vec::new(), "/archive?limit=2".to_owned());
        loop {
            let page = project.get(&path).expect(200);
            let listed = page.json();
            keys.extend(listed["entries"].as_array().expect("a list").iter().map(|entry| entry["key"].clone()));
            let Some(next) = listed["next"].as_i64() else { break };
            assert!(page.header("link").is_some_and(|link| link.contains(&format!("before={next}"))));
            path = format!("/archive?limit=2&before={next}");
        }
        assert_eq!(keys, ["e", "d", "c", "b", "a"]);
        for query in ["limit=0", "limit=1001", "limit=x", "before=x"] {
            project.get(&format!("/archive?{query}")).expect(400);
        }
        project.get("/archive/x").expect(404);
        let other = Project::new(&server);
        let id = &entries(&project)[0]["id"];
        other.get(&format!("/archive/{id}")).expect(404);
        other.request("POST", &format!("/archive/{id}/restore")).send().expect(404);
        other.request("DELETE", &format!("/archive/{id}")).send().expect(404);
        assert_eq!(entries(&project).len(), 5);
    });
}

#[test]
fn the_archive_forgets_what_is_older_than_its_days() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let project = Project::of(&server, &account.api_key, account.project);
        for key in ["old", "new"] {
            project.done("POST", "/flags", &json!({"key": key, "enabled": true}));
            archive(&project, key);
        }
        server.terminate();
        let long_ago = "UPDATE archive SET archived_at = '2020-01-01T00:00:00.000Z' WHERE key = 'old'";
        database.execute(long_ago.into());
        let server = Server::start_with(database, &["--archive-days", "30"]);
        let project = Project::of(&server, &account.api_key, account.project);
        within(Duration::from_secs(20), || entries(&project).len() == 1);
        assert_eq!(entries(&project)[0]["key"], "new");
        thread::sleep(Duration::from_millis(500));
        assert_eq!(entries(&project).len(), 1);
    });
}
