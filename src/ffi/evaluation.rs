//! The flat result of an evaluation.

use std::mem;

use super::{names::FLAGBIT_ERROR_CODE_NONE, versioned::Versioned};
use crate::{Answer, ErrorCode, Reason, Variant, VariantValue};

/// The type of a flag's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum flagbit_kind {
    /// No value: see the error_code.
    None = 0,
    /// On or off: see `enabled`.
    Boolean = 1,
    /// A string: see flagbit_evaluate_value.
    String = 2,
    /// A number: see `number`.
    Number = 3,
    /// An object or a list: see flagbit_evaluate_value.
    Json = 4,
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
    /// 1 when the feature is on, 0 when it is off. Of a flag of another kind than BOOLEAN, whether it is switched on: who
    /// asks for on or off looks at `kind` too. Where there is an error_code, use your default instead.
    pub enabled: u32,
    /// The value of a NUMBER flag; 0 for the other kinds.
    pub number: f64,
    /// Which variant of a typed flag, unique in the process for one variant of one snapshot; 0 for a BOOLEAN flag. What was
    /// made of a variant's text once may be kept under this number.
    pub variant_id: u64,
    /// The generation of the client's flags that answered.
    pub generation: u64,
    /// 1 when the flag answers everybody alike, since it has no rules: OpenFeature's STATIC. The reason is DEFAULT then.
    pub is_static: u32,
    /// 0.
    pub reserved: u32,
}

impl flagbit_evaluation {
    #[inline]
    pub(super) fn new(answer: &Result<Answer<'_>, ErrorCode>, generation: u64) -> Self {
        let answer = match answer {
            Ok(answer) => answer,
            Err(code) => return Self::without_answer(*code, generation),
        };
        let (kind, number, variant_id) = match answer.variant() {
            None => (flagbit_kind::Boolean, 0.0, 0),
            Some(variant) => typed(variant),
        };
        Self {
            struct_size: mem::size_of::<Self>() as u32,
            error_code: FLAGBIT_ERROR_CODE_NONE,
            reason: answer.reason() as i32,
            kind: kind as i32,
            rule_index: answer.rule_index().map_or(-1, |index| i32::try_from(index).unwrap_or(i32::MAX)),
            enabled: answer.enabled().into(),
            number,
            variant_id,
            generation,
            is_static: answer.is_static().into(),
            reserved: 0,
        }
    }

    fn without_answer(code: ErrorCode, generation: u64) -> Self {
        Self {
            struct_size: mem::size_of::<Self>() as u32,
            error_code: code as i32,
            reason: Reason::Error as i32,
            kind: flagbit_kind::None as i32,
            rule_index: -1,
            enabled: 0,
            number: 0.0,
            variant_id: 0,
            generation,
            is_static: 0,
            reserved: 0,
        }
    }
}

fn typed(variant: &Variant) -> (flagbit_kind, f64, u64) {
    match variant.value() {
        VariantValue::String(_) => (flagbit_kind::String, 0.0, variant.id()),
        VariantValue::Number(number, _) => (flagbit_kind::Number, *number, variant.id()),
        VariantValue::Json(_) => (flagbit_kind::Json, 0.0, variant.id()),
    }
}

impl Versioned for flagbit_evaluation {
    const FIRST_SIZE: usize = 56;
}
