//! Checks of single conditions, and of the conditions of one rule together.

use std::{borrow::Cow, collections::HashMap};

use flagbit::{Family, Operator, Place};
use serde_json::{Number, Value};

use super::{
    finding::{Code, Findings},
    rule::{Condition, Rule, canonical},
};

/// The most repetitions in one list that are reported one by one.
const MAX_REPEATED: usize = 3;
/// The most conditions of a rule that are compared in pairs.
const MAX_PAIRED: usize = 200;
/// Above this, doubles, and so JavaScript's numbers, skip integers.
const EXACT: u64 = 1 << 53;

pub(super) fn check(rules: &[&Rule<'_>], findings: &mut Findings) {
    for (index, rule) in rules.iter().enumerate() {
        for condition in &rule.conditions {
            check_value(condition, findings);
            check_absent(condition, rule, &rules[..index], findings);
        }
        check_contradictions(rule, findings);
    }
}

/// Reports a condition that also holds for users without the attribute, although no other condition says so.
fn check_absent(condition: &Condition<'_>, rule: &Rule<'_>, earlier: &[&Rule<'_>], findings: &mut Findings) {
    let Some(attribute) = condition.holds_without() else { return };
    let is_needed = rule.conditions.iter().any(|other| other.needs() == Some(attribute));
    let is_wanted = rule.conditions.iter().any(|other| other.is_absence_of(attribute));
    let is_decided =
        earlier.iter().any(|rule| matches!(&rule.conditions[..], [absence] if absence.is_absence_of(attribute)));
    if !is_needed && !is_wanted && !is_decided {
        let message = format!(
            "{} also holds for users without {attribute:?}; to leave them out, add the condition {{\"attribute\": \
             {attribute:?}, \"operator\": \"exists\"}}",
            condition.written
        );
        findings.add(Code::HoldsWhenAbsent, &condition.place, message);
    }
}

fn check_contradictions(rule: &Rule<'_>, findings: &mut Findings) {
    let conditions = &rule.conditions[..rule.conditions.len().min(MAX_PAIRED)];
    for (index, condition) in conditions.iter().enumerate() {
        if let Some(other) = conditions[..index].iter().find(|other| condition.contradicts(other)) {
            let message = format!("never holds together with {}, so nobody matches the rule", other.place);
            findings.add(Code::NeverHolds, &condition.place, message);
            return;
        }
    }
}

fn check_value(condition: &Condition<'_>, findings: &mut Findings) {
    let place = condition.place.field("value");
    match condition.value {
        Value::Array(items) => check_list(condition, items, &place, findings),
        value => _ = check_scalar(condition, value, &place, findings),
    }
}

fn check_list(condition: &Condition<'_>, items: &[Value], place: &Place, findings: &mut Findings) {
    if items.is_empty() {
        let (code, holds) =
            if condition.is_negated { (Code::NoEffect, "always holds") } else { (Code::NeverHolds, "never holds") };
        findings.add(code, place, format!("an empty list, so that {} {holds}", condition.written));
    }
    let mut seen: HashMap<Cow<'_, str>, usize> = HashMap::with_capacity(items.len());
    let mut repeated = 0;
    for (index, item) in items.iter().enumerate() {
        let Some(text) = canonical(item) else { continue };
        match seen.get(&text) {
            Some(earlier) => {
                repeated += 1;
                if repeated <= MAX_REPEATED {
                    let message = format!("{item} again, already at [{earlier}]");
                    findings.add(Code::Duplicate, place.index(index), message);
                }
            }
            None => _ = seen.insert(text, index),
        }
    }
    if repeated > MAX_REPEATED {
        findings.add(Code::Duplicate, place, format!("{} more repetitions in this list", repeated - MAX_REPEATED));
    }
    for (index, item) in items.iter().enumerate() {
        if check_scalar(condition, item, &place.index(index), findings) {
            return;
        }
    }
}

/// Returns whether it found something.
fn check_scalar(condition: &Condition<'_>, value: &Value, place: &Place, findings: &mut Findings) -> bool {
    if value == "" && matches!(condition.operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith) {
        let message = format!("the empty text is in every text: {} tells nobody apart", condition.written);
        findings.add(Code::NoEffect, place, message);
        return true;
    }
    if let Value::Number(number) = value
        && condition.operator.family() == Family::SemVer
        && number.is_f64()
    {
        let message = format!(
            "a number has no trailing zeros, so 2.10 would be the version 2.1; this is the version {number}: write it as text"
        );
        findings.add(Code::VersionNumber, place, message);
        return true;
    }
    if let Value::Number(number) = value
        && condition.percentage.is_none()
        && is_large(number)
    {
        let message =
            "numbers of this size are not exact in every language; write ids as strings, here and in contexts";
        findings.add(Code::LargeNumber, place, message);
        return true;
    }
    false
}

fn is_large(number: &Number) -> bool {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(number), ..) => number > EXACT,
        (_, Some(number), _) => number.unsigned_abs() > EXACT,
        // Written with a point or an exponent, or beyond 64 bits: only the latter is an id that was cut.
        (.., Some(number)) => number.fract() == 0.0 && number.abs() >= u64::MAX as f64,
        _ => false,
    }
}
