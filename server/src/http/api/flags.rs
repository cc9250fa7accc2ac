//! Flags: listing, reading, creating, changing, deleting.

pub(super) mod create;
mod update;

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use flagbit::Subject;
use utoipa_axum::{router::OpenApiRouter, routes};

use update::UpdatedFlag;

use crate::{
    flags::{
        Flag, Limits,
        check::Draft,
        schema::{FlagChanges, NewFlag},
    },
    http::{
        api::{
            change::{Change, Place},
            target::{EnvironmentTarget, KeyTarget},
        },
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
            precondition::{check_match, etag_header, etag_of, read_status},
            unique::UniqueObject,
        },
    },
    state::{App, listings::FlagListing},
};

/// Relative to a project or an environment.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_flags, create_flag)).routes(routes!(
        read_flag,
        put_flag,
        patch_flag,
        delete_flag
    ))
}

/// List the flags of an environment, sorted by key.
///
/// The answer is a snapshot: an SDK can poll it. It is served from memory, with 304 for those who have it.
#[utoipa::path(get, path = "/flags", tag = "flags",
    params(("If-None-Match" = Option<String>, Header, description = "the entity tag of the listing that is known")),
    responses(
        (status = 200, description = "the flags", body = FlagListing, headers(("ETag" = String))),
        (status = 304, description = "the caller has them already"),
    ))]
async fn list_flags(target: EnvironmentTarget, State(app): State<App>, headers: HeaderMap) -> ApiResult<Response> {
    let ids = (target.project_id, target.environment_id);
    app.listings.respond(&app.storage, &app.world(), ids, &headers).await
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
    let flag = create::create(&app, &target, fields).await?;
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
    let found = app.storage.flag(target.environment_id, &key).await?;
    let (record, state) = found.ok_or_else(|| ApiError::flag_not_found(&key))?;
    let etag = etag_of(record.version);
    let status = read_status(&headers, &etag);
    if status == StatusCode::NOT_MODIFIED {
        return Ok((status, etag_header(&etag)).into_response());
    }
    Ok((etag_header(&etag), Json(Flag::new(record, state))).into_response())
}

/// Change a flag: the fields given. The same as PATCH.
#[utoipa::path(put, path = "/flags/{key}", tag = "flags", request_body = FlagChanges,
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version that was changed")),
    responses(
        (status = 200, description = "the flag afterwards", body = UpdatedFlag, headers(("ETag" = String))),
        (status = 400, description = "a field is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "other flags, or other environments, need what the change takes away",
            body = ErrorBody),
        (status = 412, description = "somebody else changed the flag meanwhile", body = ErrorBody),
    ))]
async fn put_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    update::update(&app, &target, &key, &headers, fields).await
}

/// Change a flag: the fields given.
///
/// A field that is not given stays, `null` removes one that may be missing. Lists and objects are replaced whole. A
/// change that changes nothing keeps the version. Without `If-Match` (or `version`) the change is made to whatever the
/// flag is then.
#[utoipa::path(patch, path = "/flags/{key}", tag = "flags", request_body = FlagChanges,
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version that was changed")),
    responses(
        (status = 200, description = "the flag afterwards", body = UpdatedFlag, headers(("ETag" = String))),
        (status = 400, description = "a field is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "other flags, or other environments, need what the change takes away",
            body = ErrorBody),
        (status = 412, description = "somebody else changed the flag meanwhile", body = ErrorBody),
    ))]
async fn patch_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    update::update(&app, &target, &key, &headers, fields).await
}

/// Delete a flag in all environments of the project.
#[utoipa::path(delete, path = "/flags/{key}", tag = "flags",
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version to delete")),
    responses(
        (status = 204, description = "deleted"),
        (status = 400, description = "If-Match cannot be read", body = ErrorBody),
        (status = 409, description = "other flags ask it; the message names them", body = ErrorBody),
        (status = 412, description = "somebody else changed the flag meanwhile", body = ErrorBody),
    ))]
async fn delete_flag(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let mut change = Change::begin(&app, &target).await?;
    let record = change.write.flag(target.project_id, &key).await?.ok_or_else(|| ApiError::flag_not_found(&key))?;
    check_match(&headers, &etag_of(record.version), || at_version(&key, record.version))?;
    let state = change.write.flag_states(record.id).await?.into_iter().find(|(id, _)| *id == target.environment_id);
    let mut drafts: BTreeMap<i64, Draft> = change.everywhere().into_iter().map(|id| (id, Draft::default())).collect();
    drafts.values_mut().for_each(|draft| draft.delete_flag(&key));
    change.check(drafts, |_| None).await?;
    change.write.delete_flag(record.id).await?;
    change.touch_all().await?;
    let before = state.map(|(_, state)| Flag::new(record, state));
    change.record("flag.delete", &key, before.as_ref(), None).await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For who was slower.
fn at_version(key: &str, version: i64) -> String {
    format!("the flag {key:?} is at version {version}")
}

/// Whether the place of a problem is the whole body of a request about a flag.
fn own_place<'a>(key: &'a str) -> impl Fn(&Subject) -> Option<Place> + 'a {
    move |subject| matches!(subject, Subject::Flag(other) if other == key).then(Place::default)
}

/// Refuses a flag or a segment that is too large.
pub(super) fn check_size(what: &str, bytes: usize, limits: &Limits) -> ApiResult<()> {
    if bytes > limits.max_flag_bytes {
        let limit = limits.max_flag_bytes;
        return Err(ApiError::invalid(format!(
            "the {what} has {bytes} bytes; this server allows {limit} (--max-flag-bytes)"
        )));
    }
    Ok(())
}
