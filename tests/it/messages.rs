//! The messages that people read when a snapshot is refused or a flag is set aside.

use flagbit::{
    Client, Context, ErrorCode, MAX_SNAPSHOT_BYTES, Moment, Operator, PackedAttributes, Place, ProblemKind, Snapshot,
    Subject, Value,
};

use crate::pack::pack;

fn refusal(text: impl AsRef<[u8]>) -> String {
    Snapshot::parse(text.as_ref(), MAX_SNAPSHOT_BYTES).expect_err("the snapshot must be refused").to_string()
}

fn warning(flag: &str) -> String {
    let text = format!(r#"{{"flags": [{{"key": "good", "enabled": true, "default_enabled": true}}, {flag}]}}"#);
    let snapshot = Snapshot::parse(text.as_bytes(), MAX_SNAPSHOT_BYTES).unwrap();
    let clock = || Moment::from_unix(0, 0);
    assert!(snapshot.evaluate("good", &Context::EMPTY, clock).is_ok_and(|answer| answer.enabled()));
    assert_eq!(snapshot.evaluate("f", &Context::EMPTY, clock), Err(ErrorCode::ParseError));
    assert_eq!(snapshot.warnings().len(), 1);
    snapshot.warnings()[0].to_string()
}

fn rule(rule: &str) -> String {
    warning(&format!(r#"{{"key": "f", "enabled": true, "rules": [{rule}]}}"#))
}

#[test]
fn what_is_not_json_is_refused_with_line_and_column() {
    assert_eq!(
        refusal("{\"flags\": [\n  {\"key\": oops}]}"),
        "the snapshot is not JSON: line 2, column 11: expected value"
    );
    assert_eq!(refusal(""), "the snapshot is not JSON: line 1, column 0: EOF while parsing a value");
    assert_eq!(refusal(r#"{"flags": []} x"#), "the snapshot is not JSON: line 1, column 15: trailing characters");
    assert_eq!(
        refusal(b"{\"flags\": [\n \"\xff\"]}"),
        "the snapshot is not JSON: line 2, column 3: the text is not UTF-8"
    );
    let deep = "[".repeat(100_000);
    assert!(refusal(deep).ends_with("nested deeper than 127 levels"), "depth");
}

#[test]
fn a_wrong_shape_is_refused_with_its_path() {
    let cases = [
        ("5", r#"snapshot: invalid type: integer `5`, expected an object with "flags", or a list of flags"#),
        ("{}", "flags: missing"),
        (r#"{"flags": 5}"#, "flags: invalid type: integer `5`, expected a list of flags, or an object of flags by key"),
        (r#"{"flags": [], "flags": []}"#, "flags: duplicate field"),
        (r#"{"flags": [], "revision": []}"#, "revision: expected a string or a number, found a list"),
        (r#"{"flags": [null]}"#, "flags[0]: expected a flag, found null"),
        (r#"[{"enabled": true}]"#, "[0].key: missing"),
        (r#"[{"key": 5}]"#, "[0].key: expected a string, found 5"),
        (r#"[{"key": ""}]"#, "[0].key: an empty key"),
        (r#"[{"key": "a"}, {"key": "b"}, {"key": "a"}]"#, r#"[2].key: duplicate key "a", already at [0]"#),
        (r#"{"flags": {"a": {}, "a": {}}}"#, r#"flags["a"].key: duplicate key"#),
        (r#"{"flags": {"a": {"key": "b"}}}"#, r#"flags["a"].key: expected the key it stands under, found "b""#),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text), message);
    }
}

#[test]
fn a_snapshot_over_the_limit_is_refused() {
    let error = Snapshot::parse(b"{\"flags\": []}", 12).unwrap_err();
    assert_eq!(error.to_string(), "the snapshot has 13 bytes, more than the limit of 12");
    assert!(Snapshot::parse(b"{\"flags\": []}", 13).is_ok());
}

#[test]
fn a_flag_with_a_problem_is_set_aside_with_the_place() {
    let known: Vec<_> = Operator::ALL.iter().map(|operator| operator.name()).collect();
    assert_eq!(known[..6], ["eq", "neq", "contains", "in", "percent", "gt"]);
    let unknown = format!(
        "flags[1].rules[0].operator: unknown operator \"regex\"; this version knows {}, and not_ before most of them",
        known.join(", ")
    );
    let cases = [
        (r#"{"operator": "regex", "attribute": "a", "value": "x"}"#, unknown.as_str()),
        (
            r#"{"operator": "percent", "value": 101}"#,
            "flags[1].rules[0].value: a percentage is a number from 0 to 100, found 101",
        ),
        (
            r#"{"operator": "percent", "value": "30"}"#,
            r#"flags[1].rules[0].value: a percentage is a number from 0 to 100, found "30""#,
        ),
        (
            r#"{"operator": "in", "attribute": "plan", "value": "pro"}"#,
            r#"flags[1].rules[0].value: expected a list, found "pro""#,
        ),
        (
            r#"{"operator": "in", "attribute": "plan", "value": ["pro", null]}"#,
            "flags[1].rules[0].value[1]: expected a string, a number or a boolean, found null",
        ),
        (
            r#"{"operator": "eq", "attribute": "plan", "value": {"a": 1}}"#,
            "flags[1].rules[0].value: expected a string, a number or a boolean, found an object",
        ),
        (
            r#"{"conditions": [], "operator": "eq"}"#,
            "flags[1].rules[0].conditions: a rule has either conditions or an operator, found both",
        ),
        (
            r#"{"conditions": [{"operator": "eq", "value": 1}], "value": true}"#,
            "flags[1].rules[0].conditions[0].attribute: missing",
        ),
        (r#"{"conditions": [], "value": "yes"}"#, r#"flags[1].rules[0].value: expected true or false, found "yes""#),
        ("7", "flags[1].rules[0]: expected an object, found 7"),
    ];
    for (text, message) in cases {
        assert_eq!(rule(text), message);
    }
    assert_eq!(warning(r#"{"key": "f"}"#), "flags[1].enabled: missing");
    assert_eq!(warning(r#"{"key": "f", "enabled": "yes"}"#), r#"flags[1].enabled: expected a boolean, found "yes""#);
    assert_eq!(
        warning(r#"{"key": "f", "enabled": true, "rules": [], "rules": []}"#),
        "flags[1].rules: duplicate field"
    );
}

/// The kinds of problems that programs tell apart, each by a flag `f` that has it.
#[test]
fn a_warning_says_to_programs_what_is_wrong_and_where() {
    let asks = |key: &str| format!(r#"{{"operator": "flag_is", "attribute": "{key}", "value": true}}"#);
    let uses = |segment: &str| format!(r#"{{"operator": "in_segment", "value": "{segment}"}}"#);
    let cases = [
        (r#"{"operator": "eq", "attribute": "a"}"#.to_owned(), "rules[0].value", ProblemKind::Missing),
        (r#"{"operator": "percent", "value": 1, "value": 2}"#.into(), "rules[0].value", ProblemKind::Duplicate),
        (r#"{"operator": "in", "attribute": "a", "value": 1}"#.into(), "rules[0].value", ProblemKind::Type),
        (r#"{"operator": "percent", "value": 101}"#.into(), "rules[0].value", ProblemKind::Value),
        (r#"{"operator": "eq", "conditions": []}"#.into(), "rules[0].conditions", ProblemKind::Misplaced),
        (r#"{"operator": "is", "attribute": "a"}"#.into(), "rules[0].operator", ProblemKind::UnknownOperator),
        (
            r#"{"operator": "flag_is", "attribute": "typed", "value": ["a", "c"]}"#.into(),
            "rules[0].value[1]",
            ProblemKind::UnknownVariant,
        ),
        (asks("nobody"), "rules[0].attribute", ProblemKind::UnknownFlag),
        (asks("bad"), "rules[0].attribute", ProblemKind::FlagSetAside),
        (asks("f"), "rules[0].attribute", ProblemKind::Circle),
        (uses("nobody"), "rules[0].value", ProblemKind::UnknownSegment),
        (uses("broken"), "rules[0].value", ProblemKind::UnreadableSegment),
    ];
    for (rule, place, kind) in cases {
        let text = format!(
            r#"{{"segments": {{"broken": []}}, "flags": [
                {{"key": "typed", "enabled": true, "variants": {{"a": 1, "b": 2}}, "default": "a"}},
                {{"key": "f", "enabled": true, "rules": [{rule}]}},
                {{"key": "bad", "enabled": true, "variants": {{"a": 1}}}}]}}"#
        );
        let snapshot = Snapshot::parse(text.as_bytes(), MAX_SNAPSHOT_BYTES).unwrap();
        let warning = snapshot.warning_of("f").unwrap();
        assert_eq!((warning.subject(), warning.flag_key()), (&Subject::Flag("f".into()), Some("f")), "{rule}");
        assert_eq!((warning.place_in_subject().to_string().as_str(), warning.kind()), (place, kind), "{rule}");
        assert_eq!(warning.place(), Place::from("flags").index(1).join(warning.place_in_subject().steps()));
        assert_eq!(warning.to_string(), format!("flags[1].{place}: {}", warning.message()));
        let limit = snapshot.warning_of("bad").unwrap();
        assert_eq!(
            (limit.kind(), limit.place()),
            (ProblemKind::Limit, Place::from("flags").index(2).field("variants"))
        );
        assert_eq!(snapshot.warning_of("typed"), None);
        assert_eq!(snapshot.warning_of("nobody"), None);
        assert_eq!(snapshot.set_aside(), &snapshot.warnings()[..2]);
    }
}

#[test]
fn a_segment_that_cannot_be_read_has_a_warning_also_where_no_flag_uses_it() {
    let warnings = |segments: &str| -> Vec<(Subject, String)> {
        let text = format!(r#"{{"segments": {segments}, "flags": [{{"key": "f", "enabled": 1}}]}}"#);
        let snapshot = Snapshot::parse(text.as_bytes(), MAX_SNAPSHOT_BYTES).unwrap();
        assert_eq!(snapshot.warnings()[0].flag_key(), Some("f"), "flags come first");
        assert_eq!(snapshot.set_aside().len(), 1);
        let of_segments = snapshot.warnings()[1..].iter();
        of_segments.map(|warning| (warning.subject().clone(), warning.to_string())).collect()
    };
    let segment = |name: &str| Subject::Segment(name.into());
    assert_eq!(warnings(r#"{"good": {"rules": []}, "empty": {}}"#), []);
    assert_eq!(
        warnings(
            r#"{"b": {"rules": [{"operator": "percent", "value": 500}]}, "a": null, "b": {}, "c": {}, "c": 7, "c": 7}"#
        ),
        [
            (segment("b"), "segments[\"b\"]: duplicate field".into()),
            (segment("a"), "segments[\"a\"]: expected an object, found null".into()),
            (segment("c"), "segments[\"c\"]: duplicate field".into()),
        ]
    );
    assert_eq!(
        warnings(r#"{"b": {"rules": [{"operator": "in_segment", "value": "a"}]}}"#)[0].1,
        "segments[\"b\"].rules[0].operator: a segment's rules look at attributes alone, found \"in_segment\""
    );
    assert_eq!(warnings("[1]"), [(Subject::Segments, "segments: expected an object, found a list".into())]);
}

#[test]
fn messages_are_bounded_whatever_a_snapshot_holds() {
    let long = "x".repeat(1_000_000);
    let rules = format!(r#"[{{"operator": "{long}", "attribute": "a"}}]"#);
    let users = (0..100).map(|index| {
        let key = format!("f{index}");
        format!(r#"{{"key": "{key}", "enabled": true, "rules": [{{"operator": "in_segment", "value": "s"}}]}}"#)
    });
    let users: Vec<String> = users.collect();
    let text = format!(
        r#"{{"segments": {{"s": {{"rules": {rules}}}}}, "flags": [{{"key": "{long}", "enabled": true, "rules": {rules}}}, {}]}}"#,
        users.join(",")
    );
    let snapshot = Snapshot::parse(text.as_bytes(), MAX_SNAPSHOT_BYTES).unwrap();
    assert_eq!(snapshot.warnings().len(), 102);
    for warning in snapshot.warnings() {
        assert!(warning.to_string().len() < 2_000, "{} bytes", warning.to_string().len());
    }
}

#[test]
fn a_long_value_is_not_repeated_in_a_message() {
    let long = format!(r#"{{"operator": "percent", "value": "{}"}}"#, "x".repeat(100));
    assert_eq!(rule(&long), "flags[1].rules[0].value: a percentage is a number from 0 to 100, found a long string");
}

#[test]
fn an_evaluation_without_an_answer_has_words_for_it() {
    let client = Client::from_snapshot(r#"[{"key": "f", "enabled": 1}]"#).unwrap();
    assert_eq!(client.error_message("x", ErrorCode::FlagNotFound), r#"no flag "x" among the 1 in force"#);
    assert_eq!(
        client.error_message("f", ErrorCode::ParseError),
        r#"flag "f" is set aside: [0].enabled: expected a boolean, found 1"#
    );
    client.close();
    assert_eq!(client.error_message("f", ErrorCode::ProviderNotReady), "the client is closed");
}

#[test]
fn a_context_names_the_attribute_it_cannot_take() {
    let error = Context::builder().set("score", f64::NAN).unwrap_err();
    assert_eq!(error.to_string(), "the attribute \"score\" has a number that is not finite; give a finite number");
    let twice = [("plan", Some(Value::Boolean(true))), ("plan", Some(Value::Boolean(false)))];
    let packed = pack(&twice);
    let error = Context::from_packed(&PackedAttributes::new(&packed).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), r#"the attribute "plan" is given twice"#);
}

#[test]
fn a_context_says_why_it_cannot_take_an_attribute() {
    let (one, list) = (Value::Integer(1), [Value::Integer(1)]);
    for (value, text) in [
        (Value::Number(f64::INFINITY), "has a number that is not finite; give a finite number"),
        (
            Value::List(&[one, Value::Number(f64::NAN)]),
            "has, at [1] of its list, a number that is not finite; give a finite number",
        ),
        (Value::List(&[Value::List(&list)]), "has, at [0] of its list, a list; a list holds single values only"),
        (Value::List(&[one; 1001]), "is a list of 1001 elements; a list has at most 1000"),
    ] {
        let text = format!("the attribute \"a\" {text}");
        assert_eq!(Context::builder().set("a", value).unwrap_err().to_string(), text);
        // Packed, the layout has no list in a list.
        let packed = pack(&[("b", Some(one)), ("a", Some(value))]);
        if let Ok(packed) = PackedAttributes::new(&packed) {
            assert_eq!(Context::from_packed(&packed).unwrap_err().to_string(), text);
        }
    }
    let mut packed = pack(&[("b", Some(one)), ("a", None)]);
    let length = packed.len();
    packed.extend([2, 1, 0, 0, 0]);
    packed[length - 4] = 5;
    packed[0] += 5;
    let error = Context::from_packed(&PackedAttributes::new(&packed).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the attribute \"a\" has, at [1] of its list, a null; leave it out");
}

#[test]
fn malformed_packed_attributes_are_told_apart() {
    let good = pack(&[("plan", Some(Value::String("pro"))), ("age", Some(Value::Integer(33)))]);
    assert!(PackedAttributes::new(&good).is_ok());
    for length in 0..good.len() {
        assert!(PackedAttributes::new(&good[..length]).is_err(), "cut at {length}");
    }
    let with = |position: usize, byte: u8| {
        let mut packed = good.clone();
        packed[position] = byte;
        PackedAttributes::new(&packed).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(with(4, 2).unwrap_err(), "the packed attributes have a version that this library does not know");
    assert_eq!(with(8, 99).unwrap_err(), "the packed attributes have an unknown kind of value, 99");
    assert_eq!(with(8, 2).unwrap_err(), "the packed attributes have a malformed value of kind 2");
    assert_eq!(with(13, 0xff).unwrap_err(), "the packed attributes have text that is not UTF-8");
    assert_eq!(with(9, 0xff).unwrap_err(), "the packed attributes are cut short or their lengths do not fit");
}
