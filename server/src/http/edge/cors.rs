//! Calls from web pages of other origins. Pages may evaluate and use the tools. All other calls need keys that must not be
//! in a page.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::http::route::Purpose;

const EXPOSED: HeaderValue = HeaderValue::from_static("etag, retry-after, x-request-id");

/// The answer to the question that a browser asks before it sends a page's request. It asks without a key.
const PREFLIGHT: [(HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, x-api-key, content-type, if-none-match"),
    // Two hours, the most that browsers keep it for.
    (header::ACCESS_CONTROL_MAX_AGE, "7200"),
];

/// Returns whether a request comes from a page and may do so.
pub(super) fn is_open<B>(request: &Request<B>, purpose: Purpose) -> bool {
    request.headers().contains_key(header::ORIGIN) && purpose.is_evaluation()
}

/// Returns the answer to a preflight, if the request is one.
pub(super) fn preflight<B>(request: &Request<B>, purpose: Purpose) -> Option<Response> {
    let is_one = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && is_open(request, purpose);
    is_one.then(|| (StatusCode::NO_CONTENT, PREFLIGHT).into_response())
}

/// Lets any page read the answer. Credentials are not allowed: the page sends its key itself, the browser never does.
pub(super) fn open(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}
