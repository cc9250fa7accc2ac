//! The database is away: what is in memory is served.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Database, Project, Raw, Server};

#[test]
fn memory_goes_on_and_writes_say_that_they_cannot() {
    let database = Database::postgres();
    let server = Server::start(&database);
    let account = server.account();
    let signup = || server.request("POST", "/api/v1/signup").json(&json!({"email": "b@example.com"})).send();

    // A moment: connections are made again.
    database.cut_connections();
    assert_eq!(server.request("GET", "/readyz").send().status, 200);
    let deadline = Instant::now() + Duration::from_secs(10);
    while signup().status != 201 {
        assert!(Instant::now() < deadline, "it does not recover:\n{}", server.output());
    }

    // Longer.
    database.refuse_connections(true);
    database.cut_connections();
    for _ in 0..2 {
        let begun = Instant::now();
        assert_eq!(server.request("GET", "/healthz").send().status, 200);
        let evaluate = server.request("POST", "/api/v1/evaluate").key(&account.server_key).json(&json!({}));
        assert_eq!(evaluate.send().status, 200);
        let snapshot = server.request("GET", "/api/v1/snapshot").key(&account.server_key).send();
        assert_eq!(snapshot.status, 200);
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        let write = signup();
        assert_eq!((write.status, write.code()), (503, "UNAVAILABLE".into()), "{}", write.text());
        assert!(write.header("retry-after").is_some_and(|text| text.parse::<u32>().is_ok()));
    }
    database.refuse_connections(false);
    let deadline = Instant::now() + Duration::from_secs(20);
    while signup().status != 201 {
        assert!(Instant::now() < deadline, "it does not recover:\n{}", server.output());
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_listing_that_waits_for_the_database_holds_up_no_other() {
    let database = Database::postgres_of_its_own();
    let server = Server::start(&database);
    let (known, unknown) = (Project::new(&server), Project::new(&server));
    known.get("/flags").expect(200);
    database.stop();
    let head = format!(
        "GET {}/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        unknown.path(),
        unknown.api_key
    );
    let mut waiting: Vec<Raw> = (0..4).map(|_| server.raw()).collect();
    waiting.iter_mut().for_each(|client| assert!(client.send(&head)));
    for _ in 0..3 {
        known.get("/flags").expect(200);
    }
    for client in &mut waiting {
        assert!(!client.is_closed() && client.text().is_empty(), "{}", client.text());
    }
    // Those who wait for each other do not wait one after the other.
    for client in &mut waiting {
        client.wait_for("}}");
        assert_eq!(client.statuses(), [503]);
    }
}
