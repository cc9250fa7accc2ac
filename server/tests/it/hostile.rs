//! Clients that are slow, greedy or talk nonsense, while others are served.

use std::{
    io::Write,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Account, Database, Project, Raw, Server};

const SOON: Duration = Duration::from_secs(10);

fn start(settings: &[&str]) -> Server {
    Server::start_with(&Database::sqlite(), &[&["--signup"], settings].concat())
}

/// The server answers others, and at once.
#[track_caller]
fn is_well(server: &Server) {
    let start = Instant::now();
    assert_eq!(server.request("GET", "/healthz").send().status, 200);
    server.account();
    assert!(start.elapsed() < Duration::from_secs(2), "it took {:?}", start.elapsed());
}

fn post(length: usize) -> String {
    format!(
        "POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

#[test]
fn heads_that_trickle_are_cut_while_others_are_served() {
    let server = start(&["--header-timeout-seconds", "1"]);
    let begun = Instant::now();
    let mut clients: Vec<Raw> = (0..500).map(|_| server.raw()).collect();
    let text = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: 0123456789012345678901234567890123456789\r\n\r\n";
    for byte in text.as_bytes() {
        for client in &mut clients {
            client.send([*byte]);
        }
        is_well(&server);
        if begun.elapsed() > Duration::from_millis(1500) {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    for client in clients {
        assert_eq!(client.end(SOON), "");
    }
    is_well(&server);
}

#[test]
fn a_client_that_says_nothing_is_cut_and_one_that_waits_between_requests_is_kept() {
    let server = start(&["--header-timeout-seconds", "1", "--idle-timeout-seconds", "3"]);
    let silent = server.raw();
    let mut waiting = server.raw();
    for _ in 0..2 {
        waiting.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        thread::sleep(Duration::from_millis(1500));
    }
    assert_eq!(silent.end(Duration::from_millis(100)), "");
    assert!(!waiting.is_closed());
    assert_eq!(waiting.statuses(), [200, 200]);
    // A second head has its own time, from its first byte.
    waiting.send("GET /heal");
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(waiting.end(Duration::from_millis(100)).matches("HTTP/1.1 200").count(), 2);

    let mut idle = server.raw();
    idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    let begun = Instant::now();
    idle.end(SOON);
    assert!(begun.elapsed() > Duration::from_millis(2900));
}

#[test]
fn bodies_that_trickle_are_cut_with_an_answer() {
    let server = start(&["--body-timeout-seconds", "1"]);
    let mut clients: Vec<Raw> = (0..50).map(|_| server.raw()).collect();
    for client in &mut clients {
        client.send(post(1000));
    }
    for _ in 0..30 {
        for client in &mut clients {
            client.send(" ");
        }
        is_well(&server);
        thread::sleep(Duration::from_millis(40));
    }
    for client in clients {
        let answer = client.end(SOON);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains(r#""code":"REQUEST_TIMEOUT""#), "{answer}");
    }
}

#[test]
fn who_does_not_read_is_cut() {
    let server = start(&["--body-timeout-seconds", "1"]);
    let mut stream = server.connect();
    // More answers than the buffers of both sides hold.
    let requests = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2000);
    _ = stream.set_write_timeout(Some(Duration::from_millis(500)));
    _ = stream.write_all(requests.as_bytes());
    let deadline = Instant::now() + SOON;
    while !server.metrics().contains("flagbit_connections 1\n") {
        assert!(Instant::now() < deadline, "{}", server.metrics());
        thread::sleep(Duration::from_millis(50));
    }
    is_well(&server);
}

#[test]
fn a_body_of_100_megabytes_is_refused_before_it_is_read() {
    let server = start(&[]);
    let body = vec![b' '; 100 << 20];
    let answer = server.request("POST", "/api/v1/signup").header("content-type", "application/json").body(body).send();
    assert_eq!((answer.status, answer.code()), (413, "PAYLOAD_TOO_LARGE".into()));
    assert!(answer.json()["error"]["message"].as_str().is_some_and(|text| text.contains("4096 bytes")));

    // Without saying so before.
    let mut client = server.raw();
    client.send("POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(1 << 16));
    for _ in 0..1600 {
        if !client.send(&chunk) {
            break;
        }
    }
    let answer = client.end(SOON);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");

    // A client that asks with `Expect: 100-continue` need not send its body.
    let mut client = server.raw();
    client.send(post(100 << 20).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
    assert!(client.end(SOON).starts_with("HTTP/1.1 413 "));
    is_well(&server);
}

#[test]
fn bodies_that_are_no_sensible_json_are_refused() {
    let server = start(&[]);
    let Account { api_key, .. } = server.account();
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let long = format!("{{\"name\": [{}0]}}", "0,".repeat(400_000));
    let million = format!("{{\"name\": [{}0]}}", "0,".repeat(1_000_000));
    for (body, status) in [
        (deep.clone().into_bytes(), 400),
        (format!("{{\"name\": {deep}}}").into_bytes(), 400),
        (long.into_bytes(), 400),
        (million.into_bytes(), 413),
        (b"{\"name\": \"\xff\xfe@x\"}".to_vec(), 400),
        (b"{\"name\": \"a\x00b@x\"}".to_vec(), 400),
        (b"{\"name\": \"a\\u0000b@x\"}".to_vec(), 400),
        (b"{\"name\": \"\\ud800@x\"}".to_vec(), 400),
        (b"\xef\xbb\xbf{}".to_vec(), 400),
        (b"".to_vec(), 400),
        (b"\0".to_vec(), 400),
        (b"{\"name\": \"a@x\"} {}".to_vec(), 400),
        (b"{\"name\": \"a@x\", \"name\": \"b@x\"}".to_vec(), 400),
    ] {
        let start = Instant::now();
        let request =
            server.request("POST", "/api/v1/projects").key(&api_key).header("content-type", "application/json");
        let answer = request.body(body.clone()).send();
        let body = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(answer.status, status, "{body:?}: {}", answer.text());
        assert!(!answer.code().is_empty() && start.elapsed() < Duration::from_secs(2), "{body:?}: {}", answer.text());
        assert!(answer.text().len() < 1000, "an error repeats what was sent");
    }
    is_well(&server);
}

#[test]
fn heads_that_are_no_http_are_refused() {
    let server = start(&[]);
    let huge = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Huge: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: 1\r\n".repeat(1000));
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(100_000));
    for (head, statuses) in [
        (&b"nonsense\r\n\r\n"[..], &[400][..]),
        (b"\0\0\0\0\r\n\r\n", &[400]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello of TLS\r\n\r\n", &[400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[0, 400]),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Nul: a\0b\r\n\r\n", &[400]),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n", &[400]),
        (b"GET /health\xffz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &[400, 404]),
        (b"GET /health\0z HTTP/1.1\r\nHost: x\r\n\r\n", &[400]),
        (b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", &[400]),
        (b"POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", &[400]),
        (b"POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", &[400]),
        (b"POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", &[400]),
        (b"POST /api/v1/signup HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", &[400]),
        (huge.as_bytes(), &[431]),
        (many.as_bytes(), &[431]),
        (long.as_bytes(), &[414, 431]),
    ] {
        let mut client = server.raw();
        client.send(head);
        let answer = client.end(SOON);
        let status = answer.get(9..12).and_then(|text| text.parse().ok()).unwrap_or(0);
        let head = String::from_utf8_lossy(&head[..head.len().min(80)]).into_owned();
        assert!(statuses.contains(&status), "{head:?}: {answer:?}");
    }
    is_well(&server);
}

#[test]
fn header_values_that_are_no_text_are_no_defect() {
    let server = start(&[]);
    for header in [
        "Authorization: Bearer \u{e9}",
        "X-API-Key: \u{fffd}",
        "X-Request-ID: \u{e9}",
        "Origin: \u{e9}",
        "Content-Type: \u{e9}",
    ] {
        let mut client = server.raw();
        let body = r#"{"email": "a@example.com"}"#;
        let head = post(body.len()).replace("Content-Type: application/json", header);
        client.send(head + body);
        client.wait_for("}");
        let statuses = client.statuses();
        assert!([[201], [415]].contains(&[statuses[0]]), "{header:?}: {}\n{}", client.text(), server.output());
    }
    let answer = server.request("GET", "/api/v1/projects").header("x-api-key", "\u{e9}").send();
    assert!([401, 404].contains(&answer.status));
    is_well(&server);
}

#[test]
fn requests_may_come_in_a_pipeline_and_by_old_clients() {
    let server = start(&[]);
    let mut client = server.raw();
    let body = r#"{"email": "a@example.com"}"#;
    let one = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20) + &post(body.len()) + body;
    client.send(one.repeat(3));
    let deadline = Instant::now() + SOON;
    while client.statuses().len() < 63 {
        assert!(!client.is_closed() && Instant::now() < deadline, "{}", client.text());
    }
    let expected: Vec<u16> = [[200; 20].as_slice(), &[201]].concat().repeat(3);
    assert_eq!(client.statuses(), expected);

    let mut old = server.raw();
    old.send("GET /healthz HTTP/1.0\r\n\r\n");
    let answer = old.end(SOON);
    assert!(answer.starts_with("HTTP/1.0 200 ") && answer.ends_with("ok\n"), "{answer}");
    let mut old = server.raw();
    old.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    old.wait_for("ok\n");
    old.send("GET /readyz HTTP/1.0\r\n\r\n");
    assert!(old.end(SOON).contains("ready; "));
}

#[test]
fn other_methods_and_paths_get_an_error_in_our_shape() {
    let server = start(&[]);
    for (method, path, status, code) in [
        ("DELETE", "/healthz", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/v1/signup", 405, "METHOD_NOT_ALLOWED"),
        ("OPTIONS", "/api/v1/signup", 405, "METHOD_NOT_ALLOWED"),
        ("BREW", "/api/v1/signup", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/", 404, "NOT_FOUND"),
        ("GET", "/api/v1/%ff%00", 404, "NOT_FOUND"),
        ("GET", "/api/v1/../../etc/passwd", 404, "NOT_FOUND"),
        ("POST", "//api/v1/signup", 404, "NOT_FOUND"),
    ] {
        let mut client = server.raw();
        client.send(format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        let answer = client.end(SOON);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{method} {path}: {answer}");
        assert!(answer.contains(&format!(r#""code":"{code}""#)), "{method} {path}: {answer}");
        assert!(status != 405 || answer.to_lowercase().contains("\r\nallow: "), "{method} {path}: {answer}");
    }
    let head = server.request("HEAD", "/healthz").send();
    assert_eq!((head.status, head.bytes()), (200, &b""[..]));
    let form = server.request("POST", "/api/v1/signup").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.body("email=a@x").send().code(), "UNSUPPORTED_MEDIA_TYPE");
}

#[test]
fn keys_in_the_wrong_place_open_nothing() {
    let server = start(&[]);
    let Account { api_key, .. } = server.account();
    for request in [
        server.request("GET", &format!("/api/v1/projects?api_key={api_key}")),
        server.request("GET", "/api/v1/projects").header("cookie", &format!("key={api_key}")),
        server.request("GET", "/api/v1/projects").header("authorization", &format!("Basic {api_key}")),
        server.request("GET", "/api/v1/projects").key(&format!("{api_key} {api_key}")),
        server.request("GET", "/api/v1/projects").key(&api_key.to_uppercase()),
    ] {
        assert_eq!(request.send().status, 401);
    }
    assert_eq!(server.request("GET", "/api/v1/projects").key(&api_key).send().status, 200);
    assert_eq!(server.request("GET", "/api/v1/projects").header("x-api-key", &api_key).send().status, 200);
    let foreign = server.request("GET", "/api/v1/projects").key(&api_key).header("origin", "https://evil.example");
    assert_eq!(foreign.send().status, 403);
}

#[test]
fn heads_that_say_two_things_are_refused() {
    let server = start(&[]);
    let Account { api_key, .. } = server.account();
    let key = format!("Authorization: Bearer {api_key}\r\n");
    for (headers, status, expected) in [
        (format!("Host: x\r\n{key}"), 200, ""),
        (key.clone(), 400, "Host: missing"),
        (format!("Host: x\r\nHost: x\r\n{key}"), 400, "Host: the request has the header more than once"),
        (format!("Host: x\r\nhost: y\r\n{key}"), 400, "Host: the request has the header more than once"),
        (format!("Host: x\r\n{key}{key}"), 400, "Authorization: the request has the header more than once"),
        (format!("Host: x\r\n{key}authorization: Bearer fb_x\r\n"), 400, "Authorization: the request"),
        (format!("Host: x\r\nX-API-Key: {api_key}\r\nX-API-Key: fb_x\r\n"), 400, "X-API-Key: the request"),
        (format!("Host: x\r\n{key}Content-Encoding: identity\r\n"), 200, ""),
        (format!("Host: x\r\n{key}Content-Encoding: gzip\r\n"), 415, "Content-Encoding: the server reads"),
        (format!("Host: x\r\n{key}Content-Encoding: identity, br\r\n"), 415, "Content-Encoding: the server reads"),
    ] {
        let mut client = server.raw();
        client.send(format!("GET /api/v1/projects HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"));
        let answer = client.end(SOON);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(expected), "{headers}{answer}");
    }
    // Errors under /ofrep have the protocol's own shape.
    let mut client = server.raw();
    client.send("POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(client.end(SOON).contains(r#""errorCode":"PARSE_ERROR""#));
    // The body that was not read is no next request.
    let body = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut client = server.raw();
    client.send(post(body.len()).replace("Host: x", "Host: x\r\nHost: y") + body + body);
    client.wait_for("ok\n");
    assert_eq!(client.statuses(), [400, 200]);
}

#[test]
fn errors_quote_what_they_are_about_and_not_more() {
    let server = start(&[]);
    let project = Project::new(&server);
    for length in [46, 300, 301, 100_000] {
        let key = "k ".repeat(length / 2) + &"k".repeat(length % 2);
        let expected = match length {
            301.. => format!("{}... ({length} characters)", serde_json::json!(key[..300])),
            _ => serde_json::json!(key).to_string(),
        };
        let message = project.refused("POST", "/flags", &serde_json::json!({"key": key, "enabled": true}), 400);
        assert!(message.ends_with(&format!("found {expected}")), "{message}");
        let question = serde_json::json!({"flag_key": key});
        let asked = server
            .request("POST", &format!("/api/v1/evaluate?project_id={}", project.path().rsplit('/').next().unwrap()));
        let answer = asked.key(&project.api_key).json(&question).send().expect(404);
        assert_eq!(answer.message(), format!("no flag {expected}"));
        for body in [
            format!(r#"{{"{key}": 1}}"#),
            format!(r#"{{"{key}": 1, "{key}": 2}}"#),
            format!(r#"{{"rules": [{{"{key}": 1}}]}}"#),
            format!(r#"{{"variants": {{"{key}": 1, "{key}": 2}}}}"#),
        ] {
            let answer = project.request("POST", "/flags").body(body).send().expect(400);
            assert!(answer.message().len() < 2_000, "{}", answer.message());
        }
    }
    let many: String = (0..1_000).map(|index| format!(r#""{index}{}": 1,"#, "x".repeat(1_000))).collect();
    let answer = project.request("POST", "/flags").body(format!(r#"{{{many} "key": "a"}}"#)).send().expect(400);
    assert!(answer.bytes().len() < 20_000, "{} bytes", answer.bytes().len());
    assert!(answer.message().contains("unknown field"), "{}", answer.message());
}

/// Each of 4,000 flags has a message of its own, and each name is long.
#[test]
fn the_answer_to_a_refused_write_is_bounded() {
    let server = start(&[]);
    let account = server.account();
    let project = Project::of(&server, &account.api_key, account.project);
    let flag = |key: String, rules: Value| json!({"key": key, "enabled": true, "rules": rules});
    let asks = |index: usize| json!([{"attribute": format!("f{}", (index + 1) % 4_000), "operator": "flag_is", "value": true}]);
    let many = |count: usize, rules: &dyn Fn(usize) -> Value| -> Vec<Value> {
        (0..count).map(|index| flag(format!("f{index}"), rules(index))).collect()
    };
    let long = "x".repeat(2_000);
    for flags in [
        many(4_000, &asks),
        many(4_000, &|_| json!([{"a": 1, "b": 2, "c": 3}])),
        many(200, &|_| json!([{"operator": long}])),
        many(200, &|_| json!([{(long.as_str()): 1}])),
        (0..200).map(|index| flag(format!("{long}{index}"), json!([]))).collect(),
    ] {
        for path in ["/snapshot", "/snapshot?dry_run=true"] {
            let answer = project.request("PUT", path).json(&json!({"flags": flags})).send();
            assert!(answer.status == 400 || answer.status == 409, "{}", answer.status);
            assert!(answer.text().len() < 64 << 10, "{} bytes", answer.text().len());
        }
    }
    is_well(&server);
}
