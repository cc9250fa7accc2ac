//! Flags in several environments: what is shared, what is not, and what keeps them from breaking each other.

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database};

/// A project with the environments production and staging.
fn with_staging<'s>(server: &'s Server) -> (Project<'s>, Project<'s>) {
    let production = Project::new(server);
    production.done("POST", "/environments", &json!({"name": "staging"}));
    let staging = production.environment("staging");
    (production, staging)
}

fn revisions(project: &Project<'_>) -> Vec<i64> {
    let environments = project.get("/environments").json();
    environments["environments"].as_array().unwrap().iter().map(|it| it["revision"].as_i64().unwrap()).collect()
}

fn theme() -> Value {
    json!({"key": "theme", "enabled": true, "default": "light", "off": "dark", "variants": {"light": 1, "dark": 2},
        "rules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "dark"}]})
}

#[test]
fn a_new_flag_is_everywhere_or_in_the_environment_of_the_path() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let created = production.send("POST", "/flags", &theme());
        assert_eq!(created.header("location"), Some(&*format!("{}/flags/theme", production.path())));
        assert_eq!(created.json()["environments"], json!(["production", "staging"]));
        let (here, there) = (created.json(), staging.get("/flags/theme").json());
        assert_eq!((&here["enabled"], &there["enabled"]), (&true.into(), &false.into()));
        assert_eq!((&here["rules"], &here["version"], &there["version"]), (&there["rules"], &1.into(), &1.into()));
        assert_eq!((production.answer("theme", &[]), staging.answer("theme", &[])), ("light".into(), "dark".into()));

        let created = staging.send("POST", "/flags", &json!({"key": "new", "enabled": true, "name": "New"}));
        assert_eq!(created.header("location"), Some(&*format!("{}/flags/new", staging.path())));
        assert_eq!(created.json()["environments"], json!(["staging"]));
        let absent = production.get("/flags/new").expect(404);
        assert_eq!(absent.code(), "FLAG_NOT_FOUND");
        assert_eq!(absent.message(), "no flag \"new\" in environment \"production\"; it is present in staging");
        for (method, body) in [("PATCH", json!({"enabled": true})), ("DELETE", json!({}))] {
            let path = format!("{}/environments/production/flags/new", production.path());
            let answer = server.request(method, &path).key(&production.api_key).json(&body).send().expect(404);
            assert_eq!(answer.message(), absent.message(), "{method}");
        }

        // It comes to one more environment on that environment's path.
        let message = production.refused("POST", "/flags", &json!({"key": "new", "enabled": true}), 409);
        assert!(
            message.starts_with("key: a flag \"new\" exists already, in staging; name the environment"),
            "{message}"
        );
        let here = production.environment("production");
        let other = json!({"key": "new", "enabled": true, "name": "Newer"});
        let message = here.refused("POST", "/flags", &other, 409);
        assert!(
            message.starts_with("name: shared by all environments") && message.contains("?shared=true"),
            "{message}"
        );
        let before = staging.get("/flags/new").json();
        let joined = here.done("POST", "/flags", &json!({"key": "new", "enabled": false, "name": "New"}));
        assert_eq!((&joined["environments"], &joined["version"]), (&json!(["production"]), &1.into()));
        assert_eq!(staging.get("/flags/new").json(), before);
        assert!(here.refused("POST", "/flags", &other, 409).contains("exists already"));

        // Shared fields that differ change with it, if that is said.
        here.request("DELETE", "/flags/new").send().expect(200);
        let joined = here.done("POST", "/flags?shared=true", &other);
        assert_eq!(joined["environments"], json!(["production", "staging"]));
        assert_eq!((&joined["name"], &joined["version"]), (&"Newer".into(), &2.into()), "its versions go on");
        let there = staging.get("/flags/new").json();
        assert_eq!((&there["name"], &there["version"]), (&"Newer".into(), &2.into()));
    });
}

