//! `flagbit account create`.

use std::{
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::support::{Database, Server, flagbit, on_each_database, within};

#[test]
fn an_account_is_made_beside_a_running_server() {
    on_each_database(|database| {
        // Signing up is closed after the first account; the command is not.
        let server = Server::start_with(database, &[]);
        server.account();
        let output = run(create(database.url()).arg("--json"));
        assert!(output.status.success(), "{output:?}");
        let account: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let key = account["api_key"].as_str().expect("a key");
        // An SQLite file tells nobody of changes: it is looked at every 2 seconds.
        within(Duration::from_secs(5), || server.request("GET", "/api/v1/projects").key(key).send().status == 200);
        let audit = server.request("GET", "/api/v1/audit").key(key).send().expect(200).json();
        assert_eq!(audit["entries"][0]["actor"]["kind"], "command_line");
        for field in ["sdk_key", "server_key"] {
            let key = account[field].as_str().expect("a key");
            server.request("GET", "/api/v1/projects").key(key).send().expect(403);
        }
        let projects = server.request("GET", "/api/v1/projects").key(key).send().json();
        assert_eq!(projects["projects"][0]["id"], account["project"]["id"]);
    });
}

#[test]
fn in_words_it_says_what_to_do_next() {
    let database = Database::sqlite();
    Server::start(&database).terminate();
    let output = run(create("").env("FLAGBIT_DATABASE", database.url()));
    let text = String::from_utf8(output.stdout).expect("text");
    for expected in ["fb_", "fbsdk_", "fbsrv_", "shown this once", "flagbit serve", "/flags"] {
        assert!(text.contains(expected), "{text}");
    }
    assert!(output.stderr.is_empty());
}

#[test]
fn a_missing_database_is_not_created_unless_it_is_asked_for() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let path = folder.path().join("flagbit.db");
    let url = format!("sqlite://{}", path.display());
    let output = run(&mut create(&url));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && message.contains("there is no database at /"), "{message}");
    assert!(!path.exists());
    assert!(run(&mut create(&format!("{url}?mode=rwc"))).status.success());
    let second = run(flagbit().args(["account", "create", "--email", "other@example.com", "--database", &url]));
    assert!(second.status.success());
}

#[test]
fn a_database_that_cannot_be_used_is_named_without_its_password() {
    for (url, expected) in [
        ("postgres://user:geheim@127.0.0.1:1/flagbit", "Connection refused"),
        ("postgres://user:geheim@[::1/flagbit", "not a URL"),
        ("mysql://user:geheim@localhost/flagbit", "expected sqlite://PATH or postgres://"),
        ("sqlite:///proc/no/such/folder.db?mode=rwc", "its folder must exist"),
        ("sqlite:///etc/passwd", "not a database"),
    ] {
        let output = run(&mut create(url));
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && message.contains(expected), "{message}");
        assert!(!message.contains("geheim"), "{message}");
    }
    let output = run(flagbit().args(["account", "create", "--email", "nobody"]));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("--email") && message.contains("expected an address"), "{message}");
}

#[test]
fn an_account_whose_keys_nobody_saw_is_an_error() {
    let database = Database::sqlite();
    Server::start(&database).terminate();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device that is full");
    let output = create(database.url()).stdout(full).stderr(Stdio::piped()).output().expect("it runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not be printed"));
}

fn create(url: &str) -> Command {
    let mut command = flagbit();
    command.args(["account", "create", "--email", "ops@example.com"]);
    if !url.is_empty() {
        command.args(["--database", url]);
    }
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("it runs")
}
