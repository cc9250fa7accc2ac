//! Liveness and readiness.

use axum::extract::State;
use utoipa_axum::routes;

use crate::{
    http::{
        route::{Purpose, Routes},
        wire::error::{ApiError, ApiResult, ErrorBody},
    },
    state::App,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Server).routes(routes!(healthz)).routes(routes!(readyz))
}

/// Tell that the server lives.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "the server lives", body = String)))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Tell that the server can answer: its flags are loaded, and not older than `--max-flag-age-seconds`.
///
/// Without its database the server goes on answering from memory. The answer says how long ago the flags were known to be
/// current.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, description = "the server can answer", body = String),
    (status = 503, description = "its flags are too old", body = ErrorBody),
))]
async fn readyz(State(app): State<App>) -> ApiResult<String> {
    // The listener accepts before the flags are loaded, but nothing is answered until then.
    let age = app.follower().age().unwrap_or_default();
    match app.health.max_flag_age() {
        Some(limit) if age > limit => Err(ApiError::unavailable(format!(
            "the flags were current {} s ago, and --max-flag-age-seconds is {}: the database cannot be followed",
            age.as_secs(),
            limit.as_secs(),
        ))),
        _ => Ok(format!("ready; the flags were current {:.1} s ago\n", age.as_secs_f64())),
    }
}
