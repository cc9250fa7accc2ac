//! Databases that take no writes for a while, and files that are missing.

use std::{fs, os::unix::fs::PermissionsExt, thread, time::Duration};

use serde_json::json;

use crate::support::{Answer, Database, Project, Server, flagbit, within};

fn create(project: &Project, key: &str) -> Answer {
    let flag = json!({"key": key, "enabled": true, "description": "x".repeat(9000)});
    project.send("POST", "/flags", &flag)
}

/// Asserts that a write was refused for the time being.
#[track_caller]
fn assert_later(answer: &Answer, reason: &str) {
    assert_eq!((answer.status, answer.code()), (503, "UNAVAILABLE".into()), "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    assert!(answer.message().contains(reason), "{}", answer.text());
}

#[test]
fn a_full_disk_is_503_while_it_is_full_and_no_longer() {
    let database = Database::sqlite();
    let server = Server::start_on_a_disk_that_fills(&database);
    let project = Project::new(&server);
    create(&project, "before").expect(201);
    // More often than the server has connections: a full disk may spoil none of them.
    server.fill_disk(Some(16 << 10));
    for number in 0..20 {
        assert_later(&create(&project, &format!("full-{number}")), "nothing was changed");
        project.get("/environments").expect(200);
        project.get("/flags").expect(200);
    }
    server.fill_disk(None);
    for number in 0..20 {
        create(&project, &format!("after-{number}")).expect(201);
        project.get("/environments").expect(200);
    }
    assert_eq!(project.snapshot().flags().count(), 21);
}

#[test]
fn a_postgres_that_takes_no_writes_is_503() {
    let database = Database::postgres();
    let server = Server::start(&database);
    let project = Project::new(&server);
    create(&project, "before").expect(201);
    database.refuse_writes(true);
    within(Duration::from_secs(20), || create(&project, "read-only").message().contains("read-only"));
    for _ in 0..10 {
        assert_later(&create(&project, "read-only"), "the database is read-only; nothing was changed");
        project.get("/flags").expect(200);
    }
    database.refuse_writes(false);
    within(Duration::from_secs(20), || create(&project, "after").status == 201);
}

#[test]
fn a_database_file_that_is_deleted_or_replaced_takes_no_writes() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let project = Project::new(&server);
    create(&project, "before").expect(201);
    let aside = database.path().with_extension("aside");
    fs::rename(database.path(), &aside).expect("it is there");
    for number in 0..5 {
        assert_later(&create(&project, &format!("missing-{number}")), "deleted or replaced");
    }
    assert!(!database.path().exists(), "no other database comes into being");
    fs::write(database.path(), fs::read(&aside).expect("a file")).expect("a copy");
    assert_later(&create(&project, "replaced"), "deleted or replaced");
    assert_eq!(server.request("GET", "/readyz").send().status, 200);

    // The file itself is back.
    fs::rename(&aside, database.path()).expect("it is there");
    create(&project, "after").expect(201);
    // Only the log is gone, which has the latest writes.
    fs::remove_file(database.path().with_extension("db-wal")).expect("a log");
    assert_later(&create(&project, "no-log"), "deleted or replaced");
}

#[test]
fn a_setting_says_that_the_database_must_exist() {
    let refused = |database: &Database| {
        let mut command = flagbit();
        command.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--database-must-exist"]);
        let output = command.args(["--database", database.url()]).output().expect("it runs");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let database = Database::sqlite();
    let error = refused(&database);
    assert!(error.contains("there is no database at") && error.contains("--database-must-exist"), "{error}");
    assert!(!database.path().exists(), "it is not created");
    fs::write(database.path(), "").expect("an empty file");
    for database in [database, Database::postgres()] {
        let error = refused(&database);
        assert!(error.contains("holds no flags") && error.contains("--database-must-exist"), "{error}");
        let account = {
            let server = Server::start(&database);
            let account = server.account();
            assert!(server.terminate().success());
            account
        };
        let server = Server::start_with(&database, &["--database-must-exist"]);
        assert_eq!(server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().status, 200);
    }
}

#[test]
fn servers_that_start_together_on_a_new_database_all_start() {
    for database in [Database::sqlite(), Database::sqlite(), Database::sqlite(), Database::postgres()] {
        let servers: Vec<_> = thread::scope(|scope| {
            let starting: Vec<_> = (0..6).map(|_| scope.spawn(|| Server::start(&database))).collect();
            starting.into_iter().map(|server| server.join().expect("it starts")).collect()
        });
        let account = servers[0].account();
        for server in &servers {
            let asked = || server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().status;
            within(Duration::from_secs(30), || asked() == 200);
        }
    }
}

#[test]
fn only_the_owner_reads_the_files_of_a_new_database() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    create(&Project::new(&server), "flag").expect(201);
    let folder = database.path().parent().expect("a folder");
    let files: Vec<_> = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file")).collect();
    assert_eq!(files.len(), 3, "the database, its log and the log's index: {files:?}");
    for file in files {
        let mode = file.metadata().expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
    }
}

#[test]
fn a_log_that_has_grown_is_emptied() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let project = Project::new(&server);
    let log = database.path().with_extension("db-wal");
    let flags: Vec<_> = (0..4000)
        .map(|number| json!({"key": format!("f-{number}"), "enabled": true, "description": "x".repeat(8000)}))
        .collect();
    project.done("PUT", "/snapshot", &json!({"flags": flags}));
    within(Duration::from_secs(30), || fs::metadata(&log).is_ok_and(|log| log.len() <= 8 << 20));
    create(&project, "after").expect(201);
}
