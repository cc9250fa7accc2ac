//! Good answers in forms that few servers use.

use std::{
    io::Write,
    time::{Duration, UNIX_EPOCH},
};

use flagbit::{Client, ClientOptions};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{
    PATIENCE, is_on, options, ready,
    server::{Answer, Server, snapshot, status, stop_after},
};

pub(super) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The client takes this answer, and the next one over the same connection.
fn assert_taken(name: &str, answer: Answer) {
    let server = Server::new(answer);
    let client = ready(options(&server));
    client.refresh(PATIENCE).unwrap();
    assert!(is_on(&client), "{name}");
    assert!(server.requests().iter().all(|request| request.connection == 1), "{name}: the connection is kept");
}

#[test]
fn gzip_has_several_names() {
    let text = snapshot(1, true);
    let once = gzip(text.as_bytes());
    let twice = gzip(&once);
    for (coding, body) in [
        ("gzip", &once),
        ("GZIP", &once),
        ("x-gzip", &once),
        ("X-Gzip", &once),
        ("identity, gzip", &once),
        ("gzip,gzip", &twice),
        ("identity", &text.clone().into_bytes()),
        ("", &text.clone().into_bytes()),
    ] {
        assert_taken(coding, status(200, &[("Content-Encoding", coding)], body.clone()));
    }
}

#[test]
fn an_errors_own_words_may_be_compressed() {
    let body = gzip(br#"{"error": {"code": "OUT_OF_ORDER", "message": "back soon"}}"#);
    let server = Server::new(status(503, &[("Content-Encoding", "gzip")], body));
    let error = Client::open(options(&server)).unwrap().refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("OUT_OF_ORDER: back soon"), "{error}");
}

#[test]
fn informational_answers_come_before_the_real_one() {
    let body = snapshot(1, true);
    let real = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    for first in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 100 Continue\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-A: b\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n",
        "HTTP/1.1 100\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n",
    ] {
        let whole = format!("{first}{real}");
        assert_taken(first, json!({"steps": [{"send": whole}], "stays": true}));
        let piece = |bytes| json!({"send": str::from_utf8(bytes).unwrap(), "every": 0.001});
        let pieces: Vec<_> = whole.as_bytes().chunks(7).map(piece).collect();
        assert_taken(first, json!({"steps": pieces, "stays": true}));
    }
}

#[test]
fn informational_answers_without_an_end_are_given_up() {
    for head in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n"] {
        let many = head.repeat(1_000);
        let server = Server::new(json!({"steps": [{"send": many, "times": 1_000_000, "every": 0.001}]}));
        let client = Client::open(options(&server).timeout(Duration::from_secs(1))).unwrap();
        let error = client.refresh(PATIENCE).unwrap_err().to_string();
        assert!(error.contains("did not send a whole answer within 1 s"), "{error}");
    }
    let endless = format!("HTTP/1.1 100 Continue\r\nX-A: {}", "x".repeat(1 << 20));
    let server = Server::new(stop_after(&endless));
    let error = Client::open(options(&server)).unwrap().refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("does not speak HTTP as it should"), "{error}");
}

#[test]
fn switching_protocols_is_no_snapshot() {
    let server = Server::new(status(101, &[("Upgrade", "h2c")], ""));
    let error = Client::open(options(&server)).unwrap().refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("answered 101 instead of a snapshot"), "{error}");
}

#[test]
fn a_byte_order_mark_is_skipped_wherever_a_snapshot_begins() {
    let text = format!("\u{feff}{}", snapshot(1, true));
    assert_taken("answer", status(200, &[], text.clone()));
    let bootstrap = ClientOptions::server("http://127.0.0.1:1", super::KEY).bootstrap(text.clone());
    assert!(is_on(&Client::open(bootstrap).unwrap()));
    assert!(is_on(&Client::from_snapshot(text.clone()).unwrap()));
    assert!(is_on(&Client::open(ClientOptions::values("\u{feff}{\"f\": true}")).unwrap()));
    let path = std::env::temp_dir().join(format!("flagbit-{}-mark.json", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let client = Client::from_file(&path);
    std::fs::remove_file(&path).unwrap();
    assert!(is_on(&client.unwrap()));
    let twice = format!("\u{feff}\u{feff}{}", snapshot(1, true));
    assert!(Client::from_snapshot(twice).is_err());
}

/// Each form of a date, the server's own clock far from this host's.
#[test]
fn a_wish_to_be_left_alone_may_be_a_date() {
    assert!(UNIX_EPOCH.elapsed().unwrap() > Duration::from_secs(784_111_777));
    for wish in ["Sun, 06 Nov 1994 08:49:39 GMT", "Sunday, 06-Nov-94 08:49:39 GMT", "Sun Nov  6 08:49:39 1994"] {
        let headers = [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", wish)];
        let server = Server::new(status(503, &headers, ""));
        let client = Client::open(options(&server)).unwrap();
        super::eventually(&client, || server.requests().len() > 1);
        let start = std::time::Instant::now();
        super::eventually(&client, || server.requests().len() > 2);
        // The first may have been the refresher's own; no two are nearer than the wish.
        assert!(start.elapsed() > Duration::from_millis(1_900), "{wish}: {:?}", start.elapsed());
    }
}
