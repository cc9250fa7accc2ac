//! `flagbit rollout`.

use std::fs;

use crate::support::{Database, Server, run, run_with};

#[test]
fn the_users_are_those_of_the_engine() {
    let ran =
        run_with(&["rollout", "theme", "--percentage", "26.5", "--users", "-", "--json"], b"usr_1\r\n\nusr_2\nusr_3\n");
    let rollout = ran.json();
    let snapshot = r#"[{"key": "theme", "enabled": true, "rules": [{"operator": "percent", "value": 26.5}]}]"#;
    for user in rollout["users"].as_array().unwrap() {
        let id = format!("user_id={}", user["id"].as_str().unwrap());
        let answer = run_with(&["eval", "-", "theme", "--json", &id], snapshot.as_bytes()).json();
        assert_eq!(answer["enabled"], user["included"]);
        assert_eq!(answer["rules"][0]["conditions"][0]["bucket"], user["bucket"]);
    }
    assert_eq!((&rollout["total_users"], &rollout["users"][1]["included"]), (&3.into(), &true.into()));
}

#[test]
fn a_salt_takes_the_keys_place() {
    let list = |arguments: &[&str]| run(&[&["rollout"], arguments, &["--percentage", "25", "--list"]].concat()).output;
    assert_eq!(list(&["a", "--salt", "b"]), list(&["b"]));
    assert_ne!(list(&["a"]), list(&["b"]));
}

#[test]
fn people_see_a_histogram_and_who_is_in() {
    let ran = run(&["rollout", "new-search", "--percentage", "25"]);
    let count = run(&["rollout", "new-search", "--percentage", "25", "--list"]).output.lines().count();
    assert!(ran.output.starts_with(&format!("new-search at 25 %: {count} of 1000 users are inside")), "{}", ran.output);
    let bars: Vec<&str> = ran.output.lines().filter(|line| line.contains(" - ")).collect();
    assert_eq!(bars.len(), 20);
    assert!(bars[..5].iter().all(|bar| bar.ends_with('#')) && bars[5..].iter().all(|bar| bar.ends_with('.')));
    let total: usize = bars.iter().map(|bar| bar.split_whitespace().nth(3).unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(total, 1000);
}

#[test]
fn misuse_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users").display().to_string();
    for wrong in [
        &["--percentage", "101"][..],
        &["--percentage", "NaN"],
        &["--percentage=-1"],
        &["--percentage", "5", "--count", "0"],
        &["--percentage", "5", "--count", "99999999999"],
        &["--percentage", "5", "--users", "/does/not/exist"],
        &["--percentage", "5", "--users", "x", "--count", "3"],
        &["--percentage", "5", "--list", "--json"],
        &[],
    ] {
        assert_eq!(run(&[&["rollout", "f"], wrong].concat()).status, 2, "{wrong:?}");
    }
    for (text, complaint) in [(&b"a\nb\n\xff\n"[..], "line 3 is not UTF-8"), (b"\n\n", "no users")] {
        fs::write(&users, text).unwrap();
        let ran = run(&["rollout", "f", "--percentage", "5", "--users", &users]);
        assert!(ran.status == 2 && ran.complaint.contains(complaint), "{ran:?}");
    }
}

#[test]
fn health_asks_a_server() {
    let server = Server::start(&Database::sqlite());
    assert_eq!(run(&["health", &server.url("/readyz")]).status, 0);
    assert_eq!(run(&["health", &server.url("")]).status, 0);
    assert_eq!(run(&["health", &server.url("/nothing")]).status, 1);
    let url = server.url("/readyz");
    server.kill();
    for wrong in
        [&*url, "https://127.0.0.1/", "nonsense", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1:1/a b"]
    {
        let ran = run(&["health", wrong]);
        assert!(ran.status == 1 && ran.complaint.starts_with("flagbit: "), "{wrong}: {ran:?}");
    }
}
