//! Random changes in several environments: what a call does not name is byte for byte as before, and no flag is ever set
//! aside. Every version can be read back as it was, and restored. `FLAGBIT_TEST_STEPS` takes more steps, and `FLAGBIT_TEST_SEED` others.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use crate::support::{Answer, Database, Project, Server, within};

const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const SEGMENTS: [&str; 3] = ["s", "t", "u"];
const ENVIRONMENTS: [&str; 4] = ["production", "staging", "dev", "qa"];

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("a small number")
    }

    fn pick<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.below(choices.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn rules(&mut self) -> Value {
        match self.below(4) {
            0 => json!([{"operator": "in_segment", "value": self.pick(&SEGMENTS)}]),
            1 => json!([{"attribute": self.pick(&KEYS), "operator": "flag_is", "value": true}]),
            2 => json!([{"attribute": "plan", "operator": "in", "value": vec!["pro"; self.below(80)]}]),
            _ => json!([]),
        }
    }

    /// The body of a new flag.
    fn flag(&mut self, key: &str) -> Value {
        json!({"key": key, "enabled": self.chance(50), "name": self.pick(&["x", "y"]), "rules": self.rules()})
    }
}

/// All that programs and people see of each environment.
type Views = BTreeMap<String, Vec<(Option<String>, String)>>;

fn views(server: &Server, project: &Project<'_>) -> Views {
    let listed = project.get("/environments").json();
    let id = project.path().rsplit('/').next().expect("an id");
    let environments = listed["environments"].as_array().expect("a list");
    let view = |environment: &Value| {
        let name = environment["name"].as_str().expect("a name").to_owned();
        let there = project.environment(&name);
        // No flag is set aside.
        there.snapshot();
        let served = format!("/api/v1/snapshot?project_id={id}&environment={name}");
        let answers = [
            there.get("/flags"),
            there.get("/segments"),
            there.get("/snapshot"),
            server.request("GET", &served).key(&project.api_key).send(),
        ];
        let mut shown: Vec<(Option<String>, String)> =
            answers.iter().map(|answer| (answer.header("etag").map(str::to_owned), answer.text())).collect();
        shown.push((None, environment.to_string()));
        (name, shown)
    };
    environments.iter().map(view).collect()
}

/// Makes a random call. Returns its answer, and the environment that its path names if only that may change.
fn call(random: &mut Random, project: &Project<'_>) -> (String, Answer, Option<String>) {
    let name = random.pick(&ENVIRONMENTS);
    let is_named = random.chance(70);
    let place = if is_named { project.environment(name) } else { project.clone() };
    let is_shared = random.chance(25);
    let alone = (is_named && !is_shared).then(|| name.to_owned());
    let query = if is_shared { "?shared=true" } else { "" };
    let (key, segment) = (random.pick(&KEYS), random.pick(&SEGMENTS));
    let send = |method: &str, path: String, body: &Value| {
        let answer = place.send(method, &path, body);
        (format!("{method} {}{path} {body}: {} {}", place.path(), answer.status, answer.text()), answer, alone.clone())
    };
    match random.below(18) {
        0 | 1 => send("POST", format!("/flags{query}"), &random.flag(key)),
        2 => send("PATCH", format!("/flags/{key}{query}"), &json!({"enabled": random.chance(50)})),
        3 => send("PATCH", format!("/flags/{key}{query}"), &json!({"rules": random.rules()})),
        4 => {
            let changes = [
                json!({"name": "x"}),
                json!({"name": "y", "enabled": true}),
                json!({"client_visible": random.chance(50)}),
                json!({"variants": {"v": 1, "w": random.below(3)}, "default": "v", "off": "w", "default_enabled": null}),
                json!({"variants": null, "default": null, "off": null}),
            ];
            send("PATCH", format!("/flags/{key}{query}"), &changes[random.below(changes.len())])
        }
        5 | 6 => send("DELETE", format!("/flags/{key}"), &Value::Null),
        7 => send(
            "PUT",
            format!("/segments/{segment}"),
            &json!({"rules": vec![
            json!({"attribute": "plan", "operator": "eq", "value": "pro"}); random.below(3)]}),
        ),
        8 => send("DELETE", format!("/segments/{segment}"), &Value::Null),
        9 => import(random, &place, query, alone),
        10 | 11 => {
            let entries = project.get("/archive").json()["entries"].as_array().expect("a list").clone();
            let entry = entries.get(random.below(entries.len().max(1))).map_or(Value::from(0), |it| it["id"].clone());
            let how = random.pick(&["", "?as_was=true", "?with=references", "?as_was=true&with=references"]);
            let (method, path) =
                if random.chance(90) { ("POST", format!("/restore{how}")) } else { ("DELETE", String::new()) };
            let answer = project.request(method, &format!("/archive/{entry}{path}")).send();
            (format!("{method} /archive/{entry}{path}: {} {}", answer.status, answer.text()), answer, None)
        }
        14 | 15 => restore_flag(random, &place, key, is_named.then(|| name.to_owned())),
        16 => send("POST", format!("/segments/{segment}/restore"), &json!({"version": 1 + random.below(4)})),
        12 => {
            let answer = project.send("POST", "/environments", &json!({"name": name}));
            (format!("create {name}: {} {}", answer.status, answer.text()), answer, Some(name.to_owned()))
        }
        13 => promote(random, project, key),
        _ if random.chance(30) => {
            let answer = project.request("DELETE", &format!("/environments/{name}")).send();
            (format!("delete {name}: {} {}", answer.status, answer.text()), answer, Some(name.to_owned()))
        }
        _ => send("PATCH", format!("/flags/{key}"), &json!({"rules": [], "enabled": true})),
    }
}

