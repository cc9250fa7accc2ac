//! The shared vectors of `tests/fixtures`, through the Rust API.

use std::{fs, path::Path};

use flagbit::{
    Attributes, Client, ClientError, Context, Evaluation, MAX_SNAPSHOT_BYTES, Snapshot, SnapshotError, Value,
    VariantValue,
};
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
    context: Vec<(String, String, Text)>,
    default: bool,
    enabled: bool,
    reason: String,
    rule_index: Option<u32>,
    error_code: Option<String>,
    kind: Option<String>,
    value: Option<String>,
    variant: Option<String>,
    integer: Option<String>,
}

/// An attribute's value: a scalar's text, or the kinds and texts of a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Scalar(String),
    List(Vec<(String, String)>),
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// A scalar; `None` for what counts as absent.
fn scalar<'a>(kind: &str, text: &'a str) -> Option<Value<'a>> {
    match kind {
        "string" => Some(Value::String(text)),
        // The text is the last word.
        "moment" => Some(Value::String(text.rsplit(' ').next().unwrap())),
        "integer" => Some(text.parse().map_or_else(|_| Value::Unsigned(text.parse().unwrap()), Value::Integer)),
        "number" => Some(Value::Number(text.parse().unwrap())),
        "boolean" => Some(Value::Boolean(text == "true")),
        _ => None,
    }
}

fn check(client: &Client, case: &Case, attributes: &impl Attributes, context: &Context) {
    let evaluation = client.evaluate(&case.flag, attributes, case.default);
    check_evaluation(case, &evaluation);
    // A flag that is resolved once gives the same, the first time and later.
    let mut flag = client.flag(&case.flag);
    assert_eq!(flag.evaluate(attributes, case.default), evaluation);
    assert_eq!(flag.evaluate(attributes, case.default), evaluation);
    assert_eq!(flag.is_enabled(attributes, case.default), client.is_enabled(&case.flag, attributes, case.default));
    // All at once gives the same, for the flags there are.
    let (all, generation) = client.evaluate_all(attributes, case.default);
    let mut each = all.iter();
    let visited = client.evaluate_each(attributes, |key, answer| {
        let (expected, evaluation) = each.next().unwrap();
        assert_eq!((key, answer.err()), (&**expected, evaluation.error_code));
        let found = answer.map(|answer| (answer.enabled(), answer.reason(), answer.variant().cloned()));
        let same = (evaluation.enabled, evaluation.reason, evaluation.variant.clone());
        assert!(found.is_err() || found == Ok(same));
    });
    assert_eq!((visited, each.next()), (generation, None));
    let same = all.iter().find(|(key, _)| *key == case.flag).map(|(_, evaluation)| evaluation);
    assert_eq!(same, (case.error_code.as_deref() != Some("FLAG_NOT_FOUND")).then_some(&evaluation));
    // Asked for on or off, a typed flag gives the default.
    let is_boolean = matches!(case.kind.as_deref(), None | Some("boolean"));
    let expected = if is_boolean { case.enabled } else { case.default };
    assert_eq!(client.is_enabled(&case.flag, attributes, case.default), expected);
    check_numbers(client, case, attributes, &evaluation);
    check_explanation(case, &serde_json::from_str(&client.explain(&case.flag, context)).unwrap());
}

fn check_evaluation(case: &Case, found: &Evaluation) {
    let code = found.error_code.map(|code| code.name());
    assert_eq!(
        (found.enabled, found.reason.name(), found.rule_index, code),
        (case.enabled, &*case.reason, case.rule_index, case.error_code.as_deref())
    );
    let (kind, value, name) = match &found.variant {
        _ if code.is_some() => (None, None, None),
        None if found.enabled => (Some("boolean"), Some("true"), Some("on")),
        None => (Some("boolean"), Some("false"), Some("off")),
        Some(variant) => (Some(variant.value().type_name()), Some(variant.value().text()), Some(variant.name())),
    };
    assert_eq!((kind, value, name), (case.kind.as_deref(), case.value.as_deref(), case.variant.as_deref()));
}

/// Asked for as a number and as an integer: every type has the exact value, the nearest one (a double), or none.
fn check_numbers(client: &Client, case: &Case, attributes: &impl Attributes, found: &Evaluation) {
    let number: Option<f64> =
        case.value.as_ref().filter(|_| case.kind.as_deref() == Some("number")).map(|text| as_number(text));
    let signed: Option<i64> = case.integer.as_ref().and_then(|text| text.parse().ok());
    let unsigned: Option<u64> = case.integer.as_ref().and_then(|text| text.parse().ok());
    let asked = client.value(&case.flag, attributes, 0.0625);
    // To the bit: no language has a flag that is -0.
    assert_eq!(asked.to_bits(), number.unwrap_or(0.0625).to_bits());
    assert_eq!(client.value(&case.flag, attributes, -4_321_i64), signed.unwrap_or(-4_321));
    assert_eq!(client.value(&case.flag, attributes, 4_321_u64), unsigned.unwrap_or(4_321));
    if let Some(VariantValue::Number(number, _)) = found.variant.as_ref().map(|variant| variant.value()) {
        assert_eq!((number.as_i64(), number.as_u64()), (signed, unsigned));
    }
}

