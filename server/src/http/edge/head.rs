//! Heads that servers on the way may read in another way than this one.

use axum::http::{HeaderMap, Version, header};

use crate::http::wire::error::{ApiError, ApiResult};

/// Headers that name one thing. A proxy may look at the first of two, and this server at the last.
const SINGLE: [(&str, &str); 4] = [
    ("host", "Host"),
    ("authorization", "Authorization"),
    ("x-api-key", "X-API-Key"),
    ("x-change-reason", "X-Change-Reason"),
];

/// Refuses a head that says two things at once, names no host, or announces a body in a coding that the server does not read.
pub(super) fn check(version: Version, headers: &HeaderMap) -> ApiResult<()> {
    for (name, shown) in SINGLE {
        if headers.get_all(name).iter().nth(1).is_some() {
            return Err(ApiError::invalid(format!("{shown}: the request has the header more than once; send it once")));
        }
    }
    if version == Version::HTTP_11 && !headers.contains_key(header::HOST) {
        return Err(ApiError::invalid("Host: missing; HTTP/1.1 needs the header"));
    }
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    if codings.flat_map(|coding| coding.as_bytes().split(|byte| *byte == b',')).any(is_coded) {
        return Err(ApiError::content_encoding());
    }
    Ok(())
}

fn is_coded(coding: &[u8]) -> bool {
    let coding = coding.trim_ascii();
    !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")
}
