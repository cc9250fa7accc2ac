//! The shares of users that a change of a split moves from one variant to another.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// From which variant to which (`"sepia>dark"`), in percent of the users that the split shares out.
pub(crate) type Moved = Map<String, Value>;

/// All users, in the steps of weights.
const ALL: u64 = 100_000;

/// A split of a rule that was validated.
struct Split<'r> {
    rule: usize,
    conditions: Option<&'r Value>,
    by: &'r str,
    salt: Option<&'r str>,
    /// Variants with their weights in thousandths.
    shares: Vec<(&'r str, u64)>,
}

/// Returns the shares that a change of a flag's rules moves; `None` if no split gets other weights, another salt or another
/// attribute.
///
/// A split is compared with the one before that shares out by the same hash (attribute and salt) under the same
/// conditions, else with that of the same rule. Where only weights or their order differ, the shares are exact:
/// the ranges of both lists are laid over each other. Where the hash differs, everybody is dealt anew, and what is given is
/// the expectation. Where several splits change, the names say which: `"rules[2]: sepia>dark"`.
pub(crate) fn moved(before: &[Value], after: &[Value]) -> Option<Moved> {
    let mut old = splits(before);
    let mut changes = Vec::new();
    for new in splits(after) {
        let Some(index) = counterpart(&old, &new) else { continue };
        let old = old.remove(index);
        let is_same_hash = (old.by, old.salt) == (new.by, new.salt);
        if !is_same_hash || old.shares != new.shares {
            changes.push((new.rule, if is_same_hash { overlay(&old, &new) } else { deal_anew(&old, &new) }));
        }
    }
    let is_one = changes.len() == 1;
    let mut moved = Moved::new();
    for (rule, shares) in &changes {
        for ((from, to), share) in shares {
            let prefix = if is_one { String::new() } else { format!("rules[{rule}]: ") };
            moved.insert(format!("{prefix}{from}>{to}"), percent(*share));
        }
    }
    (!changes.is_empty()).then_some(moved)
}

fn splits(rules: &[Value]) -> Vec<Split<'_>> {
    rules.iter().enumerate().filter_map(|(rule, value)| split(rule, value)).collect()
}

fn split(rule: usize, fields: &Value) -> Option<Split<'_>> {
    let value = fields.get("value")?;
    let shares = value.get("split")?.as_array()?.iter().map(|share| {
        let weight = share.get(1)?.as_f64()? * 1000.0;
        Some((share.get(0)?.as_str()?, weight.round() as u64))
    });
    Some(Split {
        rule,
        conditions: fields.get("conditions"),
        by: value.get("by").and_then(Value::as_str).filter(|by| !by.is_empty()).unwrap_or("user_id"),
        salt: value.get("salt").and_then(Value::as_str),
        shares: shares.collect::<Option<_>>()?,
    })
}