fn as_number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// The explanation comes to the same answer, and each rule's conditions to what the rule did.
fn check_explanation(case: &Case, found: &serde_json::Value) {
    let text = |field: &str| found[field].as_str();
    assert_eq!(
        (text("reason"), text("kind"), text("variant"), text("error_code"), found["rule_index"].as_u64()),
        (
            Some(&*case.reason),
            case.kind.as_deref(),
            case.variant.as_deref(),
            case.error_code.as_deref(),
            case.rule_index.map(Into::into)
        )
    );
    if case.kind.as_deref() == Some("number") {
        let value = found["value"].as_number().unwrap();
        // serde_json tells integers from doubles by the text.
        let expected = case.integer.clone().unwrap_or_else(|| as_number(case.value.as_ref().unwrap()).to_string());
        let value = if value.is_f64() { value.as_f64().unwrap().to_string() } else { value.to_string() };
        assert_eq!(value, expected);
    }
    for rule in found["rules"].as_array().unwrap() {
        let conditions = rule["conditions"].as_array().map_or(&[][..], Vec::as_slice);
        if rule["outcome"] == "decided" {
            // A simple percentage decides also where it does not hold.
            let outside = case.value.as_deref() == Some("false") && conditions.len() == 1;
            assert!(conditions.iter().all(|condition| condition["holds"] == true) || outside, "{rule}");
        }
    }
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
        assert_eq!(warning.flag_key(), Some(&*expected.flag));
        assert_eq!(warning.place().to_string(), expected.place, "{warning}");
    }
    assert_eq!(client.status().revision, group.revision);
    for case in &group.cases {
        eprintln!("  {}", case.name);
        // A list with an element that is no value is no value itself.
        let lists: Vec<Option<Vec<Value<'_>>>> = case
            .context
            .iter()
            .map(|(_, _, text)| match text {
                Text::Scalar(_) => None,
                Text::List(items) => items.iter().map(|(kind, text)| scalar(kind, text)).collect(),
            })
            .collect();
        let values: Vec<(&str, Option<Value<'_>>)> = case
            .context
            .iter()
            .zip(&lists)
            .filter(|((_, kind, _), _)| kind != "null")
            .map(|((name, kind, text), list)| match text {
                Text::Scalar(text) => (&**name, scalar(kind, text)),
                Text::List(_) => (&**name, list.as_deref().map(Value::List)),
            })
            .collect();
        // A context that cannot be built is absent.
        let supported = values.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let context = supported
            .fold(Context::builder(), |builder, (name, value)| builder.clone().set(name, value).unwrap_or(builder))
            .build();
        check(&client, case, &context, &context);
        check(&client, case, &flagbit::PackedAttributes::new(&pack(&values)).unwrap(), &context);
        // Of values that Rust's types can have.
        let borrowed: Vec<_> = values.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
        check(&client, case, &flagbit::BorrowedAttributes::new(&borrowed), &context);
    }
    group.cases.len()
}

/// Returns what is left of a place after the grammar of the specification's section 10.5; nothing for a place.
fn beyond_grammar(place: &str) -> &str {
    if place == "snapshot" {
        return "";
    }
    let (mut rest, mut steps) = (place, 0);
    loop {
        let after = match rest.strip_prefix("...") {
            Some(after) if steps == 12 => after,
            _ => rest,
        };
        let next = step(after, steps == 0);
        let Some(next) = next else { return if place.is_empty() { "nothing" } else { rest } };
        (rest, steps) = (next, steps + 1);
    }
}

/// Takes one step of a place off a text.
fn step(text: &str, is_first: bool) -> Option<&str> {
    if let Some(inside) = text.strip_prefix('[') {
        let mut values = serde_json::Deserializer::from_str(inside).into_iter::<serde_json::Value>();
        let is_step = match values.next()?.ok()? {
            serde_json::Value::String(name) => name.chars().count() <= 303,
            serde_json::Value::Number(index) => index.is_u64(),
            _ => false,
        };
        return inside[values.byte_offset()..].strip_prefix(']').filter(|_| is_step);
    }
    let word = if is_first { text } else { text.strip_prefix('.')? };
    let end = word.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(word.len());
    word[..end].starts_with(|letter: char| !letter.is_ascii_digit()).then(|| &word[end..])
}

#[test]
fn every_place_of_the_vectors_is_written_in_one_way() {
    let mut places = Vec::new();
    for group in files().into_iter().flat_map(|file| file.groups) {
        match Snapshot::parse(group.snapshot.as_bytes(), MAX_SNAPSHOT_BYTES) {
            Ok(snapshot) => places.extend(snapshot.warnings().iter().map(|warning| warning.place().to_string())),
            Err(SnapshotError::Shape { place, .. }) => places.push(place.to_string()),
            Err(_) => {}
        }
    }
    assert!(places.len() > 500, "{}", places.len());
    for place in &places {
        assert_eq!(beyond_grammar(place), "", "{place}");
    }
    for wrong in ["", "flags.?", "a.", ".a", "a[b]", "a[-1]", "a.b c", "[1].2", "a...b", "a[0]...[0]", "flags[\"a]"] {
        assert_ne!(beyond_grammar(wrong), "", "{wrong}");
    }
}

fn check_refusal(refused: &Refused, error: ClientError) {
    let ClientError::Snapshot { error, .. } = error else { panic!("refused as {error:?}") };
    match error {
        SnapshotError::Shape { place, .. } => assert_eq!(Some(place.to_string()), refused.place),
        SnapshotError::Json { line, column, .. } | SnapshotError::TooDeep { line, column } => {
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
    assert!(cases >= 6_900, "only {cases} vectors were found");
}
