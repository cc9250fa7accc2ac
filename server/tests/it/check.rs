//! `flagbit check`.

use std::{fs, process::Stdio};

use serde_json::{Value, json};

use crate::support::{Ran, flagbit, run, run_with};

fn check(snapshot: &Value) -> Ran {
    run_with(&["check", "-"], snapshot.to_string().as_bytes())
}

/// The findings on a snapshot, as `place: message` without the summary.
fn findings(snapshot: &Value) -> Vec<String> {
    let ran = run_with(&["check", "--json", "-"], snapshot.to_string().as_bytes());
    let report = ran.json();
    let findings = report["files"][0]["findings"].as_array().expect("a list").iter();
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    findings.map(|finding| format!("[{}] {}", text(finding, "code"), text(finding, "place"))).collect()
}

/// The findings on a flag with these rules.
fn of_rules(rules: &Value) -> Vec<String> {
    findings(&json!([{"key": "f", "enabled": true, "rules": rules}]))
}

#[test]
fn errors_and_warnings_read_like_those_of_compilers() {
    let ran = check(&json!({"flags": [
        {"key": "a", "enabled": true, "rules": [{"operator": "percent", "value": 101}]},
        {"key": "b", "enabeld": true},
        {"key": "c", "enabled": true, "rules": [
            {"operator": "percent", "value": 10}, {"attribute": "plan", "operator": "eq", "value": "pro"}]},
    ]}));
    let expected = "\
standard input: error: flags[0].rules[0].value: a percentage is a number from 0 to 100, found 101 [set-aside]
standard input: error: flags[1].enabeld: unknown field; did you mean \"enabled\"? [import]
standard input: error: flags[1].enabled: missing [set-aside]
standard input: warning: flags[2].rules[1]: reached only by users without \"user_id\": flags[2].rules[0], a simple percent \
rule, decides, in or out, for all that have \"user_id\"; to let others in as well, put this rule first [never-reached]
standard input: 3 flags, 3 errors, 1 warning
";
    assert_eq!((ran.status, ran.output.as_str(), ran.complaint.as_str()), (1, expected, ""));
}

