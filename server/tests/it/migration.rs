//! Databases that earlier servers wrote: everything in them stays, and the present server goes on with it.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Database, Project, Server};

/// A database of `tests/databases`, and what its server answered.
fn restored(name: &str, database: Database, kind: &str) -> (Database, Value) {
    let read = |ending: &str| {
        let path = format!("{}/tests/databases/{name}.{kind}.{ending}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    database.execute(read("sql"));
    (database, serde_json::from_str(&read("json")).expect("JSON"))
}

/// The audit, or a listing of keys, as it was before they named members.
fn without_members(mut answer: Value) -> Value {
    for entry in answer.get_mut("entries").and_then(Value::as_array_mut).into_iter().flatten() {
        _ = entry["actor"].as_object_mut().expect("an actor").remove("member");
    }
    for key in answer.get_mut("keys").and_then(Value::as_array_mut).into_iter().flatten() {
        for field in ["maker", "last_used_at", "role"] {
            _ = key.as_object_mut().expect("a key").remove(field);
        }
    }
    answer
}

#[test]
fn a_database_from_before_texts_keeps_everything() {
    for (database, kind) in [(Database::sqlite(), "sqlite"), (Database::postgres(), "postgres")] {
        let (database, known) = restored("before_texts", database, kind);
        let server = Server::start(&database);
        let key = known["api_key"].as_str().expect("a key");
        let get = |path: &str| server.request("GET", path).key(key).send().expect(200).json();
        let project = Project::of(&server, key, 5);
        assert_eq!(without_members(get("/api/v1/audit"))["entries"], known["audit"]["entries"]);
        assert_eq!(project.get("/flags").json(), known["flags"]);
        assert_eq!(project.environment("staging").get("/flags").json(), known["staging"]);

        // New entries stand next to the old ones.
        let old = project.get("/flags/checkout").json();
        project.done("PATCH", "/flags/checkout", &json!({"enabled": true}));
        let entries = without_members(get("/api/v1/audit"))["entries"].as_array().expect("a list").clone();
        assert_eq!(entries[1..], *known["audit"]["entries"].as_array().expect("a list"));
        assert_eq!(entries[0]["before"], old);
        assert_eq!(entries[0]["after"], project.get("/flags/checkout").json());
    }
}

#[test]
fn a_database_from_before_environments_apart_keeps_everything() {
    for (database, kind) in [(Database::sqlite(), "sqlite"), (Database::postgres(), "postgres")] {
        let (database, known) = restored("before_environments", database, kind);
        let server = Server::start(&database);
        let key = known["api_key"].as_str().expect("a key");
        let project = Project::of(&server, key, known["project"].as_i64().expect("an id"));
        let audit = server.request("GET", "/api/v1/audit?limit=1000").key(key).send().expect(200).json();
        assert_eq!(without_members(audit), known["audit"]);
        assert_eq!(project.get("/environments").json(), known["environments"]);
        let names = ["production", "staging", "dev"];
        for name in names {
            let environment = project.environment(name);
            for (path, answers) in [("/flags", "flags"), ("/segments", "segments"), ("/snapshot", "snapshots")] {
                assert_eq!(environment.get(path).json(), known[answers][name], "{name}{path}");
            }
            environment.snapshot();
        }

        // Each environment goes on counting by itself.
        let version = |name: &str| project.environment(name).get("/flags/theme").json()["version"].as_i64();
        let before = names.map(version);
        let changed = project.environment("dev").done("PATCH", "/flags/theme", &json!({"enabled": true}));
        assert_eq!(changed["environments"], json!(["dev"]));
        assert_eq!(names.map(version), [before[0], before[1], before[2].map(|version| version + 1)]);
        assert_eq!(project.environment("staging").get("/flags").json(), known["flags"]["staging"]);

        // What was recorded before entries knew the flag is erased with it.
        let removed = project.request("DELETE", "/flags/theme").send().expect(200).json();
        let path = format!("/archive/{}", removed["archive_id"]);
        assert_eq!(
            project.get(&path).json()["environments"]["staging"]["rules"],
            known["flags"]["staging"]["flags"][1]["rules"]
        );
        project.request("DELETE", &path).send().expect(200);
        let audit = project.get("/audit?limit=1000").json();
        let of_theme = |entry: &&Value| entry["target"] == "theme";
        let entries: Vec<&Value> = audit["entries"].as_array().expect("a list").iter().filter(of_theme).collect();
        assert!(entries.len() > 6 && entries.iter().all(|entry| entry.get("after").is_none()), "{entries:?}");
    }
}

#[test]
fn accounts_from_before_people_have_an_admin_who_made_their_keys() {
    for (database, kind) in [(Database::sqlite(), "sqlite"), (Database::postgres(), "postgres")] {
        let (database, known) = restored("before_people", database, kind);
        let server = Server::start(&database);
        let mut people = Vec::new();
        for account in known["accounts"].as_array().expect("a list") {
            let key = account["api_key"].as_str().expect("a key");
            let get = |path: &str| server.request("GET", path).key(key).send().expect(200).json();
            let members = get("/api/v1/members")["members"].clone();
            let email = account["email"].as_str().expect("an address").to_lowercase();
            assert_eq!(members.as_array().map(Vec::len), Some(1));
            assert_eq!((&members[0]["email"], &members[0]["role"]), (&json!(email), &json!("admin")));
            people.push(members[0]["id"].clone());

            let project = format!("/api/v1/projects/{}", account["project"]);
            let keys = [get("/api/v1/keys"), get(&format!("{project}/keys"))];
            for listed in keys.iter().flat_map(|keys| keys["keys"].as_array().expect("a list")) {
                assert_eq!(listed["maker"], json!({"id": members[0]["id"], "email": email}));
                assert_eq!(listed["role"] == "admin", listed["kind"] == "api");
            }
            let [api_keys, of_project] = keys.map(without_members);
            assert_eq!((&api_keys, &of_project), (&account["keys"], &account["project_keys"]));
            let audit = get("/api/v1/audit?limit=1000");
            let actors = audit["entries"].as_array().expect("a list").iter().map(|entry| &entry["actor"]);
            assert!(actors.filter(|actor| actor["kind"] == "key").all(|actor| actor["member"]["email"] == email));
            assert_eq!(without_members(audit), account["audit"]);

            // Every key does what it did.
            let second = account["second"].as_str().expect("a key");
            let flag = json!({"key": "b", "enabled": true});
            server.request("POST", &format!("{project}/flags")).key(second).json(&flag).send().expect(201);
            let server_key = account["server_key"].as_str().expect("a key");
            server.request("GET", "/api/v1/snapshot").key(server_key).send().expect(200);
        }
        // An address is one person, however it is written.
        assert!(people[0] == people[2] && people[0] != people[1], "{people:?}");
    }
}

#[test]
fn a_database_from_before_the_history_begins_with_the_present_versions() {
    for (database, kind) in [(Database::sqlite(), "sqlite"), (Database::postgres(), "postgres")] {
        let (database, known) = restored("before_history", database, kind);
        let server = Server::start(&database);
        let key = known["api_key"].as_str().expect("a key");
        let project = Project::of(&server, key, known["project"].as_i64().expect("an id"));
        let audit = without_members(project.get("/audit?limit=1000").json());
        let of_project = |entry: &&Value| entry["project_id"] == known["project"];
        let entries: Vec<&Value> =
            known["audit"]["entries"].as_array().expect("a list").iter().filter(of_project).collect();
        assert_eq!(audit["entries"].as_array().expect("a list").iter().collect::<Vec<_>>(), entries);
        assert_eq!(project.get("/archive").json(), known["archive"]);
        for name in ["production", "staging"] {
            let there = project.environment(name);
            let things = [("flags", "flag"), ("segments", "segment")].into_iter().flat_map(|(list, thing)| {
                let things = known[list][name][list].as_array().expect("a list");
                things.iter().map(move |known| (list, thing, known))
            });
            for (list, thing, known) in things {
                let path = format!("/{list}/{}", known["key"].as_str().expect("a key"));
                assert_eq!(there.get(&path).json(), *known, "{name}{path}");
                let history = there.get(&format!("{path}/history")).json();
                assert_eq!(history["entries"].as_array().expect("a list").len(), 1, "{history}");
                let entry = &history["entries"][0];
                assert_eq!((&entry["version"], &entry["at"]), (&known["version"], &known["updated_at"]));
                // The audit knows who made it, except for what was copied with the environment.
                let is_recorded = audit["entries"].as_array().expect("a list").iter().any(|recorded| {
                    recorded["environment"] == name && recorded["after"]["updated_at"] == known["updated_at"]
                });
                assert_eq!(entry["actor"]["kind"] == "key", is_recorded, "{name}{path}: {entry}");
                let version = there.get(&format!("{path}/history/{}", known["version"])).json();
                assert_eq!(version[thing], *known, "{name}{path}");
            }
        }

        // Changes go on from there, and lead back.
        let staging = project.environment("staging");
        let before = staging.get("/flags/checkout").json();
        staging.done("PATCH", "/flags/checkout", &json!({"rules": [], "enabled": true}));
        let restored = staging.done("POST", "/flags/checkout/restore", &json!({"version": before["version"]}));
        assert_eq!((&restored["rules"], &restored["enabled"]), (&before["rules"], &before["enabled"]));
        let history = staging.get("/flags/checkout/history").json();
        let fields = &history["entries"][0]["difference"]["fields"];
        assert_eq!(*fields, json!([{"field": "enabled", "before": true, "after": false}]));
        let theme = project.done("PATCH", "/flags/theme", &json!({"enabled": false}));
        let history = project.get("/flags/theme/history").json();
        let fields = &history["entries"][0]["difference"]["fields"];
        assert_eq!(*fields, json!([{"field": "enabled", "before": true, "after": false}]), "{theme}");
    }
}
