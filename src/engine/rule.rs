//! A flag's rules, prepared for evaluation.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::{
    Attributes, Moment, Name, Reason, Snapshot, bucket, bucket::Threshold, further::Further, text_set::TextSet,
};

#[derive(Debug, PartialEq)]
pub(super) enum Rule {
    /// `{attribute, operator, value}`: on where it holds. A percent decides whichever way it falls.
    Simple(Condition),
    /// `{conditions, value}`: the value where all conditions hold.
    Conditions { conditions: Box<[Condition]>, value: bool, reason: Reason },
    /// One of the two with an operator beyond the first five. Apart, so that rules without them are decided by code that
    /// knows nothing of those.
    Further(Box<Rule>),
}

#[derive(Debug, PartialEq)]
pub(super) struct Condition {
    /// Of no meaning to a test that looks at no attribute.
    pub(super) attribute: Arc<Name>,
    pub(super) test: Test,
}

/// An operator with its prepared value. What is not in the first place is one box further away, so that the common
/// operators stay small and fast.
#[derive(Debug, PartialEq)]
pub(super) enum Test {
    Eq(Box<str>),
    Neq(Box<str>),
    Contains(Box<Substring>),
    In(Box<TextSet>),
    Percent(Share),
    Further(Box<Further>),
}

/// A percentage: what decides, and what it was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    pub(super) threshold: Threshold,
    pub(super) percentage: f64,
}

/// What a test may look at beside its own value.
pub(super) struct Question<'q, A> {
    pub(super) attributes: &'q A,
    /// The segments and the other flags.
    pub(super) snapshot: &'q Snapshot,
    /// Known where the flag that is evaluated has a schedule, or leans on one that has.
    pub(super) now: Option<&'q Moment>,
}

impl Rule {
    /// Sets a rule with an operator beyond the first five apart.
    pub(super) fn sorted(self) -> Self {
        let is_further = self.conditions().iter().any(|condition| matches!(condition.test, Test::Further(_)));
        if is_further { Self::Further(Box::new(self)) } else { self }
    }

    /// The value and the reason, when this rule of the first five operators decides. `salt` is what percentages hash
    /// unless they have their own.
    #[inline(always)]
    pub(super) fn decide_first(&self, salt: &str, attributes: &impl Attributes) -> Option<(bool, Reason)> {
        match self {
            Rule::Simple(Condition { attribute, test: Test::Percent(share) }) => {
                let value = attributes.find(attribute)?;
                Some((share.includes(&value, salt), Reason::PercentageRollout))
            }
            Rule::Simple(condition) => {
                condition.holds_first(salt, attributes).then_some((true, Reason::TargetingMatch))
            }
            Rule::Conditions { conditions, value, reason } => {
                // A loop and not `all`, which becomes a call.
                for condition in conditions {
                    if !condition.holds_first(salt, attributes) {
                        return None;
                    }
                }
                Some((*value, *reason))
            }
            // Those are asked by `decide`.
            Rule::Further(_) => None,
        }
    }

    /// The same for all operators.
    #[inline(never)]
    pub(super) fn decide<A: Attributes>(&self, salt: &str, question: &Question<'_, A>) -> Option<(bool, Reason)> {
        let Rule::Further(rule) = self else {
            return self.decide_first(salt, question.attributes);
        };
        match &**rule {
            Rule::Simple(Condition { attribute, test: Test::Further(further) }) => {
                further.decide(attribute, salt, question)
            }
            Rule::Conditions { conditions, value, reason } => {
                conditions.iter().all(|condition| condition.holds(salt, question)).then_some((*value, *reason))
            }
            // No other is set apart.
            Rule::Simple(_) | Rule::Further(_) => None,
        }
    }

    fn inner(&self) -> &Self {
        if let Rule::Further(rule) = self { rule } else { self }
    }

    /// The value that a rule with conditions serves; `None` for a simple rule.
    pub(super) fn value(&self) -> Option<bool> {
        if let Rule::Conditions { value, .. } = self.inner() { Some(*value) } else { None }
    }

    pub(super) fn conditions(&self) -> &[Condition] {
        match self.inner() {
            Rule::Simple(condition) => std::slice::from_ref(condition),
            Rule::Conditions { conditions, .. } => conditions,
            Rule::Further(_) => &[],
        }
    }

