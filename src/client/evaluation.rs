//! A client's answer.

use std::sync::Arc;

use crate::engine::{Answer, ErrorCode, Reason, Variant};

/// The answer of a client: the flag's own, or the caller's default with the reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Whether the feature is on; of a typed flag, whether it is switched on. The caller's default where `error_code` is
    /// set.
    pub enabled: bool,
    /// The variant that a typed flag serves. `None` for a boolean flag, and if `error_code` is set.
    pub variant: Option<Arc<Variant>>,
    /// Why.
    pub reason: Reason,
    /// The rule that decided, counted from 0.
    pub rule_index: Option<u32>,
    /// Whether the flag gives everybody the same answer, because it has no rules: OpenFeature's `STATIC`.
    pub is_static: bool,
    /// Why there is no answer from a flag.
    pub error_code: Option<ErrorCode>,
    /// The generation of the client's flags that answered.
    pub generation: u64,
}

impl Evaluation {
    #[inline]
    pub(super) fn new(answer: Result<Answer<'_>, ErrorCode>, default: bool, generation: u64) -> Self {
        match answer {
            Ok(answer) => Self {
                enabled: answer.enabled(),
                variant: answer.variant().cloned(),
                reason: answer.reason(),
                rule_index: answer.rule_index(),
                is_static: answer.is_static(),
                error_code: None,
                generation,
            },
            Err(code) => Self {
                enabled: default,
                variant: None,
                reason: Reason::Error,
                rule_index: None,
                is_static: false,
                error_code: Some(code),
                generation,
            },
        }
    }
}
