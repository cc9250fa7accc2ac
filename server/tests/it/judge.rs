//! `flagbit check` and the import give the same judgement. If `check` finds no error, an import into an empty project takes
//! the file. If the import refuses a file, `check` names the same problem in the same words.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Map, Value, json};

use crate::support::{Database, Project, Server, run};

/// A document that both take, with everything that flags, rules and segments can have.
fn good() -> Value {
    json!({
        "flags": [
            {"key": "checkout", "name": "Checkout", "description": "The new one", "tags": ["shop"], "client_visible": true,
             "enabled": true, "default_enabled": true, "version": 3, "created_at": "2026-01-01T00:00:00Z", "rules": [
                {"operator": "in_segment", "value": ["staff"]},
                {"attribute": "plan", "operator": "in", "value": ["pro", 7, true]},
                {"attribute": "@now", "operator": "after", "value": "2026-12-01T09:00:00Z"},
                {"conditions": [{"attribute": "email", "operator": "matches", "value": "x$"},
                    {"attribute": "user_id", "operator": "exists"},
                    {"operator": "percent", "value": {"percent": 5, "salt": "s"}}], "value": false},
                {"operator": "percent", "value": 25.5}]},
            {"key": "plain", "enabled": false},
            {"key": "theme", "variants": {"light": {"a": [1]}, "dark": {"a": "x"}}, "default": "light", "off": "dark",
             "enabled": true, "rules": [
                {"conditions": [{"attribute": "plain", "operator": "flag_is", "value": false}],
                 "value": {"split": [["light", 50], ["dark", 50]], "by": "user_id", "salt": "s"}},
                {"conditions": [{"attribute": "version", "operator": "semver_gte", "value": "2.1"}], "value": "dark"}]}
        ],
        "segments": {"staff": {"rules": [{"attribute": "email", "operator": "ends_with", "value": "@shop.example"}]}},
        "revision": 7, "project": "shop", "environment": "production"
    })
}

/// The document with its flags by key.
fn by_key(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(flags) = document["flags"].as_array() {
        let named = flags.iter().map(|flag| {
            let mut fields = flag.as_object().cloned().unwrap_or_default();
            let key = fields.remove("key").and_then(|key| key.as_str().map(str::to_owned)).unwrap_or_default();
            (key, if flag.is_object() { fields.into() } else { flag.clone() })
        });
        document["flags"] = named.collect::<Map<_, _>>().into();
    }
    document
}

/// The document in each shape; a bare list has no segments.
fn shapes(document: &Value) -> [Value; 3] {
    [document.clone(), by_key(document), document["flags"].clone()]
}

