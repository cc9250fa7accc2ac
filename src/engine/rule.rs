//! A flag's rules, prepared for evaluation.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::{Attributes, Name, Reason, bucket, bucket::Threshold, text_set::TextSet};

#[derive(Debug, PartialEq)]
pub(crate) enum Rule {
    /// `{attribute, operator, value}`: on where it holds. A percent decides whichever way it falls.
    Simple(Condition),
    /// `{conditions, value}`: the value where all conditions hold.
    Conditions { conditions: Box<[Condition]>, value: bool, reason: Reason },
}

#[derive(Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) attribute: Arc<Name>,
    pub(crate) test: Test,
}

/// An operator with its prepared value.
#[derive(Debug, PartialEq)]
pub(crate) enum Test {
    Eq(Box<str>),
    Neq(Box<str>),
    Contains(Box<Substring>),
    In(Box<TextSet>),
    Percent(Threshold),
}

impl Rule {
    /// The value and the reason, when this rule decides.
    #[inline(always)]
    pub(crate) fn decide(&self, flag_key: &str, attributes: &impl Attributes) -> Option<(bool, Reason)> {
        match self {
            Rule::Simple(Condition { attribute, test: Test::Percent(threshold) }) => {
                let value = attributes.find(attribute)?;
                Some((threshold.includes(bucket::hash(&value, flag_key.as_bytes())), Reason::PercentageRollout))
            }
            Rule::Simple(condition) => condition.holds(flag_key, attributes).then_some((true, Reason::TargetingMatch)),
            Rule::Conditions { conditions, value, reason } => {
                conditions.iter().all(|condition| condition.holds(flag_key, attributes)).then_some((*value, *reason))
            }
        }
    }
}

impl Condition {
    #[inline(always)]
    fn holds(&self, flag_key: &str, attributes: &impl Attributes) -> bool {
        let Some(value) = attributes.find(&self.attribute) else {
            return matches!(self.test, Test::Neq(_));
        };
        match &self.test {
            Test::Eq(text) => *value == *text.as_bytes(),
            Test::Neq(text) => *value != *text.as_bytes(),
            Test::Contains(substring) => substring.0.find(&value).is_some(),
            Test::In(texts) => texts.contains(&value),
            Test::Percent(threshold) => threshold.includes(bucket::hash(&value, flag_key.as_bytes())),
        }
    }
}

/// A text to look for, in linear time whatever the text and the attribute are.
///
/// On UTF-8 bytes, which finds the same as on characters.
#[derive(Debug)]
pub(crate) struct Substring(Finder<'static>);

impl Substring {
    pub(crate) fn new(text: &str) -> Self {
        Self(Finder::new(text).into_owned())
    }
}

impl PartialEq for Substring {
    fn eq(&self, other: &Self) -> bool {
        self.0.needle() == other.0.needle()
    }
}