/// Imports an environment's own flags with something changed, first as a dry run: both must say the same.
fn import(
    random: &mut Random,
    place: &Project<'_>,
    query: &str,
    alone: Option<String>,
) -> (String, Answer, Option<String>) {
    let mut document = place.get("/snapshot").json();
    if let Some(flags) = document["flags"].as_array_mut() {
        if random.chance(50) && !flags.is_empty() {
            flags.remove(random.below(flags.len()));
        }
        if random.chance(50) && !flags.is_empty() {
            let index = random.below(flags.len());
            flags[index]["enabled"] = random.chance(50).into();
            if random.chance(30) {
                flags[index]["name"] = random.pick(&["x", "y"]).into();
            }
        }
        let key = random.pick(&KEYS);
        if random.chance(50) && !flags.iter().any(|flag| flag["key"] == key) {
            flags.push(random.flag(key));
        }
    }
    let and = if query.is_empty() { "?" } else { "&" };
    let tried = place.send("PUT", &format!("/snapshot{query}{and}dry_run=true"), &document);
    let removes = if tried.status == 200 { tried.json()["removes"].as_u64().expect("a number") } else { 0 };
    let answer = place.send("PUT", &format!("/snapshot{query}{and}removes={removes}"), &document);
    let what = format!("PUT {}/snapshot{query} {document}: {} {}", place.path(), answer.status, answer.text());
    assert_eq!(tried.status, answer.status, "{what}\n{}", tried.text());
    if answer.status == 200 {
        let (mut tried, done) = (tried.json(), answer.json());
        tried["dry_run"] = false.into();
        assert_eq!(tried, done, "{what}");
    }
    (what, answer, alone)
}

/// Restores a version of a flag, first as a dry run: both must say the same. A version that was restored has the content of
/// the old one.
fn restore_flag(
    random: &mut Random,
    place: &Project<'_>,
    key: &str,
    alone: Option<String>,
) -> (String, Answer, Option<String>) {
    let shared = random.pick(&["", "shared=true&", "shared=false&"]);
    let with = random.pick(&["", "with=references&"]);
    let body = json!({"version": 1 + random.below(8)});
    let path = format!("/flags/{key}/restore?{shared}{with}");
    let version = place.get(&format!("/flags/{key}/history/{}", body["version"]));
    let tried = place.send("POST", &format!("{path}dry_run=true"), &body);
    let answer = place.send("POST", path.trim_end_matches(['&', '?']), &body);
    let what = format!("POST {}{path} {body}: {} {}", place.path(), answer.status, answer.text());
    assert_eq!(tried.status, answer.status, "{what}\n{}", tried.text());
    if answer.status == 200 {
        let content = |answer: &Value| {
            let mut content = answer.clone();
            let fields = content.as_object_mut().expect("an object");
            fields.retain(|field, _| !["updated_at", "dry_run", "version"].contains(&field.as_str()));
            content
        };
        assert_eq!(content(&tried.json()), content(&answer.json()), "{what}");
        if shared != "shared=false&" {
            let now = place.get(&format!("/flags/{key}")).json();
            assert_eq!(content(&now).to_string(), content(&version.json()["flag"]).to_string(), "{what}");
        }
    }
    (what, answer, if shared == "shared=true&" { None } else { alone })
}

