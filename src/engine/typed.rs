//! Flags with variants: strings, numbers and JSON instead of on and off.

use std::sync::Arc;

use super::{
    Answer, Attributes, Name, Reason, Variant, bucket,
    bucket::Threshold,
    rule::{Condition, Question},
    variant::Variants,
};

#[derive(Debug, PartialEq)]
pub(super) struct Typed {
    pub(super) enabled: bool,
    pub(super) variants: Variants,
    /// Positions in `variants`.
    pub(super) default: u8,
    pub(super) off: u8,
    pub(super) rules: Box<[TypedRule]>,
}

/// A rule that serves a variant if all its conditions hold.
#[derive(Debug, PartialEq)]
pub(super) struct TypedRule {
    pub(super) conditions: Box<[Condition]>,
    pub(super) serves: Serves,
    pub(super) reason: Reason,
}

#[derive(Debug, PartialEq)]
pub(super) enum Serves {
    /// A position in the variants.
    Variant(u8),
    Split(Box<Split>),
}

/// Users shared out among variants by their bucket.
#[derive(Debug, PartialEq)]
pub(super) struct Split {
    pub(super) by: Arc<Name>,
    pub(super) salt: Box<str>,
    /// The last one takes the rest.
    pub(super) shares: Box<[SplitShare]>,
}

#[derive(Debug, PartialEq)]
pub(super) struct SplitShare {
    pub(super) variant: u8,
    /// The weight in thousandths of a percent.
    pub(super) thousandths: u32,
    pub(super) end: Threshold,
}

impl Typed {
    #[inline(never)]
    pub(super) fn answer<A: Attributes>(&self, key: &str, question: &Question<'_, A>) -> Answer<'_> {
        let (variant, reason, rule_index) = self.choose(key, question);
        let variant = self.variants.get(usize::from(variant));
        match reason {
            Reason::Default => Answer::by_default(self.enabled, !self.rules.is_empty(), variant),
            _ => Answer::typed(self.enabled, reason, rule_index, variant),
        }
    }

    /// Returns the variant's position, the reason, and the index of the rule that decided.
    pub(super) fn choose(&self, key: &str, question: &Question<'_, impl Attributes>) -> (u8, Reason, Option<u32>) {
        if !self.enabled {
            return (self.off, Reason::Disabled, None);
        }
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.conditions.iter().all(|condition| condition.holds(key, question))
                && let Some(variant) = rule.serves.variant(question)
            {
                return (variant, rule.reason, Some(index as u32));
            }
        }
        (self.default, Reason::Default, None)
    }
}

/// Returns the position of the variant of that name.
pub(super) fn position(variants: &[Arc<Variant>], name: &str) -> Option<u8> {
    variants.iter().position(|variant| variant.name() == name).and_then(|position| position.try_into().ok())
}

impl Serves {
    /// `None` if the context lacks the attribute that a split hashes.
    fn variant(&self, question: &Question<'_, impl Attributes>) -> Option<u8> {
        match self {
            Self::Variant(variant) => Some(*variant),
            Self::Split(split) => Some(split.variant(&question.attributes.find(&split.by)?)),
        }
    }
}

impl Split {
    pub(super) fn variant(&self, value: &[u8]) -> u8 {
        let hash = bucket::hash(value, self.salt.as_bytes());
        let share = self.shares.iter().find(|share| share.end.includes(hash));
        share.or(self.shares.last()).map_or(0, |share| share.variant)
    }
}
