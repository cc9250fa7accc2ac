//! Large texts: what a change adds to the database, and what reading them takes.

use std::thread;

use serde_json::{Value, json};

use crate::support::{Database, Project, Server, on_each_database};

const SWITCHES: usize = 200;

/// A flag that names so many users in its rules, in 20 bytes each, and has a value of 50 kB.
fn large_flag(ids: usize) -> Value {
    let ids: Vec<String> = (0..ids).map(|index| format!("user-{index:011}")).collect();
    let variants = json!({"long": ids[..3_000].join(" "), "short": ""});
    let rules = json!([{"conditions": [{"attribute": "user_id", "operator": "in", "value": ids}], "value": "long"}]);
    json!({"key": "large", "enabled": true, "default": "short", "variants": variants, "rules": rules})
}

fn switch(project: &Project, count: usize) {
    for index in 0..count {
        project.done("PATCH", "/flags/large", &json!({"enabled": index % 2 == 1}));
    }
}

#[test]
fn a_switch_of_a_large_flag_adds_less_than_a_kilobyte() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done("POST", "/flags", &large_flag(10_000));
        switch(&project, 2);
        // The table of the last 1024 writes is full, as it is on a server that has run for a while.
        database.execute(
            "WITH RECURSIVE slots (slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot < 1023) \
             INSERT INTO writes (slot, sequence, token) SELECT slot, 0, 0 FROM slots \
             WHERE slot NOT IN (SELECT slot FROM writes)"
                .into(),
        );
        database.settle();
        let before = database.bytes();
        switch(&project, SWITCHES);
        let added = (database.bytes() - before) / SWITCHES as i64;
        println!("{added} bytes a switch");
        assert_eq!(database.number("SELECT COUNT(*) FROM history WHERE rules_id IS NOT NULL"), 3 + SWITCHES as i64);
        assert!((1..1000).contains(&added), "{added} bytes a switch");
    });
}

#[test]
fn pages_of_large_entries_are_bounded() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let flag = project.done("POST", "/flags", &large_flag(100_000));
        switch(&project, 20);
        server.forget_peak_memory();
        let before = server.peak_memory();
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let page = project.get("/audit?limit=1000").expect(200);
                    // One entry is larger than a page and comes alone.
                    let entries = page.json()["entries"].as_array().expect("a list").clone();
                    assert_eq!(entries.len(), 1);
                    assert_eq!(entries[0]["after"]["rules"], flag["rules"]);
                    assert_eq!(entries[0]["before"]["rules"], flag["rules"]);
                    assert_eq!(
                        (&entries[0]["before"]["enabled"], &entries[0]["after"]["enabled"]),
                        (&json!(false), &json!(true))
                    );
                });
            }
        });
        let taken = server.peak_memory() - before;
        println!("{taken} bytes for 20 readers, {before} before");
        // The answers that clients have not taken yet, and what two at once are put together from.
        assert!(taken < 200 << 20, "{taken} bytes");
    });
}

#[test]
fn whole_environments_are_put_together_a_few_at_a_time() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    let large = large_flag(100_000);
    let flag = |index: usize| {
        let mut flag = large.clone();
        flag["key"] = format!("large-{index}").into();
        flag
    };
    project.done("PUT", "/snapshot", &json!({"flags": (0..8).map(flag).collect::<Vec<_>>()}));
    server.forget_peak_memory();
    let before = server.peak_memory();
    thread::scope(|scope| {
        for _ in 0..12 {
            // Answers that are not taken yet have a limit of their own.
            scope.spawn(|| assert!([200, 503].contains(&project.get("/snapshot").status)));
        }
    });
    let taken = server.peak_memory() - before;
    println!("{taken} bytes for 12 readers, {before} before");
    assert!(taken < 600 << 20, "{taken} bytes");
}
