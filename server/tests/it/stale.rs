//! Which flags can go: and each way in which a live flag could be called stale and is not.

use serde_json::{Value, json};

use crate::support::{Account, Database, Server, on_each_database};

const DAY: i64 = 86_400;

/// A project whose flags are old and whose usage is known for long.
struct Old<'s> {
    server: &'s Server,
    account: Account,
    database: Database,
}

impl<'s> Old<'s> {
    /// With the environments production and staging, and these flags in both.
    fn new(server: &'s Server, database: &Database, flags: &[Value]) -> Self {
        let old = Self { server, account: server.account(), database: database.clone() };
        old.done("POST", "/environments", json!({"name": "staging"}));
        for flag in flags {
            old.done("POST", "/flags", flag.clone());
        }
        old.stale();
        old.age(60);
        old
    }

    /// Lets so many days pass.
    fn age(&self, days: i64) {
        let seconds = days * DAY;
        let statements = [
            "UPDATE flags SET created_at = '2026-01-01T00:00:00.000Z'".to_owned(),
            "UPDATE flag_states SET updated_at = '2026-01-02T00:00:00.000Z'".to_owned(),
            format!("UPDATE usage_start SET at = at - {seconds}"),
            format!("UPDATE usage_silent_reads SET at = at - {seconds}"),
            format!("UPDATE usage_series SET first_at = first_at - {seconds}, last_at = last_at - {seconds}"),
            format!("UPDATE usage_instances SET reported_at = reported_at - {seconds}, read_at = read_at - {seconds}"),
        ];
        self.database.execute(statements.join("; "));
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

    fn stale(&self) -> Value {
        self.get("/stale")
    }

    /// The flags with the codes of their reasons.
    fn codes(&self) -> Vec<(String, Vec<String>)> {
        let stale = self.stale();
        let code = |reason: &Value| reason["code"].as_str().expect("a code").to_owned();
        let codes = |flag: &Value| flag["reasons"].as_array().expect("reasons").iter().map(code).collect();
        stale["flags"].as_object().expect("flags").iter().map(|(key, flag)| (key.clone(), codes(flag))).collect()
    }

    #[track_caller]
    fn assert_unused(&self, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|key| ((*key).to_owned(), vec!["unused".to_owned()])).collect();
        assert_eq!(self.codes(), expected, "{:#}", self.stale());
    }

    fn report(&self, sequence: i64, flags: Value) {
        self.report_in("production", json!({"instance": "web-1", "sequence": sequence, "flags": flags}));
    }

    fn report_in(&self, environment: &str, body: Value) {
        let path = format!("/api/v1/usage?project_id={}&environment={environment}", self.account.project);
        self.server.request("POST", &path).key(&self.account.api_key).json(&body).send().expect(202);
    }

    /// Reads the rules of production.
    fn read(&self, path: &str, headers: &[(&str, &str)]) {
        let request = self.server.request("GET", path).key(&self.account.server_key);
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().expect(200);
    }
}

fn flag(key: &str) -> Value {
    json!({"key": key, "enabled": true})
}

#[test]
fn a_flag_that_nobody_evaluates_is_unused() {
    on_each_database(|database| {
        let server = Server::start(database);
        let permanent = json!({"key": "permanent", "enabled": true, "lifetime": "permanent"});
        let owned = json!({"key": "owned", "enabled": true, "owner": "web"});
        let asks = json!({"key": "asks", "enabled": true,
            "rules": [{"attribute": "asked", "operator": "flag_is", "value": true}]});
        let old = Old::new(&server, database, &[flag("asked"), asks, owned, permanent, flag("used")]);
        old.report(1, json!({"used": {"on": 1}}));
        // Another flag asks it, and that is use, in another environment too.
        old.assert_unused(&["asks", "owned"]);
        let stale = old.stale();
        assert_eq!((&stale["flags"]["owned"]["owner"], &stale["not_judged"]), (&json!("web"), &json!([])));
        let message = stale["flags"]["owned"]["reasons"][0]["message"].as_str().expect("a message");
        assert!(message.starts_with("no environment has evaluated it at all since 2026-"), "{message}");
        old.done("PATCH", "/environments/production/flags/asks", json!({"rules": []}));
        old.age(0);
        old.assert_unused(&["asks", "owned"]);
        old.done("PATCH", "/environments/staging/flags/asks", json!({"rules": []}));
        old.age(0);
        old.assert_unused(&["asked", "asks", "owned"]);

        // A flag that was evaluated long ago is unused again, and a new one is not.
        old.age(31);
        old.done("POST", "/flags", flag("new"));
        old.assert_unused(&["asked", "asks", "owned", "used"]);
        let page = server.request("GET", &old.path("/stale?limit=3")).key(&old.account.api_key).send().expect(200);
        assert_eq!(page.json()["next"], json!("owned"));
        assert!(page.next_page().is_some_and(|path| path.ends_with("/stale?limit=3&after=owned")));
        assert_eq!(old.get("/stale?limit=3&after=owned")["flags"].as_object().map(serde_json::Map::len), Some(1));
    });
}

