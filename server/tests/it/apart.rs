//! Random changes in several environments: what a call does not name is byte for byte as before, and no flag is ever set
//! aside. `FLAGBIT_TEST_STEPS` takes more steps, and `FLAGBIT_TEST_SEED` others.

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
    match random.below(15) {
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
    let mut done = 0;
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
        if let Some(replica) = replica.as_ref().filter(|_| step % 10 == 9) {
            let id = project.path().rsplit('/').next().expect("an id").parse().expect("an id");
            let there = Project::of(replica, &project.api_key, id);
            within(Duration::from_secs(20), || views(replica, &there) == before);
        }
    }
    assert!(done > 40, "only {done} changes were made");
}

#[test]
fn random_changes_touch_what_they_name_on_sqlite() {
    run(&Database::sqlite(), false);
}

#[test]
fn random_changes_touch_what_they_name_on_postgres_with_two_servers() {
    run(&Database::postgres(), true);
}
