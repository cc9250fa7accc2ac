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
fn a_new_flag_is_switched_off_elsewhere_and_its_state_is_each_environments_own() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let created = staging.send("POST", "/flags", &theme());
        assert_eq!(created.header("location"), Some(&*format!("{}/flags/theme", staging.path())));
        let (here, there) = (created.json(), production.get("/flags/theme").json());
        assert_eq!((&here["enabled"], &there["enabled"]), (&true.into(), &false.into()));
        assert_eq!(here["rules"], there["rules"]);
        assert_eq!(staging.answer("theme", &[("plan", "pro")]), "dark");
        assert_eq!(production.answer("theme", &[]), "dark");

        production.done("PATCH", "/flags/theme", &json!({"enabled": true, "rules": []}));
        let changed = staging.done("PATCH", "/flags/theme", &json!({"default": "dark", "off": null}));
        assert_eq!(changed["version"], 3, "one version for all environments");
        let there = production.get("/flags/theme").json();
        assert_eq!((&there["default"], &there["off"], &there["rules"]), (&"dark".into(), &"dark".into(), &json!([])));
        assert_eq!(production.answer("theme", &[]), "dark");
        assert_eq!(staging.request("DELETE", "/flags/theme").send().status, 204);
        assert_eq!(production.get("/flags/theme").status, 404);
        assert_eq!(production.snapshot().flags().len(), 0);
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
        production.done("PATCH", "/flags/asks", &json!({"rules": []}));
        let refused = production.request("DELETE", "/flags/theme").send();
        assert_eq!(refused.status, 409);
        assert!(refused.text().contains("flag \\\"asks\\\" in environment \\\"staging\\\""), "{}", refused.text());
    });
}

#[test]
fn a_new_flag_brings_its_segments_along() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let segment = |plan: &str| json!({"rules": [{"attribute": "plan", "operator": "eq", "value": plan}]});
        staging.done("PUT", "/segments/a", &segment("staging"));
        staging.done("PUT", "/segments/b", &segment("staging"));
        production.done("PUT", "/segments/b", &segment("production"));
        let rules = json!([{"operator": "in_segment", "value": ["a", "b"]}]);
        staging.done("POST", "/flags", &json!({"key": "f", "enabled": true, "rules": rules}));
        let segments = &production.get("/flags").json()["segments"];
        assert_eq!(*segments, json!({"a": segment("staging"), "b": segment("production")}));
        production.done("PATCH", "/flags/f", &json!({"enabled": true}));
        assert_eq!(production.answer("f", &[("plan", "production")]), "on");

        let audit = production.get("/audit").json();
        let entries = audit["entries"].as_array().unwrap();
        let of = |action: &str, target: &str| {
            let found = entries.iter().find(|it| it["action"] == action && it["target"] == target);
            found.unwrap_or_else(|| panic!("no {action} of {target}: {audit}"))
        };
        assert_eq!(of("segment.create", "a")["environment"], "production");
        let created = of("flag.create", "f");
        assert_eq!((&created["environment"], &created["before"]), (&"staging".into(), &Value::Null));
        let updated = of("flag.update", "f");
        assert_eq!((&updated["before"]["enabled"], &updated["after"]["enabled"]), (&false.into(), &true.into()));
        assert_eq!(updated["after"], production.get("/flags/f").json());
    });
}

#[test]
fn an_import_replaces_what_is_shared_and_leaves_the_other_states() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        for key in ["stays", "goes"] {
            production.done("POST", "/flags", &json!({"key": key, "enabled": true}));
        }
        production.done("POST", "/flags", &theme());
        staging.done("PATCH", "/flags/stays", &json!({"enabled": true, "default_enabled": true}));
        let mut document = staging.get("/snapshot").json();
        let flags = document["flags"].as_array_mut().unwrap();
        flags.retain(|flag| flag["key"] != "goes");
        flags[0]["name"] = "Stays".into();
        flags[0]["enabled"] = false.into();
        flags.push(json!({"key": "new", "enabled": true, "rules": [{"operator": "in_segment", "value": "s"}]}));
        document["segments"] = json!({"s": {"rules": []}});
        let before = revisions(&production);
        staging.done("PUT", "/snapshot", &document);
        assert!(revisions(&production).iter().zip(before).all(|(after, before)| *after > before));
        let there = production.get("/flags").json();
        let flag = |index: usize| &there["flags"][index];
        assert_eq!((&flag(0)["key"], &flag(0)["enabled"]), (&"new".into(), &false.into()));
        assert_eq!((&flag(1)["name"], &flag(1)["enabled"]), (&"Stays".into(), &true.into()));
        assert_eq!(there["flags"].as_array().unwrap().len(), 3);
        assert_eq!(there["segments"], json!({"s": {"rules": []}}));

        // Only this environment's own fields: the others see nothing.
        let before = revisions(&production);
        document["flags"].as_array_mut().unwrap().retain_mut(|flag| {
            flag["enabled"] = true.into();
            true
        });
        staging.done("PUT", "/snapshot", &document);
        let after = revisions(&production);
        assert_eq!((after[0], after[1] > before[1]), (before[0], true));

        // A change here cannot take away a variant that another environment needs.
        document["flags"].as_array_mut().unwrap().retain_mut(|flag| {
            if flag["key"] == "theme" {
                *flag =
                    json!({"key": "theme", "enabled": true, "default": "light", "variants": {"light": 1, "black": 2}});
            }
            true
        });
        let message = staging.refused("PUT", "/snapshot", &document, 409);
        assert!(
            message.ends_with("flag \"theme\" in environment \"production\": off: no variant \"dark\""),
            "{message}"
        );
        production.snapshot();
        staging.snapshot();
    });
}
