//! The archive of a project: flags that are in no environment any more.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{FromRequestParts, OriginalUri, RawPathParams, State},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::{
    flags::{as_code, schema},
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            page,
            parameters::{self, Parameters},
        },
    },
    operations::{
        archive::{self, ErasedFlag, How, RestoredFlag},
        target::ProjectTarget,
    },
    quote::quoted,
    state::App,
    storage::archive::{Archived, ArchivedHead},
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management)
        .routes(routes!(list_archive))
        .routes(routes!(read_archived_flag, erase_archived_flag))
        .routes(routes!(restore_archived_flag))
}

/// A page of the archive.
#[derive(Debug, Serialize, ToSchema)]
struct Archive {
    /// Newest first.
    entries: Vec<ArchiveEntry>,
    /// The `before` of the next page; `null` on the last page. The header `Link` has the whole path.
    next: Option<i64>,
}

/// An archived flag.
#[derive(Debug, Serialize, ToSchema)]
struct ArchiveEntry {
    id: i64,
    /// The flag's key. Another flag may have it meanwhile.
    key: String,
    archived_at: String,
    /// The names that the environments had, the project's first first.
    environments: Vec<String>,
}

/// An archived flag with all that it had.
#[derive(Debug, Serialize, ToSchema)]
struct ArchivedFlag {
    id: i64,
    key: String,
    created_at: String,
    archived_at: String,
    /// The flag as it was, by the name of the environment.
    #[schema(value_type = std::collections::HashMap<String, schema::NewFlag>)]
    environments: BTreeMap<String, Value>,
    /// The segments that it used, by the names of the environment and the segment.
    #[schema(value_type = std::collections::HashMap<String, std::collections::HashMap<String, schema::SegmentRules>>)]
    segments: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The part of the archive to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The largest number of entries. The default is 100.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// List only entries with lower ids. To go on, give the `next` of the page before.
    #[param(value_type = Option<i64>)]
    before: Option<String>,
}

/// The way in which a flag comes back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Restoring {
    /// Enabled where it was. Otherwise it is switched off in every environment.
    #[serde(default, deserialize_with = "parameters::switch")]
    #[param(default = false)]
    as_was: bool,
    /// `references`: with the archived flags that it asks and the segments that it used, where they are missing.
    #[param(inline)]
    with: Option<With>,
}

/// What a flag brings along.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum With {
    References,
}

/// The `{entry}` of a path. Extract it after the caller.
#[derive(Debug, Clone, Copy)]
struct EntryId(i64);

impl FromRequestParts<App> for EntryId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| ApiError::invalid("the path is not UTF-8"))?;
        let text = params.iter().find(|(name, _)| *name == "entry").map(|(_, text)| text).unwrap_or_default();
        text.parse().map(Self).map_err(|_| ApiError::not_found(format!("no entry {}: ids are integers", quoted(text))))
    }
}

impl From<ArchivedHead> for ArchiveEntry {
    fn from(head: ArchivedHead) -> Self {
        let ArchivedHead { id, key, archived_at, environments } = head;
        Self { id, key, archived_at, environments }
    }
}

impl From<Archived> for ArchivedFlag {
    fn from(archived: Archived) -> Self {
        let Archived { id, record, archived_at, states } = archived;
        let (mut environments, mut segments) = (BTreeMap::new(), BTreeMap::new());
        for place in states {
            environments.insert(place.environment.clone(), as_code(&record.key, &record.shared, &place.state));
            let used = place.segments.into_iter().map(|segment| (segment.key.clone(), segment.definition()));
            segments.insert(place.environment, used.collect());
        }
        let (key, created_at) = (record.key, record.created_at);
        Self { id, key, created_at, archived_at, environments, segments }
    }
}

/// List the archived flags of a project.
///
/// A flag is archived when it leaves its last environment. It is kept for the days that the server's setting `--archive-days`
/// says, and then it is deleted.
#[utoipa::path(get, path = "/api/v1/projects/{id}/archive", tag = "archive", params(Page), responses(
    (status = 200, description = "the archived flags, newest first", body = Archive,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn list_archive(
    target: ProjectTarget,
    State(app): State<App>,
    Parameters(Page { limit, before }): Parameters<Page>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let limit = page::limit(limit.as_deref(), 100)?;
    let before = page::id("before", "an entry", before.as_deref(), i64::MAX)?;
    let mut heads = archive::list(&app.backend, &target, before, limit + 1).await?;
    let has_next = heads.len() > limit;
    heads.truncate(limit);
    let next = heads.last().map(|head| head.id).filter(|_| has_next);
    let entries = heads.into_iter().map(ArchiveEntry::from).collect();
    Ok((page::link(&uri, "before", next), Json(Archive { entries, next })).into_response())
}

/// Read an archived flag with all that it had.
#[utoipa::path(get, path = "/api/v1/projects/{id}/archive/{entry}", tag = "archive", responses(
    (status = 200, description = "the flag", body = ArchivedFlag),
))]
async fn read_archived_flag(
    target: ProjectTarget,
    EntryId(entry): EntryId,
    State(app): State<App>,
) -> ApiResult<Json<ArchivedFlag>> {
    // It may be as large as the flag in all environments.
    let _turn = app.large_reads.turn(usize::MAX).await?;
    Ok(Json(archive::read(&app.backend, &target, entry).await?.into()))
}

/// Bring an archived flag back into the environments that it was in.
///
/// The flag is switched off, unless `as_was` is true. An environment that was deleted since is found again by its name;
/// those that are gone are listed.
#[utoipa::path(post, path = "/api/v1/projects/{id}/archive/{entry}/restore", tag = "archive", params(Restoring), responses(
    (status = 200, description = "restored", body = RestoredFlag),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
    (status = 409, description = "another flag has the key, the environments are gone, or one of them lacks a flag or a \
        segment that the flag needs; the message names it", body = ErrorBody),
))]
async fn restore_archived_flag(
    target: ProjectTarget,
    EntryId(entry): EntryId,
    State(app): State<App>,
    Parameters(Restoring { as_was, with }): Parameters<Restoring>,
) -> ApiResult<Json<RestoredFlag>> {
    let how = How { as_was, with_references: with.is_some() };
    Ok(Json(archive::restore(&app.backend, &target, entry, how).await?))
}

/// Erase an archived flag, for personal data in it.
///
/// Nothing brings it back. The audit keeps who changed the flag and when, and loses what it was before and after.
#[utoipa::path(delete, path = "/api/v1/projects/{id}/archive/{entry}", tag = "archive", responses(
    (status = 200, description = "erased", body = ErasedFlag),
))]
async fn erase_archived_flag(
    target: ProjectTarget,
    EntryId(entry): EntryId,
    State(app): State<App>,
) -> ApiResult<Json<ErasedFlag>> {
    Ok(Json(archive::erase(&app.backend, &target, entry).await?))
}
