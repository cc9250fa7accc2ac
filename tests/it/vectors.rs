//! The shared vectors of `tests/fixtures`, through the Rust API.

use std::{fs, path::Path};

use flagbit::{Attributes, Client, ClientError, Context, Evaluation, SnapshotError, Value};
use serde::Deserialize;

use crate::pack::pack;

#[derive(Deserialize)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    snapshot: String,
    refused: Option<Refused>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    set_aside: Vec<SetAside>,
    revision: Option<String>,
    #[serde(default)]
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Refused {
    place: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Deserialize)]
struct SetAside {
    flag: String,
    place: String,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    flag: String,
    context: Vec<(String, String, String)>,
    default: bool,
    enabled: bool,
    reason: String,
    rule_index: Option<u32>,
    error_code: Option<String>,
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// The context's values; `None` for what counts as absent but is said to be there.
fn values(case: &Case) -> Vec<(&str, Option<Value<'_>>)> {
    let value = |kind: &str, text: &'_ str| match kind {
        "integer" => Some(text.parse().map_or_else(|_| Value::Unsigned(text.parse().unwrap()), Value::Integer)),
        "number" => Some(Value::Number(text.parse().unwrap())),
        "boolean" => Some(Value::Boolean(text == "true")),
        _ => None,
    };
    let attributes = case.context.iter().filter(|(_, kind, _)| kind != "null");
    attributes
        .map(|(name, kind, text)| {
            (&**name, if kind == "string" { Some(Value::String(text)) } else { value(kind, text) })
        })
        .collect()
}

fn check(client: &Client, case: &Case, attributes: &impl Attributes) {
    let Evaluation { enabled, reason, rule_index, error_code, .. } =
        client.evaluate(&case.flag, attributes, case.default);
    let found = (enabled, reason.name(), rule_index, error_code.map(|code| code.name()));
    assert_eq!(found, (case.enabled, &*case.reason, case.rule_index, case.error_code.as_deref()));
    // All at once gives the same, for the flags there are.
    let (all, _) = client.evaluate_all(attributes, case.default);
    let same = all.iter().find(|(key, _)| *key == case.flag).map(|(_, evaluation)| evaluation.enabled);
    assert_eq!(same, (case.error_code.as_deref() != Some("FLAG_NOT_FOUND")).then_some(case.enabled));
}

fn run(group: &Group) -> usize {
    let opened = Client::from_snapshot(&*group.snapshot);
    if let Some(refused) = &group.refused {
        check_refusal(refused, opened.expect_err("the snapshot must be refused"));
        return 1;
    }
    let client = opened.unwrap();
    assert_eq!(client.flags(), group.flags);
    let warnings = client.warnings();
    assert_eq!(warnings.len(), group.set_aside.len(), "{warnings:?}");
    for (warning, expected) in warnings.iter().zip(&group.set_aside) {
        assert_eq!(warning.flag_key(), expected.flag);
        assert!(warning.message().starts_with(&format!("{}: ", expected.place)), "{warning:?} at {}", expected.place);
    }
    assert_eq!(client.status().revision, group.revision);
    for case in &group.cases {
        eprintln!("  {}", case.name);
        let values = values(case);
        check(&client, case, &flagbit::PackedAttributes::new(&pack(&values)).unwrap());
        let supported = values.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let supported = supported.filter(|(_, value)| !matches!(value, Value::Number(number) if !number.is_finite()));
        let context = supported.fold(Context::builder(), |builder, (name, value)| builder.set(name, value).unwrap());
        check(&client, case, &context.build());
    }
    group.cases.len()
}

fn check_refusal(refused: &Refused, error: ClientError) {
    let ClientError::Snapshot { error, .. } = error else { panic!("refused as {error:?}") };
    match error {
        SnapshotError::Shape { place, .. } => assert_eq!(Some(place), refused.place),
        SnapshotError::Json { line, column, .. } => {
            assert_eq!(Some(line), refused.line, "the line");
            assert!(refused.column.is_none_or(|expected| expected == column), "{column} for {:?}", refused.column);
        }
        SnapshotError::TooLarge { .. } => panic!("{error}"),
    }
}

#[test]
fn the_shared_vectors_hold() {
    let mut cases = 0;
    for group in files().iter().flat_map(|file| &file.groups) {
        // Printed only when the test fails: the last lines name what broke.
        eprintln!("{}", group.name);
        cases += run(group);
    }
    assert!(cases >= 1_900, "only {cases} vectors were found");
}
