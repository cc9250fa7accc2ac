//! The audit of large flags: what a change adds to the database, and what reading it takes.

use std::thread;

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database};

const SWITCHES: usize = 100;

/// A flag that is on for so many users by name, each of 20 bytes.
fn large_flag(ids: usize) -> Value {
    let ids: Vec<String> = (0..ids).map(|index| format!("user-{index:011}")).collect();
    json!({"key": "large", "enabled": true, "rules": [{"attribute": "user_id", "operator": "in", "value": ids}]})
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
        // What the first ones leave free, the next ones use.
        switch(&project, 2);
        let before = database.bytes();
        switch(&project, SWITCHES);
        let added = (database.bytes() - before) / SWITCHES as i64;
        println!("{added} bytes a switch");
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
