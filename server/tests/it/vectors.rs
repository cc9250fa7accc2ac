//! The shared vectors of `tests/fixtures`, through `POST /api/v1/evaluate`.
//!
//! Each group is a project, written past the server, which would refuse flags that are set aside.

use std::{fmt, fs, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Value, json, value::RawValue};

use crate::support::{Account, Answer, Database, Load, Server};

#[derive(Deserialize)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    snapshot: String,
    refused: Option<IgnoredAny>,
    #[serde(default)]
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    flag: String,
    context: Vec<(String, String, Text)>,
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

/// A snapshot as it stands in the text.
struct Parts<'a> {
    flags: Vec<(String, &'a RawValue)>,
    segments: Vec<(String, &'a RawValue)>,
}

/// Why a group is not in the database.
#[derive(Debug, PartialEq)]
enum Left {
    /// The snapshot is refused.
    Refused,
    /// A field is given twice, which reading and writing JSON loses.
    Duplicates,
}

#[test]
fn the_shared_vectors_hold() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let account = server.account();
    let files = files();
    let groups: Vec<&Group> = files.iter().flat_map(|file| &file.groups).collect();
    let (mut projects, mut left) = (Vec::new(), Vec::new());
    let revision = database.load(async |load| {
        let owner = load.one("SELECT account_id FROM projects WHERE id = $1", &[account.project]).await;
        for group in &groups {
            let parts = match parts(group) {
                Ok(parts) => parts,
                Err(reason) => {
                    left.push((reason, &group.name, group.cases.len()));
                    continue;
                }
            };
            let project = write(load, owner, &parts).await;
            projects.push((project, *group));
        }
        let environment = load.one("SELECT id FROM environments WHERE project_id = $1", &[account.project]).await;
        load.touch(environment).await;
    });
    server.wait_for_revision(&account.server_key, revision);
    let mut cases = 0;
    for (project, group) in projects {
        // Printed only when the test fails: the last lines name what broke.
        eprintln!("{}", group.name);
        group.cases.iter().for_each(|case| check(&server, &account, project, case));
        cases += group.cases.len();
    }
    let count = |reason: Left| left.iter().filter(|(other, ..)| *other == reason).count();
    left.iter().filter(|(reason, ..)| *reason == Left::Duplicates).for_each(|left| println!("left out: {left:?}"));
    assert_eq!((count(Left::Refused), count(Left::Duplicates)), (151, 51), "groups that are left out");
    assert!(cases >= 6_700, "only {cases} vectors were found");
}

/// Makes a project of a group; its id.
async fn write(load: &mut Load, owner: i64, parts: &Parts<'_>) -> i64 {
    let (project, environment) = load.project(owner).await;
    for (key, flag) in &parts.flags {
        load.flag(project, environment, key, "{}", flag.get()).await;
    }
    for (name, segment) in &parts.segments {
        load.segment(environment, name, segment.get()).await;
    }
    project
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    let read = |path: &_| serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("vectors");
    paths.iter().map(read).collect()
}

/// The content for the database.
fn parts(group: &Group) -> Result<Parts<'_>, Left> {
    if group.refused.is_some() {
        return Err(Left::Refused);
    }
    let text = group.snapshot.strip_prefix('\u{feff}').unwrap_or(&group.snapshot);
    serde_json::from_str::<Unique>(text).map_err(|_| Left::Duplicates)?;
    let (flags, segments) = if text.trim_start().starts_with('[') {
        (text, "{}")
    } else {
        #[derive(Deserialize)]
        struct Document<'a> {
            #[serde(borrow)]
            flags: &'a RawValue,
            #[serde(borrow)]
            segments: Option<&'a RawValue>,
        }
        let document: Document<'_> = serde_json::from_str(text).expect("a snapshot");
        (document.flags.get(), document.segments.map_or("{}", RawValue::get))
    };
    let flags = match flags.starts_with('{') {
        true => fields(flags),
        false => {
            let flags: Vec<&RawValue> = serde_json::from_str(flags.trim()).expect("a list");
            let key = |flag: &RawValue| serde_json::from_str::<Value>(flag.get()).expect("a flag")["key"].clone();
            flags.into_iter().map(|flag| (key(flag).as_str().expect("a key").to_owned(), flag)).collect()
        }
    };
    // Segments that are no object are none; flags that use them are set aside either way.
    let segments = if segments.starts_with('{') { fields(segments) } else { Vec::new() };
    Ok(Parts { flags, segments })
}

fn fields(object: &str) -> Vec<(String, &RawValue)> {
    struct Fields;

    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, &'de RawValue)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            std::iter::from_fn(|| map.next_entry().transpose()).collect()
        }
    }
    serde_json::Deserializer::from_str(object).deserialize_map(Fields).expect("an object")
}

