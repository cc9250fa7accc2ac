//! A client's life: loading, overrides, changes, closing, threads.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use flagbit::{
    BorrowedAttributes, Changes, Client, ClientError, ClientOptions, Context, ErrorCode, Level, MAX_LIST,
    PackedAttributes, Reason, State, Value,
};

use crate::pack::pack;

const OFF: &str = r#"{"revision": 1, "flags": [{"key": "f", "enabled": false}, {"key": "g", "enabled": true}]}"#;
const ON: &str = r#"{"revision": 2, "flags": [{"key": "f", "enabled": true, "default_enabled": true}, {"key": "g", "enabled": true}]}"#;
const NOBODY: Context = Context::EMPTY;

#[test]
fn a_refused_snapshot_leaves_the_old_one_serving() {
    let client = Client::from_snapshot(ON).unwrap();
    let error = client.load(b"[{\"key\": \"f\"}, {\"key\": \"f\"}]").unwrap_err();
    assert_eq!(error.to_string(), r#"[1].key: duplicate key "f", already at [0]"#);
    assert!(client.is_enabled("f", &NOBODY, false));
    let status = client.status();
    assert_eq!((status.state, status.consecutive_failures), (State::Ready, 1));
    assert_eq!(status.last_error, Some(error.to_string()));
    client.load(OFF.as_bytes()).unwrap();
    let status = client.status();
    assert_eq!((status.revision.as_deref(), status.consecutive_failures, status.last_error), (Some("1"), 0, None));
    assert!(!client.is_enabled("f", &NOBODY, true));
}

#[test]
fn only_a_client_of_a_text_takes_another() {
    let client = Client::for_testing([("f", true)]).unwrap();
    assert!(matches!(client.load(ON.as_bytes()), Err(ClientError::Options(_))));
    assert!(client.is_enabled("f", &NOBODY, false));
}

#[test]
fn changes_name_the_keys_since_a_generation() {
    let client = Client::from_snapshot(OFF).unwrap();
    assert_eq!(client.changes(0), (Changes::All, 1));
    client.load(ON.as_bytes()).unwrap();
    client.load(r#"{"flags": []}"#.as_bytes()).unwrap();
    let keys = |keys: &[&str]| Changes::Keys(keys.iter().map(|&key| key.into()).collect());
    assert_eq!(client.changes(1), (keys(&["f", "g"]), 3));
    assert_eq!(client.changes(3), (keys(&[]), 3));
    assert_eq!(
        (client.revision(1), client.revision(2), client.revision(3)),
        (Some(Some("1".into())), Some(Some("2".into())), Some(None))
    );
}

#[test]
fn overrides_stand_above_the_snapshot_and_end() {
    let client = Client::from_snapshot(OFF).unwrap();
    {
        let _outer = client.override_flags([("f", true), ("new", true)]).unwrap();
        let evaluation = client.evaluate("f", &NOBODY, false);
        assert_eq!((evaluation.enabled, evaluation.reason), (true, Reason::Default));
        assert_eq!(client.flags(), ["f", "g", "new"]);
        {
            let _inner = client.override_flags([("f", false)]).unwrap();
            assert!(!client.is_enabled("f", &NOBODY, true));
            client.load(ON.as_bytes()).unwrap();
            assert!(!client.is_enabled("f", &NOBODY, true), "an override stays above a new snapshot");
        }
        assert!(client.is_enabled("f", &NOBODY, false));
        assert_eq!(client.evaluate_all(&NOBODY, false).0.len(), 3);
    }
    assert_eq!(client.flags(), ["f", "g"]);
    assert_eq!(client.evaluate("new", &NOBODY, false).error_code, Some(ErrorCode::FlagNotFound));
    let error = client.override_flags([("f", true), ("f", false)]).unwrap_err();
    assert_eq!(error.to_string(), r#"flags["f"].key: duplicate key"#);
}

#[test]
fn flags_without_rules_are_static() {
    let rules = r#""rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]"#;
    let variants = r#""default": "a", "variants": {"a": "A", "b": "B"}"#;
    let client = Client::from_snapshot(format!(
        r#"[{{"key": "static", "enabled": true}}, {{"key": "ruled", "enabled": true, {rules}}},
            {{"key": "typed-static", "enabled": true, {variants}}},
            {{"key": "typed-ruled", "enabled": true, {variants}, "rules": [{{"conditions": [], "value": "b"}}]}},
            {{"key": "later", "enabled": true, "rules": [{{"attribute": "@now", "operator": "after", "value": "2999-01-01T00:00:00Z"}}]}},
            {{"key": "off", "enabled": false}}, {{"key": "aside", "enabled": 1}}]"#
    ))
    .unwrap();
    for (key, reason, is_static) in [
        ("static", Reason::Default, true),
        ("ruled", Reason::Default, false),
        ("typed-static", Reason::Default, true),
        ("typed-ruled", Reason::TargetingMatch, false),
        ("later", Reason::Default, false),
        ("off", Reason::Disabled, false),
        ("aside", Reason::Error, false),
        ("none", Reason::Error, false),
    ] {
        let found = client.evaluate(key, &NOBODY, false);
        assert_eq!((found.reason, found.is_static), (reason, is_static), "{key}");
    }
}

#[test]
fn a_closed_client_gives_defaults_and_wakes_those_who_wait() {
    let client = &Client::from_snapshot(ON).unwrap();
    thread::scope(|scope| {
        let seen = client.wait(0, Duration::ZERO).unwrap().unwrap();
        let waiter = scope.spawn(move || client.wait(seen, Duration::from_secs(60)));
        thread::sleep(Duration::from_millis(50));
        let start = Instant::now();
        client.close();
        client.close();
        assert!(matches!(waiter.join().unwrap(), Err(ClientError::Closed)));
        assert!(start.elapsed() < Duration::from_secs(10), "the waiter was not woken");
    });
    let evaluation = client.evaluate("f", &NOBODY, true);
    assert_eq!((evaluation.enabled, evaluation.error_code), (true, Some(ErrorCode::ProviderNotReady)));
    assert_eq!(client.status().state, State::Closed);
    assert!(matches!(client.load(OFF.as_bytes()), Err(ClientError::Closed)));
    assert!(matches!(client.refresh(Duration::ZERO), Err(ClientError::Closed)));
    assert!(!client.wait_until_ready(Duration::ZERO));
}

#[test]
fn waiting_ends_with_a_change_or_with_its_time() {
    let client = &Client::from_snapshot(OFF).unwrap();
    let seen = client.wait(0, Duration::ZERO).unwrap().expect("the first snapshot is an event");
    assert_eq!(client.wait(seen, Duration::from_millis(20)).unwrap(), None);
    thread::scope(|scope| {
        let waiter = scope.spawn(move || client.wait(seen, Duration::from_secs(60)));
        client.load(ON.as_bytes()).unwrap();
        assert_eq!(waiter.join().unwrap().unwrap(), Some(seen + 1));
    });
}

#[test]
fn unsupported_values_are_counted_and_noted_once() {
    let client = Client::from_snapshot(ON).unwrap();
    client.take_log();
    let packed = pack(&[("odd", None), ("nan", Some(Value::Number(f64::NAN)))]);
    for _ in 0..3 {
        client.evaluate("f", &PackedAttributes::new(&packed).unwrap(), false);
    }
    assert_eq!(client.status().unsupported_values, 6);
    let log = client.take_log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].level == Level::Warning && log[0].message.contains("unsupported type"), "{log:?}");
    assert!(!log[0].message.contains("odd"), "a context is no text for a log");
    assert_eq!(client.take_log(), []);
    let (nested, long) = ([Value::List(&[])], [Value::Integer(1); MAX_LIST + 1]);
    let odd = [
        ("nan", Value::Number(f64::NAN)),
        ("nested", Value::List(&nested)),
        ("long", Value::List(&long)),
        ("good", Value::List(&long[1..])),
    ];
    client.evaluate("f", &BorrowedAttributes::new(&odd), false);
    assert_eq!(client.status().unsupported_values, 9);
}

