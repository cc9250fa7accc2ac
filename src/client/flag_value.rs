//! The types that a flag can be asked for.

use crate::engine::{Number, VariantValue};

/// A type that a flag's value can have, see [`Client::value`](super::Client::value). `f64` is any number, the nearest double
/// to an integer beyond 2^53; `i64` and `u64` are numbers without a fraction in their range, exactly.
pub trait FlagValue: Sized {
    /// The value as this type; `None` for a flag of another one. `variant` is `None` for a boolean flag.
    fn of(enabled: bool, variant: Option<&VariantValue>) -> Option<Self>;
}

impl FlagValue for bool {
    fn of(enabled: bool, variant: Option<&VariantValue>) -> Option<Self> {
        variant.is_none().then_some(enabled)
    }
}

impl FlagValue for String {
    fn of(_: bool, variant: Option<&VariantValue>) -> Option<Self> {
        if let Some(VariantValue::String(text)) = variant { Some(text.to_string()) } else { None }
    }
}

impl FlagValue for f64 {
    fn of(_: bool, variant: Option<&VariantValue>) -> Option<Self> {
        number(variant).map(Number::as_f64)
    }
}

impl FlagValue for i64 {
    fn of(_: bool, variant: Option<&VariantValue>) -> Option<Self> {
        number(variant)?.as_i64()
    }
}

impl FlagValue for u64 {
    fn of(_: bool, variant: Option<&VariantValue>) -> Option<Self> {
        number(variant)?.as_u64()
    }
}

impl FlagValue for serde_json::Value {
    fn of(_: bool, variant: Option<&VariantValue>) -> Option<Self> {
        if let Some(VariantValue::Json(text)) = variant { serde_json::from_str(text).ok() } else { None }
    }
}

fn number(variant: Option<&VariantValue>) -> Option<Number> {
    if let Some(VariantValue::Number(number, _)) = variant { Some(*number) } else { None }
}