/// JSON without a field that is given twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Unique;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Unique, A::Error> {
                while list.next_element::<Unique>()?.is_some() {}
                Ok(Unique)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut names = std::collections::HashSet::new();
                while let Some((name, Unique)) = map.next_entry::<String, Unique>()? {
                    if !names.insert(name) {
                        return Err(A::Error::custom("duplicate"));
                    }
                }
                Ok(Unique)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

fn check(server: &Server, account: &Account, project: i64, case: &Case) {
    eprintln!("  {}", case.name);
    let context = context(case);
    let ask = |field: &str, flags: Value| -> Answer {
        let body = format!(r#"{{"{field}":{flags},"context":{context}}}"#);
        let path = format!("/api/v1/evaluate?project_id={project}");
        server.request("POST", &path).key(&account.api_key).body(body).send()
    };
    let one = ask("flag_key", json!(case.flag));
    let several = ask("flag_keys", json!([case.flag])).json()["flags"].clone();
    let code = case.error_code.as_deref();
    match code {
        None => {
            let answer = one.json();
            assert_eq!((one.status, &answer), (200, &several[&case.flag]));
            check_answer(case, &answer);
            if case.kind.as_deref() == Some("number") {
                let path = format!("/ofrep/v1/evaluate/flags/{}?project_id={project}", case.flag);
                let body = format!(r#"{{"context":{context}}}"#);
                check_number(case, &server.request("POST", &path).key(&account.api_key).body(body).send());
            }
        }
        Some("FLAG_NOT_FOUND") => {
            assert_eq!((one.status, one.code(), several), (404, "FLAG_NOT_FOUND".into(), json!({})));
        }
        Some(code) => {
            assert_eq!((one.status, &*one.code()), (409, code));
            assert_eq!(
                (&several[&case.flag]["error_code"], &several[&case.flag]["enabled"]),
                (&code.into(), &Value::Null)
            );
        }
    }
}

fn check_answer(case: &Case, answer: &Value) {
    let value = match case.kind.as_deref() {
        Some("string") => case.value.clone().map(Value::String),
        Some("number") => Some(number(case)),
        _ => case.value.as_deref().map(|text| serde_json::from_str(text).expect("JSON")),
    };
    let expected = json!({
        "flag_key": case.flag, "enabled": case.enabled, "reason": case.reason, "value": value,
        "variant": case.variant, "rule_index": case.rule_index,
    });
    assert_eq!(*answer, expected);
}

/// The number as JSON has it: exact if it is an integer.
fn number(case: &Case) -> Value {
    let text = case.value.as_deref().expect("a value");
    match &case.integer {
        Some(integer) => serde_json::from_str(integer).expect("an integer"),
        None => text.parse::<f64>().expect("a number").into(),
    }
}

/// By OFREP an integer has every digit. It has a point, too, if another value of the flag is no integer.
fn check_number(case: &Case, answer: &Answer) {
    #[derive(Deserialize)]
    struct Success<'a> {
        #[serde(borrow)]
        value: &'a RawValue,
    }
    let text = answer.text();
    let found = serde_json::from_str::<Success<'_>>(&text).expect("an answer").value.get();
    match &case.integer {
        Some(integer) => assert_eq!(found.strip_suffix(".0").unwrap_or(found), integer),
        None => assert_eq!(serde_json::from_str::<Value>(found).expect("a number"), number(case)),
    }
}

fn context(case: &Case) -> String {
    let attributes = case.context.iter().map(|(name, kind, text)| {
        let value = match text {
            Text::Scalar(text) => scalar(kind, text),
            Text::List(items) => {
                let items: Vec<String> = items.iter().map(|(kind, text)| scalar(kind, text)).collect();
                format!("[{}]", items.join(","))
            }
        };
        format!("{}:{value}", Value::from(name.as_str()))
    });
    format!("{{{}}}", attributes.collect::<Vec<_>>().join(","))
}

/// A value as a client would send it.
fn scalar(kind: &str, text: &str) -> String {
    match kind {
        "string" => Value::from(text).to_string(),
        // JSON has no moments: the last word is the text.
        "moment" => Value::from(text.rsplit(' ').next()).to_string(),
        "integer" | "boolean" => text.into(),
        "null" => "null".into(),
        "number" => {
            let number: f64 = text.parse().expect("a number");
            // A value that JSON cannot write as a number is an object here.
            if number.is_finite() { format!("{number:?}") } else { "{}".into() }
        }
        _ => "{}".into(),
    }
}
