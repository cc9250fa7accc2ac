//! One flag, one context, one answer.

use std::{ffi::CStr, sync::Arc};

use super::{Attributes, Clock, Flag, Snapshot, Variant, rule::Question, snapshot::State};

/// Why an evaluation came out as it did. The numbers are part of the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Reason {
    /// No answer from a flag: the caller's default, see the error code.
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

/// What an evaluation found instead of an answer: OpenFeature's error codes. The numbers are part of the ABI.
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'s> {
    /// Whether the feature is on; of a typed flag, whether it is switched on.
    pub enabled: bool,
    /// The variant that a typed flag serves; `None` for a boolean flag.
    pub variant: Option<&'s Arc<Variant>>,
    /// Why.
    pub reason: Reason,
    /// The rule that decided, counted from 0.
    pub rule_index: Option<u32>,
}

impl Answer<'_> {
    /// On or off.
    ///
    /// # Errors
    /// [`ErrorCode::TypeMismatch`] for a typed flag.
    #[inline]
    pub fn boolean(&self) -> Result<bool, ErrorCode> {
        if self.variant.is_none() { Ok(self.enabled) } else { Err(ErrorCode::TypeMismatch) }
    }
}

impl Snapshot {
    /// Evaluates one flag. Takes no lock; allocates nothing, but what a regular expression needs to search.
    ///
    /// `clock` is asked once by a flag that has a schedule or leans on one that has, unless `@now` is an attribute.
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

impl Flag {
    /// Evaluates this flag of `snapshot`, see [`Snapshot::evaluate`].
    ///
    /// # Errors
    /// [`ErrorCode::ParseError`] for a flag that is set aside.
    #[inline]
    pub fn evaluate<'s>(
        &'s self,
        snapshot: &'s Snapshot,
        attributes: &impl Attributes,
        clock: Clock,
    ) -> Result<Answer<'s>, ErrorCode> {
        self.state.answer(self.key(), Question { attributes, snapshot, clock, now: None })
    }

    /// The answer to `flag_is`: of a boolean flag 1 is off and 2 is on, of a typed one a bit for each variant.
    pub(super) fn outcome_bit<A: Attributes>(&self, question: Question<'_, A>) -> u64 {
        match self.state.untimed() {
            State::Typed(typed) => 1 << typed.choose(self.key(), question).0,
            state => state.answer_again(self.key(), question).map_or(0, |answer| 1 << u8::from(answer.enabled)),
        }
    }
}

impl State {
    #[inline(always)]
    fn answer<'s, A: Attributes>(&'s self, key: &str, question: Question<'_, A>) -> Result<Answer<'s>, ErrorCode> {
        let (default_enabled, rules) = match self {
            State::Enabled { default_enabled, rules } => (*default_enabled, rules),
            State::Disabled => {
                return Ok(Answer { enabled: false, variant: None, reason: Reason::Disabled, rule_index: None });
            }
            State::SetAside => return Err(ErrorCode::ParseError),
            State::Typed(typed) => return Ok(typed.answer(key, question)),
            State::Timed(state) => return state.answer_again(key, question.with_time()),
        };
        for (index, rule) in rules.iter().enumerate() {
            if let Some((enabled, reason)) = rule.decide(key, question) {
                return Ok(Answer { enabled, variant: None, reason, rule_index: Some(index as u32) });
            }
        }
        Ok(Answer { enabled: default_enabled, variant: None, reason: Reason::Default, rule_index: None })
    }

    /// The same where it is no hot path.
    #[inline(never)]
    pub(super) fn answer_again<'s, A: Attributes>(
        &'s self,
        key: &str,
        question: Question<'_, A>,
    ) -> Result<Answer<'s>, ErrorCode> {
        self.answer(key, question)
    }
}
