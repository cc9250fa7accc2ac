//! Environments side by side: what differs, and bringing a flag from one to the other.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{archive::With, target::KeyTarget};
use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            etag::{etag_header, etag_of},
            json::JsonBody,
            page,
            parameters::{self, Parameters},
            precondition::precondition,
            reason,
        },
    },
    operations::{
        compare::{Comparison, Cursor, Sides},
        flags::{self, PromotedFlag, Promotion},
        target::ProjectTarget,
    },
    state::App,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management).routes(routes!(promote_flag)).routes(routes!(compare_environments))
}

/// The environments of a promotion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PromotionFields {
    /// The name of the environment whose state is copied.
    from: String,
    /// The name of the environment that gets the state.
    to: String,
    /// The version of the flag in `to` that is known: 412 when it is not the present one, as with `If-Match`.
    #[schema(nullable = false)]
    version: Option<i64>,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
}

/// The way in which a flag is promoted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Promoting {
    /// Only answer what would change.
    #[serde(default, deserialize_with = "parameters::switch")]
    #[param(default = false)]
    dry_run: bool,
    /// `references`: with the flags that it asks and the segments that it uses, as they are in `from`, where `to` lacks them.
    #[param(inline)]
    with: Option<With>,
}

/// The environments to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Compared {
    /// The name of an environment.
    from: String,
    /// The name of another environment. Differences say what would change in this one if it became as `from` is.
    to: String,
    /// The largest number of flags and segments. The default is 100.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// List only what comes after this. To go on, give the `next` of the page before.
    after: Option<String>,
}

/// Copy a flag's state from one environment to another.
///
/// The state is `enabled`, `default_enabled`, `off` and `rules`. All other fields are shared anyway. A flag that `to` lacks
/// becomes present there. Equal states change nothing and keep the version. `If-Match` and the entity tag of the answer are
/// about the flag in `to`: with the tag of a dry run as `If-Match`, the promotion does what the dry run showed.
#[utoipa::path(post, path = "/api/v1/projects/{id}/flags/{key}/promote", tag = "flags", request_body = PromotionFields,
    params(
        Promoting,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the version in `to` that is replaced"),
    ),
    responses(
        (status = 200, description = "what changed, or would change", body = PromotedFlag, headers(("ETag" = String))),
        (status = 400, description = "a field or a parameter is wrong, or both environments are the same", body = ErrorBody),
        (status = 404, description = "the project lacks an environment, or `from` lacks the flag", body = ErrorBody),
        (status = 409, description = "`to` lacks a flag or a segment that the flag needs; the message names it",
            body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag in `to` since", body = ErrorBody),
    ))]
async fn promote_flag(
    mut target: ProjectTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    Parameters(Promoting { dry_run, with }): Parameters<Promoting>,
    JsonBody(PromotionFields { from, to, version, reason }): JsonBody<PromotionFields>,
) -> ApiResult<Response> {
    reason::note_field(&mut target.who, reason.as_deref())?;
    let promotion = Promotion { from, to, version, dry_run, with_references: with.is_some() };
    let promoted = flags::promote_flag(&app.backend, &target, &key, &precondition(&headers)?, &promotion).await?;
    let etag = promoted.version.map(|version| etag_header(&etag_of(version)));
    Ok((etag, Json(promoted)).into_response())
}

/// List what differs between two environments.
///
/// Flags that only one of them has, flags with different states, and segments likewise. Fields that all environments share
/// never differ. A page has at most `limit` flags and segments and about 1 MiB; flags come first.
#[utoipa::path(get, path = "/api/v1/projects/{id}/environments/compare", tag = "environments", params(Compared), responses(
    (status = 200, description = "what differs", body = Comparison,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read, or both environments are the same", body = ErrorBody),
))]
async fn compare_environments(
    target: ProjectTarget,
    State(app): State<App>,
    Parameters(Compared { from, to, limit, after }): Parameters<Compared>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let limit = page::limit(limit.as_deref(), 100)?;
    let cursor = |text: &str| {
        Cursor::read(text).ok_or_else(|| ApiError::invalid("after: expected the `next` of the page before"))
    };
    let after = after.as_deref().map(cursor).transpose()?;
    let sides = Sides::find(&app.world(), &target, &from, &to)?;
    let turn = app.large_reads.turn(sides.bytes()).await?;
    // Thousands of flags take a while. The turn lasts until they are done, also when the client hangs up.
    let work = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        sides.compare(after.as_ref(), limit)
    });
    let comparison = work.await.map_err(anyhow::Error::from)??;
    Ok((page::link(&uri, "after", comparison.next()), Json(comparison)).into_response())
}
