//! One flag, one context, one answer.

use std::{ffi::CStr, fmt, sync::Arc};

use super::{
    Attributes, Clock, PreparedFlag, Snapshot, Variant,
    rule::{Question, Rule},
    snapshot::State,
};

/// The reason of an answer. The numbers are part of the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Reason {
    /// The flag gave no answer, so the caller gets its default. The error code says why.
    Error = 0,
    /// The flag is switched off.
    Disabled = 1,
    /// A rule on attributes matched.
    TargetingMatch = 2,
    /// A percentage decided.
    PercentageRollout = 3,
    /// No rule matched.
    Default = 4,
}

impl Reason {
    #[cfg(feature = "capi")]
    pub(crate) const ALL: &[Self] =
        &[Self::Error, Self::Disabled, Self::TargetingMatch, Self::PercentageRollout, Self::Default];

    /// The reason's name, as the HTTP API and every binding write it.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }

    pub(crate) fn c_name(self) -> &'static CStr {
        match self {
            Self::Error => c"error",
            Self::Disabled => c"disabled",
            Self::TargetingMatch => c"targeting_match",
            Self::PercentageRollout => c"percentage_rollout",
            Self::Default => c"default",
        }
    }
}

/// The error of an evaluation without an answer, as OpenFeature names it. The numbers are part of the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ErrorCode {
    /// No flag of that key.
    FlagNotFound = 1,
    /// No snapshot yet, or the client is closed.
    ProviderNotReady = 2,
    /// The flag is set aside: its definition cannot be read.
    ParseError = 3,
    /// The flag has another type than was asked for.
    TypeMismatch = 4,
    /// The context cannot be read.
    InvalidContext = 5,
    /// Anything else.
    General = 6,
}

impl ErrorCode {
    #[cfg(feature = "capi")]
    pub(crate) const ALL: &[Self] = &[
        Self::FlagNotFound,
        Self::ProviderNotReady,
        Self::ParseError,
        Self::TypeMismatch,
        Self::InvalidContext,
        Self::General,
    ];

    /// OpenFeature's name for it.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }

    pub(crate) fn c_name(self) -> &'static CStr {
        match self {
            Self::FlagNotFound => c"FLAG_NOT_FOUND",
            Self::ProviderNotReady => c"PROVIDER_NOT_READY",
            Self::ParseError => c"PARSE_ERROR",
            Self::TypeMismatch => c"TYPE_MISMATCH",
            Self::InvalidContext => c"INVALID_CONTEXT",
            Self::General => c"GENERAL",
        }
    }
}

/// A flag's answer for a context.
///
/// Two words, so that it is handed back in registers.
#[derive(Clone, Copy, PartialEq)]
pub struct Answer<'s> {
    variant: Option<&'s Arc<Variant>>,
    /// From the lowest byte: on or off and [`STATIC`], the reason, the rule. A snapshot has fewer rules than bytes, and its
    /// limit of bytes keeps the rules' indexes below [`NO_RULE`].
    bits: u64,
}

const NO_RULE: u32 = u32::MAX;
const STATIC: u64 = 1 << 1;

impl<'s> Answer<'s> {
    const DISABLED: Self = Self::new(false, Reason::Disabled, NO_RULE, None);

    #[inline(always)]
    const fn new(enabled: bool, reason: Reason, rule: u32, variant: Option<&'s Arc<Variant>>) -> Self {
        Self { variant, bits: enabled as u64 | (reason as u64) << 8 | (rule as u64) << 32 }
    }

    /// The parts of an answer that does not depend on a snapshot.
    #[cfg(feature = "client")]
    pub(super) fn bits(&self) -> u64 {
        self.bits
    }

    #[cfg(feature = "client")]
    #[inline(always)]
    pub(super) fn of_bits(variant: Option<&'s Arc<Variant>>, bits: u64) -> Self {
        Self { variant, bits }
    }

