//! A client's answer.

use crate::engine::{Answer, ErrorCode, Reason};

/// What a client answers: a flag's own answer, or the caller's default with the reason why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    /// Whether the feature is on; the caller's default where `error_code` is set.
    pub enabled: bool,
    /// Why.
    pub reason: Reason,
    /// The rule that decided, counted from 0.
    pub rule_index: Option<u32>,
    /// Why there is no answer from a flag.
    pub error_code: Option<ErrorCode>,
    /// The generation of the client's flags that answered.
    pub generation: u64,
}

impl Evaluation {
    #[inline]
    pub(super) fn new(answer: Result<Answer, ErrorCode>, default: bool, generation: u64) -> Self {
        match answer {
            Ok(Answer { enabled, reason, rule_index }) => {
                Self { enabled, reason, rule_index, error_code: None, generation }
            }
            Err(code) => {
                Self { enabled: default, reason: Reason::Error, rule_index: None, error_code: Some(code), generation }
            }
        }
    }
}
