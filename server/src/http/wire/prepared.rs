//! The answer with a listing: compressed for callers who accept that, and 304 for callers who have it.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    conditional::takes_gzip,
    error::ApiError,
    etag::{etag_header, read_status},
};
use crate::world::Body;

/// Marks an answer whose body takes no memory of its own, however many clients read it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared;

/// Answers with a body that was prepared.
pub(crate) async fn answer(body: &Body, headers: &HeaderMap) -> Response {
    let is_gzip = takes_gzip(headers);
    let etag = if is_gzip { &body.gzip_etag } else { &body.plain_etag };
    let status = read_status(headers, etag);
    let etag = etag_header(etag);
    // Two keys never share an answer, and neither do two encodings.
    let caching =
        [(header::CACHE_CONTROL, "private, no-cache"), (header::VARY, "Authorization, X-API-Key, Accept-Encoding")];
    if status == StatusCode::NOT_MODIFIED {
        return (status, etag, caching).into_response();
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    let gzip = if is_gzip { body.gzip().await } else { None };
    if is_gzip && gzip.is_none() {
        return ApiError::internal().into_response();
    }
    let mut response = (etag, caching, json, gzip.unwrap_or_else(|| body.plain.clone())).into_response();
    response.extensions_mut().insert(Shared);
    if is_gzip {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
