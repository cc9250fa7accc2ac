//! How often flags are evaluated: what programs report, what the server evaluates itself, and that nothing counts twice.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Server, on_each_database, within};

/// An account with a boolean flag, a typed one and the environment staging.
struct House<'s> {
    server: &'s Server,
    account: Account,
}

impl<'s> House<'s> {
    fn new(server: &'s Server) -> Self {
        let house = Self { server, account: server.account() };
        house.done("POST", "/environments", json!({"name": "staging"}));
        house.done("POST", "/flags", json!({"key": "new-search", "enabled": true, "default_enabled": true}));
        let variants = json!({"light": 1, "dark": 2});
        let theme = json!({"key": "theme", "enabled": true, "variants": variants, "default": "dark",
            "client_visible": true});
        house.done("POST", "/flags", theme);
        house
    }

    fn path(&self, path: &str) -> String {
        format!("/api/v1/projects/{}{path}", self.account.project)
    }

    #[track_caller]
    fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.server.request(method, &self.path(path)).key(&self.account.api_key).json(&body).send();
        assert!((200..300).contains(&answer.status), "{}", answer.text());
        answer.json()
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.server.request("GET", &self.path(path)).key(&self.account.api_key).send().expect(200).json()
    }

    fn report(&self, body: &Value) -> Answer {
        report(self.server, &self.account, body)
    }
}

fn report(server: &Server, account: &Account, body: &Value) -> Answer {
    server.request("POST", "/api/v1/usage").key(&account.server_key).json(body).send()
}

fn counted(sequence: u64, flags: &Value) -> Value {
    json!({"instance": "web-1", "sequence": sequence, "sdk": "flagbit-rust/0.1.0", "flags": flags})
}

