//! The history of flags and segments, and restoring versions.

use axum::{
    Json,
    extract::{FromRequestParts, OriginalUri, RawPathParams, State},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{actor::Actor, archive::With, target::KeyTarget};
use crate::{
    flags::{Difference, Flag, Segment},
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
        flags::{RestoredVersion, Restoring, restore_flag},
        history::{self, Kind, ListedEntry},
        segments::{RestoredSegment, restore_segment},
        target::EnvironmentTarget,
    },
    quote::quoted,
    state::App,
    storage::history::Head,
};

/// Relative to a project or an environment.
pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Definitions)
        .routes(routes!(flag_history))
        .routes(routes!(flag_version))
        .routes(routes!(restore_flag_version))
        .routes(routes!(segment_history))
        .routes(routes!(segment_version))
        .routes(routes!(restore_segment_version))
}

/// A page of the history.
#[derive(Debug, Serialize, ToSchema)]
struct History {
    /// Newest first.
    entries: Vec<HistoryEntry>,
    /// The `before` of the next page; `null` on the last page. The header `Link` has the whole path.
    next: Option<i64>,
}

/// A version, or the departure of a flag or a segment from the environment.
#[derive(Debug, Serialize, ToSchema)]
struct HistoryEntry {
    #[serde(flatten)]
    change: VersionHead,
    /// What differs from the version before. It is missing for the first version, and if the flag or the segment left the
    /// environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    difference: Option<Difference>,
}

/// Who made a version, when and why.
#[derive(Debug, Serialize, ToSchema)]
struct VersionHead {
    /// The version. If the flag or the segment left the environment, it is the last one that it had there.
    version: i64,
    at: String,
    /// The author. It is missing, like `action`, for a version that was there before the server kept a history.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    actor: Option<Actor>,
    /// `flag.create`, `flag.update`, `flag.restore`, `flag.delete`, `environment.create`, ...: as in the audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    action: Option<String>,
    /// Why the change was made, in the words of whoever made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// The id of the request, which the server's log has too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    request: Option<String>,
    /// The version that was restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    restored_version: Option<i64>,
}

/// A version of a flag.
#[derive(Debug, Serialize, ToSchema)]
struct FlagVersion {
    #[serde(flatten)]
    change: VersionHead,
    /// The flag as it was.
    flag: Flag,
}

/// A version of a segment.
#[derive(Debug, Serialize, ToSchema)]
struct SegmentVersion {
    #[serde(flatten)]
    change: VersionHead,
    /// The segment as it was.
    segment: Segment,
}

/// The part of the history to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The largest number of entries. The default is 100. The server reads about 1 MiB for a page, so it may have fewer, and at
    /// least one.
    #[param(value_type = Option<usize>, nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// List only older entries. To go on, give the `next` of the page before.
    #[param(value_type = Option<i64>, nullable = false)]
    before: Option<String>,
}

/// The version to restore.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VersionToRestore {
    #[schema(minimum = 1)]
    version: i64,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
}

/// The way in which a version of a flag is restored.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HowToRestore {
    /// `true`: also restore the fields that all environments share, in every environment that has the flag. `false`: leave
    /// them as they are. The default is `true` on paths without an environment. On the path of an environment, without this
    /// parameter, a shared field that differs is an error.
    #[serde(default, deserialize_with = "parameters::optional_switch")]
    #[param(value_type = Option<bool>, nullable = false)]
    shared: Option<bool>,
    /// `references`: with the flags that the version asks and the segments that it uses, where the environment had them and
    /// lacks them now.
    #[param(inline, nullable = false)]
    with: Option<With>,
    /// Only answer what would change.
    #[serde(default, deserialize_with = "parameters::switch")]
    #[param(default = false)]
    dry_run: bool,
}

/// The way in which a version of a segment is restored.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HowToRestoreSegment {
    /// Only answer what would change.
    #[serde(default, deserialize_with = "parameters::switch")]
    #[param(default = false)]
    dry_run: bool,
}

/// The `{version}` of a path. Extract it after the caller.
#[derive(Debug, Clone, Copy)]
struct VersionTarget(i64);

impl FromRequestParts<App> for VersionTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| ApiError::invalid("the path is not UTF-8"))?;
        let text = params.iter().find(|(name, _)| *name == "version").map(|(_, text)| text).unwrap_or_default();
        let error = |_| ApiError::not_found(format!("no version {}: versions are integers", quoted(text)));
        text.parse().map(Self).map_err(error)
    }
}

impl From<Head> for VersionHead {
    fn from(head: Head) -> Self {
        let key = (head.key_id, head.key_name, head.key_ending);
        let member = head.member_id.zip(head.member_email);
        Self {
            version: head.version,
            at: head.at,
            actor: head.actor.map(|stored| Actor::of(&stored, key, member)),
            action: head.action,
            reason: head.reason,
            request: head.request,
            restored_version: head.restored,
        }
    }
}

impl From<ListedEntry> for HistoryEntry {
    fn from(ListedEntry { head, difference }: ListedEntry) -> Self {
        Self { change: head.into(), difference }
    }
}

