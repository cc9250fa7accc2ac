//! Percentages and splits as they grow (specification, sections 4.2 and 4.4): over random weights and 100,000 users.

use std::collections::BTreeMap;

use flagbit::{Client, Context};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;

const USERS: usize = 100_000;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Weights in thousandths of a percent; they are written as decimals.
fn split(weights: &[u32]) -> serde_json::Value {
    let entries = NAMES.iter().zip(weights).map(|(name, weight)| json!([name, f64::from(*weight) / 1000.0]));
    json!({"split": entries.collect::<Vec<_>>()})
}

fn client(rule: &serde_json::Value) -> Client {
    let variants: BTreeMap<&str, &str> = NAMES.iter().map(|name| (*name, *name)).chain([("out", "out")]).collect();
    let flag = json!({"key": "f", "enabled": true, "variants": variants, "default": "out", "rules": [rule]});
    let client = Client::from_snapshot(json!([flag]).to_string()).unwrap();
    assert_eq!(client.warnings(), []);
    client
}

fn served(client: &Client) -> Vec<usize> {
    let position = |user: usize| {
        let user = Context::builder().set("user_id", &format!("user-{user}")).unwrap().build();
        let name = client.value("f", &user, String::new());
        NAMES.iter().position(|known| *known == name).unwrap_or(NAMES.len())
    };
    (0..USERS).map(position).collect()
}

/// Weights that add up to 100 %: the distances between random borders.
fn weights() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0_u32..=100_000, NAMES.len() - 1).prop_map(|mut borders| {
        borders.sort_unstable();
        let ends = borders.iter().copied().chain([100_000]);
        let starts = [0].into_iter().chain(borders.iter().copied());
        ends.zip(starts).map(|(end, start)| end - start).collect()
    })
}

/// Draws a few values of a strategy. Not `proptest!`, whose number of cases is for tests of microseconds.
fn draw<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, check: impl Fn(&T)) {
    let mut runner = TestRunner::default();
    for _ in 0..4 {
        let drawn = strategy.new_tree(&mut runner).unwrap().current();
        // Printed only when the test fails.
        eprintln!("{drawn:?}");
        check(&drawn);
    }
}

/// Six standard deviations of a binomial distribution, and a few for very small shares.
fn assert_near(count: usize, thousandths: u32) {
    let expected = f64::from(thousandths) / 100_000.0 * USERS as f64;
    assert!((count as f64 - expected).abs() < 6.0 * expected.sqrt() + 6.0, "{count} for {expected}");
}

#[test]
fn a_border_that_moves_moves_only_those_it_passes() {
    draw((weights(), 0..NAMES.len() - 1, 1_u32..50_000), |(weights, into, by)| {
        let by = (*by).min(weights[into + 1]);
        let mut moved = weights.clone();
        moved[*into] += by;
        moved[into + 1] -= by;
        let [before, after] =
            [weights, &moved].map(|weights| served(&client(&json!({"conditions": [], "value": split(weights)}))));
        let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        assert!(changed.iter().all(|change| *change == (&(into + 1), into)), "only from its neighbour into what grew");
        assert_near(changed.len(), by);
    });
}

#[test]
fn growing_the_percentage_before_a_split_moves_nobody_between_variants() {
    draw((weights(), 0_u32..100_000, 0_u32..100_000), |(weights, smaller, more)| {
        let rule = |percent: u32| {
            let percent = json!({"operator": "percent", "value": f64::from(percent) / 1000.0});
            client(&json!({"conditions": [percent], "value": split(weights)}))
        };
        let larger = (smaller + more).min(100_000);
        for (before, after) in served(&rule(*smaller)).into_iter().zip(served(&rule(larger))) {
            assert!(before == after || before == NAMES.len(), "from {before} to {after}");
        }
    });
}

#[test]
fn each_variant_gets_its_weight() {
    draw(weights(), |weights| {
        let served = served(&client(&json!({"conditions": [], "value": split(weights)})));
        for (position, weight) in weights.iter().enumerate() {
            assert_near(served.iter().filter(|variant| **variant == position).count(), *weight);
        }
    });
}

/// With one hash for both, everybody inside a 10 % rollout would be in the first tenth of the split.
#[test]
fn the_percentage_and_the_split_behind_it_are_independent() {
    let percent = json!({"operator": "percent", "value": 10});
    let halves = |salt: Option<&str>| {
        let mut value = split(&[50_000, 50_000, 0, 0]);
        if let Some(salt) = salt {
            value["salt"] = salt.into();
        }
        let served = served(&client(&json!({"conditions": [percent], "value": value})));
        [0, 1].map(|variant| served.iter().filter(|served| **served == variant).count())
    };
    let [first, second] = halves(None);
    assert!(first + second > 9_000 && first.abs_diff(second) < 600, "{first} and {second}");
    // The test sees the trap: the flag's key as the split's salt is the percentage's own hash.
    let [first, second] = halves(Some("f"));
    assert!(first > 9_000 && second == 0, "{first} and {second}");
}
