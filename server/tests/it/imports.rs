//! Large imports: bounded in memory while they are read, and a few at a time.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use serde_json::{Value, json};

use crate::support::{Answer, Database, Project, Server, on_each_database};

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
    for (start, end, place) in [(r#"{"flags":["#, "]}", "flags[0]"), ("[", "]", "[0]")] {
        let message = refused(&project, zeros(start, end));
        assert!(message.lines().count() <= 102, "{message}");
        assert!(message.starts_with(&format!("{place}: expected an object, found 0\n")), "{message}");
        assert!(message.contains(" flags; this server allows 10000") || message.contains("more"), "{message}");
    }
    let message = refused(&project, format!(r#"{{"flags":{{{}"a":0}}}}"#, r#""a":0,"#.repeat(BODY / 6 - 4)));
    assert!(message.lines().count() <= 102, "{message}");
    assert!(message.starts_with("flags[\"a\"]: expected an object, found 0\n"), "{message}");

    for (start, end, place) in [
        (r#"{"flags":[{"key":"a","enabled":true,"rules":["#, "]}]}", "flags[0]"),
        (r#"[{"key":"a","enabled":true,"rules":["#, "]}]", "[0]"),
        (r#"{"flags":{"a":{"enabled":true,"rules":["#, "]}}}", r#"flags["a"]"#),
    ] {
        let message = refused(&project, zeros(start, end));
        assert!(message.starts_with(&format!("{place}: 2516")) && message.contains("(--max-flag-bytes)"), "{message}");
    }

    let start = r#"{"flags":[],"segments":{"a":{"rules":["#;
    let message = refused(&project, zeros(start, "]}}}"));
    assert!(message.starts_with("segments[\"a\"]: 2516"), "{message}");

    // Flags of an allowed size each, which take too much memory together.
    for element in ["0", r#"{"":0}"#] {
        let rules = vec![element; (2 << 20) / element.len()].join(",");
        let flag = |key: usize| format!(r#"{{"key":"f{key}","enabled":true,"rules":[{rules}]}}"#);
        let flags: Vec<String> = (0..BODY / flag(0).len() - 1).map(flag).collect();
        let message = refused(&project, format!(r#"{{"flags":[{}]}}"#, flags.join(",")));
        assert!(message.contains("takes more than 640 MiB of memory"), "{message}");
    }

    let unknown = r#""a":0,"#.repeat(BODY / 6 - 4);
    let message = refused(&project, format!(r#"{{{unknown}"flags":[]}}"#));
    assert!(message.lines().count() <= 101, "{message}");

    // Millions of problems in flags of an allowed size each.
    let fields: Vec<String> = (0..300_000).map(|number| format!(r#""{number}":0"#)).collect();
    let flags = vec![format!("{{{}}}", fields.join(",")); BODY / (300_000 * 11)];
    let message = refused(&project, format!(r#"{{"flags":[{}]}}"#, flags.join(",")));
    assert!(message.starts_with("flags[0][\"0\"]: unknown field") && message.ends_with(" more"), "{message}");

    let peak = server.peak_memory();
    assert!(peak < 900 << 20, "{} MiB for {count} zeros", peak >> 20);
    assert_eq!(project.get("/flags").json()["flags"], json!([]));
}

#[test]
fn errors_inside_a_flag_name_their_place_in_the_body() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    for (body, expected) in [
        (
            r#"{"flags": [{"key": "a", "enabled": true}, {"key": "b", "rules": [{"x": 1, "x": 2}]}]}"#,
            "flags[1].rules[0].x: duplicate field\n",
        ),
        (r#"{"flags": [], "segments": {"a": {"rules": []}, "a": {}}}"#, "segments[\"a\"]: duplicate field"),
        (r#"{"flags": [], "flags": []}"#, "flags: duplicate field"),
        (r#"{"flags": {"a": {"enabled": true}, "a": {"enabled": true}}}"#, "flags[\"a\"].key: duplicate key"),
        (r#"{"flags": [], "revision": 1e400}"#, "the body: number out of range at line 1 column 31"),
        (r#"{"flags": [], "project": "\ud800"}"#, "the body: unexpected end of hex escape at line 1 column "),
        (r#"{"flags": [1, }"#, "the body: "),
        (r#"{"flags": []} x"#, "the body: trailing characters"),
    ] {
        let message = refused(&project, body.into());
        assert!(message.starts_with(expected), "{body}: {message}");
    }
}

#[test]
fn imports_beyond_a_few_of_an_account_are_told_to_come_later() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    // They are read for a while, and refused in the end.
    let body = zeros_of(8 << 20, r#"{"flags":["#, "]}");
    let import = || {
        let request = project.request("PUT", "/snapshot").header("content-type", "application/json");
        request.body(body.clone()).send()
    };
    let answers: Vec<Answer> = thread::scope(|scope| {
        // Together they are smaller than the share of an account in the bodies that are being read.
        let imports: Vec<_> = (0..7).map(|_| scope.spawn(import)).collect();
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
        let expected = "other imports of this account are running; nothing was changed; try again once they are done";
        assert_eq!(answer.message(), expected);
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
    project.send("PUT", "/snapshot?removes=1", &json!({"flags": []})).expect(200);
}

/// 10,000 flags, each with rules that are stored apart; another number makes others of them.
/// A development build takes about ten times as long for a flag as the build that people run.
const MANY: usize = 3_000;

fn many_flags(number: usize) -> Value {
    let flag = |index: usize| {
        json!({"key": format!("flag-{index}"), "enabled": index % 2 == number % 2, "rules": [
            {"attribute": "country", "operator": "in", "value": ["AU", "BR", "CA", "CN", "DE", "IN", "JP", "MX", "NZ"]},
            {"attribute": "plan", "operator": "eq", "value": format!("pro-{number}-{index}")},
            {"operator": "percent", "value": 30}]})
    };
    json!({"flags": (0..MANY).map(flag).collect::<Vec<_>>()})
}

#[test]
fn other_writes_go_on_while_a_large_import_runs() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (project, other) = (Project::new(&server), Project::new(&server));
        other.done("POST", "/flags", &json!({"key": "a", "enabled": true}));
        let bodies = [many_flags(0), many_flags(1), json!({"flags": []})];
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let writes = scope.spawn(|| {
                let mut writes = 0;
                while !is_over.load(Relaxed) {
                    let flag = other.done("PATCH", "/flags/a", &json!({"enabled": writes % 2 == 0}));
                    assert_eq!(flag["enabled"], writes % 2 == 0);
                    let key = other.done("POST", "/keys", &json!({"kind": "sdk", "name": "for a while"}));
                    let text = key["key"].as_str().expect("a key").to_owned();
                    other.send("DELETE", &format!("/keys/{}", key["id"]), &Value::Null).expect(204);
                    server.request("GET", "/api/v1/snapshot").key(&text).send().expect(401);
                    writes += 1;
                }
                writes
            });
            for (body, count) in bodies.iter().zip([MANY, MANY, 0]) {
                let tried = project.send("PUT", "/snapshot?dry_run=true", body).expect(200).json();
                project.send("PUT", &format!("/snapshot?removes={}", tried["removes"]), body).expect(200);
                assert_eq!(project.snapshot().flags().len(), count);
            }
            is_over.store(true, Relaxed);
            assert!(writes.join().expect("every write succeeded") > 0);
        });
    });
}

/// Other writes wait while an import is stored, so that takes few statements, however many flags change.
#[test]
fn an_import_of_many_flags_takes_few_statements() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--signup", "--log-level", "info,flagbit::write=debug"]);
        let project = Project::new(&server);
        for (body, removes) in [(many_flags(0), 0), (many_flags(1), 0), (json!({"flags": []}), MANY)] {
            let before = server.output().len();
            project.send("PUT", &format!("/snapshot?removes={removes}"), &body).expect(200);
            let output = server.output();
            let statements = output[before..].lines().filter_map(|line| {
                let (_, rest) = line.split_once("statements=")?;
                rest.split(' ').next()?.parse().ok()
            });
            let statements: Vec<usize> = statements.collect();
            let most = *statements.iter().max().expect("a write");
            assert!((10..20 + 10 * MANY / 500).contains(&most), "{statements:?}");
        }
    });
}

#[test]
fn an_import_is_made_from_the_newest_flags() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let document = json!({"flags": [{"key": "a", "enabled": true}, {"key": "b", "enabled": true}]});
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    project.send("POST", "/flags", &json!({"key": "c", "enabled": true}));
                    project.send("PATCH", "/flags/a", &json!({"enabled": false}));
                }
            });
            for _ in 0..40 {
                // The flag that is created meanwhile leaves, if the import comes after it.
                let answers = ["/snapshot?removes=1", "/snapshot"].map(|path| project.send("PUT", path, &document));
                let Some(answer) = answers.into_iter().find(|answer| answer.status != 409) else { continue };
                if answer.status == 503 {
                    let expected = "other changes came in between, 3 times; nothing was changed; import again when fewer \
                                    flags change";
                    assert_eq!(answer.message(), expected);
                    assert_eq!(answer.header("retry-after"), Some("1"));
                } else {
                    answer.expect(200);
                }
            }
            is_over.store(true, Relaxed);
        });
        let tried = project.send("PUT", "/snapshot?dry_run=true", &document).expect(200).json();
        project.send("PUT", &format!("/snapshot?removes={}", tried["removes"]), &document).expect(200);
        let keys: Vec<String> = project.snapshot().flags().map(|flag| flag.key().to_owned()).collect();
        assert_eq!(keys, ["a", "b"]);
    });
}

#[test]
fn a_parameter_that_cannot_be_read_is_named_with_what_is_expected() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    for (query, expected) in [
        ("dry_run=yes", "dry_run: expected true or false, found \"yes\""),
        ("shared=", "shared: expected true or false, found \"\""),
        ("removes=-1", "removes: expected a whole number such as 2, found \"-1\""),
        ("removes=1e3", "removes: expected a whole number such as 2, found \"1e3\""),
    ] {
        let answer = project.send("PUT", &format!("/snapshot?{query}"), &json!({"flags": []}));
        assert_eq!(answer.expect(400).message(), format!("the query: {expected}"));
    }
}
