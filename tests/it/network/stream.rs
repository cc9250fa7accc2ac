//! Being told of changes, by servers that do it well and badly.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use flagbit::{Client, State};

use super::{
    PATIENCE, eventually, is_on, options, ready,
    server::{Answer, Server, events, good, raw, status},
};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

fn event(revision: u64) -> String {
    format!("event: snapshot\nid: {revision}\ndata: {{\"revision\": {revision}}}\n\n")
}

/// A stream that the test sends as it goes.
fn live() -> Answer {
    events(": hello\n\n")
}

fn is_streaming(client: &Client, server: &Server) -> bool {
    !server.stream_requests().is_empty() && client.take_log().iter().any(|line| line.message.ends_with("is open"))
}

#[test]
fn a_change_is_seen_at_once_and_never_an_older_snapshot() {
    let server = Server::new(good(1, true));
    server.stream(live());
    let client = ready(options(&server).stream(true));
    eventually(&client, || is_streaming(&client, &server));
    let request = &server.stream_requests()[0];
    assert_eq!(request.headers["accept"], "text/event-stream");
    assert_eq!(request.headers["accept-encoding"], "identity", "compressed, events come in clumps");
    let mut times = Vec::new();
    for revision in 2..=21 {
        server.answer(good(revision, revision % 2 == 1));
        let (seen, start) = (client.status().generation, Instant::now());
        assert_eq!(server.send(&event(revision)), 1);
        eventually(&client, || client.status().generation > seen);
        times.push(start.elapsed());
        assert_eq!(is_on(&client), revision % 2 == 1);
        assert_eq!(
            server.snapshot_requests().last().unwrap().path,
            format!("/api/v1/snapshot?min_revision={revision}")
        );
    }
    times.sort();
    println!(
        "a change was seen after {:?} in the middle, {:?} at the most",
        times[times.len() / 2],
        times.last().unwrap()
    );
    assert_eq!(server.stream_requests().len(), 1);
    assert!(server.snapshot_requests().iter().all(|request| request.in_flight == 1));
}

#[test]
fn repeated_late_and_half_events_make_no_requests() {
    let server = Server::new(good(5, true));
    server.stream(live());
    let client = ready(options(&server).stream(true));
    eventually(&client, || is_streaming(&client, &server));
    let before = server.snapshot_requests().len();
    for text in [&event(5), &event(5), &event(4), ": heartbeat\n\n", "event: other\ndata: x\n\n"] {
        assert_eq!(server.send(text), 1);
    }
    server.answer(good(6, false));
    let told = event(6);
    let (first, second) = told.split_at(25);
    assert_eq!(server.send(first), 1);
    thread::sleep(Duration::from_millis(100));
    assert_eq!(server.snapshot_requests().len(), before);
    assert_eq!(server.send(second), 1);
    eventually(&client, || !is_on(&client));
    assert_eq!(server.snapshot_requests().len(), before + 1);
}

#[test]
fn the_first_event_counts_whatever_it_is() {
    // The server looks as if it was restored from a backup.
    let server = Server::new(good(5, true));
    let client = ready(options(&server));
    drop(client);
    server.stream(events(&event(3)));
    server.answer_in_turn(&[good(5, true), good(3, false)]);
    let client = ready(options(&server).stream(true));
    eventually(&client, || client.status().revision.as_deref() == Some("3"));
}

#[test]
fn a_flood_of_events_is_few_requests() {
    let server = Server::new(good(1, true));
    server.stream(live());
    let client = ready(options(&server).stream(true));
    eventually(&client, || is_streaming(&client, &server));
    let start = Instant::now();
    // The server is always ahead of what it tells.
    for latest in (100..=2_000).step_by(100) {
        server.answer(good(latest, false));
        let told: String = (latest - 99..=latest).map(event).collect();
        assert_eq!(server.send(&told), 1);
    }
    eventually(&client, || client.status().revision.as_deref() == Some("2000"));
    let (count, most) = (server.snapshot_requests().len(), 3 + start.elapsed().as_millis() / 20);
    println!("2,000 events: {count} requests in {:?}", start.elapsed());
    assert!(count as u128 <= most, "{count} requests");
}

#[test]
fn a_stream_that_fails_is_polled_for_and_comes_back() {
    let (finished, endings) = mpsc::channel();
    let bad: [(&str, Answer, &str); 6] = [
        ("missing", status(404, &[], ""), "has no flags there (404)"),
        ("busy", status(503, &[("Retry-After", "1")], ""), "in trouble (503)"),
        ("a page", status(200, &[("Content-Type", "text/html")], "<html>"), "is no text/event-stream"),
        ("garbage", events("event: snapshot\ndata: {\n\n"), "sent an event that cannot be read"),
        ("endless", events(&"x".repeat(100_000)), "sent a line without an end"),
        ("half an event", raw(&(HEAD.to_owned() + &event(9)[..30])), "ended; polling meanwhile"),
    ];
    thread::scope(|scope| {
        for (name, answer, words) in bad {
            let finished = finished.clone();
            scope.spawn(move || {
                let server = Server::new(good(1, true));
                server.stream(answer);
                let client = ready(options(&server).poll_interval(Duration::from_secs(1)).stream(true));
                let mut log = Vec::new();
                let start = Instant::now();
                while !log.iter().any(|line: &String| line.contains(words)) {
                    assert!(start.elapsed() < PATIENCE, "{name}: {log:?}");
                    log.extend(client.take_log().into_iter().map(|line| line.message));
                    thread::sleep(Duration::from_millis(5));
                }
                server.answer(good(2, false));
                eventually(&client, || !is_on(&client));
                let status = client.status();
                assert_eq!((status.state, status.last_error), (State::Ready, None), "{name}");
                // A refusal is asked again after half a minute.
                if name != "missing" {
                    server.stream(live());
                    eventually(&client, || is_streaming(&client, &server));
                }
                finished.send(name).unwrap();
            });
        }
    });
    assert_eq!(endings.try_iter().count(), 6);
}

#[test]
fn a_refresh_does_not_wait_for_the_stream() {
    let server = Server::new(good(1, true));
    server.stream(live());
    let client = ready(options(&server).stream(true));
    eventually(&client, || is_streaming(&client, &server));
    server.answer(good(2, false));
    client.refresh(PATIENCE).unwrap();
    assert!(!is_on(&client));
    eventually(&client, || server.stream_requests().len() == 2);
}
