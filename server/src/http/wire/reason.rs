//! The reason of a change: the header `X-Change-Reason`, or the field `reason` of a body that is an object of fields to set.

use axum::http::{HeaderMap, HeaderName};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::error::{ApiError, ApiResult};
use crate::{flags::describe, operations::Who};

pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-change-reason");
/// The header's name as messages write it.
const SHOWN: &str = "X-Change-Reason";
/// The field of a body.
const FIELD: &str = "reason";

/// The beginning of a value with percent-encoded UTF-8, as in the parameters of RFC 8187. Any other value is taken as it
/// is, so that "50% of users" needs no escaping.
const ENCODED: &str = "UTF-8''";

/// Notes the reason of the header, if there is one.
///
/// # Errors
/// The value is not UTF-8, or no reason that can be kept.
pub(crate) fn note_header(who: &mut Who, headers: &HeaderMap) -> ApiResult<()> {
    let Some(value) = headers.get(HEADER) else { return Ok(()) };
    let not_utf8 = || ApiError::invalid(format!("{SHOWN}: expected UTF-8, or {ENCODED} and percent-encoded UTF-8"));
    let text = str::from_utf8(value.as_bytes()).map_err(|_| not_utf8())?;
    let decoded = match text.split_at_checked(ENCODED.len()) {
        Some((start, encoded)) if start.eq_ignore_ascii_case(ENCODED) => percent_decode_str(encoded).decode_utf8(),
        _ => Ok(text.into()),
    };
    Ok(who.give_reason(SHOWN, &decoded.map_err(|_| not_utf8())?)?)
}

/// Notes the reason of a body, if there is one.
///
/// # Errors
/// It cannot be kept, or the header gives one too.
pub(crate) fn note_field(who: &mut Who, reason: Option<&str>) -> ApiResult<()> {
    reason.map_or(Ok(()), |text| Ok(who.give_reason(FIELD, text)?))
}

/// Takes the reason out of the fields of a body, and notes it.
///
/// # Errors
/// It is no text that can be kept, or the header gives one too.
pub(crate) fn take_field(who: &mut Who, fields: &mut Map<String, Value>) -> ApiResult<()> {
    match fields.shift_remove(FIELD) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(text)) => note_field(who, Some(&text)),
        Some(other) => Err(ApiError::invalid(format!("{FIELD}: expected a string, found {}", describe(&other)))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(value: &[u8]) -> Result<Option<String>, ()> {
        let mut who = Who::command_line(1, 1);
        let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_bytes(value).unwrap())]);
        note_header(&mut who, &headers).map_err(|_| ())?;
        Ok(who.cause.reason.map(|reason| reason.to_string()))
    }

    #[test]
    fn a_reason_is_utf_8_as_it_is_or_percent_encoded() {
        let text = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(read(b"raise to 50%25 of users"), text("raise to 50%25 of users"));
        assert_eq!(read("f\u{fc}r alle".as_bytes()), text("f\u{fc}r alle"));
        assert_eq!(read(b"UTF-8''f%C3%BCr%20alle"), text("f\u{fc}r alle"));
        assert_eq!(read(b"utf-8''50%25"), text("50%"));
        assert_eq!(read(b"  spaces around "), text("spaces around"));
        assert_eq!(read(b" "), Ok(None));
        assert_eq!(read(b"f\xfcr alle"), Err(()));
        assert_eq!(read(b"UTF-8''f%FCr"), Err(()));
        assert_eq!(read(b"UTF-8''a%00b"), Err(()));
        assert_eq!(read("\u{fc}".repeat(500).as_bytes()), text(&"\u{fc}".repeat(500)));
        assert_eq!(read("\u{fc}".repeat(501).as_bytes()), Err(()));
    }
}