#[test]
fn a_flag_that_another_environment_evaluates_is_not_unused() {
    on_each_database(|database| {
        let server = Server::start(database);
        let old = Old::new(&server, database, &[flag("a"), flag("b")]);
        old.assert_unused(&["a", "b"]);
        old.report_in("staging", json!({"instance": "test", "sequence": 1, "flags": {"a": {"off": 1}}}));
        old.assert_unused(&["b"]);
        // A program asks for it, and has not heard of it yet.
        old.report_in("production", json!({"instance": "web", "sequence": 1, "unknown": {"b": 1}}));
        old.assert_unused(&[]);
    });
}

#[test]
fn a_flag_of_a_program_that_does_not_report_is_not_unused() {
    on_each_database(|database| {
        let server = Server::start(database);
        let Old { account, .. } = Old::new(&server, database, &[flag("a")]);
        drop(server);
        let own = format!("/api/v1/projects/{}", account.project);
        let mut etag: Option<String> = None;
        for path in [
            // An old SDK, and one whose counting is off.
            "/api/v1/snapshot".to_owned(),
            "/api/v1/snapshot".to_owned(),
            // Files, however they were made.
            format!("/api/v1/snapshot?project_id={}", account.project),
            format!("{own}/snapshot"),
            // The listing is a snapshot too.
            format!("{own}/flags"),
            format!("{own}/environments/production/flags"),
        ] {
            // A reader is noted again after ten minutes, or by a server that has not noted it yet.
            let server = Server::start(database);
            let old = Old { server: &server, account: account.clone(), database: database.clone() };
            old.assert_unused(&["a"]);
            let key = if path.contains("project") { &account.api_key } else { &account.server_key };
            let request = server.request("GET", &path).key(key);
            // Who has the flags already goes on using them.
            let answer = match &etag {
                Some(etag) if path == "/api/v1/snapshot" => request.header("if-none-match", etag).send().expect(304),
                _ => request.send().expect(200),
            };
            etag = answer.header("etag").map(str::to_owned);
            let stale = old.stale();
            assert_eq!(stale["flags"], json!({}), "{path}: {stale}");
            let environment = &stale["not_judged"][0];
            let named = (&environment["environment"], &environment["code"]);
            assert_eq!(named, (&json!("production"), &json!("client_does_not_report")), "{path}: {stale}");
            old.age(29);
            assert_eq!(old.codes(), [], "{path}");
            old.age(2);
            old.assert_unused(&["a"]);
        }

        // A stream is a read as long as it is open, and what nobody evaluates is none.
        let server = Server::start(database);
        let old = Old { server: &server, account: account.clone(), database: database.clone() };
        let unread = [("x-flagbit-evaluates", "no")];
        old.read("/api/v1/snapshot", &unread);
        server
            .request("GET", &format!("{own}/snapshot"))
            .key(&account.api_key)
            .header("x-flagbit-evaluates", "no")
            .send();
        old.get("/flags?with=usage");
        old.assert_unused(&["a"]);
        let mut stream = server.raw();
        stream.send(format!(
            "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
            account.server_key
        ));
        crate::support::within(std::time::Duration::from_secs(5), || old.codes().is_empty());
    });
}

#[test]
fn a_program_that_says_who_it_is_has_to_report() {
    on_each_database(|database| {
        let server = Server::start(database);
        let old = Old::new(&server, database, &[flag("a")]);
        let instance = [("x-flagbit-instance", "web-1")];
        // It reads first, and reports that it has evaluated nothing.
        old.read("/api/v1/snapshot", &instance);
        old.assert_unused(&["a"]);
        old.report(1, json!({}));
        old.assert_unused(&["a"]);
        let hours = |hours: i64, column: &str| {
            old.database.execute(format!(
                "UPDATE usage_instances SET {column} = {column} - {} WHERE instance = 'web-1'",
                hours * 3600
            ));
        };
        hours(1, "reported_at");
        hours(5, "read_at");
        hours(3, "reported_at");
        old.assert_unused(&["a"]);
        // Its reports do not arrive any more, and it goes on reading.
        hours(5, "reported_at");
        let stale = old.stale();
        assert_eq!((&stale["flags"], &stale["not_judged"][0]["code"]), (&json!({}), &json!("client_does_not_report")));
        // That stays known when the program is forgotten.
        old.database.execute(format!(
            "UPDATE usage_instances SET reported_at = reported_at - {0}, read_at = read_at - {0} WHERE instance = 'web-1'",
            8 * DAY
        ));
        let Old { account, .. } = old;
        drop(server);
        let server = Server::start(database);
        let old = Old { server: &server, account, database: database.clone() };
        let known = || database.number("SELECT COUNT(*) FROM usage_instances WHERE instance = 'web-1'");
        crate::support::within(std::time::Duration::from_secs(10), || known() == 0);
        assert_eq!(old.codes(), []);
        old.age(31);
        old.assert_unused(&["a"]);
    });
}