#[test]
fn reports_are_added_up_by_flag_and_result() {
    on_each_database(|database| {
        let server = Server::start(database);
        let house = House::new(&server);
        let untouched = json!({"results": {}, "bulk": 0, "last_evaluated_at": null});
        assert_eq!(house.get("/usage")["flags"], json!({"new-search": untouched, "theme": untouched}));

        let now = moment(0);
        let first = json!({"instance": "web-1", "sequence": 1, "from": moment(-60), "to": now,
            "flags": {"new-search": {"on": 3, "off": 2}, "theme": {"variant:dark": 7, "variant:gone": 1, "bulk": 4,
                "error:TYPE_MISMATCH": 1, "error:MADE_UP": 1}, "deleted": {"on": 5}},
            "unknown": {"new-serach": 9, "not a key": 1}, "dropped": 2, "later": "ignored"});
        let second = json!({"instance": "web-1", "sequence": 2, "flags": {"new-search": {"on": 1}}});
        for body in [&first, &first, &second, &first] {
            house.report(body).expect(202);
        }
        // Another program, and an API key that names the environment.
        house.report(&json!({"instance": "web-2", "sequence": 1, "flags": {"new-search": {"on": 10}}})).expect(202);
        let path = format!("/api/v1/usage?project_id={}&environment=staging&later=1", house.account.project);
        let body = json!({"instance": "web-1", "sequence": 1, "flags": {"theme": {"variant:light": 1}}});
        server.request("POST", &path).key(&house.account.api_key).json(&body).send().expect(202);

        let usage = house.get("/usage");
        let results = json!({"variant:dark": 7, "other": 1, "error:TYPE_MISMATCH": 1, "error:GENERAL": 1});
        assert_eq!(usage["flags"]["new-search"]["results"], json!({"on": 14, "off": 2}), "{usage}");
        assert_eq!((&usage["flags"]["theme"]["results"], &usage["flags"]["theme"]["bulk"]), (&results, &json!(4)));
        assert!(usage["flags"]["theme"]["last_evaluated_at"].as_str() >= Some(&now), "{usage}");
        let unknown = json!({"deleted": {"count": 5, "nearest": null},
            "new-serach": {"count": 9, "nearest": "new-search"}});
        assert_eq!((&usage["unknown"], &usage["next"]), (&unknown, &Value::Null));
        let staging = house.get("/environments/staging/usage");
        assert_eq!(staging["flags"]["theme"]["results"], json!({"variant:light": 1}));
        assert_eq!(staging["unknown"], json!({}));

        // One key, another time, and pages.
        let one = house.get("/usage?flag=new-serach");
        assert_eq!((&one["flags"], &one["unknown"]), (&json!({}), &json!({"new-serach": unknown["new-serach"]})));
        let before = house.get("/usage?until=2026-01-01&since=2025-12-31T10:00:00Z&flag=theme");
        assert_eq!(
            (&before["flags"]["theme"]["results"], &before["since"]),
            (&json!({}), &json!("2025-12-31T10:00:00Z"))
        );
        let page = server.request("GET", &house.path("/usage?limit=2")).key(&house.account.api_key).send();
        assert!(
            page.next_page().is_some_and(|path| path.ends_with("/usage?limit=2&after=new-search")),
            "{}",
            page.text()
        );
        let rest = house.get("/usage?limit=2&after=new-search");
        assert_eq!((&rest["flags"]["theme"], &rest["next"]), (&usage["flags"]["theme"], &Value::Null));
        assert_eq!(house.get("/usage?limit=1&after=new-search")["next"], "new-serach");

        // The listing has it on request, and what was read can be sent back.
        let listed = house.get("/flags?with=usage");
        assert_eq!(listed["flags"][1]["usage"], usage["flags"]["theme"]);
        assert!(house.get("/flags")["flags"][1].get("usage").is_none());
        house.done("PUT", "/flags/theme", listed["flags"][1].clone());

        let metrics = server.metrics();
        let labels = |name: &str| format!(r#"{{project="{}",environment="{name}"}}"#, house.account.project);
        for (series, count) in [("production", 44), ("staging", 1)] {
            let line = format!("flagbit_usage_evaluations_total{} {count}\n", labels(series));
            assert!(metrics.contains(&line), "{line} in {metrics}");
        }
        assert!(metrics.contains("flagbit_usage_dropped_total 2\n"), "{metrics}");
    });
}

/// A time that is some seconds from now, as reports have it.
fn moment(seconds: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let seconds = i64::try_from(now).expect("a time") + seconds;
    let output = std::process::Command::new("date").args(["-u", "-d", &format!("@{seconds}"), "+%FT%TZ"]).output();
    String::from_utf8(output.expect("date runs").stdout).expect("UTF-8").trim().to_owned()
}

#[test]
fn the_server_counts_what_it_evaluates_itself() {
    on_each_database(|database| {
        let server = Server::start(database);
        let house = House::new(&server);
        let Account { sdk_key, server_key, .. } = &house.account;
        let ask = |key: &str, path: &str, body: Value| server.request("POST", path).key(key).json(&body).send().status;
        for _ in 0..3 {
            assert_eq!(ask(server_key, "/api/v1/evaluate", json!({"flag_key": "new-search"})), 200);
        }
        assert_eq!(ask(sdk_key, "/ofrep/v1/evaluate/flags/theme", json!({})), 200);
        for (key, path, body) in [
            (server_key, "/api/v1/evaluate", json!({})),
            (server_key, "/api/v1/evaluate", json!({"flag_keys": ["theme", "none"]})),
            (sdk_key, "/ofrep/v1/evaluate/flags", json!({})),
        ] {
            assert_eq!(ask(key, path, body), 200);
        }
        // Misspelt keys, but not those that anybody can send with a public key.
        assert_eq!(ask(server_key, "/api/v1/evaluate", json!({"flag_key": "new-searhc"})), 404);
        assert_eq!(ask(server_key, "/ofrep/v1/evaluate/flags/new-searhc", json!({})), 404);
        assert_eq!(ask(sdk_key, "/api/v1/evaluate", json!({"flag_key": "anything"})), 404);
        assert_eq!(ask(sdk_key, "/api/v1/evaluate", json!({"flag_key": "new-search"})), 404);

        let usage = house.get("/usage");
        let search = &usage["flags"]["new-search"];
        assert_eq!((&search["results"], &search["bulk"]), (&json!({"on": 3}), &json!(1)), "{usage}");
        let theme = &usage["flags"]["theme"];
        assert_eq!((&theme["results"], &theme["bulk"]), (&json!({"variant:dark": 1}), &json!(3)));
        assert_eq!(usage["unknown"], json!({"new-searhc": {"count": 2, "nearest": "new-search"}}));
        assert!(!server.metrics().contains("flagbit_usage_evaluations_total{"), "no SDK has reported");
    });
}

#[test]
fn explanations_and_tools_are_no_use_of_a_flag() {
    let server = Server::start(&Database::sqlite());
    let house = House::new(&server);
    let flags = json!({"flags": [{"key": "new-search", "enabled": true}]});
    let question = json!({"snapshot": flags, "flag_key": "new-search", "context": {}});
    for path in ["/api/v1/tools/evaluate", "/api/v1/tools/explain", "/api/v1/tools/rollout"] {
        server.request("POST", path).key(&house.account.api_key).json(&question).send();
    }
    house.done(
        "PATCH",
        "/flags/theme",
        json!({"rules": [{"conditions": [], "value": {"split": [["dark", 50], ["light", 50]]}}]}),
    );
    house.get("/flags/theme");
    let usage = house.get("/usage");
    for flag in ["new-search", "theme"] {
        assert_eq!(usage["flags"][flag], json!({"results": {}, "bulk": 0, "last_evaluated_at": null}));
    }
}

#[test]
fn a_report_counts_once_over_replicas_and_crashes() {
    let database = Database::postgres();
    let (one, other) = (Server::start(&database), Server::start(&database));
    let house = House::new(&one);
    // A flag that a server has not heard of counts as unknown.
    within(Duration::from_secs(5), || {
        let answer = other.request("GET", &house.path("/usage")).key(&house.account.api_key).send();
        answer.status == 200 && answer.json()["flags"].as_object().is_some_and(|flags| flags.len() == 2)
    });
    let on =
        |house: &House<'_>| house.get("/usage")["flags"]["new-search"]["results"]["on"].as_u64().unwrap_or_default();
    let settled = |expected: u64| {
        // The other server writes within seconds, or when it is asked.
        other.request("GET", &house.path("/usage")).key(&house.account.api_key).send().expect(200);
        assert_eq!(on(&house), expected);
    };
    // Out of order and to both.
    for (server, sequence) in [(&one, 3), (&other, 1), (&one, 1), (&other, 3), (&one, 2), (&other, 2)] {
        report(server, &house.account, &counted(sequence, &json!({"new-search": {"on": 1}}))).expect(202);
    }
    settled(3);
    // At the same time, from many.
    thread::scope(|scope| {
        for server in [&one, &other] {
            let account = &house.account;
            scope.spawn(move || {
                for number in 0..40 {
                    let body = json!({"instance": format!("job-{number}"), "sequence": 7,
                        "flags": {"new-search": {"on": 10}, "theme": {"variant:dark": 1}}});
                    report(server, account, &body).expect(202);
                }
            });
        }
    });
    settled(403);
    // What was written stays counted when the server is killed.
    other.kill();
    let other = Server::start(&database);
    report(&other, &house.account, &counted(2, &json!({"new-search": {"on": 1}}))).expect(202);
    other.request("GET", &house.path("/usage")).key(&house.account.api_key).send().expect(200);
    assert_eq!(on(&house), 403);
}

#[test]
fn an_acknowledged_report_outlives_the_server_that_stops() {
    on_each_database(|database| {
        let server = Server::start(database);
        let House { account, .. } = House::new(&server);
        let body = counted(5, &json!({"new-search": {"on": 4}}));
        report(&server, &account, &body).expect(202);
        let question = json!({"flag_key": "new-search"});
        server.request("POST", "/api/v1/evaluate").key(&account.server_key).json(&question).send().expect(200);
        assert!(server.terminate().success());
        let server = Server::start(database);
        report(&server, &account, &body).expect(202);
        let house = House { server: &server, account };
        assert_eq!(house.get("/usage")["flags"]["new-search"]["results"], json!({"on": 5}));

        // After kill -9, what was written is there, and counts once.
        house.report(&counted(6, &json!({"new-search": {"on": 1}}))).expect(202);
        assert_eq!(house.get("/usage")["flags"]["new-search"]["results"], json!({"on": 6}));
        let House { account, .. } = house;
        server.kill();
        let server = Server::start(database);
        let house = House { server: &server, account };
        house.report(&counted(6, &json!({"new-search": {"on": 1}}))).expect(202);
        assert_eq!(house.get("/usage")["flags"]["new-search"]["results"], json!({"on": 6}));
    });
}

#[test]
fn a_report_of_many_flags_counts_once_too() {
    on_each_database(|database| {
        let server = Server::start(database);
        let house = House::new(&server);
        let flags: Vec<Value> =
            (0..1500).map(|number| json!({"key": format!("flag-{number}"), "enabled": true})).collect();
        house.done("PUT", "/environments/production/snapshot?removes=2", json!({"flags": flags}));
        let counts: serde_json::Map<String, Value> =
            (0..1500).map(|number| (format!("flag-{number}"), json!({"on": 1, "off": 2}))).collect();
        for _ in 0..3 {
            house.report(&counted(1, &counts.clone().into())).expect(202);
        }
        let mut path = "/usage?limit=1000".to_owned();
        let mut count = 0;
        loop {
            let page = house.get(&path);
            for usage in page["flags"].as_object().expect("flags").values() {
                assert_eq!(usage["results"], json!({"on": 1, "off": 2}));
                count += 1;
            }
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/usage?limit=1000&after={next}");
        }
        assert_eq!(count, 1500);
    });
}

#[test]
fn reports_are_bounded() {
    let server = Server::start_with(&Database::sqlite(), &["--usage-counts-per-minute", "1000"]);
    let house = House::new(&server);
    let with = |field: &str, value: Value| {
        let mut body = counted(1, &json!({}));
        body[field] = value;
        body
    };
    let many =
        |number: usize| (0..number).map(|number| (format!("k{number}"), json!(1))).collect::<serde_json::Map<_, _>>();
    for (body, status, message) in [
        (with("instance", json!("a b")), 400, "instance: expected 1 to 64 of A-Z a-z 0-9 . _ -, found \"a b\""),
        (with("instance", json!("x".repeat(65))), 400, "instance: expected 1 to 64"),
        (with("sequence", json!(-1)), 400, "sequence: expected an integer from 0 to 9007199254740992, found -1"),
        (with("sequence", json!(1.5)), 400, "sequence: "),
        (with("sdk", json!("x".repeat(129))), 400, "sdk: at most 128 characters"),
        (with("to", json!("yesterday")), 400, "to: "),
        (
            with("flags", json!({"f": {"maybe": 1}})),
            400,
            "flags[\"f\"][\"maybe\"]: expected on, off, variant:NAME, error:CODE or bulk, found \"maybe\"",
        ),
        (with("flags", json!({"f": {"on": -1}})), 400, "flags[\"f\"].on: "),
        (
            with("flags", json!({"f": {"on": 1_u64 << 41}})),
            400,
            "flags[\"f\"][\"on\"]: expected a count up to 1099511627776",
        ),
        (with("unknown", many(101).into()), 413, "unknown: at most 100 keys in a report, found 101"),
        (
            with(
                "flags",
                many(10_001).into_iter().map(|(key, _)| (key, json!({}))).collect::<serde_json::Map<_, _>>().into(),
            ),
            413,
            "flags: at most 10000 keys in a report, found 10001",
        ),
        (with("sdk", json!("x".repeat(1 << 20))), 413, "the body is larger than the 1048576 bytes"),
    ] {
        let answer = house.report(&body).expect(status);
        assert!(answer.message().starts_with(message), "{} and not {message}", answer.message());
    }
    let key = &house.account.sdk_key;
    let answer = server.request("POST", "/api/v1/usage").key(key).json(&counted(1, &json!({}))).send().expect(403);
    assert!(answer.message().contains("fbsrv_"), "{}", answer.message());

    // Each report is work, besides its counts.
    let statuses: Vec<u16> = (0..12).map(|number| house.report(&counted(number, &json!({}))).status).collect();
    assert_eq!(statuses[..10], [202; 10]);
    assert_eq!(statuses[11], 429);
    let refused = house.report(&counted(99, &json!({}))).expect(429);
    assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok_and(|it| it >= 1)));

    // Unknown keys of a day.
    drop(house);
    let server = Server::start(&Database::sqlite());
    let house = House::new(&server);
    for number in 0..3 {
        let unknown: serde_json::Map<String, Value> =
            (0..60).map(|key| (format!("u{number}-{key}"), json!(1))).collect();
        house.report(&json!({"instance": "a", "sequence": number, "unknown": unknown})).expect(202);
    }
    assert_eq!(house.get("/usage")["unknown"].as_object().map(serde_json::Map::len), Some(100));
}

