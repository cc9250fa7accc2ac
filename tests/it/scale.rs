//! Large and hostile snapshots of the whole model: they are read, and their answers stay right and quick.

use std::fmt::Write;

use flagbit::{Client, Context, Snapshot};
use serde_json::json;

fn user(name: &str, value: &str) -> Context {
    Context::builder().set(name, value).unwrap().build()
}

#[test]
fn a_list_of_100_000_ids_is_exact() {
    let ids: Vec<String> = (0..100_000).map(|id| format!("usr_{:08x}", id * 7)).collect();
    let rule = json!({"attribute": "user_id", "operator": "in", "value": ids});
    let client = Client::from_snapshot(json!([{"key": "f", "enabled": true, "rules": [rule]}]).to_string()).unwrap();
    for (id, expected) in [(0, true), (1, false), (7, true), (699_993, true), (700_000, false)] {
        assert_eq!(client.is_enabled("f", &user("user_id", &format!("usr_{id:08x}")), !expected), expected, "{id}");
    }
}

/// A backtracking engine would take longer than the age of the universe; the test would not end.
#[test]
fn a_hostile_regular_expression_is_linear_in_the_text() {
    for pattern in ["^(a+)+$", "(a*)*b", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)(.*)(.*)(.*)(.*)[^a]x"] {
        let rule = json!({"attribute": "a", "operator": "matches", "value": pattern});
        let client =
            Client::from_snapshot(json!([{"key": "f", "enabled": true, "rules": [rule]}]).to_string()).unwrap();
        assert_eq!(client.warnings(), [], "{pattern}");
        client.is_enabled("f", &user("a", &format!("{}!", "a".repeat(20_000))), false);
    }
    for pattern in ["a{1000}{1000}", &"(".repeat(400), &"a".repeat(1_001)] {
        let rule = json!({"attribute": "a", "operator": "matches", "value": pattern});
        let client =
            Client::from_snapshot(json!([{"key": "f", "enabled": true, "rules": [rule]}]).to_string()).unwrap();
        assert_eq!(client.warnings().len(), 1, "a pattern of {} bytes is too much", pattern.len());
    }
}

fn asking(key: &str, others: &[String]) -> serde_json::Value {
    let ask = |other: &String| json!({"operator": "flag_is", "attribute": other, "value": true});
    json!({"key": key, "enabled": true, "rules": [{"conditions": others.iter().map(ask).collect::<Vec<_>>()}]})
}

#[test]
fn a_chain_of_64_flags_answers_and_one_more_is_set_aside() {
    let base = json!({"key": "flag-0", "enabled": true, "rules": [{"operator": "exists", "attribute": "user_id"}]});
    let chain = (1..65).map(|index| asking(&format!("flag-{index}"), &[format!("flag-{}", index - 1)]));
    let client = Client::from_snapshot(json!([base].into_iter().chain(chain).collect::<Vec<_>>()).to_string()).unwrap();
    assert!(client.is_enabled("flag-63", &user("user_id", "u"), false));
    assert!(!client.is_enabled("flag-63", &Context::EMPTY, true));
    assert_eq!(client.warnings().len(), 1);
    assert_eq!(
        client.warnings()[0].to_string(),
        "[64].rules[0].conditions[0].attribute: a chain has at most 64 flags, found 65"
    );
}

/// Each level asks the one below twice: 2^63 evaluations, if that were not bounded when the snapshot is read.
#[test]
fn diamonds_upon_diamonds_are_set_aside_before_they_take_for_ever() {
    let base = json!({"key": "flag-0", "enabled": true, "default_enabled": true});
    let doubles = (1..64).map(|index| {
        let below = format!("flag-{}", index - 1);
        asking(&format!("flag-{index}"), &[below.clone(), below])
    });
    let flags: Vec<_> = [base].into_iter().chain(doubles).collect();
    let client = Client::from_snapshot(json!(flags).to_string()).unwrap();
    assert!(client.is_enabled("flag-10", &Context::EMPTY, false));
    assert!(
        client
            .warnings()
            .iter()
            .any(|warning| warning.message().starts_with("an answer takes at most 100000 conditions"))
    );
    assert!(client.is_enabled("flag-63", &Context::EMPTY, true), "the caller's default");
}

#[test]
fn a_circle_names_its_path_and_those_who_lean_on_it() {
    let flags = json!([
        asking("a", &["b".into()]), asking("b", &["c".into()]), asking("c", &["a".into()]), asking("d", &["b".into()]),
        {"key": "e", "enabled": true, "default_enabled": true},
    ]);
    let client = Client::from_snapshot(flags.to_string()).unwrap();
    let messages: Vec<_> = client.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "[0].rules[0].conditions[0].attribute: the flags ask each other in a circle: a -> b -> c -> a",
            "[1].rules[0].conditions[0].attribute: the flags ask each other in a circle: b -> c -> a -> b",
            "[2].rules[0].conditions[0].attribute: the flags ask each other in a circle: c -> a -> b -> c",
            "[3].rules[0].conditions[0].attribute: the flag \"b\" is set aside",
        ]
    );
    assert!(client.is_enabled("e", &Context::EMPTY, false));
}

