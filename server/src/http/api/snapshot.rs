//! An environment's flags with their rules, for those who evaluate themselves.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use utoipa_axum::routes;

use crate::{
    http::{
        api::auth::RuleReader,
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            prepared,
        },
    },
    state::App,
    world::Environment,
};

/// The time for which a caller who knows a newer revision than this server waits.
const WAIT: Duration = Duration::from_secs(2);

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Rules).routes(routes!(snapshot))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    min_revision: Option<i64>,
}

/// Download an environment's flags, to evaluate them in your own process.
///
/// Send the answer's `ETag` back as `If-None-Match` and get 304 while nothing changed. Compressed where
/// `Accept-Encoding` has gzip.
#[utoipa::path(get, path = "/api/v1/snapshot", tag = "evaluation", params(
    ("project_id" = Option<i64>, Query, description = "the project, for an API key"),
    ("environment" = Option<String>, Query, description = "the environment, for an API key; the default is the project's first"),
    ("min_revision" = Option<i64>, Query, description = "wait up to 2 seconds for this revision, which a stream announced"),
    ("If-None-Match" = Option<String>, Header, description = "the `ETag` of the snapshot that the caller has"),
), responses(
    (status = 200, description = "the snapshot", body = Object, headers(
        ("ETag" = String, description = "names these bytes"),
        ("Cache-Control" = String, description = "only the caller may keep it, and asks again each time"),
    )),
    (status = 304, description = "the caller has the current snapshot"),
    (status = 400, description = "a parameter cannot be read, or an API key did not name a project", body = ErrorBody),
    (status = 404, description = "no such project or environment", body = ErrorBody),
    (status = 503, description = "this server has not heard of `min_revision` yet", body = ErrorBody),
))]
async fn snapshot(
    State(app): State<App>,
    reader: RuleReader,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> ApiResult<Response> {
    let Query(wanted) = wanted.map_err(|_| ApiError::invalid("min_revision: expected an integer"))?;
    let environment = match wanted.min_revision {
        Some(revision) if revision > reader.environment.revision => at_revision(&app, &reader, revision).await?,
        _ => reader.environment,
    };
    Ok(prepared::answer(&environment.body, &headers).await)
}

/// The environment once it has a revision.
async fn at_revision(app: &App, reader: &RuleReader, revision: i64) -> ApiResult<Arc<Environment>> {
    let mut changes = app.follower().subscribe();
    let waiting = async {
        loop {
            changes.mark_unchanged();
            let world = app.world();
            let environment = world.environment(reader.environment_id)?;
            if environment.revision >= revision {
                return Some(Arc::clone(environment));
            }
            changes.changed().await.ok()?;
        }
    };
    let found = tokio::time::timeout(WAIT, waiting).await;
    let late = || ApiError::unavailable(format!("min_revision: this server has not heard of revision {revision} yet"));
    found.map_err(|_| late())?.ok_or_else(|| ApiError::not_found("no such environment"))
}
