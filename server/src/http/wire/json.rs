//! JSON bodies.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::header,
};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::{body::BodyError, context, error::ApiError};
use crate::json_place::place;

/// A body in JSON, an object. An error names the field.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

/// A body that says that it is JSON, unread.
#[derive(Debug)]
pub(crate) struct JsonBytes(pub(crate) Bytes);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let JsonBytes(bytes) = JsonBytes::from_request(request, state).await?;
        // serde would read a list as the values of the fields in their order.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(ApiError::invalid("the body: invalid type: sequence, expected an object"));
        }
        read(&bytes).map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        // The server reads JSON alone, so a missing header is harmless. Another type is a mistake, or a form that a browser
        // sends without asking first.
        if content_type.is_some_and(|value| !is_json(value)) {
            return Err(ApiError::media_type());
        }
        Bytes::from_request(request, state).await.map(Self).map_err(body_error)
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

fn body_error(rejection: BytesRejection) -> ApiError {
    match BodyError::in_chain(&rejection) {
        Some(error) => error.into(),
        None => ApiError::invalid("the body could not be read to its end"),
    }
}

/// Reads JSON; an error names the place.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // Keeping track of the place costs more than reading, so only a body with an error is read that way.
    serde_json::from_slice(bytes).or_else(|_| read_again(bytes))
}

/// Reads JSON slowly; an error names the place.
#[cold]
pub(crate) fn read_again<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let is_context = matches!(error.path().iter().next(), Some(Segment::Map { key }) if key == context::FIELD);
        let place = place(error.path());
        let message = error.into_inner().to_string();
        match is_context {
            _ if place.is_empty() => ApiError::invalid(format!("the body: {message}")),
            true => ApiError::invalid_context(format!("{place}: {message}")),
            false => ApiError::invalid(format!("{place}: {message}")),
        }
    })?;
    reader.end().map_err(|error| ApiError::invalid(format!("the body: {error}")))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::json::UniqueValue;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[serde(rename = "flags")]
        _flags: UniqueValue,
    }

    #[test]
    fn an_error_has_the_place_as_far_as_it_is_known() {
        let deep = format!(r#"{{"flags": {}1, 01"#, "[".repeat(120));
        let of = |text: &str| format!("{:?}", read::<Body>(text.as_bytes()).unwrap_err());
        for (text, start) in [
            ("{}", "the body: missing field `flags`"),
            (r#"{"flags": [0, {"a": 1, "a": 2}]}"#, "flags[1].a: duplicate field \"a\""),
            (r#"{"flags": [0, {7: 1}]}"#, "flags[1]: key must be a string"),
            (
                r#"{"flags": {"b": {"variants": {"a": {"x": {"y": 1, "y": 2}}}}}}"#,
                "flags[\"b\"].variants[\"a\"].x.y: duplicate",
            ),
            (r#"{"flags": {"b": {"a.b": oops}}}"#, "flags[\"b\"][\"a.b\"]: expected value"),
            (&deep, "flags[0][0][0][0][0][0][0][0][0][0][0]...[0][0][0][1]: invalid number"),
        ] {
            assert!(of(text).contains(&start.escape_debug().to_string()), "{}", of(text));
        }
    }
}