#[test]
fn the_exit_status_tells_errors_warnings_and_misuse_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let clean = file("clean.json", r#"[{"key": "a", "enabled": true}]"#);
    let warning =
        file("warning.json", r#"[{"key": "a", "enabled": true, "rules": [{"operator": "percent", "value": 0}]}]"#);
    let foreign = file("foreign.json", r#"[{"key": "a b", "enabled": true, "maintainer": "ana"}]"#);
    let error = file("error.json", r#"[{"key": "a", "enabled": "yes"}]"#);
    let refused = file("refused.json", "{\"flags\": [\n  {\"key\": \"a\",}]}");
    for (arguments, status) in [
        (vec![&*clean], 0),
        (vec![&*warning], 0),
        (vec!["--strict", &warning], 1),
        (vec!["--strict", "--allow", "percentage,key", &warning], 0),
        (vec![&*foreign], 1),
        (vec!["--allow", "import", &foreign], 0),
        (vec!["--allow", "import", "--strict", &foreign], 1),
        (vec!["--allow", "import,unknown-field", "--strict", &foreign], 0),
        (vec!["--max-flags", "0", &clean], 1),
        (vec!["--strict", &clean], 0),
        (vec![&error], 1),
        (vec![&refused], 1),
        (vec![&clean, &error], 1),
        (vec![&clean, "/does/not/exist.json"], 2),
        (vec![], 2),
        (vec!["--allow", "refused", &refused], 2),
        (vec!["--bogus", &clean], 2),
    ] {
        let ran = run(&[&["check"], &arguments[..]].concat());
        assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
    }
    let ran = run(&["check", &clean, &refused]);
    let expected = format!(
        "{clean}: 1 flag, nothing to object\n{refused}:2:15: error: not JSON: trailing comma [refused]\n\
         {refused}: refused, 1 error, 0 warnings\n"
    );
    assert_eq!(ran.output, expected);
}

#[test]
fn rules_that_are_not_reached() {
    let pro = json!({"attribute": "plan", "operator": "eq", "value": "pro"});
    let everybody = json!({"conditions": []});
    let percent = json!({"operator": "percent", "value": 10});
    let guest = json!({"attribute": "user_id", "operator": "not_exists"});
    let target = json!({"attribute": "user_id", "operator": "in", "value": ["usr_1"]});
    let both = json!({"conditions": [pro, {"attribute": "country", "operator": "eq", "value": "US"}]});
    let wide = json!({"attribute": "plan", "operator": "in", "value": ["pro", "team"]});
    let ten = json!({"conditions": [{"operator": "percent", "value": 10}]});
    let dead = ["[never-reached] [0].rules[1]"];
    for (rules, expected) in [
        (json!([everybody, pro]), &dead[..]),
        (json!([percent, target]), &dead),
        (json!([percent, pro]), &dead),
        (json!([percent, guest]), &[]),
        (json!([pro, percent]), &[]),
        (json!([pro, pro]), &dead),
        (json!([pro, both]), &dead),
        (json!([both, pro]), &[]),
        (json!([wide, pro]), &dead),
        (json!([pro, wide]), &[]),
        (json!([ten, percent]), &["[same-users] [0].rules[1]"]),
        (json!([{"conditions": [{"operator": "percent", "value": 30}]}, ten]), &dead),
        (json!([ten, {"conditions": [{"operator": "percent", "value": {"percent": 10, "salt": "x"}}]}]), &[]),
    ] {
        assert_eq!(of_rules(&rules), expected, "{rules}");
    }
}

#[test]
fn conditions_that_say_something_else_than_they_seem_to() {
    let condition = |operator: &str, value: Value| json!({"attribute": "plan", "operator": operator, "value": value});
    let exists = json!({"attribute": "plan", "operator": "exists"});
    let neq = condition("neq", json!("free"));
    let absent = &["[holds-when-absent] [0].rules[0]"][..];
    for (rules, expected) in [
        (json!([neq]), absent),
        (json!([condition("not_in", json!(["free"]))]), absent),
        (json!([condition("not_gt", json!(3))]), absent),
        (json!([{"conditions": [neq, exists]}]), &[]),
        (json!([{"conditions": [{"attribute": "plan", "operator": "not_exists"}], "value": false}, neq]), &[]),
        (json!([{"attribute": "@now", "operator": "not_after", "value": "2026-12-01T09:00:00Z"}]), &[]),
        (json!([condition("in", json!([]))]), &["[never-holds] [0].rules[0].value"]),
        (
            json!([condition("in", json!(["a", 1, "b", "1", true, "true"]))]),
            &["[duplicate] [0].rules[0].value[3]", "[duplicate] [0].rules[0].value[5]"],
        ),
        (json!([condition("contains", json!(""))]), &["[no-effect] [0].rules[0].value"]),
        (json!([condition("eq", json!(9_007_199_254_740_993_u64))]), &["[large-number] [0].rules[0].value"]),
        (json!([condition("eq", json!(9_007_199_254_740_992_u64))]), &[]),
        (
            json!([{"conditions": [condition("eq", json!("a")), condition("in", json!(["b"]))]}]),
            &["[never-holds] [0].rules[0].conditions[1]"],
        ),
        (
            json!([{"conditions": [exists, {"attribute": "plan", "operator": "not_exists"}]}]),
            &["[never-holds] [0].rules[0].conditions[1]"],
        ),
        (json!([{"operator": "percent", "value": 0}]), &["[percentage] [0].rules[0].value"]),
        (json!([{"operator": "percent", "value": 100}]), &["[percentage] [0].rules[0].value"]),
        (
            json!([{"conditions": [{"operator": "percent", "value": 10}, {"operator": "percent", "value": 30}]}]),
            &["[same-users] [0].rules[0].conditions[1]"],
        ),
        (json!([{"conditions": [exists], "value": "false"}]), &["[no-effect] [0].rules"]),
        (
            json!([{"operator": "in_segment", "value": "s", "attribute": "x"}]),
            &["[set-aside] [0].rules[0].value", "[import] [0].rules[0].attribute"],
        ),
        (json!([{"conditions": [exists], "operator_": "eq"}]), &["[import] [0].rules[0].operator_"]),
    ] {
        assert_eq!(of_rules(&rules), expected, "{rules}");
    }
}

#[test]
fn percentages_that_add_users_are_no_surprise() {
    let p = |value: u8| json!({"attribute": "p", "operator": "eq", "value": value});
    let from = |time: &str| json!({"attribute": "@now", "operator": "not_before", "value": time});
    let percent = |share: u8| json!({"operator": "percent", "value": share});
    let all_of = |conditions: Value| json!({"conditions": conditions});
    let pro = json!({"attribute": "plan", "operator": "eq", "value": "pro"});
    for rules in [
        // Nobody is in both.
        json!([all_of(json!([p(1), percent(10)])), all_of(json!([p(2), percent(40)]))]),
        json!([all_of(json!([p(1), percent(40)])), all_of(json!([p(2), percent(10)]))]),
        // The later rule has 30 % others.
        json!([all_of(json!([percent(10)])), all_of(json!([percent(40)]))]),
        json!([all_of(json!([percent(10)])), percent(40)]),
        // Others too: those who are not pro.
        json!([all_of(json!([pro, percent(40)])), all_of(json!([percent(10)]))]),
        // The ramp of the page on schedules.
        json!([
            all_of(json!([from("2026-12-14T09:00:00Z")])),
            all_of(json!([from("2026-12-07T09:00:00Z"), percent(50)])),
            all_of(json!([from("2026-12-01T09:00:00Z"), percent(10)])),
        ]),
    ] {
        assert_eq!(of_rules(&rules), Vec::<String>::new(), "{rules}");
    }
    let splits = |second: u8| {
        json!({"flags": {"theme": {"enabled": true, "default": "light", "variants": {"light": 1, "dark": 2}, "rules": [
            {"conditions": [p(1), {"operator": "percent", "value": {"percent": 10, "salt": "s"}}], "value": "dark"},
            {"conditions": [p(second)], "value": {"split": [["light", 50], ["dark", 50]], "salt": "s"}}]}}})
    };
    assert_eq!(findings(&splits(2)), Vec::<String>::new());
    assert_eq!(findings(&splits(1)), ["[same-users] flags[\"theme\"].rules[1].value.salt"]);
}

#[test]
fn percentages_that_add_nobody_are_named() {
    let all_of = |conditions: Value| json!({"conditions": conditions});
    let percent = |share: u8| json!({"operator": "percent", "value": share});
    for (rules, expected) in [
        (json!([all_of(json!([percent(40)])), percent(10)]), "[same-users] [0].rules[1]"),
        // With an independent percentage between the two.
        (
            json!([
                all_of(json!([percent(40)])),
                all_of(json!([{"operator": "percent", "value": {"percent": 5, "salt": "x"}}])),
                percent(40),
            ]),
            "[same-users] [0].rules[2]",
        ),
        (json!([all_of(json!([percent(40)])), all_of(json!([percent(10)]))]), "[never-reached] [0].rules[1]"),
    ] {
        assert_eq!(of_rules(&rules), [expected], "{rules}");
    }
    let ran = check(&json!([{"key": "f", "enabled": true, "rules": [all_of(json!([percent(40)])), percent(10)]}]));
    let expected = "standard input: warning: [0].rules[1]: the same users as the 40 % of [0].rules[0].conditions[0], since \
        both hash \"user_id\" with \"f\": that rule has decided for all of them; raise this percentage to add others, or \
        remove this rule [same-users]\n";
    assert!(ran.output.starts_with(expected), "{}", ran.output);
}

#[test]
fn a_rule_for_a_fallback_attribute_is_reached() {
    let split = |by: &str| json!({"conditions": [], "value": {"split": [["a", 50], ["b", 50]], "by": by}});
    let flag = |rules: Value| json!([{"key": "f", "enabled": true, "default": "a", "variants": {"a": 1, "b": 2}, "rules": rules}]);
    let ran = run_with(
        &["check", "--strict", "-"],
        flag(json!([split("user_id"), split("device_id")])).to_string().as_bytes(),
    );
    assert_eq!((ran.status, &*ran.output), (0, "standard input: 1 flag, nothing to object\n"));
    let percent = json!({"operator": "percent", "value": 10});
    let fallback = json!({"operator": "percent", "value": 10, "attribute": "device_id"});
    assert_eq!(of_rules(&json!([percent, fallback])), Vec::<String>::new());
    // A rule that needs the first attribute is dead all the same.
    assert_eq!(findings(&flag(json!([split("user_id"), split("user_id")]))), ["[never-reached] [0].rules[1]"]);
    let needs = json!({"conditions": [{"attribute": "user_id", "operator": "exists"}, fallback]});
    assert_eq!(of_rules(&json!([percent, needs])), ["[never-reached] [0].rules[1]"]);
}

#[test]
fn a_value_of_the_wrong_type_is_not_explained_as_a_percentage() {
    for (rules, expected) in [
        (json!([{"attribute": "a", "operator": "eq", "value": {"a": 1}}]), &["[set-aside] [0].rules[0].value"][..]),
        (json!([{"operator": "percent", "value": {"percent": 10, "a": 1}}]), &["[import] [0].rules[0].value.a"]),
    ] {
        assert_eq!(of_rules(&rules), expected, "{rules}");
    }
    let segment = json!({"segments": {"s": {"rules": [{"conditions": [], "value": {"a": 1}}]}},
        "flags": [{"key": "f", "enabled": true, "rules": [{"operator": "in_segment", "value": "s"}]}]});
    assert_eq!(
        findings(&segment),
        ["[set-aside] flags[0].rules[0].value", "[unreadable-segment] segments[\"s\"].rules[0].value"]
    );
}

#[test]
fn a_version_belongs_in_a_text() {
    let rule = |operator: &str, value: Value| json!([{"attribute": "version", "operator": operator, "value": value}]);
    for operator in ["semver_eq", "semver_gt", "semver_gte", "semver_lt", "semver_lte"] {
        assert_eq!(of_rules(&rule(operator, json!(2.10))), ["[version-number] [0].rules[0].value"], "{operator}");
        assert_eq!(of_rules(&rule(operator, json!("2.10"))), Vec::<String>::new(), "{operator}");
        assert_eq!(of_rules(&rule(operator, json!(2))), Vec::<String>::new(), "{operator}");
    }
    assert_eq!(of_rules(&rule("gte", json!(2.10))), Vec::<String>::new());
    let ran = check(&json!([{"key": "f", "enabled": true, "rules": rule("semver_gte", json!(2.10))}]));
    let expected =
        "a number has no trailing zeros, so 2.10 would be the version 2.1; this is the version 2.1: write it as text";
    assert!(ran.output.contains(expected), "{}", ran.output);
}

#[test]
fn keys_that_only_sdks_read_are_named() {
    let long = "a".repeat(257);
    for key in ["ä", "team:flag", "a b", "..", &long] {
        let snapshot = json!([{"key": key, "enabled": true}]);
        assert_eq!(findings(&snapshot), ["[import] [0].key", "[key] [0].key"], "{key}");
        assert!(check(&snapshot).output.contains("give its percentages the old key as their salt"), "{key}");
    }
    assert_eq!(findings(&json!([{"key": "A.b_c-9", "enabled": true}])), Vec::<String>::new());
    let segment = json!({"segments": {"team:beta": {"rules": [{"operator": "percent", "value": 5}]}},
        "flags": [{"key": "f", "enabled": true, "rules": [{"operator": "in_segment", "value": "team:beta"}]}]});
    assert_eq!(findings(&segment), ["[import] segments[\"team:beta\"]", "[key] segments[\"team:beta\"]"]);
}

#[test]
fn variants_and_splits() {
    let flag = |rules: Value| {
        json!({"flags": {"theme": {"enabled": true, "default": "light", "off": "dark", "rules": rules,
            "variants": {"light": 1, "dark": 2, "sepia": 3, "blue": 4}}}})
    };
    assert_eq!(
        findings(&flag(json!([{"conditions": [], "value": {"split": [["light", 50], ["sepia", 50], ["blue", 0]]}}]))),
        [
            "[percentage] flags[\"theme\"].rules[0].value.split[2]",
            "[unused-variant] flags[\"theme\"].variants[\"blue\"]"
        ]
    );
    let shared = json!([{"conditions": [{"operator": "percent", "value": 10}],
        "value": {"split": [["blue", 50], ["sepia", 50]], "salt": "theme"}}]);
    assert_eq!(findings(&flag(shared)), ["[same-users] flags[\"theme\"].rules[0].value.salt"]);
}

#[test]
fn segments_are_looked_at_also_where_no_flag_uses_them() {
    let snapshot = json!({
        "segments": {
            "used": {"rules": [{"operator": "percent", "value": 5}]},
            "unused": {"rules": [{"attribute": "plan", "operator": "neq", "value": "free"}]},
            "broken": {"rules": [{"operator": "percent", "value": 500}]},
            "empty": {},
        },
        "flags": [{"key": "f", "enabled": true, "rules": [{"operator": "in_segment", "value": ["used", "empty"]}]}],
    });
    assert_eq!(
        findings(&snapshot),
        [
            "[unused-segment] segments[\"unused\"]",
            "[holds-when-absent] segments[\"unused\"].rules[0]",
            "[unreadable-segment] segments[\"broken\"].rules[0].value",
            "[unused-segment] segments[\"broken\"]",
            "[never-holds] segments[\"empty\"]",
        ]
    );
    let twice = br#"{"segments": {"a": {"rules": []}, "a": {"rules": []}}, "flags": []}"#;
    let ran = run_with(&["check", "-"], twice);
    assert!(ran.output.contains("error: segments[\"a\"]: duplicate field [unreadable-segment]"), "{}", ran.output);
}

#[test]
fn a_byte_order_mark_hides_nothing() {
    let ran = run_with(&["check", "-"], "\u{feff}[{\"key\": \"a\", \"enabeld\": true}]".as_bytes());
    assert!(ran.output.contains("[0].enabeld: unknown field"), "{}", ran.output);
}

#[test]
fn nothing_that_is_read_brings_it_down() {
    let many = format!("[{}1]", "1,".repeat(1_000_000));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let rules = json!({"attribute": "a", "operator": "eq", "value": "x"}).to_string();
    let wide =
        format!("[{{\"key\": \"f\", \"enabled\": true, \"rules\": [{}{rules}]}}]", format!("{rules},").repeat(20_000));
    for (input, status) in [
        (&b""[..], 1),
        (b"\xff\xfe", 1),
        (many.as_bytes(), 1),
        (deep.as_bytes(), 1),
        (wide.as_bytes(), 1),
        (br#"{"flags": null}"#, 1),
        (br#"{"flags": [null]}"#, 1),
        (br#"{"flags": [], "segments": [1]}"#, 1),
        (br#"{"flags": [], "segments": {"": null}}"#, 1),
        (br#"{"flags": [{"key": "a\u001b[2J\n", "enabled": true, "b\u001bc": 1}]}"#, 1),
        (br#"[{"key": "a", "enabled": true, "rules": [null, [], 7, {"conditions": [null]}, {"conditions": {}}]}]"#, 1),
        (br#"[{"key": "a", "enabled": true, "variants": {"x": 1, "y": 2}, "default": 7, "rules": {"a": 1}}]"#, 1),
    ] {
        let ran = run_with(&["check", "-"], input);
        let start = String::from_utf8_lossy(&input[..input.len().min(60)]);
        assert_eq!(ran.status, status, "{start}: {ran:?}");
        assert!(!ran.output.contains('\u{1b}'), "{start}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flags.json");
    let flags: Vec<Value> =
        (0..5_000).map(|number| json!({"key": format!("f{number}"), "enabled": true, "x": 1})).collect();
    fs::write(&path, Value::from(flags).to_string()).unwrap();
    let mut command = flagbit();
    let mut process = command.arg("check").arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(1), &b""[..]));
}
