//! Reports of programs that evaluate flags.

use std::num::NonZeroU32;

use axum::http::StatusCode;
use utoipa_axum::routes;

use crate::{
    http::{
        api::auth::Reporter,
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    state::{App, usage::Full},
    usage::{Report, report::Wrong},
};

/// The work of a report besides that of its counts, in counts.
const REPORT: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Usage).routes(routes!(report_usage))
}

/// Report how often flags were evaluated.
///
/// The server adds the counts up by hour. A report counts once by its `instance` and `sequence`, however often and to
/// whichever replica it is sent; send it again with the same body until it is answered. The answer comes before the counts
/// are written, which happens within a few seconds. The last 64 numbers of an instance are told apart for 7 days; lower
/// ones count as sent before. A client that has counted nothing reports so once an hour.
///
/// Flags that the environment does not have count as `unknown`, of which it takes 100 keys a day.
#[utoipa::path(post, path = "/api/v1/usage", tag = "usage", request_body = Report, params(
    ("project_id" = Option<i64>, Query, description = "the project, for an API key"),
    ("environment" = Option<String>, Query, description = "the environment, for an API key; the default is the project's first"),
), responses(
    (status = 202, description = "taken, or taken before"),
    (status = 400, description = "a field cannot be read; the message names its place", body = ErrorBody),
    (status = 404, description = "no such project or environment", body = ErrorBody),
    (status = 413, description = "more than 1 MiB, 10,000 flags, 100 unknown keys or 300 results of a flag", body = ErrorBody),
    (status = 429, description = "the key has sent as much in this minute as it may (`--usage-counts-per-minute`)", body = ErrorBody),
    (status = 503, description = "the database has been away for long; send the report again", body = ErrorBody),
))]
async fn report_usage(
    reporter: Reporter,
    axum::extract::State(app): axum::extract::State<App>,
    JsonBody(report): JsonBody<Report>,
) -> ApiResult<StatusCode> {
    report.check()?;
    let work = u32::try_from(report.counts() + REPORT).ok().and_then(NonZeroU32::new);
    app.rates.count_usage(reporter.key_id, work.unwrap_or(NonZeroU32::MAX))?;
    app.usage.accept(reporter.environment_id, &reporter.environment, &report)?;
    tracing::debug!(instance = report.instance, sdk = report.sdk, counts = report.counts(), "usage was reported");
    Ok(StatusCode::ACCEPTED)
}

impl From<Wrong> for ApiError {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Invalid(message) => Self::invalid(message),
            Wrong::TooLarge(message) => Self::too_large(message),
        }
    }
}

impl From<Full> for ApiError {
    fn from(_: Full) -> Self {
        Self::unavailable("usage cannot be written for the time being; send the report again")
    }
}
