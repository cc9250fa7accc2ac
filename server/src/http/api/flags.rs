//! Flags: listing, reading, creating, changing, deleting.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{reader::Reader, target::KeyTarget};
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
            parameters::{self, Parameters},
            precondition::precondition,
            prepared, reason,
        },
    },
    json::UniqueObject,
    operations::{
        flags::{self, ChangedFlag, RemovedFlag},
        target::EnvironmentTarget,
        usage,
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
/// The answer is a snapshot: an SDK can poll it. It is served from memory, with 304 for callers who have it. With usage, it is
/// for people: it is put together for each request.
#[utoipa::path(get, path = "/flags", tag = "flags",
    params(Listing, ("If-None-Match" = Option<String>, Header, description = "the entity tag of the listing that is known")),
    responses(
        (status = 200, description = "the flags", body = FlagListing, headers(("ETag" = String))),
        (status = 304, description = "the caller has them already"),
    ))]
async fn list_flags(
    target: EnvironmentTarget,
    State(app): State<App>,
    Parameters(Listing { with }): Parameters<Listing>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let gone = || ApiError::not_found("the environment was deleted in the meantime");
    if let Some(With::Usage) = with {
        let id = target.environment_id;
        app.write_usage().await;
        let _turn = app.large_reads.turn(app.storage().environment_bytes(id).await?).await?;
        let content = app.storage().environment(id).await?.ok_or_else(gone)?;
        let keys: Vec<&str> = content.flags.iter().map(|(record, _)| record.key.as_str()).collect();
        let usage = usage::of_listing(app.storage(), id, &keys).await?;
        return Ok(Json(FlagListing::with_usage(content, usage)).into_response());
    }
    Reader::of(&headers).note(&app, target.environment_id);
    let listing = app.listings.get(app.storage(), &app.large_reads, &app.world(), target.environment_id).await?;
    Ok(prepared::answer(&*listing.ok_or_else(gone)?, &headers).await)
}

/// What to list besides the flags.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Listing {
    /// `usage` adds to each flag its `last_evaluated_at` and its results of the last 7 days.
    #[param(inline, nullable = false)]
    with: Option<With>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ListedWith)]
#[serde(rename_all = "snake_case")]
enum With {
    Usage,
}

/// The reach of a change.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Reach {
    /// Also change the fields that all environments share (`name`, `description`, `tags`, `owner`, `lifetime`,
    /// `expires_at`, `client_visible`, `variants`, `default`), in every environment that has the flag. Paths without an environment always do.
    #[serde(default, deserialize_with = "parameters::switch")]
    #[param(default = false)]
    shared: bool,
}

/// Create a flag.
///
/// On a path without an environment, the flag is in all environments of the project: as given in the first, and in the others
/// with the same fields but switched off. Segments that its rules use and that an environment lacks are copied there.
///
/// On the path of an environment, the flag is in that environment alone. If others have it already, it is added to this one:
/// shared fields that are given must be those that are there, unless `shared` is true.
#[utoipa::path(post, path = "/flags", tag = "flags", request_body = NewFlag, params(Reach), responses(
    (status = 201, description = "created", body = ChangedFlag, headers(("ETag" = String), ("Location" = String))),
    (status = 400, description = "a field or a parameter is wrong; the message names its place", body = ErrorBody),
    (status = 409, description = "the key is taken, shared fields differ, or the flag does not fit into an environment",
        body = ErrorBody),
))]
async fn create_flag(
    mut target: EnvironmentTarget,
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Parameters(Reach { shared }): Parameters<Reach>,
    JsonBody(UniqueObject(mut fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    reason::take_field(&mut target.who, &mut fields)?;
    let created = flags::create_flag(&app.backend, &target, fields, shared).await?;
    let location = [(header::LOCATION, format!("{}/{}", uri.path(), created.flag.key))];
    Ok((StatusCode::CREATED, etag_header(&etag_of(created.flag.version)), location, Json(created)).into_response())
}

/// Read a flag.
#[utoipa::path(get, path = "/flags/{key}", tag = "flags",
    params(("If-None-Match" = Option<String>, Header, description = "the entity tag of the version that is known")),
    responses(
        (status = 200, description = "the flag", body = Flag, headers(("ETag" = String))),
        (status = 304, description = "the caller has it already"),
        (status = 404, description = "the environment does not have the flag; the message names those that do",
            body = ErrorBody),
    ))]
