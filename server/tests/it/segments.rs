//! Segments over HTTP.

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database};

fn in_segment(key: &str, segment: &str) -> Value {
    json!({"key": key, "enabled": true, "rules": [{"operator": "in_segment", "value": segment}]})
}

#[test]
fn a_segment_is_created_read_changed_and_deleted() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        assert_eq!(project.get("/segments").json(), json!({"segments": []}));
        let rules = json!({"rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]});
        let created = project.send("PUT", "/segments/pro", &rules);
        assert_eq!((created.status, created.header("etag")), (201, Some("\"1\"")));
        assert_eq!(created.header("location"), Some(&*format!("{}/segments/pro", project.path())));
        let mut segment = created.json();
        let answered = segment.clone();
        assert_eq!(segment.as_object_mut().and_then(|it| it.remove("environments")), Some(json!(["production"])));
        assert_eq!((&segment["key"], &segment["rules"]), (&"pro".into(), &rules["rules"]));
        assert_eq!(project.get("/segments/pro").json(), segment);
        assert_eq!(project.get("/segments").json(), json!({"segments": [segment]}));
        let mut again = segment.clone();
        again["environments"] = json!([]);
        assert_eq!(project.done("PUT", "/segments/pro", &answered), again, "what was answered can be sent back");

        project.done("POST", "/flags", &in_segment("a", "pro"));
        assert_eq!(project.answer("a", &[("plan", "pro")]), "on");
        let other = json!({"rules": [{"attribute": "plan", "operator": "eq", "value": "max"}]});
        assert_eq!(project.done("PUT", "/segments/pro", &other)["version"], 2);
        assert_eq!(project.answer("a", &[("plan", "pro")]), "off");
        assert_eq!(project.answer("a", &[("plan", "max")]), "on");

        let used = project.request("DELETE", "/segments/pro").send();
        let message = "the change cannot be made, since it would break:\n\
                       flag \"a\" in environment \"production\": rules[0].value: the segment cannot be used: no segment \"pro\"";
        assert_eq!((used.status, &used.json()["error"]["message"]), (409, &message.into()));
        assert_eq!(project.request("DELETE", "/flags/a").send().status, 200);
        assert_eq!(project.request("DELETE", "/segments/pro").send().status, 200);
        for method in ["GET", "DELETE"] {
            assert_eq!(project.request(method, "/segments/pro").send().status, 404);
        }
    });
}

#[test]
fn what_cannot_be_read_is_refused_also_while_no_flag_uses_it() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        for (body, expected) in [
            (json!({}), "rules: missing"),
            (json!({"rules": null}), "rules: expected a list, found null"),
            (json!({"rules": [], "name": "x"}), "name: unknown field; a segment has rules"),
            (json!({"rules": [], "key": "other"}), "key: expected that of the path, \"s\""),
            (
                json!({"rules": [{"operator": "percent", "value": 101}]}),
                "rules[0].value: a percentage is a number from 0 to 100, found 101",
            ),
            (
                json!({"rules": [{"operator": "in_segment", "value": "t"}]}),
                "rules[0].operator: a segment's rules look at attributes alone, found \"in_segment\"",
            ),
            (
                json!({"rules": [{"conditions": [], "value": {"split": []}}]}),
                "rules[0].value: expected true or false, found an object",
            ),
            (
                json!({"rules": [{"operator": "percent", "valeu": 1}]}),
                "rules[0].valeu: unknown field; a rule has attribute, operator, value",
            ),
        ] {
            assert_eq!(project.refused("PUT", "/segments/s", &body, 400), expected);
        }
        assert_eq!(project.send("PUT", "/segments/..", &json!({"rules": []})).status, 404);
        project.done("PUT", "/segments/s", &json!({"rules": []}));
        project.done("POST", "/flags", &in_segment("a", "s"));
        let broken = json!({"rules": [{"attribute": "a", "operator": "gt", "value": "x"}]});
        let message = project.refused("PUT", "/segments/s", &broken, 400);
        assert_eq!(message, "rules[0].value: expected a number, or a string that is one in JSON, found \"x\"");
        project.snapshot();
    });
}

#[test]
fn a_segment_that_would_make_a_flag_too_dear_is_refused() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--signup", "--max-rules=100000"]);
        let project = Project::new(&server);
        project.done("PUT", "/segments/s", &json!({"rules": []}));
        project.done("POST", "/flags", &in_segment("a", "s"));
        let asks = json!([{"attribute": "a", "operator": "flag_is", "value": true}]);
        project.done("POST", "/flags", &json!({"key": "b", "enabled": true, "rules": asks}));
        let rules = vec![json!({"attribute": "x", "operator": "exists"}); 100_000];
        let message = project.refused("PUT", "/segments/s", &json!({"rules": rules}), 409);
        assert!(
            message.contains("in environment \"production\": rules[0].value: an answer takes at most 100000"),
            "{message}"
        );
    });
}

#[test]
fn two_editors_of_a_segment_do_not_overwrite_each_other() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let put = |header: (&str, &str), percent: u32| {
            let body = json!({"rules": [{"operator": "percent", "value": percent}]});
            project.request("PUT", "/segments/s").header(header.0, header.1).json(&body).send()
        };
        let never = put(("if-match", "*"), 1);
        assert_eq!((never.status, never.code()), (412, "PRECONDITION_FAILED".into()));
        assert_eq!(put(("if-none-match", "*"), 1).status, 201);
        assert_eq!(put(("if-none-match", "*"), 2).status, 412);
        assert_eq!(put(("if-match", "\"1\""), 2).status, 200);
        let late = put(("if-match", "\"1\""), 3);
        let message = "the segment \"s\" is at version 2, since somebody else changed it first; read it again and repeat the change";
        assert_eq!((late.status, &late.json()["error"]["message"]), (412, &message.into()));
        let known = project.request("GET", "/segments/s").header("if-none-match", "\"2\"").send();
        assert_eq!(known.status, 304);
        let delete = |etag: &str| project.request("DELETE", "/segments/s").header("if-match", etag).send().status;
        assert_eq!((delete("\"1\""), delete("\"2\"")), (412, 200));
    });
}