#[test]
fn flags_set_aside_are_in_the_log_but_not_without_end() {
    let flags: Vec<String> = (0..30).map(|index| format!(r#"{{"key": "f{index}"}}"#)).collect();
    let client = Client::from_snapshot(format!("[{}]", flags.join(","))).unwrap();
    let log = client.take_log();
    assert_eq!(log.len(), 21);
    assert_eq!(log[0].message, r#"flag "f0" is set aside: [0].enabled: missing"#);
    assert_eq!(log[20].message, "10 more flags are set aside");
    assert_eq!(client.status().flags_set_aside, 30);
}

#[test]
fn the_size_limit_is_an_option() {
    let error = Client::open(ClientOptions::text(ON).max_snapshot_bytes(10)).unwrap_err();
    assert_eq!(error.to_string(), format!("the snapshot has {} bytes, more than the limit of 10", ON.len()));
}

#[test]
fn readers_see_the_old_snapshot_or_the_new_one_while_they_swap() {
    const READERS: usize = 4;
    let client = Client::from_snapshot(ON).unwrap();
    let (stop, reading) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let (mut latest, mut generations) = (0, 0);
                while !stop.load(Ordering::Relaxed) {
                    let evaluation = client.evaluate("f", &NOBODY, false);
                    assert_eq!(evaluation.error_code, None);
                    assert_eq!(evaluation.enabled, evaluation.generation % 2 == 1, "an answer of no snapshot");
                    assert!(evaluation.generation >= latest, "back in time");
                    generations += u32::from(evaluation.generation > latest);
                    latest = evaluation.generation;
                    if generations == 10 {
                        reading.fetch_add(1, Ordering::Relaxed);
                        generations += 1;
                    }
                }
            });
        }
        // At least so often, and until each reader has seen several of them.
        let mut swaps = 0;
        while swaps < 500 || (reading.load(Ordering::Relaxed) < READERS && swaps < 100_000) {
            client.load(OFF.as_bytes()).unwrap();
            client.load(ON.as_bytes()).unwrap();
            swaps += 1;
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(reading.into_inner(), READERS);
}
