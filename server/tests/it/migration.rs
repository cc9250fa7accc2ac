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

#[test]
fn a_database_from_before_texts_keeps_everything() {
    for (database, kind) in [(Database::sqlite(), "sqlite"), (Database::postgres(), "postgres")] {
        let (database, known) = restored("before_texts", database, kind);
        let server = Server::start(&database);
        let key = known["api_key"].as_str().expect("a key");
        let get = |path: &str| server.request("GET", path).key(key).send().expect(200).json();
        let project = Project::of(&server, key, 5);
        assert_eq!(get("/api/v1/audit")["entries"], known["audit"]["entries"]);
        assert_eq!(project.get("/flags").json(), known["flags"]);
        assert_eq!(project.environment("staging").get("/flags").json(), known["staging"]);

        // New entries stand next to the old ones.
        let old = project.get("/flags/checkout").json();
        project.done("PATCH", "/flags/checkout", &json!({"enabled": true}));
        let entries = get("/api/v1/audit")["entries"].as_array().expect("a list").clone();
        assert_eq!(entries[1..], *known["audit"]["entries"].as_array().expect("a list"));
        assert_eq!(entries[0]["before"], old);
        assert_eq!(entries[0]["after"], project.get("/flags/checkout").json());
    }
}