    /// The answer of rules that have the common operators alone.
    #[cfg(feature = "client")]
    #[inline(never)]
    pub(super) fn by_fast_rules(
        rules: &[Rule],
        default_enabled: bool,
        key: &str,
        attributes: &impl Attributes,
    ) -> Self {
        for (index, rule) in rules.iter().enumerate() {
            if let Some((enabled, reason)) = rule.decide_fast(key, attributes) {
                return Self::new(enabled, reason, index as u32, None);
            }
        }
        Self::by_default(default_enabled, true, None)
    }

    pub(super) fn typed(enabled: bool, reason: Reason, rule: Option<u32>, variant: Option<&'s Arc<Variant>>) -> Self {
        Self::new(enabled, reason, rule.unwrap_or(NO_RULE), variant)
    }

    /// No rule matched.
    #[inline(always)]
    pub(super) const fn by_default(enabled: bool, has_rules: bool, variant: Option<&'s Arc<Variant>>) -> Self {
        let answer = Self::new(enabled, Reason::Default, NO_RULE, variant);
        Self { bits: if has_rules { answer.bits } else { answer.bits | STATIC }, ..answer }
    }

    /// Returns whether the feature is on. For a typed flag: whether it is switched on.
    #[inline]
    pub fn enabled(&self) -> bool {
        self.bits & 1 == 1
    }

    /// The variant that a typed flag serves; `None` for a boolean flag.
    #[inline]
    pub fn variant(&self) -> Option<&'s Arc<Variant>> {
        self.variant
    }

    /// The reason of the answer.
    #[inline]
    pub fn reason(&self) -> Reason {
        const DISABLED: u8 = Reason::Disabled as u8;
        const TARGETING_MATCH: u8 = Reason::TargetingMatch as u8;
        const PERCENTAGE_ROLLOUT: u8 = Reason::PercentageRollout as u8;
        match (self.bits >> 8) as u8 {
            DISABLED => Reason::Disabled,
            TARGETING_MATCH => Reason::TargetingMatch,
            PERCENTAGE_ROLLOUT => Reason::PercentageRollout,
            _ => Reason::Default,
        }
    }

    /// The rule that decided, counted from 0.
    #[inline]
    pub fn rule_index(&self) -> Option<u32> {
        let rule = (self.bits >> 32) as u32;
        (rule != NO_RULE).then_some(rule)
    }

    /// Returns whether the flag gives everybody the same answer because it has no rules: OpenFeature's `STATIC`.
    #[inline]
    pub fn is_static(&self) -> bool {
        self.bits & STATIC != 0
    }

    /// Returns whether a boolean flag is on.
    ///
    /// # Errors
    /// [`ErrorCode::TypeMismatch`] for a typed flag.
    #[inline]
    pub fn boolean(&self) -> Result<bool, ErrorCode> {
        if self.variant.is_none() { Ok(self.enabled()) } else { Err(ErrorCode::TypeMismatch) }
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("Answer");
        fields.field("enabled", &self.enabled()).field("variant", &self.variant).field("reason", &self.reason());
        fields.field("rule_index", &self.rule_index()).field("is_static", &self.is_static()).finish()
    }
}

impl Snapshot {
    /// Evaluates one flag. Takes no lock, and allocates only what a regular expression needs to search.
    ///
    /// `clock` is called at most once: only if the flag has a schedule, or asks a segment or a flag that has one.
    ///
    /// # Errors
    /// [`ErrorCode::FlagNotFound`] and [`ErrorCode::ParseError`].
    #[inline]
    pub fn evaluate(
        &self,
        flag_key: &str,
        attributes: &impl Attributes,
        clock: Clock,
    ) -> Result<Answer<'_>, ErrorCode> {
        self.find(flag_key.as_bytes()).ok_or(ErrorCode::FlagNotFound)?.evaluate(self, attributes, clock)
    }
}

