//! The types that a flag can be asked for.

use crate::engine::VariantValue;

/// A type that a flag's value can have, see [`Client::value`](super::Client::value). Numbers as `i64` have no fraction.
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
        if let Some(VariantValue::Number(number, _)) = variant { Some(*number) } else { None }
    }
}

impl FlagValue for i64 {
    fn of(enabled: bool, variant: Option<&VariantValue>) -> Option<Self> {
        let number = f64::of(enabled, variant)?;
        // Every double from -2^63 up to 2^63, the latter excluded, is an i64 once it has no fraction.
        let fits =
            number.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
        fits.then_some(number as i64)
    }
}

impl FlagValue for serde_json::Value {
    fn of(_: bool, variant: Option<&VariantValue>) -> Option<Self> {
        if let Some(VariantValue::Json(text)) = variant { serde_json::from_str(text).ok() } else { None }
    }
}
