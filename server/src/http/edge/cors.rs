//! Which calls web pages of other origins may make: evaluations and the tools. Everything else needs keys that must not
//! be in a page.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::http::route::Purpose;

const EXPOSED: HeaderValue = HeaderValue::from_static("etag, retry-after, x-request-id");

/// What a browser asks before it sends a page's request; it asks without a key.
const PREFLIGHT: [(HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, x-api-key, content-type, if-none-match"),
    // Two hours, the most that browsers keep it for.
    (header::ACCESS_CONTROL_MAX_AGE, "7200"),
];

/// Whether a request comes from a page, and may.
pub(super) fn is_open<B>(request: &Request<B>, purpose: Purpose) -> bool {
    request.headers().contains_key(header::ORIGIN) && purpose.is_evaluation()
}

/// The answer to a preflight, if this is one.
pub(super) fn preflight<B>(request: &Request<B>, purpose: Purpose) -> Option<Response> {
    let is_one = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && is_open(request, purpose);
    is_one.then(|| (StatusCode::NO_CONTENT, PREFLIGHT).into_response())
}

/// Any page may read the answer. Credentials are not allowed: a page sends its key itself, a browser never does.
pub(super) fn open(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}