#[test]
fn usage_goes_with_its_flag_its_environment_and_its_time() {
    on_each_database(|database| {
        let server = Server::start(database);
        let house = House::new(&server);
        let both = json!({"new-search": {"on": 1}, "theme": {"variant:dark": 1}});
        house.report(&counted(1, &both)).expect(202);
        let path = format!("/api/v1/usage?project_id={}&environment=staging", house.account.project);
        server.request("POST", &path).key(&house.account.api_key).json(&counted(1, &both)).send().expect(202);
        house.get("/usage");

        // The archive keeps it, and erasing does not.
        for (keeps, count) in [(true, 1), (false, 0)] {
            let removed = house.done("DELETE", "/flags/theme", json!({}));
            let entry = removed["archive_id"].as_i64().expect("an id");
            if keeps {
                house.done("POST", &format!("/archive/{entry}/restore"), json!({}));
            } else {
                house.done("DELETE", &format!("/archive/{entry}"), json!({}));
                house.done(
                    "POST",
                    "/flags",
                    json!({"key": "theme", "enabled": true, "variants": {"light": 1, "dark": 2},
                    "default": "dark"}),
                );
            }
            let results = &house.get("/usage")["flags"]["theme"]["results"];
            assert_eq!(results["variant:dark"].as_u64().unwrap_or_default(), count);
        }
        // The rest goes in steps, the first when a server starts.
        house.done("DELETE", "/environments/staging", json!({}));
        assert!(database.number("SELECT COUNT(*) FROM usage_series") == 4);
        server.kill();
        database.execute(
            "UPDATE usage_instances SET reported_at = reported_at - 8 * 86400 WHERE instance = 'web-1'".into(),
        );
        let server = Server::start(database);
        within(Duration::from_secs(10), || database.number("SELECT COUNT(*) FROM usage_series") == 1);
        within(Duration::from_secs(10), || database.number("SELECT COUNT(*) FROM usage_instances") == 0);
        assert_eq!(database.number("SELECT COUNT(*) FROM usage_hours"), 1);

        // Hours are kept for their days.
        server.kill();
        database.execute("UPDATE usage_hours SET hour = hour - 91 * 24".into());
        database.execute("UPDATE usage_series SET last_at = last_at - 91 * 86400".into());
        let server = Server::start(database);
        within(Duration::from_secs(10), || database.number("SELECT COUNT(*) FROM usage_series") == 0);
        assert_eq!(database.number("SELECT COUNT(*) FROM usage_hours"), 0);
        drop(server);

        let short = ["--usage-days", "20"];
        let output = crate::support::flagbit().args(["serve", "--database", database.url()]).args(short).output();
        let complaint = String::from_utf8(output.expect("it runs").stderr).expect("UTF-8");
        assert!(complaint.contains("--usage-days is 20, and flags are judged by 30 days"), "{complaint}");
    });
}

#[test]
fn usage_waits_for_a_database_that_is_away() {
    let database = Database::postgres();
    let server = Server::start(&database);
    let house = House::new(&server);
    database.refuse_connections(true);
    database.cut_connections();
    house.report(&counted(1, &json!({"new-search": {"on": 2}}))).expect(202);
    thread::sleep(Duration::from_secs(6));
    house.report(&counted(2, &json!({"new-search": {"on": 3}}))).expect(202);
    database.refuse_connections(false);
    let path = house.path("/usage");
    within(Duration::from_secs(30), || {
        let answer = server.request("GET", &path).key(&house.account.api_key).send();
        answer.status == 200 && answer.json()["flags"]["new-search"]["results"] == json!({"on": 5})
    });
    assert_eq!(server.output().matches("usage cannot be written").count(), 1, "{}", server.output());
}