#[test]
fn a_change_of_one_environment_leaves_the_others_as_they_are() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        production.done("POST", "/flags", &theme());
        let everything = |environment: &Project<'_>| {
            let flags = environment.get("/flags");
            let etag = environment.get("/flags/theme").header("etag").map(str::to_owned);
            (flags.header("etag").map(str::to_owned), flags.text(), etag)
        };
        let (before, revisions_before) = (everything(&production), revisions(&production));
        let changed = staging.done("PATCH", "/flags/theme", &json!({"enabled": true, "name": null, "tags": []}));
        assert_eq!((&changed["environments"], &changed["version"]), (&json!(["staging"]), &2.into()));
        let same = staging.done("PATCH", "/flags/theme", &json!({"enabled": true}));
        assert_eq!((&same["environments"], &same["version"]), (&json!([]), &2.into()));
        let put = staging.done("PUT", "/segments/s", &json!({"rules": []}));
        assert_eq!(put["environments"], json!(["staging"]));
        let deleted = staging.request("DELETE", "/segments/s").send().expect(200).json();
        assert_eq!(deleted, json!({"key": "s", "environments": ["staging"]}));

        // Shared fields are refused there, all of them by name.
        let shared = json!({"name": "Theme", "tags": ["a"], "description": "d", "client_visible": true,
            "variants": {"light": 1, "dark": 3}, "default": "dark", "enabled": false});
        let message = staging.refused("PATCH", "/flags/theme", &shared, 409);
        let names = "name, description, tags, client_visible, variants, default: shared by all environments";
        assert!(message.starts_with(names), "{message}");
        assert!(message.contains("?shared=true") && message.contains("the path without an environment"), "{message}");
        assert_eq!(everything(&production), before);
        assert_eq!(revisions(&production)[0], revisions_before[0]);

        // And change everywhere where that is said, or on the path without an environment.
        let changed = staging.done("PATCH", "/flags/theme?shared=true", &json!({"name": "Theme", "enabled": false}));
        assert_eq!((&changed["environments"], &changed["version"]), (&json!(["production", "staging"]), &3.into()));
        let there = production.get("/flags/theme").json();
        assert_eq!((&there["name"], &there["version"], &there["enabled"]), (&"Theme".into(), &2.into(), &true.into()));
        let changed = production.done("PATCH", "/flags/theme", &json!({"default": "dark", "off": null}));
        assert_eq!(changed["environments"], json!(["production", "staging"]));
        let there = staging.get("/flags/theme").json();
        assert_eq!((&there["default"], &there["off"], &there["version"]), (&"dark".into(), &"dark".into(), &4.into()));

        // Taking it out of one leaves it in the other.
        let removed = staging.request("DELETE", "/flags/theme").send().expect(200).json();
        assert_eq!(removed, json!({"key": "theme", "environments": ["staging"]}));
        assert_eq!(staging.get("/flags/theme").status, 404);
        production.done("PATCH", "/flags/theme", &json!({"tags": ["still"]}));
        assert_eq!(staging.snapshot().flags().len(), 0);
        assert_eq!(production.snapshot().flags().len(), 1);
    });
}

#[test]
fn revisions_rise_where_programs_see_a_change() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        production.done("POST", "/flags", &theme());
        let rises = |environment: &Project<'_>, change: Value| -> (bool, bool) {
            let before = revisions(&production);
            environment.done("PATCH", "/flags/theme", &change);
            let after = revisions(&production);
            (after[0] > before[0], after[1] > before[1])
        };
        assert_eq!(rises(&production, json!({"name": "Theme", "description": "x", "tags": ["a"]})), (false, false));
        assert_eq!(rises(&staging, json!({"rules": []})), (false, true));
        assert_eq!(rises(&production, json!({"enabled": false})), (true, false));
        assert_eq!(rises(&production, json!({"client_visible": true})), (true, true));
        assert_eq!(rises(&production, json!({"default": "dark"})), (true, true));
        assert_eq!(rises(&production, json!({"variants": {"light": 1, "dark": 3}})), (true, true));
        assert_eq!(rises(&production, json!({"default": "dark"})), (false, false), "which changes nothing");
        let before = revisions(&production);
        staging.done("PUT", "/segments/s", &json!({"rules": []}));
        let after = revisions(&production);
        assert_eq!((after[0] > before[0], after[1] > before[1]), (false, true));
        assert_eq!(production.get("/segments/s").status, 404);
    });
}

