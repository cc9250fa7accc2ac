//! The answers to requests that fail.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    operations,
    quote::quoted,
    state::{large_reads, listings::NoListing, pool::NoResult, rates::TooMany},
    storage,
};

/// The body of the answer to a request that fails.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// A code for programs. It is stable.
    code: &'static str,
    /// A message for people: what is wrong, where, and what to do.
    message: String,
}

/// A failed request. Messages hold nothing that is secret.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    /// OpenFeature's code for the same.
    ofrep_code: OfrepCode,
    message: String,
    retry_after: Option<u64>,
}

/// The error codes of OpenFeature that OFREP's answers have.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OfrepCode {
    FlagNotFound,
    General,
    InvalidContext,
    ParseError,
}

/// The longest message, in bytes. It may list many problems, each with a place.
const MAX_MESSAGE_BYTES: usize = 16 << 10;

/// The outcome of a handler.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = bounded(message.into());
        Self { status, code, ofrep_code: OfrepCode::General, message, retry_after: None }
    }

    fn in_ofrep(self, ofrep_code: OfrepCode) -> Self {
        Self { ofrep_code, ..self }
    }

    /// The message names the field.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message).in_ofrep(OfrepCode::ParseError)
    }

    /// The context cannot be read. The message names the attribute.
    pub(crate) fn invalid_context(message: impl Into<String>) -> Self {
        Self::invalid(message).in_ofrep(OfrepCode::InvalidContext)
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

    /// Something does not exist, or belongs to another account.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    pub(crate) fn flag_not_found(key: &str) -> Self {
        Self::no_flag(format!("no flag {}", quoted(key)))
    }

    fn no_flag(message: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, "FLAG_NOT_FOUND", message).in_ofrep(OfrepCode::FlagNotFound)
    }

    /// The flag exists, but this server does not understand it.
    pub(crate) fn flag_set_aside(code: &'static str, message: String) -> Self {
        Self::new(StatusCode::CONFLICT, code, message).in_ofrep(OfrepCode::ParseError)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    pub(crate) fn precondition_failed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", message)
    }

    /// The body did not arrive within its time.
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

    pub(crate) fn content_encoding() -> Self {
        let message = "Content-Encoding: the server reads bodies without a coding; send the JSON as it is";
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

/// Cuts a message that would be longer than anybody reads.
fn bounded(mut message: String) -> String {
    if message.len() > MAX_MESSAGE_BYTES {
        message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
        message += "...";
    }
    message
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

/// The same for the OpenFeature Remote Evaluation Protocol. Its clients look at these fields alone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfrepErrorBody {
    /// The flag that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    error_code: OfrepCode,
    /// For people.
    error_details: String,
}

impl ApiError {
    /// Answers a client of OFREP, which knows only OpenFeature's codes and the statuses of the protocol.
    pub(crate) fn into_ofrep(self, flag_key: Option<String>) -> Response {
        // OFREP has no 409.
        let status = if self.status == StatusCode::CONFLICT { StatusCode::BAD_REQUEST } else { self.status };
        let body = OfrepErrorBody { key: flag_key, error_code: self.ofrep_code, error_details: self.message };
        with_headers(status, self.retry_after, Json(body))
    }
}

impl From<operations::Error> for ApiError {
    fn from(error: operations::Error) -> Self {
        use operations::Error;
        match error {
            Error::Invalid(message) => Self::invalid(message),
            Error::KeyRevoked => Self::unauthenticated(error.to_string()),
            Error::Forbidden(message) => Self::forbidden(message),
            Error::LimitReached(message) => Self::limit_reached(message),
            Error::NotFound(message) => Self::not_found(message),
            Error::FlagNotFound { .. } => Self::no_flag(error.to_string()),
            Error::Conflict(message) => Self::conflict(message),
            Error::Outdated(message) => Self::precondition_failed(message),
            Error::Busy(message) => Self::unavailable(message),
            Error::Failed(error) => error.into(),
        }
    }
}

impl From<TooMany> for ApiError {
    fn from(TooMany { seconds }: TooMany) -> Self {
        Self::rate_limited(seconds)
    }
}

impl From<large_reads::Busy> for ApiError {
    fn from(_: large_reads::Busy) -> Self {
        Self::unavailable("the server is putting together other large answers; ask again")
    }
}

impl From<NoListing> for ApiError {
    fn from(error: NoListing) -> Self {
        match error {
            NoListing::Busy => Self::unavailable("the flags are still being read from the database"),
            NoListing::Failed(error) => error.into(),
        }
    }
}

impl From<NoResult> for ApiError {
    fn from(error: NoResult) -> Self {
        match error {
            NoResult::Busy => Self::unavailable(
                "as many evaluations that may take long run and wait as this server allows (--max-long-evaluations, \
                 --max-playgrounds)",
            ),
            NoResult::TooLong(limit) => Self::unavailable(format!(
                "the evaluation took longer than {} s, the limit of this server (--evaluation-timeout-seconds)",
                limit.as_secs()
            )),
            NoResult::Panicked => Self::internal(),
        }
    }
}

/// An outage of the database is 503. A statement that it refuses is a defect of ours.
impl From<storage::Error> for ApiError {
    fn from(error: storage::Error) -> Self {
        tracing::error!(%error, "the database failed");
        storage::outage(&error).map_or_else(Self::internal, |outage| Self::unavailable(outage.to_string()))
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<storage::Error>() {
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
    let message = "this path does not have the method; /openapi.json lists the methods";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
}
