//! Two servers on one PostgreSQL: what one writes the other serves, whatever happens to the database meanwhile.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Server};

/// Within this time a change is everywhere.
const SOON: Duration = Duration::from_secs(1);
/// The same after the database was away: connections are made again first.
const LATER: Duration = Duration::from_secs(15);

struct Replicas {
    one: Server,
    other: Server,
    account: Account,
}

impl Replicas {
    fn start(database: &Database) -> Self {
        let one = Server::start(database);
        let other = Server::start(database);
        let account = one.account();
        let is_known = || other.request("GET", "/api/v1/snapshot").key(&account.server_key).send().status == 200;
        until(Duration::from_secs(10), "the account", is_known);
        Self { one, other, account }
    }

    /// Creates a flag through one of them, and gives the revision that its own snapshot has then.
    fn create(&self, through: &Server, key: &str) -> i64 {
        let answer = self.try_create(through, key);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let snapshot = self.snapshot(through);
        assert!(keys(&snapshot).contains(&key.to_owned()), "whoever wrote reads it: {snapshot}");
        snapshot["revision"].as_i64().expect("an integer")
    }

    fn try_create(&self, through: &Server, key: &str) -> Answer {
        let path = format!("/api/v1/projects/{}/flags", self.account.project);
        let flag = json!({"key": key, "enabled": true, "default_enabled": true});
        through.request("POST", &path).key(&self.account.api_key).json(&flag).send()
    }

    fn snapshot(&self, of: &Server) -> Value {
        let answer = of.request("GET", "/api/v1/snapshot").key(&self.account.server_key).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// How long it takes until a server serves a flag.
    fn wait(&self, of: &Server, key: &str, limit: Duration) -> Duration {
        until(limit, key, || keys(&self.snapshot(of)).contains(&key.to_owned()))
    }
}

fn keys(snapshot: &Value) -> Vec<String> {
    let flags = snapshot["flags"].as_array().expect("a list").iter();
    flags.filter_map(|flag| Some(flag["key"].as_str()?.to_owned())).collect()
}

fn until(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}

#[test]
fn a_change_through_one_is_served_by_the_other() {
    let replicas = Replicas::start(&Database::postgres());
    // The account came through the other one.
    until(SOON, "the key", || {
        let key = &replicas.account.server_key;
        replicas.other.request("GET", "/api/v1/snapshot").key(key).send().status == 200
    });
    let mut slowest = Duration::ZERO;
    for number in 0..10 {
        let key = format!("flag-{number}");
        let (writer, reader) =
            if number % 2 == 0 { (&replicas.one, &replicas.other) } else { (&replicas.other, &replicas.one) };
        replicas.create(writer, &key);
        slowest = slowest.max(replicas.wait(reader, &key, SOON));
    }
    println!("the slowest took {slowest:?}");
    assert_eq!(replicas.snapshot(&replicas.one), replicas.snapshot(&replicas.other));
}

#[test]
fn a_client_that_was_told_of_a_revision_gets_no_older_one_from_the_other() {
    let replicas = Replicas::start(&Database::postgres());
    replicas.create(&replicas.one, "first");
    replicas.wait(&replicas.other, "first", SOON);
    for number in 0..10 {
        let revision = replicas.create(&replicas.one, &format!("flag-{number}"));
        let path = format!("/api/v1/snapshot?min_revision={revision}");
        let answer = replicas.other.request("GET", &path).key(&replicas.account.server_key).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.json()["revision"].as_i64() >= Some(revision), "{}", answer.text());
    }
}

#[test]
fn they_converge_after_their_connections_are_cut() {
    let database = Database::postgres();
    let replicas = Replicas::start(&database);
    replicas.create(&replicas.one, "before");
    replicas.wait(&replicas.other, "before", SOON);
    for round in 0..3 {
        database.cut_connections();
        let key = format!("after-{round}");
        // A write whose connection was cut under it is refused and may be tried again; it never half happens.
        until(LATER, "a write after the cut", || match replicas.try_create(&replicas.one, &key).status {
            201 | 409 => true,
            503 => false,
            status => panic!("status {status}"),
        });
        replicas.wait(&replicas.other, &key, LATER);
    }
    until(LATER, "the same snapshot", || replicas.snapshot(&replicas.one) == replicas.snapshot(&replicas.other));
}

