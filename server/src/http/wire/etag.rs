//! Entity tags of versions: what is known is not sent again.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::conditional::has_current;

/// Returns the entity tag of a version.
pub(crate) fn etag_of(version: i64) -> String {
    quoted(&version.to_string())
}

/// Returns the entity tag for a tag of the operations. Theirs are of digits and letters.
pub(crate) fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

/// Returns an entity tag as a header. Ours are of digits, letters and dashes.
pub(crate) fn etag_header(etag: &str) -> [(HeaderName, HeaderValue); 1] {
    [(header::ETAG, HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\"")))]
}

/// Returns the status of a read: 304 where the caller has the answer already.
pub(crate) fn read_status(headers: &HeaderMap, etag: &str) -> StatusCode {
    if has_current(headers, etag) { StatusCode::NOT_MODIFIED } else { StatusCode::OK }
}
