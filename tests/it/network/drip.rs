//! Answers that arrive byte by byte, or never completely: nothing waits longer than its limit, and polling goes on.

use std::{sync::Mutex, thread, time::Duration};

use flagbit::{Client, ClientError, FetchErrorKind, State};
use serde_json::json;

use super::{
    PATIENCE, eventually, is_on, options, ready,
    server::{Answer, Server, good, raw, silence, snapshot, status, stop_after},
};

/// Longer than any test waits.
const LONG: Duration = Duration::from_secs(600);

/// These bytes at once, and then this one again and again.
fn drip(head: &str, byte: u8) -> Answer {
    json!({"steps": [{"send": head}, {"send": char::from(byte).to_string(), "times": 1_000_000, "every": 0.1}]})
}

#[test]
fn polling_goes_on_whatever_drips_in_place_of_a_stream() {
    let error = |code: u16| format!("HTTP/1.1 {code} X\r\nContent-Length: 4000\r\n\r\n");
    let endings = Mutex::new(Vec::new());
    let cases = [
        ("503", drip(&error(503), b' ')),
        ("404", drip(&error(404), b' ')),
        ("503 without a length", drip("HTTP/1.1 503 X\r\n\r\n", b' ')),
        ("503 in chunks", drip("HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n", b'0')),
        ("503 that never comes", stop_after(&error(503))),
        ("a page", drip("HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 4000\r\n\r\n", b' ')),
        ("a redirect", drip("HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 4000\r\n\r\n", b' ')),
        ("a head", drip("HTTP/1.1 200 X\r\nX-A: ", b'x')),
        ("a line", drip("HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\r\n", b'x')),
        ("nothing", silence()),
    ];
    thread::scope(|scope| {
        for (name, answer) in &cases {
            let endings = &endings;
            scope.spawn(move || {
                let server = Server::new(good(1, true));
                server.stream(answer.clone());
                let options = options(&server).stream(true).poll_interval(Duration::from_secs(1));
                let client = ready(options.connect_timeout(Duration::from_secs(1)).timeout(LONG));
                eventually(&client, || !server.stream_requests().is_empty());
                server.answer(good(2, false));
                eventually(&client, || !is_on(&client));
                assert_eq!(client.status().state, State::Ready, "{name}");
                endings.lock().unwrap().push(*name);
            });
        }
    });
    assert_eq!(endings.lock().unwrap().len(), cases.len());
}

#[test]
fn the_body_of_an_error_is_not_waited_for() {
    for (code, kind) in [(503, FetchErrorKind::Unavailable), (401, FetchErrorKind::Refused)] {
        let head = format!("HTTP/1.1 {code} X\r\nRetry-After: 3\r\nContent-Length: 4000\r\n\r\n");
        for answer in [drip(&head, b' '), stop_after(&head)] {
            let server = Server::new(answer);
            let client = Client::open(options(&server).timeout(LONG)).unwrap();
            match client.refresh(PATIENCE) {
                Err(ClientError::Fetch { kind: found, message }) => {
                    assert_eq!(found, kind);
                    assert!(message.contains(&code.to_string()), "{message}");
                }
                other => panic!("{code}: {other:?}"),
            }
        }
    }
}

/// A client of this server gives up after its second.
fn assert_gives_up(server: &Server, name: &str) {
    let client = Client::open(options(server).timeout(Duration::from_secs(1))).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("did not send a whole answer within 1 s"), "{name}: {error}");
}

#[test]
fn a_request_ends_in_its_time_however_slowly_the_answer_comes() {
    for (name, answer) in [
        ("a head", drip("HTTP/1.1 200 X\r\nX-A: ", b'x')),
        ("heads", drip("HTTP/1.1 103 X\r\n\r\nHTTP/1.1 103 X\r\nX-A: ", b'x')),
        ("a snapshot", drip("HTTP/1.1 200 X\r\nContent-Length: 4000\r\n\r\n{", b' ')),
        ("a chunk's extension", drip("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2;a=", b'x')),
        ("trailers", drip("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nX-A: ", b'x')),
    ] {
        assert_gives_up(&Server::new(answer), name);
    }
}

#[test]
fn redirects_do_not_add_time() {
    // A client that is more patient gets its flags in the end.
    let server = Server::new(good(1, true));
    let path = |hop: u8| if hop == 0 { "/api/v1/snapshot".to_owned() } else { format!("/api/v1/snapshot?hop={hop}") };
    for hop in 0..4 {
        let mut redirect = status(307, &[("Location", &path(hop + 1))], "");
        redirect["wait"] = 0.4.into();
        server.answer_path(&path(hop), redirect);
    }
    assert_gives_up(&server, "redirects");
    server.answer_path(&path(1), good(1, true));
    assert!(is_on(&ready(options(&server).timeout(Duration::from_secs(1)))), "one redirect is in time");
}

#[test]
fn chunks_with_extensions_and_trailers_are_read() {
    let text = snapshot(1, true);
    let chunked = format!(
        "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n{:x};name=\"a;b\"\r\n{text}\r\n0;last\r\nX-Sum: 1\r\n\r\n",
        text.len()
    );
    let server = Server::new(json!({"steps": [{"send": chunked}], "stays": true}));
    let client = ready(options(&server));
    client.refresh(PATIENCE).unwrap();
    assert!(is_on(&client));
}

/// A server that answers the first request of each connection alone. The others meet this.
fn once_a_connection(then: &str) -> Server {
    let server = Server::new(silence());
    server.answer_first_and_later(&good(1, true), &raw(then));
    server
}

#[test]
fn a_kept_connection_that_the_server_closes_is_no_failure() {
    let server = once_a_connection("");
    let client = ready(options(&server));
    client.take_log();
    for _ in 0..3 {
        client.refresh(PATIENCE).unwrap();
    }
    assert_eq!((client.status().consecutive_failures, client.take_log()), (0, Vec::new()));
    let connections: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
    assert_eq!(
        connections,
        [1, 1, 2, 2, 3, 3, 4],
        "a request that was cut off goes once more, over a fresh connection"
    );
}

#[test]
fn an_answer_that_began_is_not_asked_for_twice() {
    let server = once_a_connection("HTTP/1.1 200");
    let client = ready(options(&server));
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("in the middle of its answer"), "{error}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_fresh_connection_that_the_server_closes_is_a_failure() {
    let server = Server::new(raw(""));
    let client = Client::open(options(&server)).unwrap();
    client.refresh(PATIENCE).unwrap_err();
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.in_flight == 1));
    assert!(requests.len() <= 2, "one for opening, one for the refresh: {}", requests.len());
}

#[test]
fn what_follows_a_stream_that_broke_goes_over_a_fresh_connection() {
    let server = Server::new(good(1, true));
    server.stream(raw("HTTP/1.1 200 X\r\nContent-Type: Text/Event-Stream;charset=UTF-8\r\n\r\n: hello\n\n"));
    let client = ready(options(&server).stream(true).poll_interval(Duration::from_secs(1)));
    eventually(&client, || server.snapshot_requests().len() > 1);
    let requests = server.snapshot_requests();
    assert_ne!(requests[0].connection, requests[1].connection);
    let log = client.take_log();
    assert!(log.iter().any(|line| line.message.ends_with("is open")), "{log:?}");
}
