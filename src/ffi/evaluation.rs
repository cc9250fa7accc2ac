//! The result of an evaluation as a C struct.

use std::mem;

use super::{
    names::FLAGBIT_ERROR_CODE_NONE,
    versioned::{Output, Versioned},
};
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
    /// A number: see `number` and `integer`.
    Number = 3,
    /// An object or a list: see flagbit_evaluate_value.
    Json = 4,
}

/// How to read the `integer` of a flagbit_evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum flagbit_integer_kind {
    /// The value is no integer from -2^63 to 2^64-1: it has a fraction or is too large, or the flag is of another kind.
    None = 0,
    /// An integer from -2^63 to 2^63-1: the bits of an int64_t.
    Signed = 1,
    /// An integer from 2^63 to 2^64-1: a uint64_t.
    Unsigned = 2,
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
    /// The value of a NUMBER flag; 0 for the other kinds. For an integer beyond 2^53 it is the nearest double, and
    /// `integer` is exact.
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
    /// The value of a NUMBER flag as an integer, exactly, if `integer_kind` says so; otherwise 0. A number without a
    /// fraction is an integer however it is written: 12.0 and 1.2e1 are 12.
    /// Since: ABI 1.2
    pub integer: u64,
    /// A flagbit_integer_kind.
    /// Since: ABI 1.2
    pub integer_kind: i32,
    /// Always 0.
    pub reserved2: u32,
}

impl flagbit_evaluation {
    /// Writes an answer. A boolean flag's goes straight from the registers to the caller's memory.
    #[inline(always)]
    pub(super) fn write(output: &Output<Self>, answer: Result<Answer<'_>, ErrorCode>, generation: u64) {
        match answer {
            Err(code) => output.write(|| Self::without_answer(code, generation)),
            Ok(answer) => match answer.variant() {
                None => output.write(|| Self::boolean(answer, generation)),
                Some(variant) => Self::write_typed(output, answer, variant, generation),
            },
        }
    }

    #[inline(never)]
    fn write_typed(output: &Output<Self>, answer: Answer<'_>, variant: &Variant, generation: u64) {
        output.write(|| Self::typed(answer, variant, generation));
    }

    pub(super) fn new(answer: Result<Answer<'_>, ErrorCode>, generation: u64) -> Self {
        match answer {
            Err(code) => Self::without_answer(code, generation),
            Ok(answer) => match answer.variant() {
                None => Self::boolean(answer, generation),
                Some(variant) => Self::typed(answer, variant, generation),
            },
        }
    }

    #[inline(always)]
    fn boolean(answer: Answer<'_>, generation: u64) -> Self {
        Self {
            error_code: FLAGBIT_ERROR_CODE_NONE,
            reason: answer.reason() as i32,
            kind: flagbit_kind::Boolean as i32,
            rule_index: answer.rule_index().map_or(-1, |index| i32::try_from(index).unwrap_or(i32::MAX)),
            enabled: answer.enabled().into(),
            is_static: answer.is_static().into(),
            ..Self::without_answer(ErrorCode::General, generation)
        }
    }

    fn typed(answer: Answer<'_>, variant: &Variant, generation: u64) -> Self {
        let found = Self { variant_id: variant.id(), ..Self::boolean(answer, generation) };
        match variant.value() {
            VariantValue::String(_) => Self { kind: flagbit_kind::String as i32, ..found },
            VariantValue::Json(_) => Self { kind: flagbit_kind::Json as i32, ..found },
            VariantValue::Number(number, _) => {
                let (integer, integer_kind) = match (number.as_i64(), number.as_u64()) {
                    (Some(signed), _) => (signed as u64, flagbit_integer_kind::Signed),
                    (None, Some(unsigned)) => (unsigned, flagbit_integer_kind::Unsigned),
                    (None, None) => (0, flagbit_integer_kind::None),
                };
                let (number, integer_kind) = (number.as_f64(), integer_kind as i32);
                Self { kind: flagbit_kind::Number as i32, number, integer, integer_kind, ..found }
            }
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
            integer: 0,
            integer_kind: flagbit_integer_kind::None as i32,
            reserved2: 0,
        }
    }
}

impl Versioned for flagbit_evaluation {
    const FIRST_SIZE: usize = 56;
}
