//! Large imports: bounded in memory while they are read, and a few at a time.

use std::thread;

use serde_json::{Value, json};

use crate::support::{Answer, Database, Project, Server};

/// Less than `--max-definition-bytes` allows, and enough to tell a bounded reader from another one.
const BODY: usize = 24 << 20;

/// A body of the largest size: `start`, as many zeros as fit, and `end`.
fn zeros(start: &str, end: &str) -> String {
    zeros_of(BODY, start, end)
}

fn zeros_of(size: usize, start: &str, end: &str) -> String {
    let count = (size - start.len() - end.len()) / 2 - 1;
    format!("{start}{}0{end}", "0,".repeat(count))
}

fn refused(project: &Project<'_>, body: String) -> String {
    let answer = project.request("PUT", "/snapshot").header("content-type", "application/json").body(body).send();
    answer.expect(400).message()
}

#[test]
fn what_is_too_much_is_refused_before_it_takes_memory() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    let count = (BODY - r#"{"flags":[]}"#.len()) / 2;
    let message = refused(&project, zeros(r#"{"flags":["#, "]}"));
    assert!(message.lines().count() <= 101, "{message}");
    assert!(message.starts_with("flags[0]: expected an object, found 0\n"), "{message}");
    assert!(message.contains("more"), "{message}");

    let message = refused(&project, zeros(r#"{"flags":[{"key":"a","enabled":true,"rules":["#, "]}]}"));
    assert!(message.starts_with("flags[0]: 2516") && message.contains("(--max-flag-bytes)"), "{message}");

    let start = r#"{"flags":[],"segments":{"a":{"rules":["#;
    let message = refused(&project, zeros(start, "]}}}"));
    assert!(message.starts_with("segments[\"a\"]: 2516"), "{message}");

    // Flags of an allowed size each, with too many values together.
    let flag = |key: usize| format!(r#"{{"key":"f{key}","enabled":true,"rules":[{}0]}}"#, "0,".repeat(2 << 20 >> 1));
    let flags: Vec<String> = (0..BODY / flag(0).len() - 1).map(flag).collect();
    let message = refused(&project, format!(r#"{{"flags":[{}]}}"#, flags.join(",")));
    assert!(message.contains("the document has more than 8388608 values"), "{message}");

    let unknown = r#""a":0,"#.repeat(BODY / 6 - 4);
    let message = refused(&project, format!(r#"{{{unknown}"flags":[]}}"#));
    assert!(message.lines().count() <= 101, "{message}");

    // Millions of problems in flags of an allowed size each.
    let fields: Vec<String> = (0..300_000).map(|number| format!(r#""{number}":0"#)).collect();
    let flags = vec![format!("{{{}}}", fields.join(",")); BODY / (300_000 * 11)];
    let message = refused(&project, format!(r#"{{"flags":[{}]}}"#, flags.join(",")));
    assert!(message.starts_with("flags[0][\"0\"]: unknown field") && message.ends_with(" more"), "{message}");

    // The largest body is in memory once, as bytes, with at most 8 Mi values of 32 bytes.
    let peak = server.peak_memory();
    assert!(peak < 800 << 20, "{} MiB for {count} zeros", peak >> 20);
    assert_eq!(project.get("/flags").json()["flags"], json!([]));
}

#[test]
fn errors_inside_a_flag_name_their_place_in_the_body() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    for (body, expected) in [
        (
            r#"{"flags": [{"key": "a", "enabled": true}, {"key": "b", "rules": [{"x": 1, "x": 2}]}]}"#,
            "flags[1].rules[0]: duplicate field \"x\" at line 1 column ",
        ),
        (
            r#"{"flags": [], "segments": {"a": {"rules": []}, "a": {}}}"#,
            "segments: duplicate field \"a\" at line 1 column ",
        ),
        (r#"{"flags": [], "flags": []}"#, "the body: duplicate field \"flags\""),
        (r#"{"flags": [1, }"#, "the body: "),
        (r#"{"flags": []} x"#, "the body: trailing characters"),
    ] {
        let message = refused(&project, body.into());
        assert!(message.starts_with(expected), "{body}: {message}");
    }
}

#[test]
fn imports_beyond_a_few_are_told_to_come_later() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    // They are read for a while, and refused in the end.
    let body = zeros_of(8 << 20, r#"{"flags":["#, "]}");
    let import = || {
        let request = project.request("PUT", "/snapshot").header("content-type", "application/json");
        request.body(body.clone()).send()
    };
    let answers: Vec<Answer> = thread::scope(|scope| {
        let imports: Vec<_> = (0..12).map(|_| scope.spawn(import)).collect();
        // Everything else goes on.
        let flag: Value = project.done("POST", "/flags", &json!({"key": "a", "enabled": true}));
        assert_eq!(flag["version"], 1);
        server.request("GET", "/healthz").send().expect(200);
        imports.into_iter().map(|import| import.join().expect("an answer")).collect()
    });
    let (busy, read): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 503);
    assert!(!busy.is_empty() && !read.is_empty(), "{} refused", busy.len());
    for answer in busy {
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.message(), "other imports are running; nothing was changed; try again once they are done");
    }
    for answer in read {
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    // Whoever sends no body keeps nobody from importing.
    let head = format!(
        "PUT {}/snapshot HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 13\r\n\r\n",
        project.path(),
        project.api_key
    );
    let mut waiting: Vec<_> = (0..8).map(|_| server.raw()).collect();
    waiting.iter_mut().for_each(|client| assert!(client.send(&head)));
    project.send("PUT", "/snapshot", &json!({"flags": []})).expect(200);
}
