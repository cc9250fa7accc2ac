//! `If-Match` and `If-None-Match`: two editors do not overwrite each other, and what is known is not sent again.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::http::wire::{
    conditional::has_current,
    error::{ApiError, ApiResult},
};

/// The entity tag of a version.
pub(crate) fn etag_of(version: i64) -> String {
    format!("\"{version}\"")
}

/// An entity tag as a header. Ours are of digits, letters and dashes.
pub(crate) fn etag_header(etag: &str) -> [(HeaderName, HeaderValue); 1] {
    [(header::ETAG, HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\"")))]
}

/// What `If-Match` lists.
enum Tags<'h> {
    Any,
    /// With their quotes; a weak one keeps its `W/` and so never matches ours.
    These(Vec<&'h str>),
}

fn if_match(headers: &HeaderMap) -> ApiResult<Option<Tags<'_>>> {
    let malformed = || ApiError::invalid("If-Match: expected what ETag gave, with its quotes, or *");
    let mut tags = Vec::new();
    for line in headers.get_all(header::IF_MATCH) {
        let mut rest = line.to_str().map_err(|_| malformed())?.trim();
        if rest == "*" {
            return Ok(Some(Tags::Any));
        }
        while !rest.is_empty() {
            let start = if rest.starts_with("W/") { 3 } else { 1 };
            let end = rest.get(start..).filter(|_| rest[..start].ends_with('"')).and_then(|text| text.find('"'));
            let (tag, others) = rest.split_at(start + end.ok_or_else(malformed)? + 1);
            tags.push(tag);
            rest = others.trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix(',').ok_or_else(malformed)?.trim_start();
            }
        }
        if tags.is_empty() {
            return Err(malformed());
        }
    }
    Ok((!tags.is_empty()).then_some(Tags::These(tags)))
}

/// Refuses a write that was made from another state than the present one. `what` names it, as in "the flag is at version 3".
pub(crate) fn check_match(headers: &HeaderMap, etag: &str, what: impl FnOnce() -> String) -> ApiResult<()> {
    // A weak tag never matches here.
    match if_match(headers)? {
        Some(Tags::These(tags)) if !tags.contains(&etag) => Err(outdated(what())),
        _ => Ok(()),
    }
}

/// The same for the version in a body.
pub(crate) fn check_version(given: Option<i64>, present: i64, what: impl FnOnce() -> String) -> ApiResult<()> {
    match given {
        Some(version) if version != present => Err(outdated(what())),
        _ => Ok(()),
    }
}

fn outdated(what: String) -> ApiError {
    ApiError::precondition_failed(format!(
        "{what}, since somebody else was faster; read it again and repeat the change"
    ))
}

/// Refuses to create what is not there under `If-Match`, and to replace what is under `If-None-Match: *`.
pub(crate) fn check_creation(headers: &HeaderMap, exists: bool) -> ApiResult<()> {
    if exists && headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == b"*") {
        return Err(ApiError::precondition_failed("it exists already"));
    }
    if !exists && if_match(headers)?.is_some() {
        return Err(ApiError::precondition_failed("it does not exist any more"));
    }
    Ok(())
}

/// The status of a read: 304 where the caller has it already.
pub(crate) fn read_status(headers: &HeaderMap, etag: &str) -> StatusCode {
    if has_current(headers, etag) { StatusCode::NOT_MODIFIED } else { StatusCode::OK }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn tags_match_as_they_were_given() {
        for (lines, expected) in [
            (&[][..], Ok(())),
            (&["*"], Ok(())),
            (&[r#""3""#], Ok(())),
            (&[r#""2" , "3""#], Ok(())),
            (&[r#""2""#, r#""3""#], Ok(())),
            (&[r#""a,b","3""#], Ok(())),
            (&[r#""2""#], Err(412)),
            (&[r#"W/"3""#], Err(412)),
            (&[r#""a,3""#], Err(412)),
            (&["3"], Err(400)),
            (&[""], Err(400)),
            (&[r#"""#], Err(400)),
            (&[r#"W/"#], Err(400)),
            (&[r#"W/3"#], Err(400)),
            (&[r#""2" "3""#], Err(400)),
            (&["\u{e4}"], Err(400)),
        ] {
            let headers: HeaderMap =
                lines.iter().map(|line| (header::IF_MATCH, HeaderValue::from_str(line).unwrap())).collect();
            let outcome = check_match(&headers, "\"3\"", String::new);
            assert_eq!(outcome.map_err(|error| error.into_response().status().as_u16()), expected, "{lines:?}");
        }
    }
}
