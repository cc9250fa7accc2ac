//! Several editors at once, and a server that dies while they write.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Project, Server, on_each_database};

#[test]
fn two_editors_do_not_overwrite_each_other() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done("POST", "/flags", &json!({"key": "a", "enabled": true}));
        let patch = |etag: &str, name: &str| {
            project.request("PATCH", "/flags/a").header("if-match", etag).json(&json!({"name": name})).send()
        };
        let first = patch("\"1\"", "hers");
        assert_eq!((first.status, first.header("etag")), (200, Some("\"2\"")));
        let second = patch("\"1\"", "his");
        let message =
            "the flag \"a\" is at version 2, since somebody else changed it first; read it again and repeat the change";
        assert_eq!((second.status, second.code()), (412, "PRECONDITION_FAILED".into()));
        assert_eq!(second.json()["error"]["message"], message);
        assert_eq!(project.get("/flags/a").json()["name"], "hers");
        for (etag, status) in [("W/\"2\"", 412), ("2", 400), ("", 400), ("\"1\", \"2\"", 200), ("*", 200)] {
            assert_eq!(patch(etag, &format!("with {etag}")).status, status, "{etag}");
        }
        // The version in the body, as it was read, does the same.
        let mut flag = project.get("/flags/a").json();
        project.done("PATCH", "/flags/a", &json!({"name": "hers again"}));
        flag["name"] = "his again".into();
        assert!(project.refused("PUT", "/flags/a", &flag, 412).starts_with("the flag \"a\" is at version 5"));

        assert_eq!(patch("*", "x").status, 200);
        let gone = project.request("PATCH", "/flags/b").header("if-match", "*").json(&json!({})).send();
        assert_eq!(gone.status, 404);
        let known = |etag: &str| project.request("GET", "/flags/a").header("if-none-match", etag).send().status;
        assert_eq!((known("\"6\""), known("\"5\""), known("*")), (304, 200, 304));
        let delete = |etag: &str| project.request("DELETE", "/flags/a").header("if-match", etag).send().status;
        assert_eq!((delete("\"5\""), delete("6"), delete("\"6\"")), (412, 400, 200));
    });
}

/// Each thread turns its own tag on and off... in a field of its own, which all others leave as it is.
#[test]
fn twenty_threads_that_change_one_flag_lose_nothing() {
    const THREADS: usize = 20;
    const WRITES: usize = 5;
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done("POST", "/flags", &json!({"key": "a", "enabled": true, "tags": []}));
        let conflicts = AtomicUsize::new(0);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (project, conflicts) = (&project, &conflicts);
                scope.spawn(move || {
                    for write in 0..WRITES {
                        add_tag(project, &format!("{thread}-{write}"), conflicts);
                    }
                });
            }
        });
        let flag = project.get("/flags/a").json();
        assert_eq!(flag["tags"].as_array().unwrap().len(), THREADS * WRITES, "every tag is there");
        assert_eq!(flag["version"], 1 + THREADS * WRITES);
        println!("{} of them had to read again", conflicts.load(Ordering::Relaxed));

        // Without If-Match, fields that others change at the same time are left alone.
        let fields = ["name", "description", "enabled", "default_enabled"];
        thread::scope(|scope| {
            for (index, field) in fields.iter().enumerate() {
                let project = &project;
                scope.spawn(move || {
                    for write in 0..=10 {
                        let value = if index < 2 { json!(format!("{field} {write}")) } else { json!(write % 2 == 0) };
                        project.done("PATCH", "/flags/a", &json!({*field: value}));
                    }
                });
            }
        });
        let flag = project.get("/flags/a").json();
        let last = (&flag["name"], &flag["description"], &flag["enabled"], &flag["default_enabled"]);
        assert_eq!(json!(last), json!(["name 10", "description 10", true, true]));
        // The first write of `enabled` changes nothing.
        assert_eq!(flag["version"], THREADS * WRITES + fields.len() * 11, "no change was lost");
        assert_eq!(project.answer("a", &[]), "on");
    });
}

/// Reads, changes and writes until nobody else changed it first.
fn add_tag(project: &Project<'_>, tag: &str, conflicts: &AtomicUsize) {
    loop {
        let read = project.get("/flags/a");
        let mut tags = read.json()["tags"].clone();
        tags.as_array_mut().unwrap().push(tag.into());
        let request = project.request("PATCH", "/flags/a").header("if-match", read.header("etag").unwrap());
        match request.json(&json!({"tags": tags})).send().status {
            200 => return,
            412 => _ = conflicts.fetch_add(1, Ordering::Relaxed),
            status => panic!("{status}"),
        }
    }
}

#[test]
fn a_server_that_is_killed_loses_no_write_that_it_acknowledged() {
    on_each_database(|database| {
        let mut server = Server::start(database);
        let owner = Project::new(&server);
        let (api_key, id) = (owner.api_key.clone(), owner.path().rsplit('/').next().unwrap().parse().unwrap());
        for key in ["0", "1", "2", "3"] {
            owner.done("POST", "/flags", &json!({"key": key, "enabled": true}));
        }
        // For each flag: the last acknowledged value, and the values sent after it.
        let acknowledged = Mutex::new([0_u64; 4]);
        for round in 1..=4 {
            let address = server.address;
            let url = format!("http://{address}/api/v1/projects/{id}/flags");
            let deadline = Instant::now() + Duration::from_secs(20);
            thread::scope(|scope| {
                for flag in 0..4 {
                    let (acknowledged, url, api_key) = (&acknowledged, &url, &api_key);
                    scope.spawn(move || {
                        while Instant::now() < deadline {
                            let next = acknowledged.lock().unwrap()[flag] + 1;
                            let body = json!({"name": next.to_string(), "rules": [{"operator": "percent", "value": next % 100}]});
                            let request = crate::support::request("PATCH", &format!("{url}/{flag}")).key(api_key);
                            match request.json(&body).try_send() {
                                Ok(answer) => {
                                    assert_eq!(answer.status, 200, "{}", answer.text());
                                    acknowledged.lock().unwrap()[flag] = next;
                                }
                                Err(_) => return,
                            }
                        }
                        panic!("the server did not die");
                    });
                }
                thread::sleep(Duration::from_millis(300 + 77 * round));
                server.kill();
            });
            server = Server::start(database);
            let project = Project::of(&server, &api_key, id);
            let mut acknowledged = acknowledged.lock().unwrap();
            for (flag, said) in acknowledged.iter_mut().enumerate() {
                let flag = project.get(&format!("/flags/{flag}")).json();
                let found: u64 = flag["name"].as_str().unwrap_or("0").parse().unwrap();
                // One that was under way may or may not have been made; all of it, or nothing.
                assert!(found == *said || found == *said + 1, "acknowledged {said}, found {found}");
                if found > 0 {
                    assert_eq!(flag["rules"][0]["value"], found % 100);
                }
                *said = found;
            }
            project.snapshot();
            println!("after {round}: {acknowledged:?}");
        }
    });
}
