//! The audit: who changed what.

use axum::{
    Json,
    extract::{FromRequestParts, Query, State},
    http::request::Parts,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::auth::Manager;
use crate::{
    http::{
        route::{Purpose, Routes},
        wire::error::{ApiError, ApiResult, ErrorBody},
    },
    key::Kind,
    operations::target::ProjectTarget,
    state::App,
    storage::audit::{COMMAND_LINE, EntryRow},
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management).routes(routes!(audit_of_account)).routes(routes!(audit_of_project))
}

#[derive(Debug, Serialize, ToSchema)]
struct Audit {
    /// Newest first.
    entries: Vec<AuditEntry>,
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
    /// The thing before the change. It is missing if the thing is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    before: Option<Box<RawValue>>,
    /// The thing after the change. It is missing if the thing was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    after: Option<Box<RawValue>>,
}

/// The author of a change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Actor {
    /// A request with an API key.
    Key {
        id: i64,
        name: String,
        /// The beginning of all keys of its kind.
        prefix: &'static str,
        /// Its last characters.
        ending: String,
    },
    /// Somebody who signed up.
    Signup,
    /// A command on the server's machine.
    CommandLine,
}

/// The part of the audit to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The largest number of entries. The default is 100.
    #[param(required = false, minimum = 1, maximum = 1000)]
    limit: i64,
    /// List only entries with lower ids. To go on, give the id of the last one.
    #[param(required = false)]
    before: i64,
}

impl FromRequestParts<App> for Page {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        #[derive(Deserialize)]
        struct Texts {
            limit: Option<String>,
            before: Option<String>,
        }
        let Query(texts) = Query::<Texts>::try_from_uri(&parts.uri)
            .map_err(|error| ApiError::invalid(format!("the query: {}", error.body_text())))?;
        let limit = texts.limit.map_or(Ok(100), |text| text.parse());
        let limit = limit.ok().filter(|limit| (1..=1000).contains(limit));
        let before = texts.before.map_or(Ok(i64::MAX), |text| text.parse());
        Ok(Self {
            limit: limit.ok_or_else(|| ApiError::invalid("limit: expected an integer from 1 to 1000"))?,
            before: before.map_err(|_| ApiError::invalid("before: expected the id of an entry"))?,
        })
    }
}

impl AuditEntry {
    fn of(row: EntryRow) -> anyhow::Result<Self> {
        let actor = match (row.key_id, row.key_name, row.key_ending) {
            (Some(id), Some(name), Some(ending)) => Actor::Key { id, name, prefix: Kind::Api.prefix(), ending },
            _ if row.actor == COMMAND_LINE => Actor::CommandLine,
            _ => Actor::Signup,
        };
        Ok(Self {
            id: row.id,
            at: row.at,
            actor,
            action: row.action,
            target: row.target,
            project_id: row.project_id,
            environment: row.environment,
            before: row.before.map(RawValue::from_string).transpose()?,
            after: row.after.map(RawValue::from_string).transpose()?,
        })
    }
}

/// List the changes in the account, with those of deleted projects.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Page), responses(
    (status = 200, description = "the changes, newest first", body = Audit),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn audit_of_account(Manager(who): Manager, page: Page, State(app): State<App>) -> ApiResult<Json<Audit>> {
    read(&app, who.account_id, None, page).await
}

/// List the changes in a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}/audit", tag = "audit", params(Page), responses(
    (status = 200, description = "the changes, newest first", body = Audit),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn audit_of_project(target: ProjectTarget, page: Page, State(app): State<App>) -> ApiResult<Json<Audit>> {
    read(&app, target.who.account_id, Some(target.project_id), page).await
}

async fn read(app: &App, account_id: i64, project_id: Option<i64>, page: Page) -> ApiResult<Json<Audit>> {
    let rows = app.storage().audit(account_id, project_id, page.before, page.limit).await?;
    Ok(Json(Audit { entries: rows.into_iter().map(AuditEntry::of).collect::<anyhow::Result<_>>()? }))
}
