//! How many requests and connections are served, and of whom.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Answer, Database, Request, Server};

fn start(settings: &[&str]) -> Server {
    Server::start_with(&Database::sqlite(), &[&["--signup"], settings].concat())
}

fn signup(server: &Server) -> Request {
    server.request("POST", "/api/v1/signup").json(&json!({"email": "a@example.com"}))
}

/// The seconds of an answer that says to come later.
#[track_caller]
fn retry_after(answer: &Answer) -> u64 {
    assert_eq!((answer.status, answer.code()), (429, "RATE_LIMITED".into()), "{}", answer.text());
    answer.header("retry-after").and_then(|text| text.parse().ok()).expect("whole seconds")
}

#[test]
fn a_body_has_the_size_that_the_settings_allow() {
    let server = start(&["--max-body-bytes", "100"]);
    let body = |length: usize| {
        let text = r#"{"email": "a@example.com"}"#;
        text.to_owned() + &" ".repeat(length - text.len())
    };
    for (length, status) in [(100, 201), (101, 413)] {
        let answer = server.request("POST", "/api/v1/signup").body(body(length)).send().expect(status);
        assert_eq!(answer.text().contains("100 bytes that this server allows (--max-body-bytes)"), status == 413);
        let mut chunked = server.raw();
        let body = body(length);
        chunked.send(format!(
            "POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        ));
        chunked.wait_for("}");
        assert_eq!(chunked.statuses(), [status]);
    }
    // Larger than what the framework allows by itself.
    let server = start(&["--max-body-bytes", "4000000"]);
    let project = r#"{"name": "p"}"#.to_owned() + &" ".repeat(3_000_000);
    server.request("POST", "/api/v1/projects").key(&server.account().api_key).body(project).send().expect(201);
    // Whoever signs up sends an address and no more.
    server.request("POST", "/api/v1/signup").body(body(4_096)).send().expect(201);
    server.request("POST", "/api/v1/signup").body(body(4_097)).send().expect(413);
}

#[test]
fn what_needs_no_key_is_limited_by_address() {
    let server = start(&["--keyless-requests-per-hour", "2"]);
    for _ in 0..2 {
        assert_eq!(signup(&server).send().status, 201);
    }
    let seconds = retry_after(&signup(&server).send());
    assert!((1..=1801).contains(&seconds), "{seconds}");
    // Anybody can claim to be somebody else, but to a proxy.
    assert_eq!(signup(&server).header("x-forwarded-for", "192.0.2.7").send().status, 429);
    assert_eq!(server.request("GET", "/healthz").send().status, 200);

    let server = start(&["--keyless-requests-per-hour", "1", "--trusted-proxies", "127.0.0.1,10.0.0.0/8"]);
    for (forwarded, status) in [
        ("192.0.2.7", 201),
        ("192.0.2.8, 192.0.2.7", 429),
        ("192.0.2.7, 10.1.2.3", 429),
        ("192.0.2.8, 10.1.2.3", 201),
        ("2001:db8:0:1::1", 201),
        // One customer has all addresses of such a network.
        ("2001:db8:0:1::2", 429),
        ("2001:db8:0:2::1", 201),
    ] {
        let answer = signup(&server).header("x-forwarded-for", forwarded).send();
        assert_eq!(answer.status, status, "{forwarded}");
    }
}

#[test]
fn wrong_keys_are_limited_by_address_and_stop_no_right_one() {
    let server = start(&["--failed-authentications-per-minute", "3", "--trusted-proxies", "127.0.0.1"]);
    let account = server.account();
    let request = || server.request("GET", "/api/v1/projects").header("x-forwarded-for", "192.0.2.7");
    assert_eq!(request().send().status, 401);
    assert_eq!(request().key("fb_typo").send().status, 401);
    assert_eq!(request().key("hello").send().status, 401);
    let seconds = retry_after(&request().key("fb_typo").send());
    assert!((1..=21).contains(&seconds), "{seconds}");
    assert_eq!(request().key(&account.api_key).send().status, 200);
    assert_eq!(server.request("GET", "/api/v1/projects").send().status, 401);
}

#[test]
fn a_key_has_so_many_requests_a_second() {
    let server = start(&["--key-requests-per-second", "1"]);
    let (account, other) = (server.account(), server.account());
    let request = || server.request("GET", "/api/v1/projects").key(&account.api_key);
    for _ in 0..2 {
        assert_eq!(request().send().status, 200);
    }
    let seconds = retry_after(&request().send());
    assert_eq!(server.request("GET", "/api/v1/projects").key(&other.api_key).send().status, 200);
    thread::sleep(Duration::from_secs(seconds));
    assert_eq!(request().send().status, 200);
}

#[test]
fn trusted_proxies_have_all_the_connections_they_need() {
    for (listen, trusted) in
        [("[::1]:0", "::1"), ("[::1]:0", "::/64"), ("127.0.0.1:0", "127.0.0.1"), ("127.0.0.1:0", "::ffff:127.0.0.1")]
    {
        let limits = ["--max-connections-per-address", "1", "--trusted-proxies", trusted, "--listen", listen];
        let server = start(&limits);
        let mut open: Vec<_> = (0..5).map(|_| server.raw()).collect();
        for client in &mut open {
            client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
            client.wait_for("ok\n");
        }
    }
}

#[test]
fn a_flood_with_a_public_key_stops_nobody_else_who_has_it() {
    let settings = ["--address-requests-per-second", "1", "--key-requests-per-second", "1"];
    let server = start(&[&settings[..], &["--trusted-proxies", "127.0.0.1"]].concat());
    let account = server.account();
    let request = |key: &str, address: &str| {
        let request = server.request("POST", "/ofrep/v1/evaluate/flags").key(key).header("x-forwarded-for", address);
        request.body("{}").send()
    };
    for _ in 0..2 {
        request(&account.sdk_key, "192.0.2.7").expect(200);
    }
    for _ in 0..20 {
        let answer = request(&account.sdk_key, "192.0.2.7");
        assert!(answer.header("retry-after").is_some(), "{}", answer.text());
        answer.expect(429);
    }
    for address in 1..20 {
        request(&account.sdk_key, &format!("198.51.100.{address}")).expect(200);
    }
    // A secret key counts as a whole.
    for address in 1..=2 {
        request(&account.server_key, &format!("198.51.100.{address}")).expect(200);
    }
    request(&account.server_key, "198.51.100.3").expect(429);
}

#[test]
fn connections_are_limited_in_all_and_by_address() {
    for option in ["--max-connections", "--max-connections-per-address"] {
        let server = start(&[option, "3"]);
        let mut open: Vec<_> = (0..3).map(|_| server.raw()).collect();
        for client in &mut open {
            client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
            client.wait_for("ok\n");
        }
        let refused = server.raw().end(Duration::from_secs(5));
        assert!(refused.starts_with("HTTP/1.1 503 ") && refused.ends_with("try again\"}}"), "{refused}");
        drop(open.pop());
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let mut next = server.raw();
            next.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            if next.end(Duration::from_secs(5)).starts_with("HTTP/1.1 200 ") {
                break;
            }
            assert!(Instant::now() < deadline, "{option}: the place of an ended connection stays taken");
        }
        // The metrics have places of their own.
        assert!(server.metrics().contains("flagbit_refused_connections_total "), "{}", server.metrics());
    }
}
