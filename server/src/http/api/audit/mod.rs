//! The audit: who changed what.

mod filter;

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::Uri,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{actor::Actor, auth::Manager};
use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiResult, ErrorBody},
            page,
        },
    },
    operations::target::ProjectTarget,
    state::App,
    storage::audit::{EntryRow, Selection},
};
use filter::Filter;

/// The bytes of a page, about. One entry may have more.
const MAX_PAGE_BYTES: usize = 1 << 20;

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management).routes(routes!(audit_of_account)).routes(routes!(audit_of_project))
}

#[derive(Debug, Serialize, ToSchema)]
struct Audit {
    /// Newest first.
    entries: Vec<AuditEntry>,
    /// The `before` of the next page; `null` on the last page. The header `Link` has the whole path.
    next: Option<i64>,
}

/// A change.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntry {
    id: i64,
    at: String,
    actor: Actor,
    /// `project.create`, `flag.update`, `key.revoke`, ...
    action: String,
    /// The thing that changed: a flag's key, a name, an id.
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    project_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    environment: Option<String>,
    /// Why the change was made, in the words of whoever made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// The id of the request, which the server's log has too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    request: Option<String>,
    /// The thing before the change. It is missing if the thing is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    before: Option<Box<RawValue>>,
    /// The thing after the change. It is missing if the thing was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    after: Option<Box<RawValue>>,
}

impl AuditEntry {
    fn of(row: &EntryRow) -> anyhow::Result<Self> {
        let raw = |text: Option<String>| text.map(RawValue::from_string).transpose();
        let (before, after) = (raw(row.before())?, raw(row.after())?);
        let head = row.head.clone();
        let member = head.member_id.zip(head.member_email);
        let actor = Actor::of(&head.actor, (head.key_id, head.key_name, head.key_ending), member);
        Ok(Self {
            id: head.id,
            at: head.at,
            actor,
            action: head.action,
            target: head.target,
            project_id: head.project_id,
            environment: head.environment,
            reason: head.reason,
            request: head.request,
            before,
            after,
        })
    }
}

/// List the changes in the account, with those of deleted projects.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Filter), responses(
    (status = 200, description = "the changes, newest first", body = Audit,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn audit_of_account(
    Manager { who, .. }: Manager,
    filter: Filter,
    OriginalUri(uri): OriginalUri,
    State(app): State<App>,
) -> ApiResult<Response> {
    let limit = filter.limit()?;
    read(&app, filter.select(who.account_id, None)?, limit, &uri).await
}

/// List the changes in a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}/audit", tag = "audit", params(Filter), responses(
    (status = 200, description = "the changes, newest first", body = Audit,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn audit_of_project(
    target: ProjectTarget,
    filter: Filter,
    OriginalUri(uri): OriginalUri,
    State(app): State<App>,
) -> ApiResult<Response> {
    let limit = filter.limit()?;
    read(&app, filter.select(target.who.account_id, Some(target.project_id))?, limit, &uri).await
}

/// Answers with a page. Its texts are copied as they are stored: nobody reads them into trees.
async fn read(app: &App, selection: Selection, limit: usize, uri: &Uri) -> ApiResult<Response> {
    let Some(page) = app.storage().audit_page(selection, limit, MAX_PAGE_BYTES).await? else {
        return Ok(Json(Audit { entries: Vec::new(), next: None }).into_response());
    };
    let _turn = app.large_reads.turn(page.bytes).await?;
    let rows = app.storage().read_audit_page(&page).await?;
    let entries = rows.iter().map(AuditEntry::of).collect::<anyhow::Result<_>>()?;
    let next = page.has_next.then_some(page.last);
    Ok((page::link(uri, "before", next), Json(Audit { entries, next })).into_response())
}