    pub(super) fn conditions_mut(&mut self) -> &mut [Condition] {
        match self {
            Rule::Simple(condition) => std::slice::from_mut(condition),
            Rule::Conditions { conditions, .. } => conditions,
            Rule::Further(rule) => rule.conditions_mut(),
        }
    }
}

impl Condition {
    /// For the first five operators.
    #[inline(always)]
    fn holds_first(&self, salt: &str, attributes: &impl Attributes) -> bool {
        match attributes.find(&self.attribute) {
            Some(value) => self.test.holds_for(&value, salt),
            None => matches!(self.test, Test::Neq(_)),
        }
    }

    #[inline(never)]
    pub(super) fn holds<A: Attributes>(&self, salt: &str, question: &Question<'_, A>) -> bool {
        match &self.test {
            Test::Further(further) => {
                let value = question.attributes.find(&self.attribute);
                further.holds(value.as_deref(), &self.attribute, salt, question)
            }
            _ => self.holds_first(salt, question.attributes),
        }
    }
}

impl Test {
    /// Whether one of the first five operators holds for the attribute's text.
    #[inline(always)]
    fn holds_for(&self, value: &[u8], salt: &str) -> bool {
        match self {
            Test::Eq(text) => *value == *text.as_bytes(),
            Test::Neq(text) => *value != *text.as_bytes(),
            Test::Contains(substring) => substring.is_in(value),
            Test::In(texts) => texts.contains(value),
            Test::Percent(share) => share.includes(value, salt),
            // Those are asked by `holds`.
            Test::Further(_) => false,
        }
    }

    /// Whether it holds for the attribute's text; `None` where the attribute is absent, or a list.
    pub(super) fn holds<A: Attributes>(
        &self,
        value: Option<&[u8]>,
        attribute: &Name,
        salt: &str,
        question: &Question<'_, A>,
    ) -> bool {
        match (self, value) {
            (Test::Further(further), _) => further.holds(value, attribute, salt, question),
            (_, Some(value)) => self.holds_for(value, salt),
            (_, None) => matches!(self, Test::Neq(_)),
        }
    }

    /// The operator beyond the first five, also where it is negated.
    pub(super) fn further(&self) -> Option<&Further> {
        match self {
            Test::Further(further) => match &**further {
                Further::Not(test) => test.further(),
                further => Some(further),
            },
            _ => None,
        }
    }

    pub(super) fn further_mut(&mut self) -> Option<&mut Further> {
        match self {
            Test::Further(further) => match &mut **further {
                Further::Not(test) => test.further_mut(),
                further => Some(further),
            },
            _ => None,
        }
    }

    /// The key of the flag that it asks.
    pub(super) fn asked_flag(&self) -> Option<&str> {
        if let Some(Further::FlagIs(asked)) = self.further() { Some(&asked.flag.name) } else { None }
    }

    /// Whether it takes a share of the users, so that its rule answers by a percentage.
    pub(super) fn is_percent(&self) -> bool {
        matches!(self, Test::Percent(_)) || matches!(self.further(), Some(Further::Percent { .. }))
    }
}

impl Share {
    /// `percentage` must be from 0 to 100.
    pub(super) fn new(percentage: f64) -> Self {
        Self { threshold: Threshold::new(percentage), percentage }
    }

    #[inline(always)]
    pub(super) fn includes(self, value: &[u8], salt: &str) -> bool {
        self.threshold.includes(bucket::hash(value, salt.as_bytes()))
    }
}

/// A text to look for, in linear time whatever the text and the attribute are.
///
/// On UTF-8 bytes, which finds the same as on characters.
#[derive(Debug)]
pub(super) struct Substring(Finder<'static>);

impl Substring {
    pub(super) fn new(text: &str) -> Self {
        Self(Finder::new(text).into_owned())
    }

    #[inline]
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.0.find(text).is_some()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(self.0.needle()).into_owned()
    }
}

impl PartialEq for Substring {
    fn eq(&self, other: &Self) -> bool {
        self.0.needle() == other.0.needle()
    }
}
