//! Segments: listing, reading, creating, replacing, deleting.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use flagbit::Subject;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    flags::{Problems, Segment, check::Draft, read_segment, schema::SegmentRules},
    http::{
        api::{
            change::{Change, Place},
            target::{EnvironmentTarget, KeyTarget},
        },
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
            precondition::{check_creation, check_match, check_version, etag_header, etag_of, read_status},
            unique::UniqueObject,
        },
    },
    state::App,
};

/// Relative to a project or an environment.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_segments)).routes(routes!(
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
async fn list_segments(target: EnvironmentTarget, State(app): State<App>) -> ApiResult<Json<SegmentListing>> {
    let segments = app.storage.segments(target.environment_id).await?;
    Ok(Json(SegmentListing { segments: segments.into_iter().map(Segment::from).collect() }))
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
    let record = app.storage.segment(target.environment_id, &key).await?.ok_or_else(|| no_segment(&key))?;
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
        (status = 200, description = "the segment afterwards", body = Segment, headers(("ETag" = String))),
        (status = 201, description = "created", body = Segment, headers(("ETag" = String), ("Location" = String))),
        (status = 400, description = "a rule is wrong; the message names its place", body = ErrorBody),
        (status = 409, description = "flags that use it would be set aside", body = ErrorBody),
        (status = 412, description = "somebody else changed the segment meanwhile", body = ErrorBody),
    ))]
async fn put_segment(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    JsonBody(UniqueObject(fields)): JsonBody<UniqueObject>,
) -> ApiResult<Response> {
    let limits = &app.settings.limits;
    let mut problems = Problems::default();
    let changes = read_segment(fields, limits, &mut problems);
    if changes.key.as_deref().is_some_and(|other| other != key) {
        problems.add("key", format!("expected that of the path, {key:?}"));
    }
    problems.into_result().map_err(ApiError::invalid)?;
    let mut draft = Draft::default();
    super::flags::check_size("segment", draft.put_segment(&key, &changes.rules), limits)?;

    let mut change = Change::begin(&app, &target).await?;
    let before = change.write.segment(target.environment_id, &key).await?;
    check_creation(&headers, before.is_some())?;
    if let Some(before) = &before {
        check_match(&headers, &etag_of(before.version), || at_version(&key, before.version))?;
        check_version(changes.version, before.version, || at_version(&key, before.version))?;
        if before.rules == changes.rules {
            return Ok((etag_header(&etag_of(before.version)), Json(Segment::from(before.clone()))).into_response());
        }
    } else if change.write.count_segments(target.environment_id).await? >= limits.max_segments {
        let limit = limits.max_segments;
        let message =
            format!("the environment has {limit} segments, which is what this server allows (--max-segments)");
        return Err(ApiError::limit_reached(message));
    }
    let place = |subject: &Subject| matches!(subject, Subject::Segment(_)).then(Place::default);
    change.check(BTreeMap::from([(target.environment_id, draft)]), place).await?;

    let is_new = before.is_none();
    let after = match before.clone() {
        None => change.write.create_segment(target.environment_id, &key, changes.rules).await?,
        Some(mut segment) => {
            segment.rules = changes.rules;
            change.write.update_segment(target.environment_id, &mut segment).await?;
            segment
        }
    };
    let (before, after) = (before.map(Segment::from), Segment::from(after));
    let action = if is_new { "segment.create" } else { "segment.update" };
    change.record(action, &key, before.as_ref(), Some(&after)).await?;
    change.touch(&[target.environment_id]).await?;
    change.commit().await?;
    let etag = etag_header(&etag_of(after.version));
    if is_new {
        let location = [(header::LOCATION, uri.path().to_owned())];
        return Ok((StatusCode::CREATED, etag, location, Json(after)).into_response());
    }
    Ok((etag, Json(after)).into_response())
}

/// Delete a segment of this environment.
#[utoipa::path(delete, path = "/segments/{key}", tag = "segments",
    params(("If-Match" = Option<String>, Header, description = "the entity tag of the version to delete")),
    responses(
        (status = 204, description = "deleted"),
        (status = 400, description = "If-Match cannot be read", body = ErrorBody),
        (status = 409, description = "flags use it; the message names them", body = ErrorBody),
        (status = 412, description = "somebody else changed the segment meanwhile", body = ErrorBody),
    ))]
async fn delete_segment(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let mut change = Change::begin(&app, &target).await?;
    let before = change.write.segment(target.environment_id, &key).await?.ok_or_else(|| no_segment(&key))?;
    check_match(&headers, &etag_of(before.version), || at_version(&key, before.version))?;
    let mut draft = Draft::default();
    draft.delete_segment(&key);
    change.check(BTreeMap::from([(target.environment_id, draft)]), |_| None).await?;
    change.write.delete_segment(target.environment_id, &key).await?;
    change.record("segment.delete", &key, Some(&Segment::from(before)), None).await?;
    change.touch(&[target.environment_id]).await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_segment(key: &str) -> ApiError {
    ApiError::not_found(format!("no segment {key:?}"))
}

/// For who was slower.
fn at_version(key: &str, version: i64) -> String {
    format!("the segment {key:?} is at version {version}")
}
