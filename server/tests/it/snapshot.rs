//! `GET /api/v1/snapshot`: conditional, compressed, current.

use std::{
    io::{Read, Write},
    time::Instant,
};

use flate2::read::GzDecoder;
use serde_json::json;

use crate::support::{Account, Answer, Database, Request, Server, on_each_database};

fn get(server: &Server, account: &Account) -> Request {
    // The client would ask for gzip, and hide it.
    server.request("GET", "/api/v1/snapshot").key(&account.server_key).header("accept-encoding", "identity")
}

#[test]
fn a_snapshot_is_what_sdks_evaluate() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let flag = json!({"key": "a", "enabled": true, "rules": [{"attribute": "b", "operator": "eq", "value": 1.0}]});
        let revision = database.load_flags(account.project, &json!([flag]));
        server.wait_for_revision(&account.server_key, revision);
        let expected =
            json!({"project": account.project, "environment": "production", "revision": revision, "flags": [flag]});
        assert_eq!(get(&server, &account).send().json(), expected);
        let path = format!("/api/v1/snapshot?project_id={}&environment=production", account.project);
        assert_eq!(server.request("GET", &path).key(&account.api_key).send().status, 200);
        let refused = server.request("GET", "/api/v1/snapshot").key(&account.sdk_key).send();
        assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN".into()));
    });
}

#[test]
fn each_encoding_has_a_tag_by_which_it_is_not_sent_again() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let account = server.account();
    let plain = get(&server, &account).send();
    let request = |encoding: &str| {
        server.request("GET", "/api/v1/snapshot").key(&account.server_key).header("accept-encoding", encoding)
    };
    let gzip = request("br;q=1, gzip;q=0.8, identity;q=0").send();
    let tag = |answer: &Answer| answer.header("etag").expect("a tag").to_owned();
    assert_ne!(tag(&plain), tag(&gzip));
    assert_eq!(
        (plain.header("content-encoding"), gzip.header("vary")),
        (None, Some("Authorization, X-API-Key, Accept-Encoding"))
    );

    for (encoding, none_match, expected) in [
        ("identity", tag(&plain), 304),
        ("identity", format!("W/{}", tag(&plain)), 304),
        ("identity", format!("\"a\", {} , \"b\"", tag(&plain)), 304),
        ("identity", "*".into(), 304),
        ("identity", tag(&gzip), 200),
        ("identity", "\"a\"".into(), 200),
        ("identity", tag(&plain).trim_matches('"').into(), 200),
        ("gzip", tag(&gzip), 304),
        ("gzip", tag(&plain), 200),
        ("gzip;q=0", tag(&plain), 304),
        ("gzip;q=0, identity", tag(&gzip), 200),
        ("identity;q=0", tag(&plain), 304),
        ("*", tag(&gzip), 304),
    ] {
        // The client reads the compressed body that an answer to HEAD only speaks of.
        let methods = if expected == 200 && encoding == "gzip" { &["GET"][..] } else { &["GET", "HEAD"] };
        for method in methods {
            let answer = server.request(method, "/api/v1/snapshot").key(&account.server_key);
            let answer = answer.header("accept-encoding", encoding).header("if-none-match", &none_match).send();
            assert_eq!(answer.status, expected, "{method} {encoding} {none_match}");
            let is_gzip = !matches!(encoding, "identity" | "gzip;q=0" | "gzip;q=0, identity" | "identity;q=0");
            assert_eq!(tag(&answer), tag(if is_gzip { &gzip } else { &plain }));
            assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
            assert_eq!(answer.header("vary"), plain.header("vary"));
            let is_empty = expected == 304 || *method == "HEAD";
            assert_eq!(answer.bytes().is_empty(), is_empty, "{method} {encoding} {none_match}");
        }
    }

    let revision = database.load_flags(account.project, &json!([{"key": "a", "enabled": true}]));
    server.wait_for_revision(&account.server_key, revision);
    let answer = get(&server, &account).header("if-none-match", &tag(&plain)).send();
    assert_eq!((answer.status, &answer.json()["revision"]), (200, &revision.into()));
}

#[test]
fn gzip_is_what_the_plain_snapshot_says() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let account = server.account();
    let mut stream = server.connect();
    let head = "GET /api/v1/snapshot HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: gzip\r\n";
    write!(stream, "{head}X-API-Key: {}\r\n\r\n", account.server_key).expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200 ") && head.contains("\r\ncontent-encoding: gzip\r\n"), "{head}");
    assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", answer.len() - end)), "{head}");
    let mut text = String::new();
    GzDecoder::new(&answer[end..]).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, get(&server, &account).send().text());
}

#[test]
fn a_revision_that_is_yet_to_come_is_waited_for() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let at = |revision: i64| {
            let path = format!("/api/v1/snapshot?min_revision={revision}");
            server.request("GET", &path).key(&account.server_key).send()
        };
        assert_eq!((at(0).status, at(-1).status, at(1).status), (200, 200, 200));
        let begun = Instant::now();
        let late = at(1_000_000);
        assert_eq!((late.status, late.code(), late.header("retry-after")), (503, "UNAVAILABLE".into(), Some("1")));
        assert!((1_900..6_000).contains(&begun.elapsed().as_millis()));
        let revision = database.load_flags(account.project, &json!([]));
        server.wait_for_revision(&account.server_key, revision);
        let answer = server.request("GET", "/api/v1/snapshot?min_revision=x").key(&account.server_key).send();
        assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST".into()));
    });
}
