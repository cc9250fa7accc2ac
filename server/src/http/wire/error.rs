//! What a request is told when it fails.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::storage;

/// What every failed request gets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// Stable, for programs.
    code: &'static str,
    /// For people: what is wrong, where, and what to do.
    message: String,
}

/// A failed request. Messages hold nothing that is secret.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<u64>,
}

/// What a handler gives.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// The message names the field.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    pub(crate) fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }

    /// The message names the setting.
    pub(crate) fn limit_reached(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "LIMIT_REACHED", message)
    }

    /// Also for what belongs to another account.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    pub(crate) fn flag_not_found(key: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "FLAG_NOT_FOUND", format!("no flag {key:?}"))
    }

    /// The flag is there, but this server does not understand it.
    pub(crate) fn flag_set_aside(code: &'static str, message: String) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    pub(crate) fn precondition_failed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", message)
    }

    /// The body did not come within its time.
    pub(crate) fn too_slow(message: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    }

    pub(crate) fn media_type() -> Self {
        let message = "send JSON, with the header Content-Type: application/json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
    }

    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let message = format!("too many requests; try again in {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message).after(seconds)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message).after(1)
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "the server failed; its log says why")
    }

    fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        with_headers(
            status,
            retry_after,
            Json(ErrorBody { error: ErrorDetail { code: self.code, message: self.message } }),
        )
    }
}

fn with_headers(status: StatusCode, retry_after: Option<u64>, body: impl IntoResponse) -> Response {
    let mut response = (status, body).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// What a failed request of the OpenFeature Remote Evaluation Protocol gets. Its clients look for these fields, and at
/// nothing else.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfrepErrorBody {
    /// The flag that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// One of OpenFeature's.
    error_code: &'static str,
    /// For people.
    error_details: String,
}

impl ApiError {
    /// The same for clients of OFREP, which know only OpenFeature's codes, and statuses that its document has.
    pub(crate) fn into_ofrep(self, flag_key: Option<String>) -> Response {
        let (status, error_code) = match self.code {
            "FLAG_NOT_FOUND" => (self.status, "FLAG_NOT_FOUND"),
            "PARSE_ERROR" => (StatusCode::BAD_REQUEST, "PARSE_ERROR"),
            "INVALID_REQUEST" if self.message.starts_with("context") => (self.status, "INVALID_CONTEXT"),
            "INVALID_REQUEST" => (self.status, "PARSE_ERROR"),
            _ => (self.status, "GENERAL"),
        };
        with_headers(
            status,
            self.retry_after,
            Json(OfrepErrorBody { key: flag_key, error_code, error_details: self.message }),
        )
    }
}

/// A database that cannot be reached is 503, what it refuses is a defect of ours.
impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database failed");
        if storage::is_locked(&error) {
            Self::unavailable("the database is locked by another program; nothing was changed")
        } else if storage::is_away(&error) {
            Self::unavailable("the database cannot be reached; nothing was changed")
        } else {
            Self::internal()
        }
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<sqlx::Error>() {
            Ok(error) => error.into(),
            Err(error) => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}

pub(crate) async fn no_route() -> ApiError {
    ApiError::not_found("no such path; /openapi.json lists them")
}

pub(crate) async fn no_method() -> ApiError {
    let message = "not a method of this path; /openapi.json lists them";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
}