/// The pointers of all values in a value.
fn pointers(value: &Value, start: &str, all: &mut Vec<String>) {
    let name = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(field, value)| (name(field), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let pointer = format!("{start}/{name}");
        pointers(value, &pointer, all);
        all.push(pointer);
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let (outer, name) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(outer) {
        Some(Value::Object(fields)) => _ = fields.shift_remove(name),
        Some(Value::Array(items)) => _ = items.remove(name.parse().expect("an index")),
        _ => {}
    }
}

/// One document with one change each.
fn mutations(document: &Value) -> Vec<String> {
    const TWICE: &str = "__twice";
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let mut mutations = Vec::new();
    for pointer in &all {
        for value in [
            Value::Null,
            json!(true),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("x"),
            json!(" \u{e4}"),
            json!([]),
            json!({}),
            json!([null]),
            json!({"x": 1}),
        ] {
            let mut changed = document.clone();
            *changed.pointer_mut(pointer).expect("a value") = value;
            mutations.push(changed.to_string());
        }
        let mut fewer = document.clone();
        remove(&mut fewer, pointer);
        mutations.push(fewer.to_string());
        let (outer, name) = pointer.rsplit_once('/').expect("a pointer");
        let mut more = document.clone();
        let value = more.pointer(pointer).cloned().expect("a value");
        match more.pointer_mut(outer) {
            // A field twice, a field that is nearly written right, and one element twice.
            Some(Value::Object(fields)) => {
                fields.insert(TWICE.into(), value.clone());
                mutations.push(more.to_string().replace(TWICE, name));
                mutations.push(more.to_string().replace(TWICE, &format!("{name}x")));
            }
            Some(Value::Array(items)) => {
                items.push(value.clone());
                mutations.push(more.to_string());
            }
            _ => {}
        }
        // Texts that a tree of values cannot hold replace the value.
        for text in ["1e400", "\"\\ud800\"", "9007199254740993.0", "18446744073709551616"] {
            let mut odd = document.clone();
            *odd.pointer_mut(pointer).expect("a value") = TWICE.into();
            mutations.push(odd.to_string().replace(&format!("\"{TWICE}\""), text));
        }
    }
    mutations
}

fn odd_texts() -> Vec<Vec<u8>> {
    let good = good().to_string();
    let deep = |levels: usize| format!(r#"{{"flags":[],"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    let mut texts: Vec<Vec<u8>> = [
        "",
        " ",
        "7",
        "null",
        "\"x\"",
        "[]",
        "{}",
        "[7]",
        "[[]]",
        r#"{"flags": null}"#,
        r#"{"flags": {}}"#,
        r#"{"flags": [], "flags": []}"#,
        r#"{"flags": [], "segments": {}, "segments": {}}"#,
        r#"{"flags": [], "maintainer": 1, "maintainer": 2}"#,
        r#"{"flags": [], "segments": {"a": {}, "a": {}}}"#,
        r#"{"flags": [], "segments": {"a": {"rules": null}, "b": null, "": {}, "c d": {}}}"#,
        r#"{"flags": {"a": {"enabled": true}, "a": {"enabled": true}}}"#,
        r#"{"flags": {"": {"enabled": true}, "..": {"enabled": true}}}"#,
        r#"[{"key": "a", "enabled": true}, {"key": "a", "enabled": true}]"#,
        r#"[{"key": "a", "enabled": true, "variants": {"x": 1, "x": 2, "y": 3}, "default": "x"}]"#,
        r#"[{"key": "a", "enabled": true, "variants": {"x": {"b": 1, "b": 2}, "y": {}}, "default": "x"}]"#,
        r#"[{"key": "a", "enabled": true, "default": "x", "off": "y"}]"#,
        r#"[{"key": "a", "enabled": true, "default": null, "off": null, "variants": null, "rules": null, "tags": null}]"#,
        r#"[{"key": "b", "enabled": true, "rules": [{"attribute": "a", "operator": "flag_is", "value": true}]},
            {"key": "a", "enabled": true, "rules": [{"attribute": "b", "operator": "flag_is", "value": true}]}]"#,
        r#"[{"key": "a", "enabled": true, "maintainer": 1}, {"key": "b", "enabled": 1}, {"enabled": true}, 7]"#,
        r#"[{"key": "a", "enabled": true}] x"#,
        r#"[{"key": "a", "enabled": true},]"#,
    ]
    .into_iter()
    .map(Into::into)
    .collect();
    texts.extend(
        [good.clone(), format!("\u{feff}{good}"), format!(" \n{good}\n"), format!("\u{feff}\u{feff}{good}")]
            .map(Into::into),
    );
    texts.extend([deep(125), deep(126), deep(127), deep(100_000)].map(Into::into));
    texts.push([&good.as_bytes()[..40], b"\xff", &good.as_bytes()[40..]].concat());
    texts.push(good.as_bytes()[..good.len() / 2].to_vec());
    let too_many: Vec<Value> = (0..10_001).map(|flag| json!({"key": format!("f{flag}"), "enabled": true})).collect();
    texts.push(Value::from(too_many).to_string().into());
    let rule = json!({"attribute": "a", "operator": "eq", "value": "x"});
    let long = json!([{"key": "a", "enabled": true, "rules": vec![rule.clone(); 1_001]},
        {"key": "b", "enabled": true, "rules": [{"conditions": vec![rule; 101]}]},
        {"key": "c", "enabled": true, "rules": [{"attribute": "a", "operator": "in", "value": vec![7; 100_001]}]},
        {"key": "d", "enabled": true, "name": "x".repeat(257), "tags": vec!["x"; 101]},
        {"key": "e", "enabled": true, "rules": [{"attribute": "a", "operator": "in", "value": ["x".repeat(4 << 20)]}]},
        {"key": "f", "enabled": true, "description": "x".repeat(5 << 20)}]);
    texts.push(long.to_string().into());
    texts
}

/// The snapshots of the shared vectors and of the examples.
fn shared_snapshots() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |folder: &str| {
        let mut files: Vec<_> =
            fs::read_dir(root.join(folder)).expect("a folder").map(|file| file.unwrap().path()).collect();
        files.sort();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.into_iter().map(|file| fs::read_to_string(file).expect("a text")).collect::<Vec<_>>()
    };
    let mut snapshots = read("examples/snapshots");
    snapshots.push(fs::read_to_string(root.join("examples/flags.json")).expect("a text"));
    for file in read("tests/fixtures") {
        let vectors: Value = serde_json::from_str(&file).expect("vectors");
        let groups = vectors["groups"].as_array().expect("groups").iter();
        snapshots.extend(groups.map(|group| group["snapshot"].as_str().expect("a text").to_owned()));
    }
    snapshots
}

