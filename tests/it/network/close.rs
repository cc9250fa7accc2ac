//! Closing is quick in every state, and leaves neither threads nor descriptors.

use std::{
    thread,
    time::{Duration, Instant},
};

use flagbit::{Client, ClientOptions};

use super::{
    KEY, PATIENCE,
    black_hole::BlackHole,
    counts, eventually, isolated, options, ready,
    server::{Answer, Server, events, good, silence, status, stop_after},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const CLOSE: Duration = Duration::from_millis(100);

fn open(url: &str) -> ClientOptions {
    ClientOptions::server(url, KEY).connect_timeout(CONNECT_TIMEOUT)
}

/// Closes it and waits until the process has no more threads and descriptors than before the client.
fn close(state: &str, client: Client, before: (usize, usize)) {
    let start = Instant::now();
    client.close();
    let closing = start.elapsed();
    drop(client);
    while (counts::threads(), counts::descriptors()) > before {
        assert!(
            start.elapsed() < CONNECT_TIMEOUT + Duration::from_millis(500),
            "{state}: a thread or descriptor is left"
        );
        thread::sleep(Duration::from_millis(1));
    }
    println!("closed while {state}: returned after {closing:?}, all gone after {:?}", start.elapsed());
    assert!(closing < CLOSE, "{state}: closing took {closing:?}");
}

fn half_a_body() -> Answer {
    stop_after("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"flags\"")
}

#[test]
#[ignore = "run by the test below in a process of its own"]
fn alone() {
    let counts = || (counts::threads(), counts::descriptors());
    let hole = BlackHole::new();
    let before = counts();

    let client = Client::open(open("http://flags.invalid")).unwrap();
    close("resolving", client, before);

    let client = Client::open(open(&hole.url())).unwrap();
    thread::sleep(Duration::from_millis(50));
    close("connecting", client, before);

    let client = Client::open(open("http://127.0.0.1:1")).unwrap();
    eventually(&client, || client.status().consecutive_failures > 0);
    close("in backoff", client, before);

    for (state, answer) in [("waiting for an answer", silence()), ("in a body", half_a_body())] {
        let server = Server::new(answer);
        let settled = counts();
        let client = Client::open(open(&server.url())).unwrap();
        eventually(&client, || !server.requests().is_empty());
        thread::sleep(Duration::from_millis(50));
        close(state, client, settled);
    }

    let server = Server::new(good(1, true));
    let settled = counts();
    close("idle", ready(open(&server.url())), settled);

    let server = Server::new(good(1, true));
    server.stream(events(": hello\n\n"));
    let settled = counts();
    let client = ready(open(&server.url()).stream(true));
    eventually(&client, || client.take_log().iter().any(|line| line.message.ends_with("is open")));
    close("in a stream", client, settled);
}

#[test]
fn closing_is_quick_in_every_state_and_leaves_nothing() {
    isolated::run("network::close::alone", &[]);
}

#[test]
fn a_client_may_be_closed_and_dropped_while_it_is_refreshed() {
    let server = Server::new(status(500, &[], ""));
    for _ in 0..50 {
        let client = Client::open(options(&server)).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| client.refresh(PATIENCE));
            scope.spawn(|| client.close());
        });
    }
}
