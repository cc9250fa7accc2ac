//! A flag that is resolved once answers as its client does, whatever happens to the flags in force.

use std::thread;

use flagbit::{Client, Context, ErrorCode, Flag};

const RULES: &str =
    r#"[{"key": "f", "enabled": true, "rules": [{"attribute": "plan", "operator": "eq", "value": "PLAN"}]}]"#;

fn context(plan: &str) -> Context {
    Context::builder().set("plan", plan).unwrap().build()
}

/// The flag's answers are the client's, for users of each plan.
#[track_caller]
fn same(client: &Client, flag: &mut Flag) {
    for plan in ["free", "pro"] {
        let user = context(plan);
        for default in [false, true] {
            assert_eq!(flag.evaluate(&user, default), client.evaluate(flag.key(), &user, default));
            assert_eq!(flag.is_enabled(&user, default), client.is_enabled(flag.key(), &user, default));
        }
        assert_eq!(flag.value(&user, 7_i64), client.value(flag.key(), &user, 7_i64));
    }
}

#[test]
fn a_flag_follows_what_is_in_force() {
    let client = Client::from_snapshot("[]").unwrap();
    let flag = &mut client.flag("f");
    let user = context("pro");
    assert_eq!(flag.evaluate(&user, true).error_code, Some(ErrorCode::FlagNotFound));
    for text in [
        RULES.replace("PLAN", "pro"),
        RULES.replace("PLAN", "free"),
        RULES.replace("eq", "not_starts_with"),
        RULES.replace("eq", "starts_with").replace("PLAN", "p"),
        r#"[{"key": "f", "enabled": false}]"#.to_owned(),
        r#"[{"key": "f", "enabled": true, "default": "a", "variants": {"a": 1, "b": 2}}]"#.to_owned(),
        r#"[{"key": "f", "enabled": 1}]"#.to_owned(),
        r#"[{"key": "other", "enabled": true}]"#.to_owned(),
        RULES.replace("PLAN", "pro"),
    ] {
        client.load(text.as_bytes()).unwrap();
        same(&client, flag);
        let first = client.override_flags([("f", false)]).unwrap();
        same(&client, flag);
        let second = client.override_flags([("f", 5)]).unwrap();
        same(&client, flag);
        assert_eq!(flag.value(&user, 7_i64), 5);
        drop(second);
        same(&client, flag);
        drop(first);
        same(&client, flag);
    }
    assert!(flag.is_enabled(&user, false));
    assert!(client.load(b"{").is_err());
    assert!(flag.is_enabled(&user, false));
    client.close();
    same(&client, flag);
    assert_eq!(flag.evaluate(&user, true).error_code, Some(ErrorCode::ProviderNotReady));
}

#[test]
fn a_flag_keeps_its_client_open() {
    let path = std::env::temp_dir().join(format!("flagbit-flag-{}.json", std::process::id()));
    std::fs::write(&path, RULES.replace("PLAN", "pro")).unwrap();
    let client = Client::open(flagbit::ClientOptions::watched_file(&path)).unwrap();
    let (mut flag, mut clone) = (client.flag("f"), client.flag("f").clone());
    drop(client);
    assert!(flag.is_enabled(&context("pro"), false));
    drop(flag);
    // The client follows its file until its last flag is gone.
    std::fs::write(&path, RULES.replace("PLAN", "free")).unwrap();
    let start = std::time::Instant::now();
    while clone.is_enabled(&context("pro"), true) {
        assert!(start.elapsed().as_secs() < 30, "the file is not followed");
        thread::sleep(std::time::Duration::from_millis(10));
    }
    std::fs::remove_file(&path).unwrap();
}

/// Odd generations are on, even ones off: an answer of one snapshot under the generation of another one shows.
#[test]
fn each_thread_has_its_own_flag_while_snapshots_change() {
    const LOADS: u64 = 2_000;
    let client = &Client::from_snapshot(RULES.replace("PLAN", "pro")).unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            let mut flag = client.flag("f");
            scope.spawn(move || {
                let (user, mut latest) = (context("pro"), 0);
                while latest < LOADS {
                    let found = flag.evaluate(&user, false);
                    assert_eq!(found.enabled, found.generation % 2 == 1);
                    assert!(found.generation >= latest);
                    latest = found.generation;
                }
            });
        }
        for generation in 2..=LOADS {
            let plan = if generation % 2 == 1 { "pro" } else { "free" };
            client.load(RULES.replace("PLAN", plan).as_bytes()).unwrap();
        }
    });
}
