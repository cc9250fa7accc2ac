//! `flagbit eval`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ran, run, run_with};

fn snapshot() -> Value {
    json!({"revision": 7, "flags": [
        {"key": "theme", "enabled": true, "default": "light",
         "variants": {"light": "#fff", "dark": "#000", "sepia": "#f4e"},
         "rules": [
             {"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "dark"},
             {"conditions": [{"operator": "percent", "value": 50}],
              "value": {"split": [["light", 50], ["dark", 25], ["sepia", 25]]}},
             {"conditions": [{"attribute": "country", "operator": "eq", "value": "US"}], "value": "sepia"}]},
        {"key": "launch", "enabled": true, "rules": [
            {"attribute": "@now", "operator": "after", "value": "2999-12-01T09:00:00+01:00"},
            {"conditions": [{"operator": "in_segment", "value": "beta"},
                            {"attribute": "theme", "operator": "flag_is", "value": "dark"}]}]},
        {"key": "adult", "enabled": true, "rules": [{"attribute": "age", "operator": "gte", "value": 18}]},
        {"key": "a=b", "enabled": true, "default_enabled": true},
        {"key": "broken", "enabled": true, "rules": [{"operator": "regex"}]},
        {"key": "stopped", "enabled": false, "rules": [{"operator": "regex"}]}],
     "segments": {"beta": {"rules": [{"attribute": "tags", "operator": "has", "value": "b"}]}}})
}

fn eval(arguments: &[&str]) -> Ran {
    run_with(&[&["eval", "-"], arguments].concat(), snapshot().to_string().as_bytes())
}

#[test]
fn an_answer_is_explained() {
    let expected = r##"theme = "#fff" (variant light)
reason: percentage_rollout, rule 1

rule 0: not matched, serves dark
    no  plan eq "pro"; found "free"
rule 1: decided, shares out by user_id
    yes user_id percent 50; found "usr_2", which with "theme" is at 26.1218
    split: light 50 %, dark 25 %, sepia 25 %; found "usr_2", which with "theme/split" is at 24.8912
rule 2: not reached
"##;
    assert_eq!(
        eval(&["theme", "user_id=usr_2", "plan=free"]),
        Ran { status: 0, output: expected.into(), complaint: String::new() }
    );
    let expected = r#"launch = on
reason: targeting_match, rule 1

rule 0: not matched, serves on
    no  @now after "2999-12-01T09:00:00+01:00"; by the clock
rule 1: decided, serves on
    yes in_segment "beta"; in "beta" by rule 0
    yes theme flag_is "dark"; it answers "dark"
"#;
    assert_eq!(eval(&["launch", r#"tags:=["a", "b"]"#, "plan=pro"]).output, expected);
}

#[test]
fn an_integer_has_all_its_digits() {
    let snapshot = json!([
        {"key": "limit", "enabled": true, "variants": {"most": u64::MAX, "whole": 12.0}, "default": "most", "rules": [
            {"conditions": [{"attribute": "plan", "operator": "eq", "value": "free"}], "value": "whole"}]}]);
    let eval = |arguments: &[&str]| run_with(&[&["eval", "-"], arguments].concat(), snapshot.to_string().as_bytes());
    assert!(eval(&["limit"]).output.starts_with("limit = 18446744073709551615 (variant most)\n"));
    assert!(eval(&["limit", "plan=free"]).output.starts_with("limit = 12 (variant whole)\n"));
    assert_eq!(eval(&["--json", "limit"]).json()["value"], u64::MAX);
}

#[test]
fn json_is_the_engines_explanation() {
    let explanation = eval(&["--json", "theme", "plan=pro"]).json();
    assert_eq!(explanation["variant"], "dark");
    assert_eq!(explanation["revision"], "7");
    assert_eq!(explanation["rules"][0]["conditions"][0]["found"], "pro");
}

#[test]
fn values_are_text_unless_they_say_json() {
    for (attribute, answer) in
        [("age=33", "on"), ("age:=33", "on"), ("age:=17.5", "off"), ("age:=true", "off"), ("age:=null", "off")]
    {
        assert!(eval(&["adult", attribute]).output.starts_with(&format!("adult = {answer}\n")), "{attribute}");
    }
    for wrong in ["age", "age:=", "age:={}", "age:=[[1]]", "age:=nan"] {
        let ran = eval(&["adult", wrong]);
        assert!((ran.status, &*ran.output) == (2, "") && ran.complaint.contains("age"), "{wrong}: {ran:?}");
    }
}

#[test]
fn the_context_may_be_a_file_or_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flags.json").display().to_string();
    fs::write(&file, snapshot().to_string()).unwrap();
    let context = folder.path().join("user.json").display().to_string();
    fs::write(&context, r#"{"age": 40, "plan": null}"#).unwrap();
    let on = |ran: Ran| ran.output.starts_with("adult = on");
    assert!(on(run(&["eval", &file, "adult", "--context", &context])));
    assert!(on(run(&["eval", &file, "adult", "--context", " {\"age\": 40}"])));
    assert!(on(run_with(&["eval", &file, "adult", "--context", "-"], br#"{"age": 40}"#)));
    assert!(!on(run(&["eval", &file, "adult", "age:=3", "--context", &context])));
    for wrong in ["[1]", "{", "/does/not/exist", "{\"a\": {}}"] {
        assert_eq!(run(&["eval", &file, "adult", "--context", wrong]).status, 2, "{wrong}");
    }
    assert_eq!(eval(&["adult", "--context", "-"]).status, 2);
}

#[test]
fn time_can_be_set() {
    assert!(eval(&["launch", "--now", "3000-01-01T00:00:00Z"]).output.starts_with("launch = on\n"));
    assert!(eval(&["launch"]).output.starts_with("launch = off\n"));
    let ran = eval(&["launch", "--now", "tomorrow"]);
    assert!(ran.status == 2 && ran.complaint.contains("RFC 3339"), "{ran:?}");
}

#[test]
fn without_a_flag_all_are_in_a_table() {
    let ran = eval(&["age:=18"]);
    let lines: Vec<&str> = ran.output.lines().collect();
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["FLAG", "ANSWER", "REASON"]);
    assert_eq!(lines.len(), 7);
    assert!(lines[2].starts_with("adult    on                      targeting_match, rule 0"), "{}", ran.output);
    let all = eval(&["--json", "age:=18"]).json();
    assert_eq!(
        (&all["flags"]["adult"]["enabled"], &all["flags"]["stopped"]["reason"]),
        (&json!(true), &json!("disabled"))
    );
}

#[test]
fn the_exit_status_says_whether_there_is_an_answer() {
    for (arguments, status) in [
        (&["theme"][..], 0),
        (&["stopped"], 0),
        (&["a=b"], 0),
        (&["nope"], 1),
        (&["broken"], 1),
        (&[], 0),
        (&["--bogus"], 2),
    ] {
        assert_eq!(eval(arguments).status, status, "{arguments:?}");
    }
    assert!(eval(&["broken"]).output.contains("PARSE_ERROR: flags[4].rules[0].operator: unknown operator"));
    assert_eq!(run_with(&["eval", "-", "a"], b"[").status, 1);
    assert_eq!(run(&["eval", "/does/not/exist", "a"]).status, 2);
}