/// All versions that were ever seen: the environment and its time, `flags` or `segments`, the key, the time of a flag, the
/// version.
type Versions = BTreeMap<(String, String, &'static str, String, String, i64), String>;

/// The text of a field.
fn text(value: &Value, field: &str) -> String {
    value[field].as_str().expect("a text").to_owned()
}

/// Adds the present versions. A version that was seen before must be as it was.
fn see(versions: &mut Versions, views: &Views) {
    for (name, shown) in views {
        let environment: Value = serde_json::from_str(&shown[4].1).expect("JSON");
        for (kind, listing) in ["flags", "segments"].into_iter().zip(shown) {
            let listing: Value = serde_json::from_str(&listing.1).expect("JSON");
            for thing in listing[kind].as_array().expect("a list") {
                // A segment of a key goes on counting when it is created anew.
                let created = if kind == "flags" { text(thing, "created_at") } else { String::new() };
                let version = thing["version"].as_i64().expect("a number");
                let at = (name.clone(), text(&environment, "created_at"), kind, text(thing, "key"), created, version);
                let thing = thing.to_string();
                assert_eq!(*versions.entry(at).or_insert(thing.clone()), thing);
            }
        }
    }
}

/// Reads every version back whose environment is there and whose flag is in the project. Returns their number.
fn read_back(project: &Project<'_>, versions: &Versions, views: &Views) -> usize {
    let mut present = Versions::new();
    see(&mut present, views);
    let mut count = 0;
    for ((name, environment_created, kind, key, created, version), known) in versions {
        let Some(shown) = views.get(name) else { continue };
        let environment: Value = serde_json::from_str(&shown[4].1).expect("JSON");
        let is_there = present.keys().any(|(_, _, other, flag, time, _)| (other, flag, time) == (kind, key, created));
        if text(&environment, "created_at") != *environment_created || *kind == "flags" && !is_there {
            continue;
        }
        let path = format!("/{kind}/{key}/history/{version}");
        let read = project.environment(name).get(&path).expect(200).json();
        assert_eq!(read[kind.trim_end_matches('s')].to_string(), *known, "{name}{path}");
        count += 1;
    }
    count
}

/// Promotes a flag, first as a dry run: both must say the same.
fn promote(random: &mut Random, project: &Project<'_>, key: &str) -> (String, Answer, Option<String>) {
    let (from, to) = (random.pick(&ENVIRONMENTS), random.pick(&ENVIRONMENTS));
    let with = random.pick(&["", "&with=references"]);
    let body = json!({"from": from, "to": to});
    let path = |dry_run: bool| format!("/flags/{key}/promote?dry_run={dry_run}{with}");
    let tried = project.send("POST", &path(true), &body);
    let answer = project.send("POST", &path(false), &body);
    let what = format!("POST {} {body}: {} {}", path(false), answer.status, answer.text());
    assert_eq!(tried.status, answer.status, "{what}\n{}", tried.text());
    if answer.status == 200 {
        let (mut tried, done) = (tried.json(), answer.json());
        tried["dry_run"] = false.into();
        tried["version"] = done["version"].clone();
        assert_eq!(tried, done, "{what}");
        let state = |name: &str| {
            let flag = project.environment(name).get(&format!("/flags/{key}")).json();
            ["enabled", "default_enabled", "off", "rules"].map(|field| flag[field].clone())
        };
        assert_eq!(state(from), state(to), "{what}");
    } else {
        assert_eq!(tried.text(), answer.text(), "{what}");
    }
    (what, answer, Some(to.to_owned()))
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

fn run(database: &Database, has_replica: bool) {
    let server = Server::start(database);
    let replica = has_replica.then(|| Server::start(database));
    let project = Project::new(&server);
    for name in &ENVIRONMENTS[1..3] {
        project.done("POST", "/environments", &json!({"name": name}));
    }
    let seed = setting("FLAGBIT_TEST_SEED", 1);
    let mut random = Random(seed);
    let mut before = views(&server, &project);
    let (mut done, mut count) = (0, 0);
    let mut versions = Versions::new();
    see(&mut versions, &before);
    let mut told: Vec<String> = Vec::new();
    for step in 0..setting("FLAGBIT_TEST_STEPS", 200) {
        let (what, answer, alone) = call(&mut random, &project);
        told.push(what);
        let context = || format!("seed {seed}, step {step}:\n{}", told[told.len().saturating_sub(5)..].join("\n"));
        let after = views(&server, &project);
        assert!(answer.status < 500, "{}", context());
        let mut named = Vec::new();
        if answer.status < 300 {
            done += 1;
            let list = answer.json()["environments"].as_array().unwrap_or_else(|| panic!("{}", context())).clone();
            named.extend(list.iter().map(|name| name.as_str().expect("a name").to_owned()));
        }
        if let Some(alone) = alone {
            assert!(named.iter().all(|name| *name == alone), "{}", context());
        }
        for (name, view) in &before {
            let is_same = after.get(name) == Some(view);
            assert_eq!(!is_same, named.contains(name), "environment {name}\n{}", context());
        }
        before = after;
        see(&mut versions, &before);
        if step % 10 != 9 {
            continue;
        }
        let read = read_back(&project, &versions, &before);
        count += read;
        if let Some(replica) = &replica {
            let id = project.path().rsplit('/').next().expect("an id").parse().expect("an id");
            let there = Project::of(replica, &project.api_key, id);
            within(Duration::from_secs(20), || views(replica, &there) == before);
            assert_eq!(read_back(&there, &versions, &before), read);
        }
    }
    assert!(done > 40, "only {done} changes were made");
    assert!(count > 200, "only {count} versions were read back");
}

#[test]
fn random_changes_touch_what_they_name_on_sqlite() {
    run(&Database::sqlite(), false);
}

#[test]
fn random_changes_touch_what_they_name_on_postgres_with_two_servers() {
    run(&Database::postgres(), true);
}
