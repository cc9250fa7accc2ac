//! Flags as code: an environment as a document, out and in.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Database, Project, Server, on_each_database};

fn document() -> Value {
    json!({
        "flags": [
            {"key": "checkout", "name": "Checkout", "description": "The new one", "tags": ["shop"], "client_visible": true,
             "enabled": true, "default_enabled": true,
             "rules": [{"operator": "in_segment", "value": "staff"}, {"operator": "percent", "value": 25.5}]},
            {"key": "plain", "enabled": false},
            {"key": "theme", "variants": {"light": "#fff", "dark": "#000"}, "default": "light", "enabled": true, "off": "dark",
             "rules": [{"conditions": [{"attribute": "plain", "operator": "flag_is", "value": false}],
                        "value": {"split": [["light", 50], ["dark", 50]], "salt": "s"}}]}
        ],
        "segments": {"staff": {"rules": [{"attribute": "email", "operator": "ends_with", "value": "@shop.example"}]}}
    })
}

fn nothing() -> Value {
    json!({"created": [], "updated": [], "deleted": []})
}

#[test]
fn what_goes_out_comes_back_in() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let empty = project.get("/snapshot");
        assert_eq!(empty.text(), "{\n  \"flags\": []\n}\n");
        let imported = project.send("PUT", "/snapshot", &document());
        let expected = json!({"dry_run": false,
            "flags": {"created": ["checkout", "plain", "theme"], "updated": [], "deleted": []},
            "segments": {"created": ["staff"], "updated": [], "deleted": []},
            "archived": [], "removes": 0, "environments": ["production"]});
        assert_eq!((imported.status, imported.json()), (200, expected));
        let exported = project.get("/snapshot");
        assert_eq!(exported.json(), document());
        assert_eq!(exported.header("etag"), imported.header("etag"));
        assert_eq!(project.answer("checkout", &[("email", "a@shop.example")]), "on");
        let known =
            project.request("GET", "/snapshot").header("if-none-match", exported.header("etag").unwrap()).send();
        assert_eq!(known.status, 304);

        // Another server's, the listing's and the snapshot's own fields change nothing.
        let listing = project.get("/flags").json();
        let mut snapshot = document();
        snapshot["revision"] = 7.into();
        snapshot["project"] = "shop".into();
        snapshot["environment"] = "production".into();
        for same in [document(), exported.json(), listing.clone(), snapshot] {
            let answer = project.done("PUT", "/snapshot", &same);
            assert_eq!(
                answer,
                json!({"dry_run": false, "flags": nothing(), "segments": nothing(),
                "archived": [], "removes": 0, "environments": []})
            );
        }
        assert_eq!(project.get("/flags").json(), listing, "no version rose");
    });
}

#[test]
fn a_dry_run_tells_what_an_import_does() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done("PUT", "/snapshot", &document());
        let mut changed = document();
        changed["flags"][0] = json!({"key": "checkout", "enabled": true, "default_enabled": true, "client_visible": true,
            "rules": [{"operator": "percent", "value": 30}]});
        changed["flags"][1] = json!({"key": "other", "enabled": true});
        changed["flags"][2]["rules"] = json!([{"conditions": [],
            "value": {"split": [["light", 40], ["dark", 60]], "salt": "s"}}]);
        changed["segments"] = json!({"new": {"rules": []}});
        let before = (project.get("/flags").json(), project.get("/snapshot").json());
        let dry = project.send("PUT", "/snapshot?dry_run=true", &changed);
        let mut expected = json!({"dry_run": true,
            "flags": {"created": ["other"], "deleted": ["plain"], "updated": [
                {"key": "checkout", "fields": ["description", "name", "rules", "tags"]},
                {"key": "theme", "fields": ["rules"], "moved": {"light>dark": 10}}]},
            "segments": {"created": ["new"], "updated": [], "deleted": ["staff"]},
            "archived": ["plain"], "removes": 2, "environments": ["production"]});
        assert_eq!((dry.status, dry.json()), (200, expected.clone()));
        assert_eq!((project.get("/flags").json(), project.get("/snapshot").json()), before, "nothing was written");

        // Under its entity tag, what it told is what happens; once somebody changed something, it does not.
        let etag = dry.header("etag").unwrap();
        let put = || project.request("PUT", "/snapshot?removes=2").header("if-match", etag).json(&changed).send();
        project.done("PATCH", "/flags/plain", &json!({"description": "meanwhile"}));
        assert_eq!((put().status, put().code()), (412, "PRECONDITION_FAILED".into()));
        project.done("PATCH", "/flags/plain", &json!({"description": null}));
        expected["dry_run"] = false.into();
        let done = put();
        assert_eq!((done.status, done.json()), (200, expected));
        assert_eq!(project.get("/snapshot").json(), changed);
        assert_eq!(project.get("/flags/checkout").json()["version"], 2);
        assert_eq!(project.get("/flags/plain").status, 404);
        project.snapshot();
    });
}

