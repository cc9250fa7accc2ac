//! The flat result of an evaluation.

use std::mem;

use super::{names::FLAGBIT_ERROR_CODE_NONE, versioned::Versioned};
use crate::Evaluation;

/// The type of a flag's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum flagbit_kind {
    /// No value: see the error_code.
    None = 0,
    /// On or off: see `enabled`.
    Boolean = 1,
}

/// What an evaluation came to. The caller's own memory; `struct_size` is set by the caller before each call.
///
/// Later versions only append fields. The library fills what both sides know and zeroes what only the caller knows.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct flagbit_evaluation {
    /// In: sizeof(flagbit_evaluation). Never written.
    pub struct_size: u32,
    /// A flagbit_error_code, or FLAGBIT_ERROR_CODE_NONE.
    pub error_code: i32,
    /// A flagbit_reason.
    pub reason: i32,
    /// A flagbit_kind.
    pub kind: i32,
    /// The rule that decided, counted from 0; -1 where none did.
    pub rule_index: i32,
    /// 1 when the feature is on, 0 when it is off. Where there is an error_code, use your default instead.
    pub enabled: u32,
    /// The value of a number flag; 0 in this version.
    pub number: f64,
    /// Which variant of a typed flag; 0 in this version.
    pub variant_id: u64,
    /// The generation of the client's flags that answered.
    pub generation: u64,
}

impl flagbit_evaluation {
    pub(super) fn new(evaluation: &Evaluation) -> Self {
        Self {
            struct_size: mem::size_of::<Self>() as u32,
            error_code: evaluation.error_code.map_or(FLAGBIT_ERROR_CODE_NONE, |code| code as i32),
            reason: evaluation.reason as i32,
            kind: if evaluation.error_code.is_none() { flagbit_kind::Boolean } else { flagbit_kind::None } as i32,
            rule_index: evaluation.rule_index.map_or(-1, |index| i32::try_from(index).unwrap_or(i32::MAX)),
            enabled: evaluation.enabled.into(),
            number: 0.0,
            variant_id: 0,
            generation: evaluation.generation,
        }
    }
}

impl Versioned for flagbit_evaluation {
    const FIRST_SIZE: usize = 48;
}
