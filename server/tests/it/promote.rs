//! Environments side by side: what differs between them, and flags that are promoted from one to the other.

use std::thread;

use serde_json::{Value, json};

use crate::support::{Answer, Project, Server, on_each_database};

fn with_staging<'s>(server: &'s Server) -> (Project<'s>, Project<'s>) {
    let production = Project::new(server);
    production.done("POST", "/environments", &json!({"name": "staging"}));
    let staging = production.environment("staging");
    (production.clone(), staging)
}

fn to_production() -> Value {
    json!({"from": "staging", "to": "production"})
}

fn state(environment: &Project<'_>, key: &str) -> [Value; 4] {
    let flag = environment.get(&format!("/flags/{key}")).expect(200).json();
    ["enabled", "default_enabled", "off", "rules"].map(|field| flag[field].clone())
}

fn compared(project: &Project<'_>) -> Value {
    project.get("/environments/compare?from=staging&to=production").expect(200).json()
}

#[test]
fn a_promoted_flag_has_the_state_of_the_other_environment() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        production.done("POST", "/flags", &json!({"key": "f", "enabled": false, "description": "d"}));
        let rules = json!([{"attribute": "plan", "operator": "eq", "value": "pro"}]);
        staging.done("PATCH", "/flags/f", &json!({"enabled": true, "default_enabled": true, "rules": rules}));
        let untouched = staging.get("/flags/f").text();

        let difference = json!({
            "fields": [{"field": "enabled", "before": false, "after": true}, {"field": "default_enabled", "before": false, "after": true}],
            "rules": [{"change": "added", "to": 0, "moved": false, "rule": rules[0]}],
        });
        let expected = |dry_run: bool, version: i64| {
            json!({"key": "f", "dry_run": dry_run, "version": version, "environments": ["production"],
                "difference": difference, "with_flags": [], "with_segments": []})
        };
        let before = production.get("/flags/f").text();
        let tried = production.send("POST", "/flags/f/promote?dry_run=true", &to_production()).expect(200);
        assert_eq!((tried.json(), tried.header("etag")), (expected(true, 1), Some("\"1\"")));
        assert_eq!(production.get("/flags/f").text(), before);
        let listed = compared(&production);
        assert_eq!(listed["flags"], json!([{"key": "f", "difference": difference}]));

        let done = production.send("POST", "/flags/f/promote", &to_production()).expect(200);
        assert_eq!((done.json(), done.header("etag")), (expected(false, 2), Some("\"2\"")));
        assert_eq!(state(&production, "f"), state(&staging, "f"));
        assert_eq!(staging.get("/flags/f").text(), untouched);
        assert_eq!(production.answer("f", &[("plan", "pro")]), "on");
        assert_eq!(compared(&production)["flags"], json!([]));
        let entry = production.get("/audit?action=flag.promote").expect(200).json()["entries"][0].clone();
        assert_eq!((&entry["target"], &entry["environment"]), (&json!("f"), &json!("production")));
        assert_eq!((&entry["before"]["enabled"], &entry["after"]["enabled"]), (&json!(false), &json!(true)));

        // What is equal already keeps its version.
        let again = production.done("POST", "/flags/f/promote", &to_production());
        assert_eq!((&again["version"], &again["environments"]), (&json!(2), &json!([])));
        assert_eq!(again["difference"], json!({"fields": [], "rules": []}));
        // What is written and what goes without saying are equal.
        staging.done("PATCH", "/flags/f", &json!({"default_enabled": false}));
        production.done("PATCH", "/flags/f", &json!({"default_enabled": null}));
        assert_eq!(compared(&production)["flags"], json!([]));
        assert_eq!(production.done("POST", "/flags/f/promote", &to_production())["environments"], json!([]));
    });
}

#[test]
fn a_flag_that_is_absent_becomes_present() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        staging.done("POST", "/flags", &json!({"key": "f", "enabled": true}));
        assert_eq!(compared(&production)["flags"], json!([{"key": "f", "only_in": "staging"}]));
        let tried = production.send("POST", "/flags/f/promote?dry_run=true", &to_production()).expect(200);
        assert_eq!((tried.json()["version"].clone(), tried.header("etag")), (Value::Null, None));
        let done = production.done("POST", "/flags/f/promote", &to_production());
        assert_eq!((&done["version"], done.get("difference")), (&json!(1), None));
        assert_eq!(production.answer("f", &[]), "off");
        assert_eq!(state(&production, "f"), state(&staging, "f"));
        // Its versions go on where they were when it left.
        production.environment("production").request("DELETE", "/flags/f").send().expect(200);
        assert_eq!(compared(&production)["flags"], json!([{"key": "f", "only_in": "staging"}]));
        assert_eq!(production.done("POST", "/flags/f/promote", &to_production())["version"], 2);
    });
}

