//! A server that does everything wrong. Whatever it does, the flags stay, the status says what to do, and the client
//! comes back by itself.

use std::{thread, time::Duration};

use flagbit::{Client, ClientError, FetchErrorKind, State};
use serde_json::json;

use super::{
    PATIENCE, eventually,
    forms::gzip,
    is_on, options, ready,
    server::{Answer, Server, good, raw, silence, snapshot, status},
};

const TIMEOUT: Duration = Duration::from_millis(1_500);

struct Case {
    name: &'static str,
    answer: Answer,
    kind: FetchErrorKind,
    /// A part of the status' last error.
    words: &'static [&'static str],
}

fn unavailable(name: &'static str, answer: Answer, words: &'static [&'static str]) -> Case {
    Case { name, answer, kind: FetchErrorKind::Unavailable, words }
}

fn refused(name: &'static str, answer: Answer, words: &'static [&'static str]) -> Case {
    Case { name, answer, kind: FetchErrorKind::Refused, words }
}

fn no_snapshot(name: &'static str, answer: Answer, words: &'static [&'static str]) -> Case {
    Case { name, answer, kind: FetchErrorKind::Snapshot, words }
}

/// A server's own words, with a key in them that no status may show.
fn error(code: &str) -> String {
    format!(r#"{{"error": {{"code": "{code}", "message": "not with {}"}}}}"#, super::KEY)
}

/// A body of so many blanks.
fn blanks(count: usize) -> Answer {
    json!({"body": " ", "times": count})
}

fn cases() -> Vec<Case> {
    let with = |mut answer: Answer, field: &str| {
        answer[field] = true.into();
        answer
    };
    let large = || blanks(50_000_000);
    let slow = json!({"steps": [
        {"send": "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"}, {"send": " ", "times": 1_000, "every": 0.01}]});
    let whole = gzip(snapshot(9, false).as_bytes());
    let gzipped = |body: &[u8]| status(200, &[("Content-Encoding", "gzip")], body);
    let circle = status(302, &[("Location", "/api/v1/snapshot?again")], "");
    let away = status(307, &[("Location", "https://elsewhere.example/x")], "");
    let upgraded = status(301, &[("Location", "https://HOST/api/v1/snapshot")], "");
    vec![
        unavailable("silent", silence(), &["did not send a whole answer within 1.5 s"]),
        unavailable("slow", slow, &["did not send a whole answer within 1.5 s"]),
        unavailable(
            "cut off in the body",
            raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"),
            &["in the middle of its answer"],
        ),
        unavailable("cut off at once", raw(""), &["in the middle of its answer"]),
        unavailable("204", status(204, &[], ""), &["answered 204 instead of a snapshot", "base URL"]),
        unavailable("400", status(400, &[], error("BAD")), &["answered 400", "BAD: not with [key]"]),
        refused("401", status(401, &[], error("KEY_REVOKED")), &["401: KEY_REVOKED: not with [key]", "check the key"]),
        refused("403", status(403, &[], "<html>"), &["forbids reading the flags (403)", "proxy or firewall"]),
        refused("404", status(404, &[], ""), &["has no flags there (404)", "check the base URL"]),
        unavailable("429", status(429, &[("Retry-After", "1")], ""), &["too many requests (429)", "poll less often"]),
        unavailable("503", status(503, &[("Retry-After", "2")], ""), &["in trouble (503)", "server's own log"]),
        unavailable(
            "503 until a date on a clock of its own",
            status(
                503,
                &[("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", "Sun, 06 Nov 1994 08:49:39 GMT")],
                "",
            ),
            &["in trouble (503)"],
        ),
        unavailable("500", status(500, &[], "\u{1b}[31mpanic"), &["in trouble (500)"]),
        unavailable("no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n"), &["does not speak HTTP", "check the address"]),
        no_snapshot("a page", status(200, &[], "<!doctype html>"), &["sent a snapshot that is refused", "not JSON"]),
        no_snapshot("binary", status(200, &[], [0xff; 100]), &["sent a snapshot that is refused", "not UTF-8"]),
        no_snapshot("no flags", status(200, &[("ETag", "\"x\"")], "{}"), &["refused: flags: missing"]),
        no_snapshot(
            "a key twice",
            status(200, &[], r#"[{"key": "f", "enabled": true}, {"key": "f", "enabled": true}]"#),
            &["duplicate key"],
        ),
        unavailable("truncated gzip", gzipped(&whole[..whole.len() / 2]), &["in the middle of its answer"]),
        unavailable("damaged gzip", gzipped(b"no gzip at all"), &["damaged gzip"]),
        unavailable(
            "a compression nobody asked for",
            status(200, &[("Content-Encoding", "br")], "x"),
            &["compressed as \"br\"", "not asked for"],
        ),
        no_snapshot(
            "a gzip bomb",
            with(large(), "gzip"),
            &["more bytes than the limit of 33554432", "max_snapshot_bytes"],
        ),
        no_snapshot("50 MB with a length", large(), &["more bytes than the limit"]),
        no_snapshot("50 MB without", with(large(), "chunked"), &["more bytes than the limit"]),
        unavailable("a redirect circle", circle, &["redirects in a circle"]),
        unavailable("a redirect away", away, &["redirects to https://elsewhere.example/x", "make it the base URL"]),
        unavailable("a redirect to TLS", upgraded, &["redirects to https://127.0.0.1", "make it the base URL"]),
        unavailable("a redirect nowhere", status(302, &[("Location", "http://")], ""), &["redirects to http://"]),
    ]
}

/// One case from the last good snapshot to the next.
fn run(case: &Case) {
    let server = Server::new(good(1, true));
    let client = ready(options(&server).timeout(TIMEOUT));
    let answer = case.answer.to_string().replace("HOST", &server.address().to_string());
    server.answer(serde_json::from_str(&answer).unwrap());
    match client.refresh(PATIENCE) {
        Err(ClientError::Fetch { kind, .. }) => assert_eq!(kind, case.kind, "{}", case.name),
        other => panic!("{}: {other:?}", case.name),
    }
    assert!(is_on(&client), "{}: the flags are gone", case.name);
    let now = client.status();
    let error = now.last_error.clone().unwrap_or_default();
    println!("{:38} {error}", case.name);
    assert!(case.words.iter().all(|words| error.contains(words)), "{}: {error}", case.name);
    assert!(!error.contains(super::KEY) && !error.chars().any(char::is_control), "{}: {error}", case.name);
    assert_eq!((now.state, now.consecutive_failures, now.generation), (State::Ready, 1, 1), "{}", case.name);
    server.answer(good(2, false));
    // The client retries slowly after an error that a person must correct, and within seconds after the others.
    if case.kind == FetchErrorKind::Refused {
        client.refresh(PATIENCE).unwrap();
    }
    eventually(&client, || !is_on(&client));
    let now = client.status();
    assert_eq!((now.last_error, now.consecutive_failures, now.state), (None, 0, State::Ready), "{}", case.name);
}

#[test]
fn whatever_a_server_does_the_flags_stay_and_the_client_comes_back() {
    thread::scope(|scope| {
        for case in cases() {
            scope.spawn(move || run(&case));
        }
    });
}

#[test]
fn a_wrong_entity_tag_is_no_harm() {
    let long = format!("\"{}\"", "x".repeat(1_000));
    for etag in ["", "W/\"1\"", "no quotes", "\"\u{e9}\"", &long] {
        let server = Server::new(status(200, &[("ETag", etag)], snapshot(1, true)));
        let client = ready(options(&server));
        client.refresh(PATIENCE).unwrap();
        assert_eq!(client.status().generation, 1, "{etag}: the same text is no change");
        server.answer(status(200, &[("ETag", etag)], snapshot(2, false)));
        client.refresh(PATIENCE).unwrap();
        assert!(!is_on(&client), "{etag}: what was sent counts, whatever it is called");
    }
}

#[test]
fn unchanged_is_no_answer_to_who_has_nothing() {
    let server = Server::new(status(304, &[("ETag", "\"1\"")], ""));
    let client = Client::open(options(&server)).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("answered 304 instead of a snapshot"), "{error}");
    assert_eq!(client.status().state, State::Initializing);
    server.answer(good(1, true));
    client.ready_within(PATIENCE).unwrap();
}

#[test]
fn one_bad_flag_is_set_aside_and_an_older_revision_is_taken() {
    let server = Server::new(good(7, true));
    let client = ready(options(&server));
    let text = r#"{"revision": 3, "flags": [{"key": "f", "enabled": true, "default_enabled": true},
        {"key": "g", "enabled": true, "rules": [{"operator": "no such"}]}]}"#;
    server.answer(status(200, &[], text));
    client.refresh(PATIENCE).unwrap();
    let now = client.status();
    assert_eq!((now.revision.as_deref(), now.flags, now.flags_set_aside), (Some("3"), 2, 1));
    assert_eq!((now.state, now.last_error), (State::Ready, None));
    assert!(is_on(&client));
    assert!(client.take_log().iter().any(|line| line.message.contains("flag \"g\" is set aside")));
}

#[test]
fn redirects_within_the_origin_are_followed() {
    let server = Server::new(status(404, &[], ""));
    server.answer_path("/api/v1/snapshot", status(308, &[("Location", "moved?to=here")], "x"));
    server.answer_path("/api/v1/moved?to=here", good(1, true));
    let client = ready(options(&server));
    assert!(is_on(&client));
    assert_eq!(server.requests()[1].headers["authorization"], format!("Bearer {}", super::KEY));
}

#[test]
fn a_failure_that_repeats_is_one_line_for_the_log() {
    let server = Server::new(status(500, &[], ""));
    let client = Client::open(options(&server)).unwrap();
    for _ in 0..5 {
        client.refresh(PATIENCE).unwrap_err();
    }
    assert!(client.status().consecutive_failures >= 5);
    let log = client.take_log();
    assert_eq!(log.iter().filter(|line| line.message.contains("in trouble (500)")).count(), 1, "{log:?}");
}
