//! Parameters of the query.

use std::error::Error;

use axum::{
    extract::{FromRequestParts, Query},
    http::{Uri, request::Parts},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};

use super::error::{ApiError, ApiResult};
use crate::quote::quoted;

/// Parameters of the query. An error names the parameter.
#[derive(Debug)]
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        query(&parts.uri).map(Self)
    }
}

/// Reads the parameters of a query.
pub(crate) fn query<T: DeserializeOwned>(uri: &Uri) -> ApiResult<T> {
    let refused = |reason: &dyn Error| ApiError::invalid(format!("the query: {reason}"));
    match Query::try_from_uri(uri) {
        Ok(Query(parameters)) => Ok(parameters),
        // The source names the parameter; what wraps it says only that the query cannot be read.
        Err(error) => Err(error.source().map_or_else(|| refused(&error), refused)),
    }
}

/// Reads a parameter that is `true` or `false`.
pub(crate) fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(D::Error::custom(format!("expected true or false, found {}", quoted(other)))),
    }
}

/// Reads a parameter that is `true` or `false` and means something else where it is missing.
pub(crate) fn optional_switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    switch(deserializer).map(Some)
}

/// Reads a parameter that is a number of things.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let error = |_| D::Error::custom(format!("expected a whole number such as 2, found {}", quoted(&text)));
    text.parse().map(Some).map_err(error)
}

/// Reads a time, or a day, which begins at midnight UTC.
pub(crate) fn time(name: &str, text: Option<&str>) -> ApiResult<Option<DateTime<Utc>>> {
    let Some(text) = text else { return Ok(None) };
    let day = |text: &str| Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc)).or_else(|| day(text));
    let time = time.ok_or_else(|| {
        ApiError::invalid(format!(
            "{name}: expected a time such as 2026-11-30T12:00:00Z or a day such as 2026-11-30, found {}",
            quoted(text)
        ))
    })?;
    Ok(Some(time))
}
