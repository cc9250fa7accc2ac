//! The results by which evaluations are counted.

use std::borrow::Cow;

use flagbit::{Answer, PreparedFlag};

use crate::quote::quoted;

/// Evaluations of all flags at once, whose results are not told apart.
pub(crate) const BULK: &str = "bulk";
/// Evaluations of a key that the environment does not have.
pub(crate) const UNKNOWN: &str = "unknown";
/// A variant that the flag does not have any more.
const OTHER: &str = "other";
/// An error without a code that is known.
const GENERAL: &str = "error:GENERAL";
/// OpenFeature's codes.
const CODES: [&str; 8] = [
    "FLAG_NOT_FOUND",
    "GENERAL",
    "INVALID_CONTEXT",
    "PARSE_ERROR",
    "PROVIDER_FATAL",
    "PROVIDER_NOT_READY",
    "TARGETING_KEY_MISSING",
    "TYPE_MISMATCH",
];

/// Returns the result of an answer.
pub(crate) fn of_answer(answer: &Answer<'_>) -> Cow<'static, str> {
    match answer.variant() {
        Some(variant) => format!("variant:{}", variant.name()).into(),
        None if answer.enabled() => "on".into(),
        None => "off".into(),
    }
}

/// Checks the shape of a result that a program reports.
///
/// # Errors
/// It has none of the forms of a result.
pub(crate) fn check(result: &str) -> Result<(), String> {
    let is_known = matches!(result, "on" | "off" | BULK)
        || ["variant:", "error:"].iter().any(|kind| result.strip_prefix(kind).is_some_and(|name| !name.is_empty()));
    if is_known && result.len() <= 80 {
        return Ok(());
    }
    Err(format!("expected on, off, variant:NAME, error:CODE or bulk, found {}", quoted(result)))
}

/// Returns the result under which a flag counts one that [`check`] let pass. A flag has a bounded number of them.
pub(crate) fn counted<'r>(flag: &PreparedFlag, result: &'r str) -> &'r str {
    if let Some(name) = result.strip_prefix("variant:") {
        let is_variant = flag.variants().iter().any(|variant| variant.name() == name);
        return if is_variant { result } else { OTHER };
    }
    match result.strip_prefix("error:") {
        Some(code) if !CODES.contains(&code) => GENERAL,
        _ => result,
    }
}

/// Returns whether a result is a value that the flag gave, and not an error or something that is gone.
pub(crate) fn is_value(result: &str) -> bool {
    matches!(result, "on" | "off") || result.starts_with("variant:")
}
