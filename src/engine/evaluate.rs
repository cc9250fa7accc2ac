//! One flag, one context, one answer.

use std::ffi::CStr;

use super::{Attributes, Flag, Snapshot, snapshot::State};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Whether the feature is on.
    pub enabled: bool,
    /// Why.
    pub reason: Reason,
    /// The rule that decided, counted from 0.
    pub rule_index: Option<u32>,
}

/// Evaluates one flag. Takes no lock and allocates nothing.
///
/// # Errors
/// [`ErrorCode::FlagNotFound`] and [`ErrorCode::ParseError`].
pub fn evaluate(snapshot: &Snapshot, flag_key: &str, attributes: &impl Attributes) -> Result<Answer, ErrorCode> {
    snapshot.find(flag_key.as_bytes()).ok_or(ErrorCode::FlagNotFound)?.evaluate(attributes)
}

impl Flag {
    /// Evaluates this flag.
    ///
    /// # Errors
    /// [`ErrorCode::ParseError`] for a flag that is set aside.
    #[inline]
    pub fn evaluate(&self, attributes: &impl Attributes) -> Result<Answer, ErrorCode> {
        let (default_enabled, rules) = match &self.state {
            State::Enabled { default_enabled, rules } => (*default_enabled, rules),
            State::Disabled => {
                return Ok(Answer { enabled: false, reason: Reason::Disabled, rule_index: None });
            }
            State::SetAside => return Err(ErrorCode::ParseError),
        };
        for (index, rule) in rules.iter().enumerate() {
            if let Some((enabled, reason)) = rule.decide(self.key(), attributes) {
                return Ok(Answer { enabled, reason, rule_index: Some(index as u32) });
            }
        }
        Ok(Answer { enabled: default_enabled, reason: Reason::Default, rule_index: None })
    }
}