#[test]
fn what_the_flag_needs_is_named_or_comes_with_it() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let condition = json!({"attribute": "plan", "operator": "eq", "value": "pro"});
        staging.done("PUT", "/segments/beta", &json!({"rules": [condition]}));
        staging.done("PUT", "/segments/gamma", &json!({"rules": [condition]}));
        production.done("PUT", "/segments/gamma", &json!({"rules": []}));
        let asks = |flag: &str| json!({"attribute": flag, "operator": "flag_is", "value": true});
        let uses = |segment: &str| json!({"operator": "in_segment", "value": segment});
        for (key, rules) in
            [("c", json!([uses("beta"), uses("gamma")])), ("b", json!([asks("c")])), ("a", json!([asks("b")]))]
        {
            staging.done("POST", "/flags", &json!({"key": key, "enabled": true, "rules": rules}));
        }
        let expected = json!([{"key": "beta", "only_in": "staging"}]);
        assert_eq!(compared(&production)["segments"][0], expected[0]);

        let before = production.get("/flags").text();
        for dry_run in [true, false] {
            let path = format!("/flags/a/promote?dry_run={dry_run}");
            let message = production.refused("POST", &path, &to_production(), 409);
            assert!(message.contains("flag \"a\" in environment \"production\": rules[0]"), "{message}");
            assert!(message.contains("\"b\""), "{message}");
        }
        let message = production.refused("POST", "/flags/c/promote", &to_production(), 409);
        assert!(message.contains("\"beta\"") && !message.contains("gamma"), "{message}");
        let tried = production.done("POST", "/flags/a/promote?with=references&dry_run=true", &to_production());
        assert_eq!((production.get("/flags").text(), production.get("/segments/beta").status), (before, 404));
        let mut done = production.done("POST", "/flags/a/promote?with=references", &to_production());
        assert_eq!(done["with_flags"], json!(["b", "c"]));
        assert_eq!(done["with_segments"], json!(["beta"]));
        assert_eq!(done["environments"], json!(["production"]));
        done["dry_run"] = true.into();
        assert_eq!(
            (done["version"].take(), tried),
            (json!(1), {
                done.as_object_mut().expect("an object").remove("version");
                done
            })
        );
        assert_eq!(production.answer("a", &[("plan", "pro")]), "on");
        // What production has already stays its own.
        assert_eq!(production.get("/segments/gamma").json()["rules"], json!([]));
        let actions = production.get("/audit?environment=production&limit=4").json();
        let actions: Vec<&Value> =
            actions["entries"].as_array().expect("a list").iter().map(|it| &it["action"]).collect();
        assert_eq!(actions, ["flag.promote", "flag.promote", "flag.promote", "segment.create"]);
    });
}

#[test]
fn a_promotion_from_another_version_is_refused() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        production.done("POST", "/flags", &json!({"key": "f", "enabled": false}));
        staging.done("PATCH", "/flags/f", &json!({"enabled": true}));
        production.environment("production").done(
            "PATCH",
            "/flags/f",
            &json!({"rules": [{"operator": "percent", "value": 5}]}),
        );
        let with = |header: &str, value: &str| -> Answer {
            production.request("POST", "/flags/f/promote").header(header, value).json(&to_production()).send()
        };
        let message = with("if-match", "\"1\"").expect(412).message();
        assert!(message.starts_with("the flag \"f\" is at version 2"), "{message}");
        with("if-none-match", "*").expect(412);
        let mut body = to_production();
        body["version"] = 1.into();
        production.refused("POST", "/flags/f/promote", &body, 412);
        assert_eq!(production.get("/flags/f").json()["version"], 2);
        with("if-match", "\"2\"").expect(200);
        assert_eq!(production.get("/flags/f").json()["version"], 3);
        // A flag that production lacks has no version.
        staging.done("POST", "/flags", &json!({"key": "g", "enabled": true}));
        let absent = production.request("POST", "/flags/g/promote").header("if-match", "*").json(&to_production());
        absent.send().expect(412);
        let message = production.refused("POST", "/flags/g/promote", &body, 412);
        assert!(message.starts_with("environment \"production\" lacks the flag \"g\""), "{message}");
    });
}

