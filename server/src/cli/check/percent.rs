//! Percentages: nobody, everybody, and the same users twice.

use std::collections::HashMap;

use super::{
    finding::{Code, Findings},
    rule::{Condition, Percentage, Rule, Serves, Split},
};

/// The most earlier percentages of one attribute and salt that a percentage is compared with.
const MAX_COMPARED: usize = 50;

/// A percentage with its rule.
struct Share<'r, 's> {
    rule: &'r Rule<'s>,
    condition: &'r Condition<'s>,
    percent: f64,
}

/// The percentages so far, by attribute and salt. Those with the same attribute and salt include the same users.
type Shares<'r, 's> = HashMap<(&'s str, &'s str), Vec<Share<'r, 's>>>;

pub(super) fn check<'r, 's>(rules: &[&'r Rule<'s>], findings: &mut Findings) {
    let mut shares = Shares::new();
    for rule in rules {
        for condition in &rule.conditions {
            let Some(Percentage { share: percent, salt }) = condition.percentage else { continue };
            check_ends(condition, percent, findings);
            let share = Share { rule, condition, percent };
            let earlier = shares.entry((condition.attribute, salt)).or_default();
            if let Some((other, outcome)) = earlier.iter().find_map(|other| Some((other, share.overlap(other)?))) {
                let message = format!(
                    "the same users as the {} % of {}, since both hash {:?} with {salt:?}: {outcome}",
                    other.percent, other.condition.place, condition.attribute
                );
                findings.add(Code::SameUsers, &condition.place, message);
            }
            if earlier.len() < MAX_COMPARED {
                earlier.push(share);
            }
        }
    }
    for rule in rules {
        if let Serves::Split(split) = &rule.serves {
            check_split(rule, split, &shares, findings);
        }
    }
}

impl Share<'_, '_> {
    /// Returns what comes of it if the share has no users but those of an earlier one.
    fn overlap(&self, earlier: &Self) -> Option<String> {
        if std::ptr::eq(self.rule, earlier.rule) {
            let both = self.percent.min(earlier.percent);
            return Some(format!(
                "together they are {both} %; give one of them a salt of its own to make them independent"
            ));
        }
        let is_taken = !matches!(earlier.rule.serves, Serves::Split(_)) && earlier.rule.holds_wherever(self.rule);
        is_taken.then(|| {
            "that rule has decided for all of them; raise this percentage to add others, or remove this rule".to_owned()
        })
    }
}

fn check_ends(condition: &Condition<'_>, percent: f64, findings: &mut Findings) {
    if percent == 0.0 {
        findings.add(Code::Percentage, condition.place.field("value"), "0 % is nobody");
    } else if percent == 100.0 {
        let message = format!(
            "100 % is not quite everybody: not those without {:?}, and one user in 4.3 billion; a rule with \
             \"conditions\": [] is for everybody",
            condition.attribute
        );
        findings.add(Code::Percentage, condition.place.field("value"), message);
    }
}

fn check_split(rule: &Rule<'_>, split: &Split<'_>, shares: &Shares<'_, '_>, findings: &mut Findings) {
    let same = shares.get(&(split.by, &*split.salt)).into_iter().flatten();
    if let Some(share) = same.into_iter().find(|share| !rule.excludes(share.rule)) {
        let message = format!(
            "hashes {:?} with {:?} like the {} % of {}, so all users of that percentage get the first variants; leave \
             the salt out",
            split.by, split.salt, share.percent, share.condition.place
        );
        findings.add(Code::SameUsers, rule.place.field("value").field("salt"), message);
    }
    for (index, (variant, weight)) in split.shares.iter().enumerate() {
        if *weight == 0.0 {
            let message = format!("{variant:?} gets 0 %, which is nobody");
            findings.add(Code::Percentage, rule.place.field("value").field("split").index(index), message);
        }
    }
}
