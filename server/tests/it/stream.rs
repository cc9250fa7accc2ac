//! `GET /api/v1/stream`: events on every change, for as long as there is anything to hear of.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Account, Database, Server, on_each_database};

/// An open stream, read from a bare socket.
struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    fn open(server: &Server, key: &str, headers: &str) -> Self {
        let mut stream = server.connect();
        stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
        let head = format!("GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).expect("the server reads");
        let mut events = Self { stream, text: String::new() };
        events.wait_for("\r\n\r\n", Duration::from_secs(5));
        events
    }

    fn status(&self) -> &str {
        self.text.split(' ').nth(1).expect("a status")
    }

    /// Reads what has arrived; `false` at the end.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(length) => {
                self.text += &String::from_utf8_lossy(&buffer[..length]);
                true
            }
            Err(error) => matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }

    fn wait_for(&mut self, text: &str, longest: Duration) {
        let deadline = Instant::now() + longest;
        while !self.text.contains(text) {
            assert!(self.read() && Instant::now() < deadline, "no {text:?} in {:?}", self.text);
        }
    }

    /// Waits for the whole body to be over: the last chunk of it is empty.
    fn wait_for_end(&mut self, longest: Duration) {
        let deadline = Instant::now() + longest;
        while !self.text.ends_with("\r\n0\r\n\r\n") {
            assert!(Instant::now() < deadline, "no end of {:?}", self.text);
            self.read();
        }
    }
}

fn event(revision: i64) -> String {
    format!("event: snapshot\nid: {revision}\ndata: {{\"revision\":{revision}}}\n\n")
}

fn revision(server: &Server, account: &Account) -> i64 {
    let snapshot = server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().json();
    snapshot["revision"].as_i64().expect("a revision")
}

#[test]
fn the_present_revision_comes_at_once_and_every_later_one() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let first = revision(&server, &account);
        let mut events = Events::open(&server, &account.server_key, "");
        events.wait_for(&event(first), Duration::from_secs(2));
        let head = events.text.to_ascii_lowercase();
        for header in ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
            assert_eq!(head.matches(&format!("\r\n{header}\r\n")).count(), 1, "{head}");
        }
        assert!(!head.contains("no-cache"), "{head}");

        let mut resumed = Events::open(&server, &account.server_key, &format!("Last-Event-ID: {first}\r\n"));
        let mut behind = Events::open(&server, &account.server_key, "Last-Event-ID: 0\r\n");
        behind.wait_for(&event(first), Duration::from_secs(2));
        let second = database.load_flags(account.project, &json!([]));
        for events in [&mut events, &mut resumed, &mut behind] {
            events.wait_for(&event(second), Duration::from_secs(5));
        }
        assert!(!resumed.text.contains(&event(first)), "{}", resumed.text);
        // A change in another environment is not told to them.
        let other = server.account();
        let third = database.load_flags(other.project, &json!([]));
        server.wait_for_revision(&other.server_key, third);
        events.read();
        assert_eq!(events.text.matches("event: ").count(), 2, "{}", events.text);
    });
}

#[test]
fn the_stream_ends_when_the_server_is_told_to() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let account = server.account();
    let mut events = Events::open(&server, &account.server_key, "");
    let begun = Instant::now();
    assert!(server.terminate().success());
    assert!(begun.elapsed() < Duration::from_secs(5), "the stream kept the server");
    events.wait_for_end(Duration::from_secs(1));
}

#[test]
fn the_stream_ends_when_its_key_is_revoked_or_its_project_deleted() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (revoked, deleted) = (server.account(), server.account());
        let mut streams = [&revoked, &deleted].map(|account| Events::open(&server, &account.server_key, ""));
        let of_api_key = format!("/api/v1/snapshot?project_id={}", deleted.project);
        assert_eq!(server.request("GET", &of_api_key).key(&deleted.api_key).send().status, 200);
        database.load(async |load| {
            let statement =
                "UPDATE keys SET revoked_at = 'now', changed = $1 WHERE project_id = $2 AND kind = 'server'";
            load.execute(statement, &[load.revision, revoked.project], &[]).await;
            load.execute("DELETE FROM projects WHERE id = $1", &[deleted.project], &[]).await;
        });
        streams.iter_mut().for_each(|events| events.wait_for_end(Duration::from_secs(5)));
        assert_eq!(Events::open(&server, &revoked.server_key, "").status(), "401");
    });
}

#[test]
fn no_more_streams_are_open_than_may_be() {
    let settings = ["--signup", "--max-subscribers", "3", "--max-subscribers-per-key", "2"];
    let database = Database::sqlite();
    let server = Server::start_with(&database, &settings);
    let (first, second) = (server.account(), server.account());
    let open = |account: &Account| Events::open(&server, &account.server_key, "");
    let statuses = |events: &[&Events]| events.iter().map(|events| events.status().to_owned()).collect::<Vec<_>>();
    let (a, b, over_key) = (open(&first), open(&first), open(&first));
    let (c, over_all) = (open(&second), open(&second));
    assert_eq!(statuses(&[&a, &b, &over_key, &c, &over_all]), ["200", "200", "503", "200", "503"]);
    assert!(over_key.text.to_ascii_lowercase().contains("\r\nretry-after: "), "{}", over_key.text);
    // A client that goes away makes room.
    drop(a);
    let deadline = Instant::now() + Duration::from_secs(20);
    while open(&second).status() != "200" {
        assert!(Instant::now() < deadline, "no room again");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_comment_comes_where_nothing_changes() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let account = server.account();
    let mut events = Events::open(&server, &account.server_key, "");
    events.wait_for("\n:\n\n", Duration::from_secs(20));
}

#[test]
fn rules_are_not_announced_to_client_keys() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let account = server.account();
    assert_eq!(Events::open(&server, &account.sdk_key, "").status(), "403");
    assert_eq!(Events::open(&server, &account.api_key, "").status(), "400");
    let answer = server.request("GET", "/api/v1/stream?project_id=999").key(&account.api_key).send();
    assert_eq!(answer.status, 404);
}
