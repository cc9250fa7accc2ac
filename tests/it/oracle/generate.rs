//! Random snapshots that are valid, and random contexts, from pools so small that they often meet.

use proptest::{prelude::*, strategy::Union};
use serde_json::{Map, Value, json};

use super::naive::{Attributes, PATTERNS, TIMES};

const NAMES: [&str; 8] =
    ["user_id", "plan", "", "a name longer than eight bytes", "a name longer than nine", "age", "version", "since"];
const STRINGS: [&str; 13] = ["", "p", "pro", "ro", "e", "a fre", "free", "true", "é", "7", " 7", "07", "-1e1"];
const VERSIONS: [&str; 15] = [
    "1",
    "v1.0",
    "1.0.0",
    "1.0.0+build.01",
    "1-rc.1",
    "1.0.0-rc.1",
    "1.0-rc.2",
    "1.0.0-rc.10",
    "1.0.0-rc.a",
    "1.0.0-1",
    "1.1",
    "v1.10.0",
    "1.2.0",
    "2+b",
    "2.0.1",
];
const VARIANTS: [&str; 5] = ["light", "dark", "true", "false", "a.b-c_9"];
const UNREADABLE_TIMES: [&str; 3] = ["2001-09-09T01:46:40", "2001-02-29T00:00:00Z", "2001-09-09"];

