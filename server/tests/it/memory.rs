//! What strangers send and do not read takes a bounded memory.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{Account, Database, Project, Server, within};

const SOON: Duration = Duration::from_secs(20);

fn start(settings: &[&str]) -> (Server, Account) {
    // Millions of bytes take a debug build on a busy machine their time.
    let server = Server::start_with(&Database::sqlite(), &[settings, &["--evaluation-timeout-seconds", "60"]].concat());
    let account = server.account();
    (server, account)
}

/// The head of a request with a body.
fn head(method: &str, path: &str, key: Option<&str>, length: usize) -> String {
    let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\n{key}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// Flags whose values make an answer of some megabytes.
fn with_large_values(server: &Server, account: &Account) {
    let flag = |index: usize| {
        json!({"key": format!("f{index}"), "enabled": true, "client_visible": true, "default": "a",
            "variants": {"a": "x".repeat(60_000), "b": "y"}})
    };
    let flags: Vec<Value> = (0..300).map(flag).collect();
    Project::of(server, &account.api_key, account.project).done("PUT", "/snapshot", &json!({"flags": flags}));
}

#[test]
fn a_body_is_refused_by_its_head_where_nothing_of_it_can_matter() {
    // Signing up is closed: there is an account.
    let (server, account) = start(&[]);
    let sdk_key = Some(account.sdk_key.as_str());
    for (head, status, expected) in [
        (head("POST", "/api/v1/signup", None, 4_000), 403, "signing up is closed"),
        (head("POST", "/api/v1/signup", None, 5_000), 413, "4096 bytes"),
        (
            head("POST", "/api/v1/evaluate", sdk_key, 40_000),
            413,
            "32768 bytes that this server allows (--max-sdk-body-bytes)",
        ),
        (head("POST", "/ofrep/v1/evaluate/flags", sdk_key, 40_000), 413, "(--max-sdk-body-bytes)"),
        (head("POST", "/ofrep/v1/evaluate/flags/f", sdk_key, 40_000), 413, "(--max-sdk-body-bytes)"),
        (head("POST", "/api/v1/evaluate", None, 40_000), 401, "send a key"),
        (head("PUT", "/api/v1/projects/1/snapshot", sdk_key, 60_000_000), 403, "this needs an API key"),
        (head("PUT", "/api/v1/projects/1/snapshot", None, 80_000_000), 413, "(--max-definition-bytes)"),
    ] {
        let mut client = server.raw();
        client.send(&head);
        client.wait_for("}");
        assert!(client.statuses() == [status] && client.text().contains(expected), "{head}{}", client.text());
    }
    // A body without a length is cut where it becomes too large.
    let mut client = server.raw();
    let chunked =
        head("POST", "/api/v1/evaluate", sdk_key, 0).replace("Content-Length: 0", "Transfer-Encoding: chunked");
    client.send(chunked + "8000\r\n" + &" ".repeat(0x8000) + "\r\n");
    client.send("10\r\n");
    client.send(" ".repeat(16) + "\r\n");
    client.wait_for("}");
    assert_eq!(client.statuses(), [413]);
    // Server keys may send more.
    let body = format!("{{}}{}", " ".repeat(40_000));
    server.request("POST", "/api/v1/evaluate").key(&account.server_key).body(body).send().expect(200);
}

#[test]
fn all_bodies_together_have_a_limit_and_small_ones_pass() {
    let (server, account) = start(&["--signup", "--max-bodies-bytes", "1000000"]);
    let path = format!("/api/v1/projects/{}/snapshot", account.project);
    let head = head("PUT", &path, Some(&account.api_key), 700_000);
    let part = format!("{{\"flags\": [{}", " ".repeat(600_000));
    // There is room for one of the two, and for neither if the server reads of both by turns.
    let mut both = [server.raw(), server.raw()];
    for client in &mut both {
        client.send(&head);
        client.send(&part);
    }
    within(SOON, || both.iter_mut().any(|client| client.is_closed() || !client.text().is_empty()));
    let refused = usize::from(both[0].text().is_empty());
    both[refused].wait_for("1000000 bytes, the limit of this server (--max-bodies-bytes)");
    assert_eq!(both[refused].statuses(), [503]);
    let small = json!({"context": {"user_id": "a"}});
    server.request("POST", "/api/v1/evaluate").key(&account.sdk_key).json(&small).send().expect(200);
    server.account();
    // What is not needed any more is free.
    drop(both);
    let whole = format!("{{\"flags\": []{}}}", " ".repeat(690_000));
    within(SOON, || {
        let answer = server.request("PUT", &path).key(&account.api_key).body(whole.clone()).send();
        assert!([200, 503].contains(&answer.status), "{}", answer.text());
        answer.status == 200
    });
}

#[test]
fn one_account_does_not_take_all_the_memory_for_bodies() {
    let settings = ["--signup", "--max-bodies-bytes", "1000000", "--max-definition-bytes", "400000"];
    let (server, account) = start(&settings);
    let head = |account: &Account| {
        let path = format!("/api/v1/projects/{}/snapshot", account.project);
        head("PUT", &path, Some(&account.api_key), 400_000)
    };
    let part = format!("{{\"flags\": [{}", " ".repeat(300_000));
    let mut both = [server.raw(), server.raw()];
    for client in &mut both {
        client.send(head(&account));
        client.send(&part);
    }
    within(SOON, || both.iter_mut().any(|client| client.is_closed() || !client.text().is_empty()));
    let refused = usize::from(both[0].text().is_empty());
    both[refused].wait_for("reading for this account have more than 500000 bytes; send fewer at a time");
    assert_eq!(both[refused].statuses(), [503]);
    let other = server.account();
    let path = format!("/api/v1/projects/{}/snapshot", other.project);
    let whole = format!("{{\"flags\": []{}}}", " ".repeat(390_000));
    server.request("PUT", &path).key(&other.api_key).body(whole).send().expect(200);
}

#[test]
fn all_answers_that_nobody_reads_have_a_limit() {
    let (server, account) = start(&["--signup", "--max-answers-bytes", "30000000"]);
    let other = server.account();
    [&account, &other].into_iter().for_each(|account| with_large_values(&server, account));
    let mut unread = server.connect();
    let question = head("POST", "/ofrep/v1/evaluate/flags", Some(&account.sdk_key), 2) + "{}";
    unread.write_all(question.as_bytes()).expect("it reads");
    // Its beginning has come, and there is not room for a second one.
    unread.read_exact(&mut [0; 15]).expect("an answer");
    for (account, expected) in [
        (
            &account,
            "clients of this account have not taken answers of 15000000 bytes, half of the limit of this server",
        ),
        (&other, "clients have not taken answers of 30000000 bytes, the limit of this server (--max-answers-bytes)"),
    ] {
        let mut second = server.raw();
        second.send(head("POST", "/ofrep/v1/evaluate/flags", Some(&account.sdk_key), 2) + "{}");
        second.wait_for("}");
        assert_eq!(second.statuses(), [503]);
        assert!(second.text().contains(expected), "{}", second.text());
    }
    // Small answers and what is in memory anyway go on.
    let one = server.request("POST", "/ofrep/v1/evaluate/flags/f1").key(&account.sdk_key).body("{}").send();
    one.expect(200);
    for _ in 0..3 {
        server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().expect(200);
    }
    drop(unread);
    within(SOON, || {
        server.request("POST", "/ofrep/v1/evaluate/flags").key(&account.sdk_key).body("{}").send().status == 200
    });
}

#[test]
fn who_reads_an_answer_too_slowly_is_cut() {
    let settings = ["--body-timeout-seconds", "1", "--min-answer-bytes-per-second", "4000000"];
    let (server, account) = start(&settings);
    with_large_values(&server, &account);
    let question = head("POST", "/ofrep/v1/evaluate/flags", Some(&account.sdk_key), 2) + "{}";
    let ask = || {
        let mut stream = server.connect();
        stream.write_all(question.as_bytes()).expect("it reads");
        stream
    };
    // Takes a little again and again, and never nothing.
    let slow = ask();
    let mut read = 0;
    within(Duration::from_secs(60), || {
        let taken = take(&slow, 4_000);
        read += taken;
        thread::sleep(Duration::from_millis(100));
        taken == 0 || server.metrics().contains("flagbit_connections 0\n")
    });
    assert!(read < 15_000_000, "{read}");
    // Whoever reads at once gets all of it.
    let answer = server.request("POST", "/ofrep/v1/evaluate/flags").key(&account.sdk_key).body("{}").send().expect(200);
    assert!(answer.bytes().len() > 18_000_000);
}

/// Reads at most so many bytes; 0 at the end, however it came.
fn take(mut stream: &TcpStream, bytes: usize) -> usize {
    stream.read(&mut vec![0; bytes]).unwrap_or_default()
}
