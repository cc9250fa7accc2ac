//! `flagbit member` and `flagbit key`, which work on the database of the machine.

use std::time::Duration;

use crate::support::{Database, Ran, Server, on_each_database, run, within};

/// Runs a command on a database.
fn on(database: &Database, arguments: &[&str]) -> Ran {
    run(&[arguments, &["--database", database.url()]].concat())
}

#[track_caller]
fn done(database: &Database, arguments: &[&str]) -> String {
    let ran = on(database, arguments);
    assert_eq!((ran.status, ran.complaint.as_str()), (0, ""), "{arguments:?}: {ran:?}");
    ran.output
}

#[track_caller]
fn refused(database: &Database, arguments: &[&str]) -> String {
    let ran = on(database, arguments);
    assert_eq!((ran.status, ran.output.as_str()), (1, ""), "{arguments:?}: {ran:?}");
    ran.complaint
}

#[test]
fn a_lost_key_has_a_way_back() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--max-keys", "2"]);
        let account = server.account();
        // Even where no more keys are allowed, and with the keys that are lost still there.
        let mut last = String::new();
        for _ in 0..3 {
            last = on(database, &["key", "create", "--json"]).json()["key"].as_str().expect("a key").to_owned();
        }
        let status = |key: &str| server.request("GET", "/api/v1/projects").key(key).send().status;
        within(Duration::from_secs(5), || status(&last) == 200);
        let text = done(database, &["key", "create", "--role", "viewer", "--projects", &account.project.to_string()]);
        let viewer = text.lines().find(|line| line.starts_with("fb_")).expect("a key").to_owned();
        within(Duration::from_secs(5), || status(&viewer) == 200);
        let listed = done(database, &["key", "list"]);
        assert_eq!(listed.lines().count(), 5);
        assert!(
            listed.contains("made by dev@example.com")
                && listed.contains(&format!("viewer in projects {}", account.project))
        );
        assert!(!listed.contains(&viewer) && !listed.contains(&last));
        let id = listed.lines().last().and_then(|line| line.split(' ').next()).expect("an id").to_owned();
        done(database, &["key", "revoke", &id]);
        within(Duration::from_secs(5), || status(&viewer) == 401);
        let audit = server.request("GET", "/api/v1/audit?actor=command_line").key(&last).send().expect(200).json();
        assert_eq!(audit["entries"].as_array().map(Vec::len), Some(5));
    });
}

#[test]
fn members_are_managed_on_the_machine() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let project = account.project.to_string();
        let added = done(database, &["member", "add", "Ana@example.com", "editor", "--projects", &project]);
        assert!(added.ends_with(&format!("ana@example.com  editor in project {project}\n")), "{added}");
        assert!(refused(database, &["member", "add", "ana@example.com", "viewer"]).contains("member already"));
        assert!(refused(database, &["member", "remove", "dev@example.com"]).contains("last admin"));
        assert!(refused(database, &["member", "role", "bob@example.com", "viewer"]).contains("no such member"));
        assert!(done(database, &["member", "role", "ana@example.com", "admin"]).ends_with("ana@example.com  admin\n"));
        assert!(done(database, &["member", "remove", "dev@example.com"]).contains("is no member any more; API keys"));
        let status = || server.request("GET", "/api/v1/projects").key(&account.api_key).send().status;
        within(Duration::from_secs(5), || status() == 401);
        assert_eq!(done(database, &["member", "list"]).lines().count(), 1);
        server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().expect(200);
    });
}

#[test]
fn the_account_is_named_where_there_are_several() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    assert!(refused(&database, &["member", "list"]).contains("`flagbit account create` makes one"));
    server.account();
    let first = done(&database, &["member", "list", "--json"]);
    server.account();
    let message = refused(&database, &["member", "list"]);
    let choices = message.split("--account: choose one of ").nth(1).expect("the choices").trim();
    let ids: Vec<&str> = choices.split(", ").collect();
    assert_eq!(done(&database, &["member", "list", "--json", "--account", ids[0]]), first);
    assert!(refused(&database, &["key", "create", "--email", "dev@example.com"]).contains("--account"));
    done(&database, &["key", "create", "--email", "dev@example.com", "--account", ids[1]]);
    assert!(refused(&database, &["key", "create", "--account", "99999"]).contains("no account 99999"));
    assert!(refused(&database, &["key", "create", "--email", "bob@example.com"]).contains("nobody has this address"));
}

#[test]
fn an_address_that_has_an_account_gets_no_second_one() {
    on_each_database(|database| {
        Server::start(database).terminate();
        done(database, &["account", "create", "--email", "Ops@example.com"]);
        let message = refused(database, &["account", "create", "--email", "ops@example.com"]);
        assert!(message.contains("`flagbit key create --email ops@example.com`"), "{message}");
        done(database, &["account", "create", "--email", "other@example.com"]);
    });
}