/// The segments and flags that a flag's rules can refer to.
#[derive(Clone, Default)]
struct Surroundings {
    segments: Vec<String>,
    /// The flags before it, each with its variants' names, which a boolean flag has none of.
    earlier: Vec<(String, Vec<&'static str>)>,
}

pub(super) fn snapshot() -> impl Strategy<Value = Value> {
    let variants =
        prop_oneof![Just(Vec::new()), prop::sample::subsequence(VARIANTS.to_vec(), 2..=VARIANTS.len()).prop_shuffle()];
    (prop::collection::vec(variants, 1..6), 0..4).prop_flat_map(|(flags, segments)| {
        let mut around = Surroundings::default();
        let segment = json_object(vec![("rules", optional(rules(boolean_rule(&around))))]);
        around.segments = (0..segments).map(|index| format!("segment-{index}")).collect();
        let segments = around.segments.iter().map(|name| (name.as_str(), segment.clone())).collect();
        let segments = json_object(segments);
        let mut strategies = Vec::new();
        for (index, variants) in flags.into_iter().enumerate() {
            let key = format!("flag-{index}");
            strategies.push(flag(&key, &variants, &around));
            around.earlier.push((key, variants));
        }
        (strategies, segments).prop_map(|(flags, segments)| json!({"flags": flags, "segments": segments}))
    })
}

pub(super) fn attributes() -> impl Strategy<Value = Attributes> {
    let value = prop_oneof![
        12 => scalar(),
        3 => prop::collection::vec(scalar(), 0..5).prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    let now = prop_oneof![8 => moment(), 1 => scalar(), 1 => Just(Value::Null)];
    let values = prop::collection::btree_map(prop::sample::select(&NAMES[..]), value, 0..8);
    let fitting = [
        ("plan", string()),
        ("age", prop_oneof![4 => number(), 1 => string()].boxed()),
        ("version", version()),
        ("since", moment()),
        ("@now", now.boxed()),
    ];
    // Values that the operators on numbers, versions and times can mostly read.
    let fitting =
        fitting.map(|(name, value)| prop::option::of(value).prop_map(move |value| value.map(|it| (name, it))));
    (values, fitting).prop_map(|(mut attributes, fitting)| {
        attributes.extend(fitting.into_iter().flatten());
        attributes
    })
}

fn flag(key: &str, variants: &[&'static str], around: &Surroundings) -> BoxedStrategy<Value> {
    let mut fields =
        vec![("key", Just(json!(key)).boxed()), ("enabled", prop::bool::weighted(0.9).prop_map(Value::from).boxed())];
    if variants.is_empty() {
        fields.push(("default_enabled", optional(any::<bool>().prop_map(Value::from))));
        fields.push(("rules", optional(rules(boolean_rule(around)))));
    } else {
        let name = prop::sample::select(variants.to_vec()).prop_map(Value::from).boxed();
        fields.push(("variants", values(variants)));
        fields.push(("default", name.clone()));
        fields.push(("off", optional(name.clone())));
        fields.push(("rules", optional(rules(typed_rule(name, around)))));
    }
    json_object(fields)
}

/// The values of a typed flag: all strings, all numbers or all JSON.
fn values(variants: &[&'static str]) -> BoxedStrategy<Value> {
    let alike = |value: BoxedStrategy<Value>| json_object(variants.iter().map(|name| (*name, value.clone())).collect());
    prop_oneof![
        alike(string()),
        alike(number()),
        alike(prop::collection::vec(scalar(), 0..3).prop_map(|items| json!(items)).boxed()),
    ]
    .boxed()
}

fn rules(rule: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![9 => prop::collection::vec(rule, 0..5).prop_map(Value::from), 1 => Just(Value::Null)].boxed()
}

fn boolean_rule(around: &Surroundings) -> BoxedStrategy<Value> {
    let value = prop::sample::select(vec![json!(true), json!(false), json!("true"), json!("false")]);
    let fields = vec![("conditions", conditions(around)), ("value", optional(value))];
    prop_oneof![condition(around), json_object(fields)].boxed()
}

fn typed_rule(name: BoxedStrategy<Value>, around: &Surroundings) -> BoxedStrategy<Value> {
    let value = prop_oneof![name.clone(), split(name)].boxed();
    json_object(vec![("conditions", conditions(around)), ("value", value)])
}

/// A split with its weights between random cuts of the 100,000 thousandths.
fn split(name: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let cut = prop_oneof![6 => 0..=100_000_u32, 3 => (0..=100_u32).prop_map(|percent| percent * 1000), 1 => Just(0)];
    let entries = prop::collection::vec((name, cut), 1..6).prop_map(|entries| {
        let (names, mut cuts): (Vec<Value>, Vec<u32>) = entries.into_iter().unzip();
        *cuts.last_mut().unwrap() = 100_000;
        cuts.sort_unstable();
        let mut before = 0;
        let weights = cuts.into_iter().map(|cut| {
            let thousandths = cut - std::mem::replace(&mut before, cut);
            if thousandths % 1000 == 0 { json!(thousandths / 1000) } else { json!(f64::from(thousandths) / 1000.0) }
        });
        names.into_iter().zip(weights).map(|(name, weight)| json!([name, weight])).collect()
    });
    json_object(vec![("split", entries.boxed()), ("by", optional(attribute())), ("salt", optional(salt()))])
}

fn conditions(around: &Surroundings) -> BoxedStrategy<Value> {
    prop::collection::vec(condition(around), 0..3).prop_map(Value::from).boxed()
}

fn condition(around: &Surroundings) -> BoxedStrategy<Value> {
    let pattern = prop::sample::select(&PATTERNS[..]).prop_map(|(pattern, _)| json!(pattern)).boxed();
    let bound = prop_oneof![number(), prop::sample::select(vec![json!("7"), json!("-2.5e0"), json!("1E1")])].boxed();
    let percent = prop_oneof![(0.0..=100.0_f64).prop_map(Value::from), (0_u8..=100).prop_map(Value::from)].boxed();
    let salted = json_object(vec![("percent", percent.clone()), ("salt", optional(salt()))]);
    let kinds = vec![
        comparison(&["eq", "neq"], attribute(), scalar()),
        comparison(&["in"], attribute(), prop::collection::vec(scalar(), 0..12).prop_map(Value::from).boxed()),
        comparison(&["contains", "has"], attribute(), one_or_many(scalar())),
        comparison(&["starts_with", "ends_with"], mostly("plan"), one_or_many(string())),
        comparison(&["matches"], mostly("plan"), one_or_many(pattern)),
        comparison(&["exists"], attribute(), optional(Just(Value::Null))),
        comparison(&["gt", "gte", "lt", "lte"], mostly("age"), bound),
        comparison(
            &["semver_eq", "semver_gt", "semver_gte", "semver_lt", "semver_lte"],
            mostly("version"),
            prop_oneof![version(), (0_u8..4).prop_map(Value::from)].boxed(),
        ),
        comparison(&["before", "after"], mostly("since"), moment()),
        comparison(&["before", "after"], Just(json!("@now")).boxed(), moment()),
    ];
    let percent = json_object(vec![
        ("operator", Just(json!("percent")).boxed()),
        ("attribute", optional(attribute())),
        ("value", prop_oneof![2 => percent, 1 => salted].boxed()),
    ]);
    // The kinds that lead to others are worth more of the cases.
    let mut kinds = vec![(7, Union::new(kinds).boxed()), (2, percent)];
    if !around.segments.is_empty() {
        let segment = prop::sample::select(around.segments.clone()).prop_map(Value::from).boxed();
        let ignored = optional(prop_oneof![Just(json!(7)), Just(json!("@now"))]);
        kinds.push((2, comparison(&["in_segment"], ignored, one_or_many(segment))));
    }
    let flag_is = around.earlier.iter().map(|(key, variants)| {
        let answer = if variants.is_empty() {
            any::<bool>().prop_map(Value::from).boxed()
        } else {
            prop::sample::select(variants.clone()).prop_map(Value::from).boxed()
        };
        comparison(&["flag_is"], Just(json!(key)).boxed(), one_or_many(answer))
    });
    if flag_is.len() > 0 {
        kinds.push((2, Union::new(flag_is).boxed()));
    }
    Union::new_weighted(kinds).boxed()
}

/// One of the operators, or its `not_`.
fn comparison(
    operators: &'static [&'static str],
    attribute: BoxedStrategy<Value>,
    value: BoxedStrategy<Value>,
) -> BoxedStrategy<Value> {
    let operator = (prop::sample::select(operators), prop::bool::weighted(0.3)).prop_map(|(operator, negated)| {
        if negated && operator != "eq" { json!(format!("not_{operator}")) } else { json!(operator) }
    });
    json_object(vec![("operator", operator.boxed()), ("attribute", attribute), ("value", value)])
}

fn attribute() -> BoxedStrategy<Value> {
    prop::sample::select(&NAMES[..]).prop_map(Value::from).boxed()
}

fn mostly(name: &'static str) -> BoxedStrategy<Value> {
    prop_oneof![5 => Just(json!(name)), 1 => attribute()].boxed()
}

fn salt() -> BoxedStrategy<Value> {
    prop::sample::select(vec!["", "exp-7", "flag-0", "flag-0/split"]).prop_map(Value::from).boxed()
}

fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        6 => string(),
        1 => any::<bool>().prop_map(Value::from),
        2 => number(),
        2 => version(),
        1 => moment(),
        1 => prop::sample::select(&UNREADABLE_TIMES[..]).prop_map(Value::from),
    ]
    .boxed()
}

fn string() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => prop::sample::select(&STRINGS[..]).prop_map(Value::from),
        1 => (0_u16..1000).prop_map(|number| json!(format!("usr_{number}"))),
    ]
    .boxed()
}

fn number() -> BoxedStrategy<Value> {
    prop_oneof![(-3_i64..4).prop_map(Value::from), (-6_i8..7).prop_map(|quarters| json!(f64::from(quarters) / 4.0))]
        .boxed()
}

fn version() -> BoxedStrategy<Value> {
    prop::sample::select(&VERSIONS[..]).prop_map(Value::from).boxed()
}

fn moment() -> BoxedStrategy<Value> {
    prop::sample::select(&TIMES[..]).prop_map(|(time, ..)| json!(time)).boxed()
}

fn one_or_many(value: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![value.clone(), prop::collection::vec(value, 0..4).prop_map(Value::from)].boxed()
}

/// The absence of a field, which `json_object` leaves out.
const LEFT_OUT: &str = "left out";

fn optional(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![3 => value, 1 => Just(json!(LEFT_OUT))].boxed()
}

fn json_object(fields: Vec<(&str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let (names, values): (Vec<String>, Vec<_>) =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).unzip();
    values
        .prop_map(move |values| {
            let fields = names.iter().cloned().zip(values).filter(|(_, value)| value != LEFT_OUT);
            Value::Object(fields.collect::<Map<_, _>>())
        })
        .boxed()
}