#[test]
fn nothing_is_judged_before_counting_has_gone_on_for_long() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let old = Old::new(
        &server,
        &database,
        &[flag("a"), json!({"key": "b", "enabled": true, "expires_at": "2026-02-01T00:00:00Z"})],
    );
    database.execute(format!("UPDATE usage_start SET at = at + {}", 40 * DAY));
    assert_eq!(old.codes(), [("b".to_owned(), vec!["overdue".to_owned()])]);
    let stale = old.stale();
    assert_eq!(stale["flags"]["b"]["reasons"][0]["message"], "it was to be gone by 2026-02-01T00:00:00Z");
    assert_eq!(stale["not_judged"].as_array().map(Vec::len), Some(2));
    assert_eq!(stale["not_judged"][0]["code"], "counting_began");
}

#[test]
fn what_only_bulk_has_seen_is_said_and_not_judged() {
    on_each_database(|database| {
        let server = Server::start(database);
        let old = Old::new(&server, database, &[flag("a")]);
        let ask = |body: Value| {
            server.request("POST", "/api/v1/evaluate").key(&old.account.server_key).json(&body).send().expect(200);
        };
        ask(json!({}));
        let stale = old.stale();
        assert_eq!(stale["flags"], json!({}), "{stale}");
        assert!(stale["only_bulk"]["a"]["last_evaluated_at"].is_string(), "{stale}");
        ask(json!({"flag_key": "a"}));
        let stale = old.stale();
        assert_eq!((&stale["flags"], &stale["only_bulk"]), (&json!({}), &json!({})));
        old.age(31);
        old.assert_unused(&["a"]);
    });
}

#[test]
fn a_flag_with_one_result_for_everybody_is_constant() {
    on_each_database(|database| {
        let server = Server::start(database);
        let timed = json!({"key": "timed", "enabled": true,
            "rules": [{"attribute": "@now", "operator": "after", "value": "2027-01-01T00:00:00Z"}]});
        let theme = json!({"key": "theme", "enabled": true, "variants": {"light": 1, "dark": 2}, "default": "dark"});
        let flags = ["bulk", "mixed", "elsewhere", "still"].map(flag).into_iter().chain([timed, theme]);
        let old = Old::new(&server, database, &flags.collect::<Vec<_>>());
        let all = |result: &str| {
            json!({"bulk": {result: 1}, "mixed": {result: 1}, "elsewhere": {result: 1},
            "still": {result: 1}, "timed": {result: 1}, "theme": {"variant:dark": 1}})
        };
        old.report(1, all("on"));
        assert_eq!(old.codes(), []);
        old.age(31);
        old.report(2, all("on"));
        old.report(3, json!({"bulk": {"bulk": 1}, "mixed": {"off": 1}}));
        old.report_in("staging", json!({"instance": "t", "sequence": 1, "flags": {"elsewhere": {"off": 1}}}));
        let constant = vec!["constant".to_owned()];
        assert_eq!(old.codes(), [("still".to_owned(), constant.clone()), ("theme".to_owned(), constant)]);
        let stale = old.stale();
        let reason = &stale["flags"]["theme"]["reasons"][0];
        assert_eq!(reason["result"], "variant:dark");
        assert!(reason["message"].as_str().is_some_and(|text| text.contains("\"variant:dark\"")), "{reason}");

        // A change sets the time to its beginning.
        old.done("PATCH", "/flags/still", json!({"description": "new"}));
        assert_eq!(old.codes().len(), 1);
    });
}

#[test]
fn keys_that_no_flag_has_are_named_with_the_nearest() {
    on_each_database(|database| {
        let server = Server::start(database);
        let old = Old::new(&server, database, &[flag("new-search")]);
        let report =
            |sequence: i64| json!({"instance": "web", "sequence": sequence, "unknown": {"new-serach": 2, "legacy": 1}});
        old.report_in("production", report(1));
        old.report_in("staging", report(1));
        let expected = json!({
            "legacy": {"count": 2, "nearest": null, "environments": ["production", "staging"]},
            "new-serach": {"count": 4, "nearest": "new-search", "environments": ["production", "staging"]},
        });
        assert_eq!(old.stale()["unknown"], expected);
        assert_eq!(old.get("/stale?limit=1")["next"], "legacy");
        old.done("POST", "/environments/staging/flags", flag("legacy"));
        assert_eq!(
            old.stale()["unknown"]["legacy"],
            json!({"count": 1, "nearest": null, "environments": ["production"]})
        );
    });
}
