//! A flag apart from its snapshot: what a caller keeps who asks the same flag again and again.

use std::sync::Arc;

use super::{
    Answer, Attributes, Clock, Context, ErrorCode, PreparedFlag, Snapshot, Variant, rule::Rule, snapshot::State,
};

/// The part of a flag that answers without its snapshot. It keeps the flag's own rules or variant, and nothing else of the
/// snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Resolved(Answers);

#[derive(Debug, Clone)]
enum Answers {
    /// The same for every context: the parts of an [`Answer`].
    Constant { variant: Option<Arc<Variant>>, bits: u64 },
    /// By rules of the common operators, which ask nothing but attributes.
    ByRules { default_enabled: bool, rules: Arc<[Rule]> },
}

impl PreparedFlag {
    /// Resolves this flag of `snapshot`; `None` if its answers take the snapshot or the time.
    ///
    /// # Errors
    /// [`ErrorCode::ParseError`] for a flag that is set aside.
    pub(crate) fn resolve(&self, snapshot: &Snapshot, clock: Clock) -> Result<Option<Resolved>, ErrorCode> {
        let is_constant = match &self.state {
            State::Enabled { default_enabled, rules } if !rules.is_empty() => {
                let (default_enabled, is_fast) = (*default_enabled, rules.iter().all(Rule::is_fast));
                return Ok(is_fast.then(|| Resolved(Answers::ByRules { default_enabled, rules: Arc::clone(rules) })));
            }
            State::Enabled { .. } | State::Disabled | State::SetAside => true,
            State::Typed(typed) => !typed.enabled || typed.rules.is_empty(),
            State::Timed(_) => false,
        };
        if !is_constant {
            return Ok(None);
        }
        let answer = self.evaluate_cold(snapshot, &Context::EMPTY, clock)?;
        let (variant, bits) = (answer.variant().cloned(), answer.bits());
        Ok(Some(Resolved(Answers::Constant { variant, bits })))
    }
}

impl Resolved {
    /// Evaluates the flag of that key, by which percentages are salted.
    #[inline(always)]
    pub(crate) fn answer<A: Attributes>(&self, flag_key: &str, attributes: &A) -> Answer<'_> {
        match &self.0 {
            Answers::Constant { variant, bits } => Answer::of_bits(variant.as_ref(), *bits),
            Answers::ByRules { default_enabled, rules } => {
                Answer::by_fast_rules(rules, *default_enabled, flag_key, attributes)
            }
        }
    }
}
