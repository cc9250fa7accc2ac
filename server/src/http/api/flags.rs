//! Flags: listing, reading, creating, changing, deleting.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};
use utoipa_axum::routes;

use super::target::KeyTarget;
use crate::{
    flags::{
        Flag,
        schema::{FlagChanges, NewFlag},
    },
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            etag::{etag_header, etag_of, read_status},
            json::JsonBody,
            precondition::precondition,
            prepared,
        },
    },
    json::UniqueObject,
    operations::{
        flags::{self, UpdatedFlag},
        target::EnvironmentTarget,
    },
    state::{App, listings::FlagListing},
};

/// Relative to a project or an environment.
pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Definitions).routes(routes!(list_flags, create_flag)).routes(routes!(
        read_flag,
        put_flag,
        patch_flag,
        delete_flag
    ))
}

/// List the flags of an environment, sorted by key.
///
/// The answer is a snapshot: an SDK can poll it. It is served from memory, with 304 for callers who have it.
#[utoipa::path(get, path = "/flags", tag = "flags",
    params(("If-None-Match" = Option<String>, Header, description = "the entity tag of the listing that is known")),
    responses(
        (status = 200, description = "the flags", body = FlagListing, headers(("ETag" = String))),
        (status = 304, description = "the caller has them already"),
    ))]
async fn list_flags(target: EnvironmentTarget, State(app): State<App>, headers: HeaderMap) -> ApiResult<Response> {
    let ids = (target.project_id, target.environment_id);
    let listing = app.listings.get(app.storage(), &app.large_reads, &app.world(), ids).await?;
    let listing = listing.ok_or_else(|| ApiError::not_found("the environment was deleted in the meantime"))?;
    Ok(prepared::answer(&listing, &headers).await)
}

/// Create a flag.
///
/// It exists in all environments of the project: as given in this one, and in the others with the same fields but
/// switched off. Segments that its rules use and that an environment lacks are copied there.
#[utoipa::path(post, path = "/flags", tag = "flags", request_body = NewFlag, responses(
    (status = 201, description = "created", body = Flag, headers(("ETag" = String), ("Location" = String))),
    (status = 400, description = "a field is wrong; the message names its place", body = ErrorBody),
    (status = 409, description = "the key is taken, or the flag does not fit into another environment",
        body = ErrorBody),
))]
async fn create_flag(
    target: EnvironmentTarget,
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    let flag = flags::create_flag(&app.backend, &target, fields).await?;
    let location = [(header::LOCATION, format!("{}/{}", uri.path(), flag.key))];
    Ok((StatusCode::CREATED, etag_header(&etag_of(flag.version)), location, Json(flag)).into_response())
}

/// Read a flag.
#[utoipa::path(get, path = "/flags/{key}", tag = "flags",
    params(("If-None-Match" = Option<String>, Header, description = "the entity tag of the version that is known")),
    responses(
        (status = 200, description = "the flag", body = Flag, headers(("ETag" = String))),
        (status = 304, description = "the caller has it already"),
    ))]
async fn read_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let found = app.storage().flag(target.environment_id, &key).await?;
    let (record, state) = found.ok_or_else(|| ApiError::flag_not_found(&key))?;
    let etag = etag_of(record.version);
    let status = read_status(&headers, &etag);
    if status == StatusCode::NOT_MODIFIED {
        return Ok((status, etag_header(&etag)).into_response());
    }
    Ok((etag_header(&etag), Json(Flag::new(record, state))).into_response())
}

/// Change the given fields of a flag, as PATCH does.
#[utoipa::path(put, path = "/flags/{key}", tag = "flags", request_body = FlagChanges,
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version that was changed")),
    responses(
        (status = 200, description = "the flag afterwards", body = UpdatedFlag, headers(("ETag" = String))),
        (status = 400, description = "a field is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "other flags, or other environments, need what the change takes away",
            body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag since", body = ErrorBody),
    ))]
async fn put_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    change(&app, &target, &key, &headers, fields).await
}

/// Change the given fields of a flag.
///
/// A field that is not given stays; `null` removes a field that may be missing. Lists and objects are replaced whole. A
/// change that changes nothing keeps the version. Without `If-Match` (or `version`) the change applies to any version.
#[utoipa::path(patch, path = "/flags/{key}", tag = "flags", request_body = FlagChanges,
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version that was changed")),
    responses(
        (status = 200, description = "the flag afterwards", body = UpdatedFlag, headers(("ETag" = String))),
        (status = 400, description = "a field is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "other flags, or other environments, need what the change takes away",
            body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag since", body = ErrorBody),
    ))]
async fn patch_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    change(&app, &target, &key, &headers, fields).await
}

/// Delete a flag in all environments of the project.
#[utoipa::path(delete, path = "/flags/{key}", tag = "flags",
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version to delete")),
    responses(
        (status = 204, description = "deleted"),
        (status = 400, description = "If-Match cannot be read", body = ErrorBody),
        (status = 409, description = "other flags ask it; the message names them", body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag since", body = ErrorBody),
    ))]
async fn delete_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    flags::delete_flag(&app.backend, &target, &key, &precondition(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn change(
    app: &App,
    target: &EnvironmentTarget,
    key: &str,
    headers: &HeaderMap,
    fields: Map<String, Value>,
) -> ApiResult<Response> {
    let updated = flags::change_flag(&app.backend, target, key, &precondition(headers)?, fields).await?;
    Ok((etag_header(&etag_of(updated.flag.version)), Json(updated)).into_response())
}
