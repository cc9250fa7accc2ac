//! A network to PostgreSQL that falls silent, and servers that do: nobody waits for them without end.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Account, Answer, Database, Proxy, Server, within};

/// Longer than all time limits on the way, on a machine that is busy with other tests.
const LIMIT: Duration = Duration::from_secs(60);

struct Pair {
    near: Server,
    /// Reaches the database through the proxy.
    far: Server,
    proxy: Proxy,
    account: Account,
}

impl Pair {
    fn start(settings: &[&str]) -> Self {
        let database = Database::postgres();
        let proxy = Proxy::new(&database);
        let near = Server::start(&database);
        let far = Server::start_through(&proxy, &database, settings);
        let account = near.account();
        let pair = Self { near, far, proxy, account };
        within(LIMIT, || pair.snapshot(&pair.far) == 200);
        pair
    }

    fn snapshot(&self, of: &Server) -> u16 {
        of.request("GET", "/api/v1/snapshot").key(&self.account.server_key).send().status
    }

    fn create(&self, through: &Server, key: &str) -> Answer {
        let path = format!("/api/v1/projects/{}/flags", self.account.project);
        through.request("POST", &path).key(&self.account.api_key).json(&json!({"key": key, "enabled": true})).send()
    }

    /// Revokes the server key through the server that is near the database.
    fn revoke(&self) {
        let path = format!("/api/v1/projects/{}/keys", self.account.project);
        let listed = self.near.request("GET", &path).key(&self.account.api_key).send().json();
        let keys = listed["keys"].as_array().expect("a list");
        let id = &keys.iter().find(|key| key["kind"] == "server").expect("a server key")["id"];
        self.near.request("DELETE", &format!("{path}/{id}")).key(&self.account.api_key).send().expect(204);
    }
}

#[test]
fn connections_that_are_dropped_in_silence_are_made_again() {
    let pair = Pair::start(&["--signup"]);
    pair.proxy.silence_open_connections();
    pair.revoke();
    within(LIMIT, || pair.snapshot(&pair.far) == 401);
    // All connections were dropped, and one by one would take as many timeouts.
    let begun = Instant::now();
    pair.create(&pair.far, "after").expect(201);
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
}

#[test]
fn a_server_that_is_cut_off_says_how_old_its_flags_are_and_stops_nobody() {
    let pair = Pair::start(&["--signup", "--max-flag-age-seconds", "3"]);
    let ready = || pair.far.request("GET", "/readyz").send();
    let answer = ready().expect(200);
    assert!(answer.text().starts_with("ready; the flags were current "), "{}", answer.text());

    pair.proxy.silence();
    thread::scope(|scope| {
        // A write that waits for the network does not stop the writes of others.
        let cut_off = scope.spawn(|| pair.create(&pair.far, "cut-off").expect(503));
        for number in 0..5 {
            pair.create(&pair.near, &format!("near-{number}")).expect(201);
        }
        let answer = cut_off.join().expect("it ends");
        assert!(answer.header("retry-after").is_some(), "{}", answer.text());
    });
    pair.revoke();
    within(LIMIT, || ready().status == 503);
    assert!(ready().message().contains("--max-flag-age-seconds is 3"), "{}", ready().text());
    let metrics = pair.far.metrics();
    let age = metrics.lines().find_map(|line| line.strip_prefix("flagbit_snapshot_age_seconds "));
    assert!(age.and_then(|age| age.parse::<f64>().ok()).is_some_and(|age| age > 3.0), "{age:?}");
    assert_eq!(pair.far.request("GET", "/healthz").send().status, 200);

    pair.proxy.heal();
    within(LIMIT, || ready().status == 200);
    within(LIMIT, || pair.snapshot(&pair.far) == 401);
    within(LIMIT, || pair.create(&pair.far, "healed").status == 201);
}

#[test]
fn a_server_that_is_cut_off_in_a_write_holds_up_the_others_for_seconds_only() {
    let pair = Pair::start(&["--signup"]);
    pair.create(&pair.far, "first").expect(201);
    // The end of a write: the counter is locked, and the answer never comes.
    pair.proxy.silence_at(b"pg_notify");
    thread::scope(|scope| {
        let cut_off = scope.spawn(|| pair.create(&pair.far, "cut-off").expect(503));
        thread::sleep(Duration::from_millis(500));
        within(LIMIT, || pair.create(&pair.near, "near").status == 201);
        let answer = cut_off.join().expect("it ends");
        assert!(answer.message().contains("did not confirm"), "{}", answer.text());
    });
}

#[test]
fn a_server_that_is_stopped_in_a_write_holds_up_the_others_for_seconds_only() {
    let pair = Pair::start(&["--signup"]);
    for round in 0..5 {
        thread::scope(|scope| {
            let writes = scope.spawn(|| {
                (0..20)
                    .map(|number| pair.create(&pair.far, &format!("far-{round}-{number}")).status)
                    .collect::<Vec<_>>()
            });
            thread::sleep(Duration::from_millis(20 + 13 * round));
            pair.far.signal("STOP");
            within(LIMIT, || pair.create(&pair.near, &format!("near-{round}")).status == 201);
            pair.far.signal("CONT");
            let statuses = writes.join().expect("they end");
            assert!(statuses.iter().all(|status| [201, 503].contains(status)), "{statuses:?}");
        });
    }
    within(LIMIT, || pair.create(&pair.far, "last").status == 201);
}