#[test]
fn they_serve_without_their_database_and_converge_when_it_is_back() {
    let database = Database::postgres_of_its_own();
    let replicas = Replicas::start(&database);
    replicas.create(&replicas.one, "before");
    replicas.wait(&replicas.other, "before", SOON);
    database.stop();
    for server in [&replicas.one, &replicas.other] {
        assert_eq!(keys(&replicas.snapshot(server)), ["before"]);
        let question = json!({"flag_key": "before", "context": {}});
        let answer =
            server.request("POST", "/api/v1/evaluate").key(&replicas.account.server_key).json(&question).send();
        assert_eq!((answer.status, &answer.json()["enabled"]), (200, &true.into()), "{}", answer.text());
    }
    let answer = replicas.try_create(&replicas.one, "meanwhile");
    assert_eq!((answer.status, answer.code()), (503, "UNAVAILABLE".into()), "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    database.start_again();
    until(LATER, "a write after the start", || replicas.try_create(&replicas.one, "after").status == 201);
    replicas.wait(&replicas.other, "after", LATER);
    // And quickly again, not only by polling.
    until(LATER, "notifications", || {
        let key = format!("quick-{}", revision(&replicas));
        replicas.create(&replicas.other, &key);
        replicas.wait(&replicas.one, &key, LATER) < Duration::from_millis(500)
    });
}

/// Rises with each flag.
fn revision(replicas: &Replicas) -> i64 {
    replicas.snapshot(&replicas.other)["revision"].as_i64().expect("an integer")
}

#[test]
fn a_key_that_is_revoked_on_one_stops_on_the_other() {
    let replicas = Replicas::start(&Database::postgres());
    let Account { project, api_key, server_key, .. } = &replicas.account;
    replicas.create(&replicas.one, "flag");
    replicas.wait(&replicas.other, "flag", SOON);
    let path = format!("/api/v1/projects/{project}/keys");
    let listed = replicas.one.request("GET", &path).key(api_key).send().json();
    let listed = listed["keys"].as_array().expect("a list");
    let key = listed.iter().find(|key| key["kind"] == "server").expect("a server key");
    let answer = replicas.one.request("DELETE", &format!("{path}/{}", key["id"])).key(api_key).send();
    assert_eq!(answer.status, 204, "{}", answer.text());
    let status = |server: &Server| server.request("GET", "/api/v1/snapshot").key(server_key).send().status;
    assert_eq!(status(&replicas.one), 401);
    until(SOON, "the key is revoked", || status(&replicas.other) == 401);
}

#[test]
fn a_standby_that_lost_writes_is_the_truth_even_when_it_has_as_many() {
    // The number of writes after the failover: fewer than were lost, as many, more.
    for writes in 1..=4 {
        let database = Database::postgres();
        let Replicas { one, other, account } = Replicas::start(&database);
        let path = format!("/api/v1/projects/{}/flags", account.project);
        let patch = |server: &Server, change: Value| {
            let answer = server.request("PATCH", &format!("{path}/flag")).key(&account.api_key).json(&change).send();
            answer.status
        };
        let flag = json!({"key": "flag", "enabled": true});
        one.request("POST", &path).key(&account.api_key).json(&flag).send().expect(201);
        database.copy_to_standby();
        for number in 0..3 {
            until(LATER, "a write", || patch(&one, json!({"description": format!("lost {number}")})) == 200);
        }
        assert_eq!(patch(&one, json!({"enabled": false})), 200);
        let body = |server: &Server| server.request("GET", "/api/v1/snapshot").key(&account.server_key).send();
        until(LATER, "the lost writes", || body(&other).text() == body(&one).text());
        let tag = body(&other).header("etag").expect("a tag").to_owned();
        let listing = |server: &Server| server.request("GET", &path).key(&account.api_key).send().text();
        assert!(listing(&other).contains("lost 2"), "{}", listing(&other));

        other.signal("STOP");
        one.kill();
        database.fail_over();
        let one = Server::start(&database);
        for number in 0..writes {
            assert_eq!(patch(&one, json!({"description": format!("kept {number}")})), 200);
        }
        other.signal("CONT");
        until(LATER, "the standby's state", || body(&other).text() == body(&one).text());
        assert_eq!(body(&other).json()["flags"][0]["enabled"], true);
        assert_ne!(body(&other).header("etag"), Some(tag.as_str()));
        until(LATER, "the listing", || listing(&other) == listing(&one));
        assert!(!listing(&other).contains("lost"), "{}", listing(&other));
        until(LATER, "a write through the other", || patch(&other, json!({"description": "last"})) == 200);
    }
}

#[test]
fn a_database_of_an_older_server_is_migrated_and_keeps_its_flags() {
    let database = Database::postgres();
    let server = Server::start(&database);
    let account = server.account();
    let path = format!("/api/v1/projects/{}/flags", account.project);
    let create = |server: &Server, key: &str| {
        let flag = json!({"key": key, "enabled": true});
        server.request("POST", &path).key(&account.api_key).json(&flag).send().expect(201);
    };
    create(&server, "old");
    assert!(server.terminate().success());
    database.forget_migration(2, "DROP TABLE writes");
    let server = Server::start(&database);
    create(&server, "new");
    let snapshot = server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().json();
    assert_eq!(keys(&snapshot), ["new", "old"]);
}
