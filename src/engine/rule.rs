//! A flag's rules, prepared for evaluation.

use std::sync::Arc;

use super::{
    Attributes, Moment, Name, Reason, Snapshot,
    operator::{Asked, Test},
};

#[derive(Debug, PartialEq)]
pub(super) enum Rule {
    /// `{attribute, operator, value}`: on where it holds. A percent decides whichever way it falls.
    Simple(Condition),
    /// `{conditions, value}`: the value where all conditions hold.
    Conditions { conditions: Box<[Condition]>, value: bool, reason: Reason },
    /// One of the two with an operator that is not one of the common ones. Apart, so that rules without one are decided
    /// by code that knows nothing of it.
    General(Box<Rule>),
}

#[derive(Debug, PartialEq)]
pub(super) struct Condition {
    /// Unused by a test that looks at no attribute.
    pub(super) attribute: Arc<Name>,
    pub(super) test: Test,
}

/// The data that a test may look at besides its own value.
pub(super) struct Question<'q, A> {
    pub(super) attributes: &'q A,
    /// The segments and the other flags.
    pub(super) snapshot: &'q Snapshot,
    /// Present if the evaluated flag has a schedule, or asks a segment or a flag that has one.
    pub(super) now: Option<&'q Moment>,
}

impl Rule {
    /// Sets a rule apart that has another operator than the common ones.
    pub(super) fn sorted(self) -> Self {
        let is_fast = self.conditions().iter().all(|condition| condition.test.is_fast());
        if is_fast { self } else { Self::General(Box::new(self)) }
    }

    /// Returns whether all its operators are common ones.
    #[cfg(feature = "client")]
    pub(super) fn is_fast(&self) -> bool {
        !matches!(self, Self::General(_))
    }

    /// The value and the reason, when this rule of common operators decides. `salt` is what percentages hash unless they
    /// have their own.
    #[inline(always)]
    pub(super) fn decide_fast(&self, salt: &str, attributes: &impl Attributes) -> Option<(bool, Reason)> {
        match self {
            Rule::Simple(Condition { attribute, test: Test::Percent(share) }) => {
                let value = attributes.find(attribute)?;
                Some((share.includes(&value, salt), Reason::PercentageRollout))
            }
            Rule::Simple(condition) => condition.holds_fast(salt, attributes).then_some((true, Reason::TargetingMatch)),
            Rule::Conditions { conditions, value, reason } => {
                // A loop and not `all`, which becomes a call.
                for condition in conditions {
                    if !condition.holds_fast(salt, attributes) {
                        return None;
                    }
                }
                Some((*value, *reason))
            }
            // `decide` answers for those.
            Rule::General(_) => None,
        }
    }

    /// [`Self::decide_fast`] for all operators.
    #[inline(never)]
    pub(super) fn decide<A: Attributes>(&self, salt: &str, question: &Question<'_, A>) -> Option<(bool, Reason)> {
        let Rule::General(rule) = self else {
            return self.decide_fast(salt, question.attributes);
        };
        match &**rule {
            Rule::Simple(Condition { attribute, test }) => test.decide(attribute, salt, question),
            Rule::Conditions { conditions, value, reason } => {
                conditions.iter().all(|condition| condition.holds(salt, question)).then_some((*value, *reason))
            }
            // None is set apart twice.
            Rule::General(_) => None,
        }
    }

    fn inner(&self) -> &Self {
        if let Rule::General(rule) = self { rule } else { self }
    }

    /// The value that a rule with conditions serves; `None` for a simple rule.
    pub(super) fn value(&self) -> Option<bool> {
        if let Rule::Conditions { value, .. } = self.inner() { Some(*value) } else { None }
    }

    pub(super) fn conditions(&self) -> &[Condition] {
        match self.inner() {
            Rule::Simple(condition) => std::slice::from_ref(condition),
            Rule::Conditions { conditions, .. } => conditions,
            Rule::General(_) => &[],
        }
    }

    pub(super) fn conditions_mut(&mut self) -> &mut [Condition] {
        match self {
            Rule::Simple(condition) => std::slice::from_mut(condition),
            Rule::Conditions { conditions, .. } => conditions,
            Rule::General(rule) => rule.conditions_mut(),
        }
    }
}

impl Condition {
    /// [`Self::holds`] for the common operators.
    #[inline(always)]
    fn holds_fast(&self, salt: &str, attributes: &impl Attributes) -> bool {
        match attributes.find(&self.attribute) {
            Some(value) => self.test.holds_fast(&value, salt),
            None => matches!(self.test, Test::Neq(_)),
        }
    }

    #[inline(never)]
    pub(super) fn holds<A: Attributes>(&self, salt: &str, question: &Question<'_, A>) -> bool {
        let value = question.attributes.find(&self.attribute);
        self.test.holds(value.as_deref(), &self.attribute, salt, question)
    }

    /// The key of the flag that it asks.
    pub(super) fn asked_flag(&self) -> Option<&str> {
        match self.test.asked() {
            Some(Asked::Flag(asked)) => Some(&asked.flag.name),
            Some(Asked::Segments(_)) | None => None,
        }
    }
}
