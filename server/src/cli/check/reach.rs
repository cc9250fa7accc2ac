//! Rules that nobody reaches, and rules that change nothing.

use flagbit::Place;

use super::{
    finding::{Code, Findings},
    rule::{Condition, Rule, Serves},
};

/// The most rules of a flag that are compared in pairs.
const MAX_PAIRED: usize = 500;

/// Reports rules that some or all of their users never reach. Returns the rules that can be reached: nothing else matters
/// about the others.
pub(super) fn reached<'r, 's>(rules: &'r [Rule<'s>], findings: &mut Findings) -> Vec<&'r Rule<'s>> {
    let mut reached: Vec<&Rule<'s>> = Vec::new();
    let mut everybody: Option<&Rule<'_>> = None;
    let mut whoever_has: Option<(&Rule<'_>, &str)> = None;
    for rule in rules {
        if let Some(decides) = everybody {
            let message = format!("never reached: {} has no conditions, and so decides for everybody", decides.place);
            findings.add(Code::NeverReached, &rule.place, message);
            continue;
        }
        if let Some((decides, attribute)) = whoever_has
            && !rule.conditions.iter().any(|condition| condition.is_absence_of(attribute))
            && (needs(rule, attribute) || !buckets_by_another(rule, attribute))
        {
            let is_dead = needs(rule, attribute);
            let (reach, why) = if is_dead {
                ("never reached".to_owned(), ", which this rule needs")
            } else {
                (
                    format!("reached only by users without {attribute:?}"),
                    "; to let others in as well, put this rule first",
                )
            };
            let what = if decides.is_simple { ", a simple percent rule," } else { "" };
            let message =
                format!("{reach}: {}{what} decides, in or out, for all that have {attribute:?}{why}", decides.place);
            findings.add(Code::NeverReached, &rule.place, message);
            if is_dead {
                continue;
            }
        }
        if let Some(earlier) = reached.iter().take(MAX_PAIRED).find(|earlier| covers(earlier, rule)) {
            let message = format!("never reached: {} matches wherever this rule would", earlier.place);
            findings.add(Code::NeverReached, &rule.place, message);
            continue;
        }
        if let Some(attribute) = decides_for(rule) {
            whoever_has = whoever_has.or(Some((rule, attribute)));
        } else if rule.conditions.is_empty() {
            everybody = Some(rule);
        }
        reached.push(rule);
    }
    reached
}

/// The attribute for whose owners the rule decides, whatever else they have.
fn decides_for<'r>(rule: &'r Rule<'_>) -> Option<&'r str> {
    match (&rule.conditions[..], &rule.serves) {
        ([Condition { percentage: Some(_), attribute, .. }], _) if rule.is_simple => Some(attribute),
        ([], Serves::Split(split)) => Some(split.by),
        _ => None,
    }
}

fn needs(rule: &Rule<'_>, attribute: &str) -> bool {
    rule.conditions.iter().any(|condition| condition.needs() == Some(attribute))
        || matches!(&rule.serves, Serves::Split(split) if split.by == attribute)
}

/// Returns whether the rule is a fallback: it divides the users by another attribute, so it is meant for those without this one.
fn buckets_by_another(rule: &Rule<'_>, attribute: &str) -> bool {
    rule.conditions.iter().any(|condition| condition.percentage.is_some() && condition.attribute != attribute)
        || matches!(&rule.serves, Serves::Split(split) if split.by != attribute)
}

/// Returns whether the earlier rule decides wherever the later one would.
fn covers(earlier: &Rule<'_>, later: &Rule<'_>) -> bool {
    // A split lets some of those whom its conditions let in go on; a simple percent also decides where it does not hold.
    let is_simple_percent = |rule: &Rule<'_>| rule.is_simple && decides_for(rule).is_some();
    let decides =
        !matches!(earlier.serves, Serves::Split(_)) && !is_simple_percent(earlier) && !is_simple_percent(later);
    decides && !earlier.conditions.is_empty() && earlier.holds_wherever(later)
}

/// Reports rules that change nothing, because all of them serve the default.
pub(super) fn check_effect(rules: &[&Rule<'_>], default: &Serves<'_>, place: &Place, findings: &mut Findings) {
    let is_default = |rule: &&Rule<'_>| match (&rule.serves, default) {
        (Serves::Variant(text), Serves::Boolean(value)) => *text == value.to_string(),
        (serves, default) => serves == default,
    };
    let decides_both_ways = |rule: &&Rule<'_>| rule.is_simple && decides_for(rule).is_some();
    if !rules.is_empty() && rules.iter().all(is_default) && !rules.iter().any(decides_both_ways) {
        let default = match default {
            Serves::Boolean(value) => format!("default_enabled is {value}"),
            Serves::Variant(name) => format!("the default is {name:?}"),
            Serves::Split(_) => return,
        };
        findings.add(
            Code::NoEffect,
            place.field("rules"),
            format!("change nothing: all serve the same, and {default}"),
        );
    }
}