async fn read_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let flag = flags::read_flag(&app.backend, &target, &key).await?;
    let etag = etag_of(flag.version);
    let status = read_status(&headers, &etag);
    if status == StatusCode::NOT_MODIFIED {
        return Ok((status, etag_header(&etag)).into_response());
    }
    Ok((etag_header(&etag), Json(flag)).into_response())
}

/// Change the given fields of a flag, as PATCH does.
#[utoipa::path(put, path = "/flags/{key}", tag = "flags", request_body = FlagChanges,
    params(
        Reach,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the version that was changed"),
    ),
    responses(
        (status = 200, description = "the flag afterwards", body = ChangedFlag, headers(("ETag" = String))),
        (status = 400, description = "a field or a parameter is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "a shared field differs on the path of an environment, or other flags or environments \
            need what the change takes away", body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag since", body = ErrorBody),
    ))]
async fn put_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    reach: Parameters<Reach>,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    change(&app, target, &key, &headers, reach, fields).await
}

/// Change the given fields of a flag.
///
/// On the path of an environment, the change touches that environment alone. `enabled`, `default_enabled`, `off` and `rules`
/// are the environment's own; the other fields are shared by all environments, and change with `shared`, or on the path
/// without an environment, which means the project's first for the fields that are not shared.
///
/// A field that is not given stays; `null` removes a field that may be missing. Lists and objects are replaced whole. A
/// change that changes nothing keeps the version. Without `If-Match` (or `version`) the change applies to any version.
#[utoipa::path(patch, path = "/flags/{key}", tag = "flags", request_body = FlagChanges,
    params(
        Reach,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the version that was changed"),
    ),
    responses(
        (status = 200, description = "the flag afterwards", body = ChangedFlag, headers(("ETag" = String))),
        (status = 400, description = "a field or a parameter is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "a shared field differs on the path of an environment, or other flags or environments \
            need what the change takes away", body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag since", body = ErrorBody),
    ))]
async fn patch_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    reach: Parameters<Reach>,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    change(&app, target, &key, &headers, reach, fields).await
}

/// Take a flag out of an environment, or archive it.
///
/// On the path of an environment, the flag leaves that environment alone; once it has left the last one, it is archived. On a
/// path without an environment, it leaves all environments and is archived.
#[utoipa::path(delete, path = "/flags/{key}", tag = "flags",
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version to delete")),
    responses(
        (status = 200, description = "the environments that it left, and its entry in the archive", body = RemovedFlag),
        (status = 400, description = "If-Match cannot be read", body = ErrorBody),
        (status = 409, description = "other flags ask it; the message names them", body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag since", body = ErrorBody),
    ))]
async fn delete_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<Json<RemovedFlag>> {
    Ok(Json(flags::remove_flag(&app.backend, &target, &key, &precondition(&headers)?).await?))
}

async fn change(
    app: &App,
    mut target: EnvironmentTarget,
    key: &str,
    headers: &HeaderMap,
    Parameters(Reach { shared }): Parameters<Reach>,
    mut fields: Map<String, Value>,
) -> ApiResult<Response> {
    reason::take_field(&mut target.who, &mut fields)?;
    let changed = flags::change_flag(&app.backend, &target, key, &precondition(headers)?, fields, shared).await?;
    Ok((etag_header(&etag_of(changed.flag.version)), Json(changed)).into_response())
}
