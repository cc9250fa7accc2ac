//! Measures typed flags, the other operators, segments and prerequisites: `cargo bench --bench model`.
//!
//! Prints tables in Markdown; times are median / minimum.
#![allow(missing_docs, reason = "a program")]

#[path = "common/load.rs"]
mod load;
#[path = "common/measure.rs"]
mod measure;
#[path = "common/memory.rs"]
mod memory;

use std::path::Path;

use flagbit::{Client, Context, Value as Attribute};
use measure::{Cell, Effort, measure};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, load, path] = &arguments[..]
        && load == "--load"
    {
        return load::report(Path::new(path));
    }
    let full = arguments.iter().any(|argument| argument == "--bench") && !arguments.iter().any(|a| a == "--short");
    let effort = if full { Effort::FULL } else { Effort::SHORT };
    evaluations(effort);
    large(effort);
}

fn flag(key: &str, rules: &Value) -> Value {
    json!({"key": key, "enabled": true, "rules": rules})
}

fn simple(key: &str, attribute: &str, operator: &str, value: &Value) -> Value {
    flag(key, &json!([{"attribute": attribute, "operator": operator, "value": value}]))
}

fn typed(key: &str, value: &Value) -> Value {
    json!({"key": key, "enabled": true, "default": "light", "variants": {"light": "#fff", "dark": "#000"},
           "rules": [{"conditions": [], "value": value}]})
}

/// Each flag asks the one before it.
fn chain() -> impl Iterator<Item = Value> {
    let ask = |index: usize| {
        let rule = json!([{"attribute": format!("chain-{}", index - 1), "operator": "flag_is", "value": true}]);
        flag(&format!("chain-{index}"), &rule)
    };
    [simple("chain-0", "plan", "eq", &json!("pro"))].into_iter().chain((1..64).map(ask))
}

fn user(id: usize) -> Context {
    let groups = ["beta", "staff", "eu"].map(Attribute::String);
    let builder = Context::builder().set("user_id", &format!("usr_{id}")).and_then(|user| user.set("plan", "pro"));
    let builder = builder.and_then(|user| user.set("app", "2.4.1")).and_then(|user| user.set("score", 7.5));
    builder.and_then(|user| user.set("groups", &groups[..])).expect("attributes that rules can match").build()
}

fn evaluations(effort: Effort) {
    let flags = [
        typed("typed", &json!("dark")),
        typed("split", &json!({"split": [["light", 50], ["dark", 50]]})),
        simple("gt", "score", "gt", &json!(5)),
        simple("starts_with", "user_id", "starts_with", &json!("usr_")),
        simple("has", "groups", "has", &json!(["eu", "us"])),
        simple("semver", "app", "semver_gte", &json!("2.4.0-rc.1")),
        simple("after", "@now", "after", &json!("2026-01-01T00:00:00Z")),
        simple("matches", "user_id", "matches", &json!("^usr_[0-9]+$")),
        flag("segment", &json!([{"operator": "in_segment", "value": "pros"}])),
    ];
    let segments = json!({"pros": {"rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}});
    let flags: Vec<Value> = flags.into_iter().chain(chain()).collect();
    let client = Client::from_snapshot(json!({"flags": flags, "segments": segments}).to_string()).expect("a snapshot");
    assert_eq!(client.warnings(), []);
    let users: Vec<Context> = (0..1_000).map(user).collect();
    let cell = |name: &str, key: &'static str| {
        let client = &client;
        Cell::new(name, &users, move |user| client.evaluate(key, user, false).enabled)
    };
    let mut cells = [
        cell("a variant", "typed"),
        cell("a split", "split"),
        cell("`gt`", "gt"),
        cell("`starts_with`", "starts_with"),
        cell("`has` on a list of 3", "has"),
        cell("`semver_gte`", "semver"),
        cell("`after` on `@now`", "after"),
        cell("`in_segment`", "segment"),
        cell("`flag_is`", "chain-1"),
        cell("`flag_is`, a chain of 64", "chain-63"),
        cell("`matches`, `^usr_[0-9]+$`", "matches"),
    ];
    measure(&mut cells, effort);
    println!("| evaluation | ns |\n|---|---|");
    for cell in &cells {
        println!("| {} | {} |", cell.name, cell.numbers().text());
    }
}

fn large(effort: Effort) {
    let ids: Vec<String> = (0..100_000).map(|id| format!("usr_{id}")).collect();
    let list = json!({"flags": [simple("f", "user_id", "in", &json!(ids))]});
    let segments: serde_json::Map<String, Value> = (0..10_000)
        .map(|index| {
            let rule = json!({"attribute": "plan", "operator": "eq", "value": format!("plan-{index}")});
            (format!("segment-{index}"), json!({"rules": [rule]}))
        })
        .collect();
    let by_segment = |index: usize| {
        flag(&format!("flag-{index}"), &json!([{"operator": "in_segment", "value": format!("segment-{index}")}]))
    };
    let by_segments = json!({"flags": (0..10_000).map(by_segment).collect::<Vec<_>>(), "segments": segments});
    println!("\n| snapshot | text, MB | load, ms | memory, MiB | one evaluation, ns |\n|---|---|---|---|---|");
    let users: Vec<Context> = (0..1_000).map(|id| user(id * 200)).collect();
    for (name, key, snapshot) in [
        ("one `in` list of 100,000 ids, half of those who ask in it", "f", list),
        ("10,000 segments and a flag for each", "flag-7777", by_segments),
    ] {
        let text = snapshot.to_string();
        let path = load::write("model", &text);
        let (load, memory) = load::elsewhere(&path, effort.loads);
        let client = Client::from_file(path).expect("a snapshot");
        let mut cells = [Cell::new("", &users, |user| client.is_enabled(key, user, false))];
        measure(&mut cells, effort);
        let [cell] = &cells;
        let megabytes = text.len() as f64 / 1e6;
        println!("| {name} | {megabytes:.1} | {} | {memory:.1} | {} |", load.text(), cell.numbers().text());
    }
}
