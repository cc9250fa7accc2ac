//! `If-Match` and `If-None-Match`: two editors do not overwrite each other, and what is known is not sent again.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::error::{ApiError, ApiResult};

/// The entity tag of a version.
pub(crate) fn etag_of(version: i64) -> String {
    format!("\"{version}\"")
}

/// An entity tag as a header. Ours are of digits, letters and dashes.
pub(crate) fn etag_header(etag: &str) -> [(HeaderName, HeaderValue); 1] {
    [(header::ETAG, HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\"")))]
}

/// What a header lists.
enum Tags<'h> {
    Any,
    These(Vec<&'h str>),
}

fn tags<'h>(headers: &'h HeaderMap, name: &HeaderName) -> ApiResult<Option<Tags<'h>>> {
    let mut found = Vec::new();
    for value in headers.get_all(name) {
        let text = value.to_str().map_err(|_| malformed(name))?.trim();
        if text == "*" {
            return Ok(Some(Tags::Any));
        }
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            let quoted = tag.strip_prefix("W/").unwrap_or(tag);
            if quoted.len() < 2 || !quoted.starts_with('"') || !quoted.ends_with('"') {
                return Err(malformed(name));
            }
            found.push(tag);
        }
        if found.is_empty() {
            return Err(malformed(name));
        }
    }
    Ok((!found.is_empty()).then_some(Tags::These(found)))
}

fn malformed(name: &HeaderName) -> ApiError {
    let name = if name == header::IF_MATCH { "If-Match" } else { "If-None-Match" };
    ApiError::invalid(format!("{name}: expected what ETag gave, with its quotes, or *"))
}

/// Refuses a write that was made from another state than the present one. `what` names it, as in "the flag is at version 3".
pub(crate) fn check_match(headers: &HeaderMap, etag: &str, what: impl FnOnce() -> String) -> ApiResult<()> {
    // A weak tag never matches here.
    match tags(headers, &header::IF_MATCH)? {
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
    if exists && matches!(tags(headers, &header::IF_NONE_MATCH)?, Some(Tags::Any)) {
        return Err(ApiError::precondition_failed("it exists already"));
    }
    if !exists && tags(headers, &header::IF_MATCH)?.is_some() {
        return Err(ApiError::precondition_failed("it does not exist any more"));
    }
    Ok(())
}

/// The status of a read: 304 where the caller has it already.
pub(crate) fn read_status(headers: &HeaderMap, etag: &str) -> ApiResult<StatusCode> {
    let is_known = match tags(headers, &header::IF_NONE_MATCH)? {
        None => false,
        Some(Tags::Any) => true,
        Some(Tags::These(tags)) => tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag),
    };
    Ok(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK })
}