#[test]
fn another_environments_rules_keep_their_variants() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        production.done("POST", "/flags", &theme());
        production.done("PATCH", "/flags/theme", &json!({"rules": [], "off": null}));
        let renamed = json!({"variants": {"light": 1, "black": 2}});
        let message = production.refused("PATCH", "/flags/theme", &renamed, 409);
        assert_eq!(
            message,
            "the change cannot be made, since it would break:\n\
             flag \"theme\" in environment \"staging\": off: no variant \"dark\""
        );
        staging.done("PATCH", "/flags/theme", &json!({"off": null}));
        let message = production.refused("PATCH", "/flags/theme", &renamed, 409);
        assert!(message.ends_with("flag \"theme\" in environment \"staging\": rules[0].value: no variant \"dark\""));
        staging.done("PATCH", "/flags/theme", &json!({"rules": []}));
        production.done("PATCH", "/flags/theme", &renamed);

        // A boolean flag again: what staging says of variants must go first.
        staging.done("PATCH", "/flags/theme", &json!({"off": "light"}));
        let boolean = json!({"variants": null, "default": null});
        let message = production.refused("PATCH", "/flags/theme", &boolean, 409);
        assert!(
            message.ends_with("environment \"staging\": off: names a variant, and the flag has no variants"),
            "{message}"
        );
        staging.done("PATCH", "/flags/theme", &json!({"off": null}));
        production.done("PATCH", "/flags/theme", &boolean);
        assert_eq!(staging.answer("theme", &[]), "off");

        // Nor is a flag deleted that is asked elsewhere alone.
        let rules = json!([{"attribute": "theme", "operator": "flag_is", "value": true}]);
        staging.done("POST", "/flags", &json!({"key": "asks", "enabled": true, "rules": rules}));
        for refused in [production.request("DELETE", "/flags/theme"), staging.request("DELETE", "/flags/theme")] {
            let message = refused.send().expect(409).message();
            assert!(message.contains("flag \"asks\" in environment \"staging\""), "{message}");
        }
        production.environment("production").request("DELETE", "/flags/theme").send().expect(200);
    });
}

#[test]
fn segments_that_an_import_brings_along_keep_to_their_limit() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--signup", "--max-segments=2"]);
        let (production, staging) = with_staging(&server);
        let segment = json!({"rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]});
        staging.done("PUT", "/segments/a", &segment);
        let uses = json!([{"operator": "in_segment", "value": ["b", "c"]}]);
        let document = json!({"flags": [{"key": "f", "enabled": true, "rules": uses}],
            "segments": {"b": segment, "c": segment}});
        for path in ["/snapshot", "/snapshot?dry_run=true"] {
            let message = production.refused("PUT", path, &document, 403);
            let expected = "environment \"staging\" has reached the limit of segments, 2 (--max-segments)";
            assert!(message.starts_with(expected), "{message}");
        }
        assert_eq!(production.get("/flags/f").status, 404);
        staging.done("PUT", "/segments/b", &segment);
        staging.request("DELETE", "/segments/a").send().expect(200);
        production.done("PUT", "/snapshot", &document);
        assert_eq!(staging.get("/flags").json()["segments"], json!({"b": segment, "c": segment}));
    });
}

#[test]
fn a_flag_that_is_new_everywhere_brings_its_segments_along() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let segment = |plan: &str| json!({"rules": [{"attribute": "plan", "operator": "eq", "value": plan}]});
        production.done("PUT", "/segments/a", &segment("production"));
        production.done("PUT", "/segments/b", &segment("production"));
        staging.done("PUT", "/segments/b", &segment("staging"));
        let rules = json!([{"operator": "in_segment", "value": ["a", "b"]}]);
        production.done("POST", "/flags", &json!({"key": "f", "enabled": true, "rules": rules}));
        let segments = &staging.get("/flags").json()["segments"];
        assert_eq!(*segments, json!({"a": segment("production"), "b": segment("staging")}));
        staging.done("PATCH", "/flags/f", &json!({"enabled": true}));
        assert_eq!(staging.answer("f", &[("plan", "staging")]), "on");

        let audit = production.get("/audit").json();
        let entries = audit["entries"].as_array().unwrap();
        let of = |action: &str, target: &str, environment: &str| {
            let is_it =
                |it: &&Value| it["action"] == action && it["target"] == target && it["environment"] == environment;
            entries.iter().find(is_it).unwrap_or_else(|| panic!("no {action} of {target} in {environment}: {audit}"))
        };
        assert_eq!(of("segment.create", "a", "staging")["after"]["rules"], segment("production")["rules"]);
        for (environment, is_enabled) in [("production", true), ("staging", false)] {
            let created = of("flag.create", "f", environment);
            assert_eq!((&created["before"], &created["after"]["enabled"]), (&Value::Null, &is_enabled.into()));
        }
        let updated = of("flag.update", "f", "staging");
        assert_eq!((&updated["before"]["enabled"], &updated["after"]["enabled"]), (&false.into(), &true.into()));
        assert_eq!(updated["after"], staging.get("/flags/f").json());

        // A flag of one environment brings nothing to others.
        staging.done("PUT", "/segments/c", &segment("staging"));
        let uses = json!([{"operator": "in_segment", "value": "c"}]);
        staging.done("POST", "/flags", &json!({"key": "g", "enabled": true, "rules": uses}));
        assert_eq!(production.get("/segments/c").status, 404);
    });
}