/// Returns the index of the old split that became this one.
fn counterpart(old: &[Split<'_>], new: &Split<'_>) -> Option<usize> {
    let is_same_hash = |split: &&Split<'_>| (split.by, split.salt) == (new.by, new.salt);
    let find = |matches: &dyn Fn(&&Split<'_>) -> bool| old.iter().position(|split| matches(&split));
    find(&|split| is_same_hash(split) && split.conditions == new.conditions)
        .or_else(|| find(&|split| split.rule == new.rule))
        .or_else(|| find(&|split| split.conditions == new.conditions))
        .or_else(|| find(&|split| is_same_hash(split)))
}

type Shares<'r> = BTreeMap<(&'r str, &'r str), u64>;

/// The ranges of both, laid over each other.
fn overlay<'r>(old: &Split<'r>, new: &Split<'r>) -> Shares<'r> {
    let mut moved = Shares::new();
    let (mut olds, mut news) = (old.shares.iter().copied(), new.shares.iter().copied());
    let (mut from, mut to) = (olds.next(), news.next());
    while let (Some((old, left)), Some((new, wanted))) = (from, to) {
        let both = left.min(wanted);
        if old != new && both > 0 {
            *moved.entry((old, new)).or_default() += both;
        }
        from = if left > both { Some((old, left - both)) } else { olds.next() };
        to = if wanted > both { Some((new, wanted - both)) } else { news.next() };
    }
    moved
}

/// Every part of the old split is shared out like the whole.
fn deal_anew<'r>(old: &Split<'r>, new: &Split<'r>) -> Shares<'r> {
    let mut products = Shares::new();
    for &(from, left) in &old.shares {
        for &(to, wanted) in new.shares.iter().filter(|(to, _)| *to != from) {
            *products.entry((from, to)).or_default() += left * wanted;
        }
    }
    products
        .into_iter()
        .map(|(pair, product)| (pair, (product + ALL / 2) / ALL))
        .filter(|(_, share)| *share > 0)
        .collect()
}

/// Thousandths of a percent as percent.
fn percent(thousandths: u64) -> Value {
    if thousandths.is_multiple_of(1000) { (thousandths / 1000).into() } else { (thousandths as f64 / 1000.0).into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(split: Value) -> Vec<Value> {
        vec![json!({"conditions": [], "value": split})]
    }

    fn of(before: Value, after: Value) -> Option<Value> {
        moved(&rule(json!({"split": before})), &rule(json!({"split": after}))).map(Value::Object)
    }

    #[test]
    fn only_what_changes_hands_moves() {
        let before = json!([["light", 50], ["dark", 25], ["sepia", 25]]);
        assert_eq!(of(before.clone(), before.clone()), None);
        let after = json!([["light", 50], ["dark", 41], ["sepia", 9]]);
        assert_eq!(of(before.clone(), after), Some(json!({"sepia>dark": 16})));
        let after = json!([["light", 60], ["dark", 20], ["sepia", 20]]);
        assert_eq!(of(before.clone(), after), Some(json!({"dark>light": 10, "sepia>dark": 5})));
        let after = json!([["light", 49.999], ["dark", 25.001], ["sepia", 25]]);
        assert_eq!(of(before.clone(), after), Some(json!({"light>dark": 0.001})));
        // The order counts, not only the weights; an entry of nothing moves nobody.
        let after = json!([["dark", 25], ["light", 50], ["sepia", 25]]);
        assert_eq!(of(before.clone(), after), Some(json!({"dark>light": 25, "light>dark": 25})));
        let after = json!([["light", 50], ["blue", 0], ["dark", 25], ["sepia", 25]]);
        assert_eq!(of(before, after), Some(json!({})));
    }

    #[test]
    fn another_salt_deals_everybody_anew() {
        let before = rule(json!({"split": [["a", 50], ["b", 50]]}));
        let after = rule(json!({"split": [["a", 50], ["b", 50]], "salt": "again"}));
        assert_eq!(moved(&before, &after).map(Value::Object), Some(json!({"a>b": 25, "b>a": 25})));
    }

    #[test]
    fn a_split_is_found_again_behind_a_new_rule() {
        let split = |weight: u32| json!({"split": [["a", weight], ["b", 100 - weight]]});
        let pro = json!([{"attribute": "plan", "operator": "eq", "value": "pro"}]);
        let before = [json!({"conditions": pro, "value": split(10)}), json!({"conditions": [], "value": split(50)})];
        let mut after = vec![json!({"conditions": pro, "value": "a"}), before[0].clone(), before[1].clone()];
        assert_eq!(moved(&before, &after), None);
        after[2] = json!({"conditions": [], "value": split(70)});
        assert_eq!(moved(&before, &after).map(Value::Object), Some(json!({"b>a": 20})));
        after[1] = json!({"conditions": pro, "value": split(20)});
        let expected = json!({"rules[1]: b>a": 10, "rules[2]: b>a": 20});
        assert_eq!(moved(&before, &after).map(Value::Object), Some(expected));
    }
}