#[test]
fn all_that_is_wrong_is_listed_and_nothing_is_written() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done("PUT", "/snapshot", &document());
        let before = project.get("/flags").json();
        let wrong = json!({
            "flags": [
                {"key": "checkout", "enabled": "yes", "rules": [{"operator": "percent", "valeu": 5}]},
                {"key": "a", "enabled": true, "rules": [{"operator": "percent", "value": 500}]},
                {"key": "b"},
                {"key": "..", "enabled": true},
                {"key": "a", "enabled": true},
                7,
                {"key": "c", "enabled": true, "rules": [{"operator": "in_segment", "value": "gone"}]}
            ],
            "segments": {"x": {"rules": [], "colour": 1}, "/": {"rules": []}},
            "comment": "mine"
        });
        let message = project.refused("PUT", "/snapshot", &wrong, 400);
        assert_eq!(
            message.lines().collect::<Vec<_>>(),
            [
                "flags[0].enabled: expected a boolean, found \"yes\"",
                "flags[0].rules[0].valeu: unknown field; a rule has attribute, operator, value",
                "flags[2].enabled: missing",
                "flags[3].key: expected 1 to 256 of A-Z a-z 0-9 . _ -, and not only dots; found \"..\"",
                "flags[4].key: duplicate key \"a\", already at flags[1]",
                "flags[5]: expected an object, found 7",
                "segments[\"x\"].colour: unknown field; a segment has rules",
                "segments[\"/\"]: the key of a segment is 1 to 256 of A-Z a-z 0-9 . _ -, and not only dots",
                "comment: unknown field; flags as code have flags, segments",
                "flags[6].rules[0].value: the segment cannot be used: no segment \"gone\"",
            ]
        );
        let mut engine = document();
        engine["flags"][0]["rules"][1]["value"] = 101.into();
        engine["flags"][1]["rules"] = json!([{"attribute": "a", "operator": "matches", "value": 7}]);
        engine["flags"][2]["rules"] = Value::Null;
        engine["segments"]["staff"]["rules"][0]["operator"] = "equals".into();
        let message = project.refused("PUT", "/snapshot?dry_run=true", &engine, 400);
        let lines: Vec<&str> = message.lines().collect();
        assert_eq!(
            lines[..2],
            [
                "flags[0].rules[1].value: a percentage is a number from 0 to 100, found 101",
                "flags[1].rules[0].value: expected a string, found 7",
            ]
        );
        assert!(
            lines[2].starts_with("segments[\"staff\"].rules[0].operator: unknown operator \"equals\""),
            "{message}"
        );
        for (body, expected) in [
            (json!({}), "flags: missing"),
            (json!({"flags": {}}), "flags: expected a list, found an object"),
            (
                json!({"flags": [{"key": "a", "enabled": true, "default_enabled": null}]}),
                "flags[0].default_enabled: expected a boolean, found null; leave it out for false",
            ),
            (
                json!({"flags": [{"key": "a", "enabled": true, "variants": {"x": 1}, "default": "x", "off": null}]}),
                "flags[0].off: expected a variant's name, found null; leave it out for the default's",
            ),
            (json!({"flags": [], "segments": []}), "segments: expected an object, found a list"),
        ] {
            assert_eq!(project.refused("PUT", "/snapshot", &body, 400), expected);
        }
        let message = project.refused("PUT", "/snapshot?dry_run=perhaps", &document(), 400);
        assert!(message.starts_with("the query: ") && message.contains("dry_run"), "{message}");

        let mut circle = document();
        circle["flags"][1]["rules"] = json!([{"attribute": "theme", "operator": "flag_is", "value": "dark"}]);
        let message = project.refused("PUT", "/snapshot", &circle, 409);
        assert!(
            message.starts_with("flags[1].rules[0].attribute: the flags ask each other in a circle: plain -> theme"),
            "{message}"
        );
        // A flag that asks a flag which the file leaves out.
        let mut fewer = document();
        fewer["flags"].as_array_mut().unwrap().remove(1);
        let message = project.refused("PUT", "/snapshot", &fewer, 400);
        assert_eq!(message, "flags[1].rules[0].conditions[0].attribute: no flag \"plain\"");
        assert_eq!(project.get("/flags").json(), before);
    });
}

/// Nothing is asserted of the times; they are printed.
#[test]
fn ten_thousand_flags_are_a_day_like_any_other() {
    for database in [Database::sqlite(), Database::postgres()] {
        let server = Server::start_with(&database, &["--signup", "--max-flags=20000"]);
        let project = Project::new(&server);
        let flags: Vec<Value> = (0..10_000)
            .map(|flag| {
                json!({"key": format!("flag-{flag:05}"), "name": format!("Flag {flag}"), "enabled": true, "rules": [
                    {"attribute": "plan", "operator": "in", "value": ["pro", "max"]},
                    {"conditions": [{"attribute": "email", "operator": "contains", "value": "@shop.example"}]},
                    {"operator": "percent", "value": flag % 100}]})
            })
            .collect();
        let time = |what: &str, work: &dyn Fn()| {
            let start = Instant::now();
            work();
            println!("{what}: {} ms", start.elapsed().as_millis());
        };
        let document = json!({"flags": flags});
        println!("on {}", database.url());
        time("importing 10,000 flags", &|| _ = project.done("PUT", "/snapshot", &document));
        time("importing them again", &|| _ = project.done("PUT", "/snapshot", &document));
        let change = json!({"rules": [{"operator": "percent", "value": 50}]});
        time("changing one", &|| _ = project.done("PATCH", "/flags/flag-05000", &change));
        time("changing the name of one", &|| _ = project.done("PATCH", "/flags/flag-05000", &json!({"name": "x"})));
        time("creating one", &|| _ = project.done("POST", "/flags", &json!({"key": "z", "enabled": true})).clone());
        time("deleting one", &|| assert_eq!(project.request("DELETE", "/flags/z").send().status, 200));
        time("listing them", &|| assert_eq!(project.get("/flags").status, 200));
        time("listing them again", &|| assert_eq!(project.get("/flags").status, 200));
        assert_eq!(project.snapshot().flags().len(), 10_000);
    }
}