/// The errors that `check` finds in each text, as an import would write them.
fn checked(texts: &[Vec<u8>]) -> Vec<BTreeSet<String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut reports = Vec::new();
    for (number, some) in texts.chunks(200).enumerate() {
        let mut arguments = vec!["check".to_owned(), "--json".to_owned()];
        for (index, text) in some.iter().enumerate() {
            let path = folder.path().join(format!("{number}-{index}.json"));
            fs::write(&path, text).unwrap();
            arguments.push(path.display().to_string());
        }
        let ran = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let files = ran.json()["files"].as_array().expect("reports").clone();
        let has_errors = files.iter().any(|report| report["errors"] != 0);
        assert_eq!(ran.status, i32::from(has_errors));
        reports.extend(files);
    }
    reports.iter().map(errors).collect()
}

fn errors(report: &Value) -> BTreeSet<String> {
    let errors =
        report["findings"].as_array().expect("findings").iter().filter(|finding| finding["severity"] == "error");
    errors
        .map(|finding| {
            let message = finding["message"].as_str().expect("a message");
            match (finding["line"].as_u64(), finding["column"].as_u64(), finding["place"].as_str()) {
                (Some(line), Some(column), _) => {
                    let message = message.strip_prefix("not JSON: ").expect("it says so");
                    format!("the body: {message} at line {line} column {column}")
                }
                (.., Some(place)) => format!("{place}: {message}"),
                (.., None) => message.to_owned(),
            }
        })
        .collect()
}

/// Compares both judges. Returns how many texts pass.
fn compare(project: &Project<'_>, texts: &[Vec<u8>]) -> usize {
    let mut differences = Vec::new();
    let mut passed = 0;
    for (text, errors) in texts.iter().zip(checked(texts)) {
        let request = project.request("PUT", "/snapshot?dry_run=true").header("content-type", "application/json");
        let answer = request.body(text.clone()).send();
        let start = String::from_utf8_lossy(&text[..text.len().min(2_000)]);
        if answer.status == 200 {
            passed += 1;
            if !errors.is_empty() {
                differences.push(format!("{start}\n  the import takes it, check says {errors:?}"));
            }
            continue;
        }
        assert!([400, 409].contains(&answer.status), "{start}: {} {}", answer.status, answer.text());
        let message = answer.message();
        let lines = message.lines().filter(|line| !(line.starts_with("and ") && line.ends_with(" more")));
        let unsaid: Vec<&str> = lines.filter(|line| !errors.contains(*line)).collect();
        if !unsaid.is_empty() || errors.is_empty() {
            differences.push(format!("{start}\n  the import says {unsaid:?}, check says {errors:?}"));
        }
    }
    let count = differences.len();
    differences.truncate(40);
    assert!(count == 0, "{count} of {}:\n{}", texts.len(), differences.join("\n"));
    passed
}

#[test]
fn check_passes_what_the_import_takes() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    let mut texts: Vec<Vec<u8>> = odd_texts();
    texts.extend(shared_snapshots().into_iter().map(String::into_bytes));
    let passed = compare(&project, &texts);
    println!("{passed} of {} texts pass", texts.len());
    assert!(passed > 100 && passed < texts.len() - 100, "{passed} of {}", texts.len());
}

#[test]
fn check_finds_what_the_import_refuses_in_changed_files() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    // Each change in one of the shapes, in turn.
    let changed = shapes(&good()).map(|document| mutations(&document));
    let longest = changed.iter().map(Vec::len).max().unwrap_or_default();
    let texts: Vec<Vec<u8>> =
        (0..longest).filter_map(|index| changed[index % 3].get(index).cloned().map(String::into_bytes)).collect();
    let passed = compare(&project, &texts);
    println!("{passed} of {} texts pass", texts.len());
    assert!(passed > 100 && passed < texts.len() - 100, "{passed} of {}", texts.len());
}

#[test]
fn an_export_passes_and_comes_back_in_each_shape() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    let nothing = json!({"created": [], "updated": [], "deleted": []});
    let mut without_segments = good();
    without_segments["flags"][0]["rules"].as_array_mut().unwrap().remove(0);
    without_segments.as_object_mut().unwrap().shift_remove("segments");
    for (document, path, has_segments) in
        [(good(), "/snapshot", true), (without_segments, "/snapshot?removes=1", false)]
    {
        project.done("PUT", path, &document);
        let exported = project.get("/snapshot").json();
        let mut texts: Vec<Value> = shapes(&exported).into();
        if has_segments {
            // A bare list has none.
            texts.truncate(2);
        }
        let bytes: Vec<Vec<u8>> = texts.iter().map(|text| text.to_string().into_bytes()).collect();
        assert!(checked(&bytes).iter().all(BTreeSet::is_empty), "{:?}", checked(&bytes));
        for text in &texts {
            let answer = project.done("PUT", "/snapshot", text);
            let expected = json!({
                "dry_run": false, "removes": 0, "environments": [], "flags": nothing, "segments": nothing, "archived": []
            });
            assert_eq!(answer, expected, "{text}");
            // Another project becomes the same.
            let other = Project::new(&server);
            other.done("PUT", "/snapshot", text);
            assert_eq!(other.get("/snapshot").json(), exported, "{text}");
        }
    }
}
