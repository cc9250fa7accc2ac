//! Flags as code: an environment as a document that is kept beside the code, compared and brought back.

mod apply;
mod document;
mod plan;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    flags::{Moved, Record, SegmentRecord, State as FlagState},
    http::{
        api::{change::Change, target::EnvironmentTarget},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
            precondition::{check_match, etag_header, read_status},
            unique::UniqueObject,
        },
    },
    state::App,
};
use document::{Document, FlagsAsCode, content_text, entity_tag};
use plan::Plan;

/// Relative to a project or an environment.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export_flags, import_flags))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportOptions {
    /// Only answer what would change.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
}

/// What an import changes.
#[derive(Debug, Serialize, ToSchema)]
struct Difference {
    /// Whether nothing was written.
    dry_run: bool,
    flags: Differences,
    segments: Differences,
}

#[derive(Debug, Default, Serialize, ToSchema)]
struct Differences {
    created: Vec<String>,
    updated: Vec<Updated>,
    deleted: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Updated {
    key: String,
    /// The fields that change.
    fields: Vec<String>,
    /// How many users a change of weights moves from one variant to another, as changing the flag by itself answers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, f64>>, nullable = false)]
    moved: Option<Moved>,
}

/// Export the flags and segments of an environment as code.
///
/// Sorted, indented, and without versions, times and ids, so that it compares well. The entity tag is of the content.
#[utoipa::path(get, path = "/snapshot", tag = "flags as code",
    params(("If-None-Match" = Option<String>, Header, description = "the entity tag of the export that is known")),
    responses(
        (status = 200, description = "the flags and segments", body = FlagsAsCode, headers(("ETag" = String))),
        (status = 304, description = "the caller has them already"),
    ))]
async fn export_flags(target: EnvironmentTarget, State(app): State<App>, headers: HeaderMap) -> ApiResult<Response> {
    let content = app.storage.environment(target.environment_id).await?;
    let content = content.ok_or_else(|| ApiError::not_found("the environment was deleted meanwhile"))?;
    let text = content_text(&content.flags, &content.segments)?;
    let etag = entity_tag(&text);
    let status = read_status(&headers, &etag);
    if status == StatusCode::NOT_MODIFIED {
        return Ok((status, etag_header(&etag)).into_response());
    }
    Ok((etag_header(&etag), [(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// Import flags as code: afterwards the environment has the flags and segments of the document, and no others.
///
/// All or nothing: what is wrong is listed by place, a line each. What all environments share (names, descriptions,
/// tags, `client_visible`, variants and default) is replaced in all environments of the project. A flag that is new is
/// created in all of them, switched off in the others; a flag that is missing is deleted in all of them. What a flag has
/// for each environment (`enabled`, `default_enabled`, `off`, rules), and segments, change in this environment alone; only a
/// segment that a new flag uses is copied to where there is none of that name.
///
/// A flag that does not change keeps its version. What `GET /flags` or an SDK's snapshot says besides (`version`, times,
/// `revision`, `project`, `environment`) is ignored. The entity tag is that of the export, before a dry run and after
/// an import: with it as `If-Match`, what a dry run showed is what happens.
#[utoipa::path(put, path = "/snapshot", tag = "flags as code", request_body = FlagsAsCode,
    params(
        ImportOptions,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the export that was changed"),
    ),
    responses(
        (status = 200, description = "what changed, or would change", body = Difference, headers(("ETag" = String))),
        (status = 400, description = "something is wrong; the message lists all of it by place", body = ErrorBody),
        (status = 409, description = "other environments need what the import takes away, or flags ask each other in a \
            circle", body = ErrorBody),
        (status = 412, description = "somebody else changed the flags meanwhile", body = ErrorBody),
    ))]
async fn import_flags(
    target: EnvironmentTarget,
    State(app): State<App>,
    options: Result<Query<ImportOptions>, QueryRejection>,
    headers: HeaderMap,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    let Query(ImportOptions { dry_run }) = options.map_err(|_| ApiError::invalid("dry_run: expected true or false"))?;
    let document = Document::read(fields, &app.settings.limits).map_err(ApiError::invalid)?;

    let mut change = Change::begin(&app, &target).await?;
    let (flags, segments) = content(&mut change).await?;
    let etag = entity_tag(&content_text(&flags, &segments)?);
    check_match(&headers, &etag, || "the flags are at another entity tag".into())?;
    let plan = Plan::new(flags, segments, document);
    let difference = plan.difference(dry_run);
    let brought = plan.check(&mut change).await?;
    if dry_run || plan.is_empty() {
        return Ok((etag_header(&etag), Json(difference)).into_response());
    }
    apply::apply(plan, brought, &mut change).await?;
    let (flags, segments) = content(&mut change).await?;
    let etag = entity_tag(&content_text(&flags, &segments)?);
    change.commit().await?;
    Ok((etag_header(&etag), Json(difference)).into_response())
}

async fn content(change: &mut Change<'_>) -> anyhow::Result<(Vec<(Record, FlagState)>, Vec<SegmentRecord>)> {
    let environment_id = change.environment_id();
    Ok((change.write.environment_flags(environment_id).await?, change.write.segments(environment_id).await?))
}
