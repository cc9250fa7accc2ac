//! Stopping: requests in progress end first, within a limit.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::support::{Database, Raw, Server, on_each_database};

const BODY: &str = r#"{"email": "a@example.com"}"#;

/// A request that is being sent.
fn begin(server: &Server) -> Raw {
    let mut client = server.raw();
    client.send(format!("POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", BODY.len()));
    client.send(&BODY[..10]);
    client
}

#[test]
fn requests_in_progress_are_finished_and_nothing_new_begins() {
    on_each_database(|database| {
        let server = Server::start(database);
        let mut silent = server.raw();
        let mut idle = server.raw();
        idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        idle.wait_for("ok\n");
        let mut slow = begin(&server);
        thread::sleep(Duration::from_millis(300));
        server.signal("TERM");
        server.wait_for_line("stopping");
        thread::sleep(Duration::from_millis(300));
        // Connections on which nothing happens are closed at once, and there are no new ones.
        assert!(idle.is_closed() && silent.is_closed());
        assert!(std::net::TcpStream::connect(server.address).is_err());
        slow.send(&BODY[10..]);
        let answer = slow.end(Duration::from_secs(5));
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
        assert!(server.wait(Duration::from_secs(5)).success());
    });
}

#[test]
fn what_was_answered_while_stopping_is_kept() {
    let database = Database::sqlite();
    let server = Server::start_with(&database, &[]);
    let mut slow = begin(&server);
    thread::sleep(Duration::from_millis(300));
    server.signal("INT");
    slow.send(&BODY[10..]);
    assert!(slow.end(Duration::from_secs(5)).starts_with("HTTP/1.1 201 "));
    assert!(server.wait(Duration::from_secs(5)).success());
    let again = Server::start_with(&database, &[]);
    assert_eq!(again.request("POST", "/api/v1/signup").body(BODY).send().status, 403);
}

#[test]
fn requests_that_do_not_end_are_not_waited_for() {
    let server = Server::start_with(&Database::sqlite(), &["--signup", "--shutdown-timeout-seconds", "1"]);
    let _slow = begin(&server);
    let mut half_a_head = server.raw();
    half_a_head.send("GET /healthz HT");
    thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    server.signal("TERM");
    assert!(server.wait(Duration::from_secs(5)).success());
    assert!(begun.elapsed() > Duration::from_millis(900));
}

#[test]
fn half_a_head_delays_nothing() {
    let server = Server::start(&Database::sqlite());
    let mut half_a_head = server.raw();
    half_a_head.send("GET /healthz HT");
    thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    assert!(server.wait(Duration::from_secs(3)).success());
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    let server = Server::start(&Database::sqlite());
    let _slow = begin(&server);
    thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    server.wait_for_line("stopping");
    server.signal("TERM");
    assert!(!server.wait(Duration::from_secs(2)).success());
}

#[test]
fn streams_end_when_the_server_stops() {
    let server = Server::start(&Database::sqlite());
    let account = server.account();
    let mut stream = server.raw();
    stream.send(format!("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nX-API-Key: {}\r\n\r\n", account.server_key));
    stream.wait_for("event: snapshot");
    let begun = Instant::now();
    server.signal("TERM");
    assert!(server.wait(Duration::from_secs(5)).success());
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(stream.end(Duration::from_secs(1)).ends_with("0\r\n\r\n"), "a stream has an end");
}