/// List the versions of a flag in an environment, with what differs from each to the next.
///
/// Versions count the changes of the flag in this environment, those of its shared fields too. They are kept as long as the flag
/// exists, also while it is archived, and whatever is deleted from the audit. A flag that left the environment has its history
/// there still.
#[utoipa::path(get, path = "/flags/{key}/history", tag = "history", params(Page), responses(
    (status = 200, description = "the versions, newest first", body = History,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn flag_history(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    Parameters(page): Parameters<Page>,
    OriginalUri(uri): OriginalUri,
    State(app): State<App>,
) -> ApiResult<Response> {
    list(&app, &target, (Kind::Flag, &key), &page, &uri).await
}

/// Read a version of a flag in an environment.
#[utoipa::path(get, path = "/flags/{key}/history/{version}", tag = "history", responses(
    (status = 200, description = "the version", body = FlagVersion),
    (status = 404, description = "the history does not have it; the message says which versions it has", body = ErrorBody),
))]
async fn flag_version(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    VersionTarget(version): VersionTarget,
    State(app): State<App>,
) -> ApiResult<Response> {
    let found = history::find_flag_version(&app.backend, &target, &key, version).await?;
    let _turn = app.large_reads.turn(found.bytes()).await?;
    let (head, flag) = found.read(&app.backend).await?;
    Ok(Json(FlagVersion { change: head.into(), flag }).into_response())
}

/// Make an old version of a flag the newest, exactly as it was.
///
/// The flag gets the next version; nothing of its history is lost. If the flag left the environment, it comes back.
#[utoipa::path(post, path = "/flags/{key}/restore", tag = "history", request_body = VersionToRestore,
    params(
        HowToRestore,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the version that is to be replaced"),
    ),
    responses(
        (status = 200, description = "the flag afterwards", body = RestoredVersion, headers(("ETag" = String))),
        (status = 400, description = "the body or a parameter cannot be read", body = ErrorBody),
        (status = 404, description = "the history does not have the version; the message says which ones it has",
            body = ErrorBody),
        (status = 409, description = "the environment lacks what the version needs, a shared field differs, or other flags need \
            what the version takes away; the message names it", body = ErrorBody),
        (status = 412, description = "somebody else has changed the flag since", body = ErrorBody),
    ))]
async fn restore_flag_version(
    mut target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    Parameters(HowToRestore { shared, with, dry_run }): Parameters<HowToRestore>,
    JsonBody(VersionToRestore { version, reason }): JsonBody<VersionToRestore>,
) -> ApiResult<Response> {
    reason::note_field(&mut target.who, reason.as_deref())?;
    let restoring = Restoring { version, shared, with_references: with.is_some(), dry_run };
    let restored = restore_flag(&app.backend, &target, &key, &precondition(&headers)?, restoring).await?;
    Ok((etag_header(&etag_of(restored.changed.flag.version)), Json(restored)).into_response())
}

/// List the versions of a segment of an environment, with what differs from each to the next.
///
/// They are kept as long as the environment exists. A segment that was deleted has its history still.
#[utoipa::path(get, path = "/segments/{key}/history", tag = "history", params(Page), responses(
    (status = 200, description = "the versions, newest first", body = History,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn segment_history(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    Parameters(page): Parameters<Page>,
    OriginalUri(uri): OriginalUri,
    State(app): State<App>,
) -> ApiResult<Response> {
    list(&app, &target, (Kind::Segment, &key), &page, &uri).await
}

/// Read a version of a segment of an environment.
#[utoipa::path(get, path = "/segments/{key}/history/{version}", tag = "history", responses(
    (status = 200, description = "the version", body = SegmentVersion),
    (status = 404, description = "the history does not have it; the message says which versions it has", body = ErrorBody),
))]
async fn segment_version(
    target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    VersionTarget(version): VersionTarget,
    State(app): State<App>,
) -> ApiResult<Response> {
    let found = history::find_segment_version(&app.backend, &target, &key, version).await?;
    let _turn = app.large_reads.turn(found.bytes()).await?;
    let (head, segment) = found.read(&app.backend).await?;
    Ok(Json(SegmentVersion { change: head.into(), segment }).into_response())
}

/// Make an old version of a segment the newest.
///
/// The segment gets the next version. If it was deleted, it comes back.
#[utoipa::path(post, path = "/segments/{key}/restore", tag = "history", request_body = VersionToRestore,
    params(
        HowToRestoreSegment,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the version that is to be replaced"),
    ),
    responses(
        (status = 200, description = "the segment afterwards", body = RestoredSegment, headers(("ETag" = String))),
        (status = 400, description = "the body or a parameter cannot be read", body = ErrorBody),
        (status = 404, description = "the history does not have the version; the message says which ones it has",
            body = ErrorBody),
        (status = 409, description = "flags that use the segment would be set aside", body = ErrorBody),
        (status = 412, description = "somebody else has changed the segment since", body = ErrorBody),
    ))]
async fn restore_segment_version(
    mut target: EnvironmentTarget,
    KeyTarget(key): KeyTarget,
    State(app): State<App>,
    headers: HeaderMap,
    Parameters(HowToRestoreSegment { dry_run }): Parameters<HowToRestoreSegment>,
    JsonBody(VersionToRestore { version, reason }): JsonBody<VersionToRestore>,
) -> ApiResult<Response> {
    reason::note_field(&mut target.who, reason.as_deref())?;
    let precondition = precondition(&headers)?;
    let restored = restore_segment(&app.backend, &target, &key, &precondition, version, dry_run).await?;
    Ok((etag_header(&etag_of(restored.changed.segment.version)), Json(restored)).into_response())
}

async fn list(
    app: &App,
    target: &EnvironmentTarget,
    (kind, key): (Kind, &str),
    asked: &Page,
    uri: &axum::http::Uri,
) -> ApiResult<Response> {
    let limit = page::limit(asked.limit.as_deref(), 100)?;
    let before = page::id("before", "an entry", asked.before.as_deref(), i64::MAX)?;
    let measured = history::measure(&app.backend, target, (kind, key), before, limit).await?;
    let next = measured.last().filter(|_| measured.has_next);
    let _turn = app.large_reads.turn(measured.bytes).await?;
    let entries = history::read(&app.backend, kind, measured).await?;
    let entries = entries.into_iter().map(HistoryEntry::from).collect();
    Ok((page::link(uri, "before", next), Json(History { entries, next })).into_response())
}
