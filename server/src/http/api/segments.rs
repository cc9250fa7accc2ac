//! Segments: listing, reading, creating, replacing, deleting.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::target::KeyTarget;
use crate::{
    flags::{Segment, schema::SegmentRules},
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiResult, ErrorBody},
            etag::{etag_header, etag_of, read_status},
            json::JsonBody,
            precondition::precondition,
            reason,
        },
    },
    json::UniqueObject,
    operations::{
        Error,
        segments::{self, ChangedSegment, DeletedSegment},
        target::EnvironmentTarget,
    },
    state::App,
};

/// Relative to a project or an environment.
pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Definitions).routes(routes!(list_segments)).routes(routes!(
        read_segment_of_key,
        put_segment,
        delete_segment
    ))
}

#[derive(Debug, Serialize, ToSchema)]
struct SegmentListing {
    segments: Vec<Segment>,
}

/// List the segments of an environment, sorted by key.
#[utoipa::path(get, path = "/segments", tag = "segments", responses(
    (status = 200, description = "the segments", body = SegmentListing),
))]
async fn list_segments(target: EnvironmentTarget, State(app): State<App>) -> ApiResult<Response> {
    let _turn = app.large_reads.turn(app.storage().environment_bytes(target.environment_id).await?).await?;
    let segments = app.storage().segments(target.environment_id).await?;
    Ok(Json(SegmentListing { segments: segments.into_iter().map(Segment::from).collect() }).into_response())
}

/// Read a segment.
#[utoipa::path(get, path = "/segments/{key}", tag = "segments",
    params(("If-None-Match" = Option<String>, Header, description = "the entity tag of the version that is known")),
    responses(
        (status = 200, description = "the segment", body = Segment, headers(("ETag" = String))),
        (status = 304, description = "the caller has it already"),
    ))]
async fn read_segment_of_key(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let record = app.storage().segment(target.environment_id, &key).await?.ok_or_else(|| Error::no_segment(&key))?;
    let etag = etag_of(record.version);
    let status = read_status(&headers, &etag);
    if status == StatusCode::NOT_MODIFIED {
        return Ok((status, etag_header(&etag)).into_response());
    }
    Ok((etag_header(&etag), Json(Segment::from(record))).into_response())
}

/// Create a segment in this environment, or give one other rules.
///
/// A change that changes nothing keeps the version.
#[utoipa::path(put, path = "/segments/{key}", tag = "segments", request_body = SegmentRules,
    params(
        ("If-Match" = Option<String>, Header, description = "the entity tag of the version that was changed"),
        ("If-None-Match" = Option<String>, Header, description = "`*` creates and never replaces"),
    ),
    responses(
        (status = 200, description = "the segment afterwards", body = ChangedSegment, headers(("ETag" = String))),
        (status = 201, description = "created", body = ChangedSegment, headers(("ETag" = String), ("Location" = String))),
        (status = 400, description = "a rule is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "flags that use it would be set aside", body = ErrorBody),
        (status = 412, description = "somebody else has changed the segment since", body = ErrorBody),
    ))]
async fn put_segment(
    mut target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    JsonBody(UniqueObject(mut fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    reason::take_field(&mut target.who, &mut fields)?;
    let precondition = precondition(&headers)?;
    let changed = segments::put_segment(&app.backend, &target, &key, &precondition, fields).await?;
    let etag = etag_header(&etag_of(changed.segment.version));
    if changed.is_new {
        let location = [(header::LOCATION, uri.path().to_owned())];
        return Ok((StatusCode::CREATED, etag, location, Json(changed)).into_response());
    }
    Ok((etag, Json(changed)).into_response())
}

/// Delete a segment of this environment.
#[utoipa::path(delete, path = "/segments/{key}", tag = "segments",
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version to delete")),
    responses(
        (status = 200, description = "deleted", body = DeletedSegment),
        (status = 400, description = "If-Match cannot be read", body = ErrorBody),
        (status = 409, description = "flags use it; the message names them", body = ErrorBody),
        (status = 412, description = "somebody else has changed the segment since", body = ErrorBody),
    ))]
async fn delete_segment(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<Json<DeletedSegment>> {
    Ok(Json(segments::delete_segment(&app.backend, &target, &key, &precondition(&headers)?).await?))
}