#[test]
fn wrong_names_and_bodies_are_told() {
    let database = crate::support::Database::sqlite();
    let server = Server::start(&database);
    let (production, staging) = with_staging(&server);
    production.done("POST", "/flags", &json!({"key": "f", "enabled": false}));
    staging.request("DELETE", "/flags/f").send().expect(200);
    for (body, status, expected) in [
        (json!({"from": "production", "to": "production"}), 400, "to: expected another environment than from"),
        (json!({"from": "stagin", "to": "production"}), 404, "from: project"),
        (json!({"from": "production", "to": "stagin"}), 404, "has no environment \"stagin\""),
        (to_production(), 404, "no flag \"f\" in environment \"staging\"; it is present in production"),
        (json!({"from": "production"}), 400, "the body: missing field `to`"),
        (json!({"from": "production", "to": "staging", "x": 1}), 400, "x: unknown field"),
    ] {
        let message = production.refused("POST", "/flags/f/promote", &body, status);
        assert!(message.contains(expected), "{message}");
    }
    production.refused("POST", "/flags/nobody/promote", &to_production(), 404);
    production.refused("POST", "/flags/f/promote?with=all", &json!({"from": "production", "to": "staging"}), 400);
    for (query, status, expected) in [
        ("from=staging&to=staging", 400, "another environment"),
        ("from=staging&to=nowhere", 404, "to: project"),
        ("from=staging", 400, "to"),
        ("from=staging&to=production&limit=0", 400, "limit"),
        ("from=staging&to=production&after=x", 400, "after: expected the `next`"),
        ("from=staging&to=production&page=2", 400, "unknown parameter \"page\""),
    ] {
        let message = production.get(&format!("/environments/compare?{query}")).expect(status).message();
        assert!(message.contains(expected), "{message}");
    }
    // The name would hide the comparison.
    let message = production.refused("POST", "/environments", &json!({"name": "compare"}), 400);
    assert!(message.contains("part of a path"), "{message}");
}

#[test]
fn a_comparison_has_pages_bounded_in_number_and_bytes() {
    let database = crate::support::Database::sqlite();
    let server = Server::start(&database);
    let (production, staging) = with_staging(&server);
    let text = "x".repeat(4_000);
    let rules = |number: usize| -> Vec<Value> {
        let value = |part: usize| format!("{number}-{part}-{text}");
        (0..30).map(|part| json!({"attribute": "a", "operator": "eq", "value": value(part)})).collect()
    };
    let flags: Vec<Value> =
        (0..40).map(|n| json!({"key": format!("f{n:02}"), "enabled": true, "rules": rules(n)})).collect();
    staging.done("PUT", "/snapshot", &json!({"flags": flags}));
    for flag in &flags {
        let off = json!({"key": flag["key"], "enabled": false});
        production.environment("production").done("POST", "/flags", &off);
    }
    for key in ["s", "t"] {
        production.done("PUT", &format!("/segments/{key}"), &json!({"rules": []}));
    }
    let all = |limit: usize| {
        let (mut found, mut pages) = (Vec::new(), 0);
        let mut path = Some(format!("/environments/compare?from=staging&to=production&limit={limit}"));
        while let Some(next) = path {
            let page = production.get(&next).expect(200);
            assert!(page.bytes().len() < 1_200_000, "{}", page.bytes().len());
            let listed = page.json();
            for kind in ["flags", "segments"] {
                found.extend(listed[kind].as_array().expect("a list").iter().map(|it| (kind, it["key"].clone())));
            }
            pages += 1;
            path = listed["next"].as_str().map(|next| {
                assert!(page.header("link").is_some_and(|link| link.contains(next)));
                format!("/environments/compare?from=staging&to=production&limit={limit}&after={next}")
            });
        }
        (found, pages)
    };
    let mut expected: Vec<(&str, Value)> = flags.iter().map(|flag| ("flags", flag["key"].clone())).collect();
    expected.extend(["s", "t"].map(|key| ("segments", key.into())));
    for limit in [7, 1000] {
        let (found, pages) = all(limit);
        assert_eq!(found, expected, "{limit}");
        assert!(pages > 1, "{pages} pages of {limit}");
    }
}

#[test]
fn a_promotion_and_a_deletion_at_once_leave_one_of_both() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (production, staging) = with_staging(&server);
        let uses = json!([{"operator": "in_segment", "value": "s"}]);
        for round in 0..10 {
            let key = format!("f{round}");
            staging.done("PUT", "/segments/s", &json!({"rules": []}));
            production.done("PUT", "/segments/s", &json!({"rules": []}));
            staging.done("POST", "/flags", &json!({"key": key, "enabled": true, "rules": uses}));
            let (promoted, deleted) = thread::scope(|scope| {
                let promotion =
                    scope.spawn(|| production.send("POST", &format!("/flags/{key}/promote"), &to_production()));
                let deletion = scope.spawn(|| match round % 2 {
                    0 => production.request("DELETE", "/segments/s").send(),
                    _ => staging.request("DELETE", &format!("/flags/{key}")).send(),
                });
                (promotion.join().expect("an answer"), deletion.join().expect("an answer"))
            });
            production.snapshot();
            staging.snapshot();
            let is_promoted = production.get(&format!("/flags/{key}")).status == 200;
            assert_eq!(is_promoted, promoted.status == 200, "{}", promoted.text());
            if round % 2 == 0 {
                assert!(matches!((promoted.status, deleted.status), (200, 409) | (409, 200)), "{}", promoted.text());
                staging.request("DELETE", &format!("/flags/{key}")).send().expect(200);
            } else {
                assert!(matches!((promoted.status, deleted.status), (200 | 404, 200)), "{}", promoted.text());
            }
            if is_promoted {
                production.request("DELETE", &format!("/flags/{key}")).send().expect(200);
            }
        }
    });
}
