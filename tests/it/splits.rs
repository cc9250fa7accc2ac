//! What MODEL promises of splits and percentages as weights change: over random weights and 100,000 users.

use std::collections::BTreeMap;

use flagbit::{Client, Context};
use proptest::prelude::*;
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn a_border_that_moves_moves_only_those_it_passes(weights in weights(), from in 0..NAMES.len() - 1, by in 1_u32..50_000) {
        let by = by.min(weights[from + 1]);
        let mut moved = weights.clone();
        moved[from] += by;
        moved[from + 1] -= by;
        let (before, after) = [&weights, &moved].map(|weights| served(&client(&json!({"conditions": [], "value": split(weights)})))).into();
        let mut changed = 0;
        for (before, after) in before.iter().zip(&after).filter(|(before, after)| before != after) {
            prop_assert_eq!((*before, *after), (from + 1, from), "only from the shrunk neighbour into the grown one");
            changed += 1;
        }
        let expected = f64::from(by) / 100_000.0 * USERS as f64;
        // Six standard deviations of a binomial distribution, and a few for very small shares.
        prop_assert!((f64::from(changed) - expected).abs() < 6.0 * expected.sqrt() + 6.0, "{} for {}", changed, expected);
    }

    #[test]
    fn growing_the_percentage_before_a_split_moves_nobody_between_variants(
        weights in weights(), smaller in 0_u32..100_000, more in 0_u32..100_000,
    ) {
        let larger = (smaller + more).min(100_000);
        let rule = |percent: u32| {
            let percent = json!({"operator": "percent", "value": f64::from(percent) / 1000.0});
            client(&json!({"conditions": [percent], "value": split(&weights)}))
        };
        for (before, after) in served(&rule(smaller)).into_iter().zip(served(&rule(larger))) {
            prop_assert!(before == after || before == NAMES.len(), "from {} to {}", before, after);
        }
    }

    #[test]
    fn each_variant_gets_its_weight(weights in weights()) {
        let served = served(&client(&json!({"conditions": [], "value": split(&weights)})));
        for (position, weight) in weights.iter().enumerate() {
            let count = served.iter().filter(|variant| **variant == position).count() as f64;
            let expected = f64::from(*weight) / 100_000.0 * USERS as f64;
            prop_assert!((count - expected).abs() < 6.0 * expected.sqrt() + 6.0, "{} for {}", count, expected);
        }
    }
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
