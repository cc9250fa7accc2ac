//! Rules, which have no names: equal ones are matched first, and then those that look alike.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::Hash,
};

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    RuleChange, RuleChangeKind,
    budget::Budget,
    fields::{self, Look},
};
use crate::flags::segment::conditions;

/// A rule without a counterpart so far.
#[derive(Debug, Clone, Copy)]
struct Lone<'r> {
    position: usize,
    rule: &'r Value,
    /// The number of rules before this one that are the same on both sides. Rules with the same number stand between the
    /// same neighbours.
    gap: usize,
}

/// The positions of a rule before and after.
type Pair = (usize, usize);

/// Compares rules. It takes time in proportion to their text, and for the order to the square of their number at most.
pub(super) fn compare(budget: &mut Budget, before: &[Value], after: &[Value]) -> Vec<RuleChange> {
    let (mut pairs, mut removed, mut added) = same_order(before, after);
    pairs.extend(pair(&mut removed, &mut added, |lone| Some(lone.rule)));
    pairs.extend(pair(&mut removed, &mut added, |lone| lone.rule.get("conditions")));
    pairs.extend(pair(&mut removed, &mut added, |lone| Some((lone.gap, questions(lone.rule)))));
    pairs.extend(pair(&mut removed, &mut added, |lone| Some(questions(lone.rule))));
    // A condition that was added or removed leaves the first one or the last one, or both.
    pairs.extend(pair(&mut removed, &mut added, |lone| Some((lone.gap, attribute(conditions(lone.rule).first()?)?))));
    pairs.extend(pair(&mut removed, &mut added, |lone| Some((lone.gap, attribute(conditions(lone.rule).last()?)?))));
    pairs.sort_unstable_by_key(|(_, to)| *to);
    let stayed = stayed(&pairs);

    let mut changes = Vec::new();
    for Lone { position, rule, .. } in removed {
        change(budget, &mut changes, RuleChangeKind::Removed, (Some(position), None), false, rule);
    }
    let mut added = added.into_iter().peekable();
    for (from, to) in pairs {
        while let Some(Lone { position, rule, .. }) = added.next_if(|lone| lone.position < to) {
            change(budget, &mut changes, RuleChangeKind::Added, (None, Some(position)), false, rule);
        }
        let (old, new) = (&before[from], &after[to]);
        let is_moved = !stayed.contains(&from);
        let kind = if old == new { RuleChangeKind::Moved } else { RuleChangeKind::Changed };
        if kind == RuleChangeKind::Moved && !is_moved {
            continue;
        }
        if change(budget, &mut changes, kind, (Some(from), Some(to)), is_moved, new)
            && let (Value::Object(old), Value::Object(new), Some(change)) = (old, new, changes.last_mut())
        {
            change.parts = fields::compare(&mut Look { budget, place: None }, old, new, |_| true);
        }
    }
    for Lone { position, rule, .. } in added {
        change(budget, &mut changes, RuleChangeKind::Added, (None, Some(position)), false, rule);
    }
    changes
}

/// Adds a change, if there is a place for it.
fn change(
    budget: &mut Budget,
    changes: &mut Vec<RuleChange>,
    change: RuleChangeKind,
    (from, to): (Option<usize>, Option<usize>),
    moved: bool,
    rule: &Value,
) -> bool {
    let has_place = budget.take();
    if has_place {
        let (rule, rule_excerpt) = budget.show(Some(rule));
        changes.push(RuleChange { change, from, to, moved, rule, rule_excerpt, parts: Vec::new() });
    }
    has_place
}

/// Pairs equal rules that stand in the same order on both sides. Returns also the others.
fn same_order<'r>(before: &'r [Value], after: &'r [Value]) -> (Vec<Pair>, Vec<Lone<'r>>, Vec<Lone<'r>>) {
    // Each rule is read once: what is compared many times is a number for each text.
    let mut numbers: HashMap<&Value, usize> = HashMap::new();
    let mut numbered = |rules: &'r [Value]| -> Vec<usize> {
        rules
            .iter()
            .map(|rule| {
                let next = numbers.len();
                *numbers.entry(rule).or_insert(next)
            })
            .collect()
    };
    let (old, new) = (numbered(before), numbered(after));
    let (mut pairs, mut removed, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for step in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let gap = pairs.len();
        let (old, new) = (step.old_range(), step.new_range());
        if matches!(step, DiffOp::Equal { .. }) {
            pairs.extend(old.zip(new));
        } else {
            removed.extend(old.map(|position| Lone { position, rule: &before[position], gap }));
            added.extend(new.map(|position| Lone { position, rule: &after[position], gap }));
        }
    }
    (pairs, removed, added)
}

/// Pairs rules with the same key, the first ones with the first ones, and takes them out of both lists.
fn pair<'r, K: Hash + Eq>(
    removed: &mut Vec<Lone<'r>>,
    added: &mut Vec<Lone<'r>>,
    key: impl Fn(&Lone<'r>) -> Option<K>,
) -> Vec<Pair> {
    let mut positions: HashMap<K, VecDeque<usize>> = HashMap::new();
    for lone in removed.iter() {
        if let Some(key) = key(lone) {
            positions.entry(key).or_default().push_back(lone.position);
        }
    }
    let mut pairs = Vec::new();
    added.retain(|lone| {
        let from = key(lone).and_then(|key| positions.get_mut(&key)?.pop_front());
        pairs.extend(from.map(|from| (from, lone.position)));
        from.is_none()
    });
    let paired: HashSet<usize> = pairs.iter().map(|(from, _)| *from).collect();
    removed.retain(|lone| !paired.contains(&lone.position));
    pairs
}

/// The attributes and operators of a rule, sorted, because all conditions have to hold.
fn questions(rule: &Value) -> Vec<(Option<&str>, Option<&str>)> {
    let mut questions: Vec<_> =
        conditions(rule).iter().map(|condition| (text(condition, "attribute"), text(condition, "operator"))).collect();
    questions.sort_unstable();
    questions
}

fn attribute(condition: &Value) -> Option<&str> {
    text(condition, "attribute")
}

fn text<'r>(condition: &'r Value, field: &str) -> Option<&'r str> {
    condition.get(field).and_then(Value::as_str)
}

/// The positions before of the rules that need not move for the order after. `pairs` are in the order after.
fn stayed(pairs: &[Pair]) -> HashSet<usize> {
    let new: Vec<usize> = pairs.iter().map(|(from, _)| *from).collect();
    let mut old = new.clone();
    old.sort_unstable();
    let steps = capture_diff_slices(Algorithm::Myers, &old, &new);
    let equal = steps.iter().filter(|step| matches!(step, DiffOp::Equal { .. }));
    equal.flat_map(|step| old[step.old_range()].iter().copied()).collect()
}