impl PreparedFlag {
    /// Evaluates this flag of `snapshot`, see [`Snapshot::evaluate`].
    ///
    /// # Errors
    /// [`ErrorCode::ParseError`] for a flag that is set aside.
    #[inline(always)]
    pub fn evaluate<'s>(
        &'s self,
        snapshot: &'s Snapshot,
        attributes: &impl Attributes,
        clock: Clock,
    ) -> Result<Answer<'s>, ErrorCode> {
        // The answers that take no rule are given here, for the price of a look at the flag.
        match &self.state {
            State::Enabled { default_enabled, rules } if rules.is_empty() => {
                Ok(Answer::by_default(*default_enabled, false, None))
            }
            State::Enabled { .. } => Ok(self.answer_fast(snapshot, attributes)),
            State::Disabled => Ok(Answer::DISABLED),
            State::SetAside => Err(ErrorCode::ParseError),
            State::Typed(_) | State::Timed(_) => self.evaluate_cold(snapshot, attributes, clock),
        }
    }

    /// Returns the answer of an enabled boolean flag. Code that knows only the common operators decides as long as these
    /// suffice.
    #[inline(never)]
    fn answer_fast<'s, A: Attributes>(&'s self, snapshot: &'s Snapshot, attributes: &A) -> Answer<'s> {
        let State::Enabled { default_enabled, rules } = &self.state else {
            return Answer::DISABLED;
        };
        for (index, rule) in rules.iter().enumerate() {
            if matches!(rule, Rule::General(_)) {
                let question = Question { attributes, snapshot, now: None };
                return answer_by(rules, index, *default_enabled, self.key(), &question);
            }
            if let Some((enabled, reason)) = rule.decide_fast(self.key(), attributes) {
                return Answer::new(enabled, reason, index as u32, None);
            }
        }
        Answer::by_default(*default_enabled, true, None)
    }

    /// [`Flag::evaluate`] for callers to whom small code matters more than a few nanoseconds.
    #[inline(never)]
    pub(crate) fn evaluate_cold<'s, A: Attributes>(
        &'s self,
        snapshot: &'s Snapshot,
        attributes: &A,
        clock: Clock,
    ) -> Result<Answer<'s>, ErrorCode> {
        let now = matches!(self.state, State::Timed(_)).then(clock);
        self.state.answer(self.key(), &Question { attributes, snapshot, now: now.as_ref() })
    }

    /// Returns the answer as `flag_is` compares it: 1 for off and 2 for on, and a bit for each variant of a typed flag.
    pub(super) fn outcome_bit<A: Attributes>(&self, question: &Question<'_, A>) -> u64 {
        match self.state.untimed() {
            State::Typed(typed) => 1 << typed.choose(self.key(), question).0,
            state => state.answer(self.key(), question).map_or(0, |answer| 1 << u8::from(answer.enabled())),
        }
    }
}

impl State {
    /// Not for hot paths. The question must have the time if the flag has a schedule.
    #[inline(never)]
    pub(super) fn answer<'s, A: Attributes>(
        &'s self,
        key: &str,
        question: &Question<'_, A>,
    ) -> Result<Answer<'s>, ErrorCode> {
        match self.untimed() {
            State::Enabled { default_enabled, rules } => Ok(answer_by(rules, 0, *default_enabled, key, question)),
            State::Typed(typed) => Ok(typed.answer(key, question)),
            State::Disabled => Ok(Answer::DISABLED),
            State::SetAside | State::Timed(_) => Err(ErrorCode::ParseError),
        }
    }
}

/// The answer of the first rule that decides, beginning with the rule `first`.
#[inline(never)]
fn answer_by<'s, A: Attributes>(
    rules: &[Rule],
    first: usize,
    default_enabled: bool,
    key: &str,
    question: &Question<'_, A>,
) -> Answer<'s> {
    for (index, rule) in rules.iter().enumerate().skip(first) {
        if let Some((enabled, reason)) = rule.decide(key, question) {
            return Answer::new(enabled, reason, index as u32, None);
        }
    }
    Answer::by_default(default_enabled, !rules.is_empty(), None)
}
