//! The result of an evaluation as a C struct.

use std::mem;

use super::{names::FLAGBIT_ERROR_CODE_NONE, versioned::Versioned};
use crate::{Answer, ErrorCode, Reason, Variant, VariantValue};

/// The type of a flag's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum flagbit_kind {
    /// No value: the error_code says why.
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

/// The result of an evaluation, in memory of the caller. Set `struct_size` before each call.
///
/// Later versions only append fields. The library fills the fields that it knows and sets all others to zero.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct flagbit_evaluation {
    /// Input: sizeof(flagbit_evaluation). The library never writes it.
    pub struct_size: u32,
    /// A flagbit_error_code, or FLAGBIT_ERROR_CODE_NONE.
    pub error_code: i32,
    /// A flagbit_reason.
    pub reason: i32,
    /// A flagbit_kind.
    pub kind: i32,
    /// The index of the rule that decided, from 0; -1 if no rule decided.
    pub rule_index: i32,
    /// 1 if the flag is on, 0 if it is off. A flag of another kind than BOOLEAN is on if it is enabled: if you want
    /// only boolean flags, check `kind` too. If there is an error_code, use your default instead.
    pub enabled: u32,
    /// The value of a NUMBER flag; 0 for the other kinds.
    pub number: f64,
    /// The number of the variant of a typed flag; 0 for a BOOLEAN flag. It is unique in the process for one variant of
    /// one snapshot, so you can use it as the key of a cache, for example of parsed JSON.
    pub variant_id: u64,
    /// The generation of the flags that were evaluated.
    pub generation: u64,
    /// 1 if the flag gives every context the same answer because it has no rules: OpenFeature's STATIC. The reason is
    /// then DEFAULT.
    pub is_static: u32,
    /// Always 0.
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
