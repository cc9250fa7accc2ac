//! Percentages: nobody, everybody, and the same users twice.

use std::collections::HashMap;

use flagbit::Place;

use super::{
    finding::{Code, Findings},
    rule::{Percentage, Rule, Serves},
};

pub(super) fn check(rules: &[&Rule<'_>], findings: &mut Findings) {
    let mut seen: HashMap<(&str, &str), (&Rule<'_>, &Place, f64)> = HashMap::new();
    for rule in rules {
        for condition in &rule.conditions {
            let Some(Percentage { share, salt }) = condition.percentage else { continue };
            let attribute = condition.attribute;
            if share == 0.0 {
                findings.add(Code::Percentage, condition.place.field("value"), "0 % is nobody");
            } else if share == 100.0 {
                let message = format!(
                    "100 % is not quite everybody: not those without {attribute:?}, and one user in 4.3 billion; a rule \
                     with \"conditions\": [] is for everybody"
                );
                findings.add(Code::Percentage, condition.place.field("value"), message);
            }
            if let Some((earlier_rule, earlier, earlier_share)) = seen.get(&(attribute, salt)) {
                let outcome = if std::ptr::eq(*earlier_rule, *rule) {
                    format!("together they are {} %", share.min(*earlier_share))
                } else {
                    "these are no others".to_owned()
                };
                let message = format!(
                    "the same users as the {earlier_share} % of {earlier}, since both hash {attribute:?} with {salt:?}: \
                     {outcome}; a salt of its own would make it independent"
                );
                findings.add(Code::SameUsers, &condition.place, message);
            } else {
                seen.insert((attribute, salt), (rule, &condition.place, share));
            }
        }
    }
    for rule in rules {
        let Serves::Split(split) = &rule.serves else { continue };
        if let Some((_, percent, share)) = seen.get(&(split.by, &*split.salt)) {
            let message = format!(
                "hashes {:?} with {:?} like the {share} % of {percent}, whose users are so all in the first variants; \
                 leave the salt out",
                split.by, split.salt
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
}
