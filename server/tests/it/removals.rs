//! Imports into one of several environments: what they touch, and the number that takes flags and segments out.

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database};

fn with_staging<'s>(server: &'s Server) -> (Project<'s>, Project<'s>) {
    let production = Project::new(server);
    production.done("POST", "/environments", &json!({"name": "staging"}));
    for key in ["a", "b"] {
        production.done("POST", "/flags", &json!({"key": key, "enabled": true, "name": key}));
    }
    let staging = production.environment("staging");
    staging.done("PUT", "/segments/s", &json!({"rules": []}));
    (production, staging)
}

/// All that an environment shows.
fn everything(environment: &Project<'_>) -> Vec<(Option<String>, String)> {
    let shown = ["/flags", "/segments", "/snapshot", "/flags/a", "/flags/b"].map(|path| environment.get(path));
    shown.iter().map(|answer| (answer.header("etag").map(str::to_owned), answer.text())).collect()
}

fn without(document: &Value, key: &str) -> Value {
    let mut document = document.clone();
    document["flags"].as_array_mut().expect("a list").retain(|flag| flag["key"] != key);
    document
}

#[test]
fn an_import_leaves_the_other_environments_alone() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let before = everything(&production);
        let document = staging.get("/snapshot").json();

        // A file that lacks a flag takes it out of this environment, once its number is said.
        let lacking = without(&document, "b");
        let tried = staging.done("PUT", "/snapshot?dry_run=true", &lacking);
        assert_eq!((&tried["removes"], &tried["environments"]), (&1.into(), &json!(["staging"])));
        assert_eq!((&tried["flags"]["deleted"], &tried["archived"]), (&json!(["b"]), &json!([])));
        let message = staging.refused("PUT", "/snapshot", &lacking, 409);
        assert!(message.contains("flag \"b\"") && message.contains("?removes=1"), "{message}");
        assert!(staging.refused("PUT", "/snapshot?removes=2", &lacking, 409).contains("is 1, not 2: flag \"b\""));
        assert!(staging.refused("PUT", "/snapshot?removes=1", &document, 409).ends_with("leave removes out"));
        assert!(staging.refused("PUT", "/snapshot?removes=-1", &lacking, 400).contains("removes"));
        let mut done = staging.done("PUT", "/snapshot?removes=1", &lacking);
        done["dry_run"] = true.into();
        assert_eq!(done, tried, "the dry run and the import agree");
        assert_eq!(everything(&production), before);
        assert_eq!(staging.get("/flags/b").status, 404);

        // It comes back into this environment alone, with the next version.
        let back = staging.done("PUT", "/snapshot", &document);
        assert_eq!((&back["flags"]["created"], &back["environments"]), (&json!(["b"]), &json!(["staging"])));
        assert_eq!(staging.get("/flags/b").json()["version"], 2);

        // A new flag is in this environment alone too.
        let mut with_new = document.clone();
        with_new["flags"].as_array_mut().unwrap().push(json!({"key": "c", "enabled": true}));
        staging.done("PUT", "/snapshot", &with_new);
        assert_eq!(production.get("/flags/c").status, 404);

        // Shared fields that differ are refused by place, unless they are meant.
        let mut renamed = with_new.clone();
        renamed["flags"][1]["name"] = "B".into();
        renamed["flags"][1]["enabled"] = true.into();
        let message = staging.refused("PUT", "/snapshot", &renamed, 409);
        assert!(message.starts_with("flags[1]: name: shared by all environments"), "{message}");
        assert_eq!(staging.refused("PUT", "/snapshot?dry_run=true", &renamed, 409), message);
        assert_eq!(everything(&production), before);
        let done = staging.done("PUT", "/snapshot?shared=true", &renamed);
        assert_eq!(done["environments"], json!(["production", "staging"]));
        let there = production.get("/flags/b").json();
        assert_eq!((&there["name"], &there["version"]), (&"B".into(), &2.into()));
        assert_eq!(there["enabled"], true);

        // Without flags and segments, all leave. The flag that was only here is archived.
        let tried = staging.done("PUT", "/snapshot?dry_run=true", &json!({"flags": []}));
        assert_eq!((&tried["removes"], &tried["archived"]), (&4.into(), &json!(["c"])));
        let message = staging.refused("PUT", "/snapshot", &json!({"flags": []}), 409);
        assert!(message.contains("segment \"s\"") && message.contains("?removes=4"), "{message}");
        staging.done("PUT", "/snapshot?removes=4", &json!({"flags": []}));
        assert_eq!(production.snapshot().flags().len(), 2);
        assert_eq!(production.get("/archive").json()["entries"][0]["key"], "c");
        staging.snapshot();
    });
}

#[test]
fn an_import_without_an_environment_means_the_first() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let document = production.get("/snapshot").json();
        let before = staging.get("/flags").text();
        let done = production.done("PUT", "/snapshot?removes=1", &without(&document, "b"));
        assert_eq!(done["environments"], json!(["production"]));
        assert_eq!(staging.get("/flags").text(), before);

        // What comes back joins the flag that staging still has. What is new is everywhere, with its segments.
        let mut changed = document.clone();
        changed["flags"][0]["name"] = "A".into();
        let uses = json!([{"operator": "in_segment", "value": "t"}]);
        changed["flags"].as_array_mut().unwrap().push(json!({"key": "n", "enabled": true, "rules": uses}));
        changed["segments"] = json!({"t": {"rules": []}});
        let done = production.done("PUT", "/snapshot", &changed);
        assert_eq!(done["environments"], json!(["production", "staging"]));
        let there = staging.get("/flags").json();
        let flags = there["flags"].as_array().unwrap();
        let shown: Vec<_> = flags.iter().map(|it| (&it["key"], &it["name"], &it["enabled"], &it["version"])).collect();
        let (no, null) = (Value::from(false), Value::Null);
        let [a, b, n] = ["a", "b", "n"].map(Value::from);
        let (upper, one, two) = (Value::from("A"), Value::from(1), Value::from(2));
        assert_eq!(shown, [(&a, &upper, &no, &two), (&b, &b, &no, &one), (&n, &null, &no, &one)]);
        assert_eq!(there["segments"], json!({"s": {"rules": []}, "t": {"rules": []}}));
        for environment in [&production, &staging] {
            environment.snapshot();
        }
        let version = production.get("/flags/b").json()["version"].clone();
        assert_eq!(version, 2, "it was there before");
    });
}

#[test]
fn a_message_about_many_removals_is_short() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let flags: Vec<Value> = (0..1000).map(|key| json!({"key": format!("f{key}"), "enabled": true})).collect();
        project.done("PUT", "/snapshot", &json!({"flags": flags}));
        let message = project.refused("PUT", "/snapshot", &json!({"flags": []}), 409);
        assert!(message.contains("and 980 more") && message.contains("?removes=1000"), "{message}");
        let done = project.done("PUT", "/snapshot?removes=1000", &json!({"flags": []}));
        assert_eq!(done["archived"].as_array().map(Vec::len), Some(1000));
        let page = project.get("/archive?limit=1000").json();
        assert_eq!(page["entries"].as_array().map(Vec::len), Some(1000));
        assert_eq!(page["next"], Value::Null);
    });
}