fn messages_of(flags: &[serde_json::Value]) -> Vec<String> {
    let snapshot = Snapshot::parse(json!(flags).to_string().as_bytes(), usize::MAX).unwrap();
    snapshot.warnings().iter().map(|warning| warning.message().to_owned()).collect()
}

/// Each of the flags has a message of its own, which must not carry the whole circle.
#[test]
fn a_circle_of_50_000_flags_is_named_without_its_middle() {
    let circle = |count: usize| -> Vec<_> {
        (0..count).map(|i| asking(&format!("f{i}"), &[format!("f{}", (i + 1) % count)])).collect()
    };
    let messages = messages_of(&circle(50_000));
    assert_eq!(messages.len(), 50_000);
    assert_eq!(messages[7], "the flags ask each other in a circle: f7 -> f8 -> ... -> f7");
    assert_eq!(
        messages_of(&circle(50))[49],
        "the flags ask each other in a circle: f49 -> f0 -> f1 -> f2 -> f3 -> f4 -> f5 -> f6 -> f7 -> ... -> f49"
    );
    assert!(messages_of(&circle(10))[9].ends_with(": f9 -> f0 -> f1 -> f2 -> f3 -> f4 -> f5 -> f6 -> f7 -> f8 -> f9"));
}

/// A thousand flags ask one with a key of a megabyte through another, so each message has that key in it.
#[test]
fn a_circle_of_long_keys_is_named_in_few_bytes() {
    let long = "k".repeat(1 << 20);
    let keys: Vec<String> = (0..1_000).map(|index| format!("f{index}")).collect();
    let mut flags: Vec<_> = keys.iter().map(|key| asking(key, &["between".into()])).collect();
    flags.extend([asking("between", std::slice::from_ref(&long)), asking(&long, &keys)]);
    let messages = messages_of(&flags);
    assert_eq!(messages.len(), 1_002);
    assert!(messages[9].ends_with(&format!(": f9 -> between -> {}... -> f9", "k".repeat(300))));
    assert!(messages.iter().all(|message| message.len() < 1_100));
}

/// Each name is looked up among those before it. A search from the first to the last would take hours here.
#[test]
fn a_million_unknown_fields_are_read_and_the_last_is_told_from_the_first() {
    let fields: Vec<String> = (0..1_000_000).map(|index| format!("\"x{index}\":0")).collect();
    let parse =
        |more: &str| Snapshot::parse(format!("{{\"flags\":[],{}{more}}}", fields.join(",")).as_bytes(), usize::MAX);
    assert!(parse("").is_ok());
    assert_eq!(parse(",\"x0\":0").unwrap_err().to_string(), "x0: duplicate field");
}

#[test]
fn ten_thousand_segments_are_found_each() {
    let mut segments = String::new();
    for index in 0..10_000 {
        write!(
            segments,
            r#"{}"s{index}": {{"rules": [{{"attribute": "team", "operator": "eq", "value": "t{index}"}}]}}"#,
            if index == 0 { "" } else { "," }
        )
        .unwrap();
    }
    let flags = (0..10_000).map(|index| {
        json!({"key": format!("f{index}"), "enabled": true, "rules": [{"operator": "in_segment", "value": format!("s{index}")}]})
    });
    let flags = json!(flags.collect::<Vec<_>>());
    let client = Client::from_snapshot(format!(r#"{{"flags": {flags}, "segments": {{{segments}}}}}"#)).unwrap();
    assert_eq!(client.warnings(), []);
    for index in [0, 1, 4_999, 9_999] {
        assert!(client.is_enabled(&format!("f{index}"), &user("team", &format!("t{index}")), false));
        assert!(!client.is_enabled(&format!("f{index}"), &user("team", "t10000"), true));
    }
}

/// A change in a segment or in a flag that is asked is a change of those that ask.
#[test]
fn changed_keys_reach_through_segments_and_prerequisites() {
    let snapshot = |team: &str, base: bool| {
        json!({
            "segments": {"s": {"rules": [{"attribute": "team", "operator": "eq", "value": team}]}, "t": {"rules": []}},
            "flags": [
                {"key": "by-segment", "enabled": true, "rules": [{"operator": "in_segment", "value": "s"}]},
                {"key": "by-other", "enabled": true, "rules": [{"operator": "in_segment", "value": "t"}]},
                asking("behind", &["by-segment".into()]),
                asking("top", &["base".into()]),
                {"key": "base", "enabled": true, "default_enabled": base},
            ]
        })
    };
    let parse = |value: serde_json::Value| Snapshot::parse(value.to_string().as_bytes(), usize::MAX).unwrap();
    let first = parse(snapshot("a", true));
    assert_eq!(parse(snapshot("a", true)).changed_keys(&first), Vec::<String>::new());
    assert_eq!(parse(snapshot("b", true)).changed_keys(&first), ["behind", "by-segment"]);
    assert_eq!(parse(snapshot("a", false)).changed_keys(&first), ["base", "top"]);
}
