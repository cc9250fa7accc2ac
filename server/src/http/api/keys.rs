//! Keys of projects, and API keys.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{FromRequestParts, OriginalUri, State},
    http::{HeaderMap, StatusCode, Uri, request::Parts},
};
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{auth::Manager, members::Person, target::KeyId};
use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
            page, parameters, reason,
        },
    },
    key::Kind,
    operations::{
        keys::{self, ApiKeyScope, KeysPage, ListedKeys},
        target::ProjectTarget,
    },
    rights::{Rights, Role},
    state::App,
    storage::keys::KeyRow,
    world::World,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management)
        .routes(routes!(list_api_keys, create_api_key))
        .routes(routes!(revoke_api_key))
        .routes(routes!(list_keys, create_key))
        .routes(routes!(revoke_key))
}

#[derive(Debug, Serialize, ToSchema)]
struct Keys {
    /// Oldest first, revoked ones too.
    keys: Vec<Key>,
    /// The `after` of the next page; `null` on the last page. The header `Link` has the whole path.
    next: Option<i64>,
}

/// The part of the keys to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The largest number of keys. The default is 1000.
    #[param(required = false, minimum = 1, maximum = 1000)]
    limit: usize,
    /// List only keys with higher ids. To go on, give the `next` of the page before.
    #[param(required = false)]
    after: i64,
}

impl FromRequestParts<App> for Page {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        #[derive(Deserialize)]
        struct Texts {
            limit: Option<String>,
            after: Option<String>,
        }
        let Texts { limit, after } = parameters::query(&parts.uri)?;
        Ok(Self {
            limit: page::limit(limit.as_deref(), 1000)?,
            after: page::id("after", "a key", after.as_deref(), 0)?,
        })
    }
}

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct Key {
    id: i64,
    kind: Kind,
    name: String,
    /// The beginning of all keys of this kind.
    prefix: &'static str,
    /// The last characters of the key, to recognise it by.
    ending: String,
    /// The environment of an SDK or server key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    environment: Option<String>,
    /// The role of an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    role: Option<Role>,
    /// The ids of the only projects where the role of an API key holds. It is missing for the whole account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    projects: Option<Vec<i64>>,
    /// The names of the only environments of these projects where it holds. It is missing for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    environments: Option<BTreeSet<String>>,
    created_at: String,
    /// The moment at which an API key stops working. It is missing for a key without an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ends_at: Option<String>,
    /// `null` for a key that was not revoked.
    revoked_at: Option<String>,
    /// The member who made the key, and whom an API key counts as.
    maker: Option<Person>,
    /// The hour of the last use, a few seconds late; `null` for a key that was not used yet.
    last_used_at: Option<String>,
}

/// A new key. `key` is its text, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedKey {
    key: String,
    #[serde(flatten)]
    listed: Key,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    kind: NewKind,
    /// For people: where the key is used.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The environment of the key. The default is the project's first.
    #[schema(nullable = false)]
    environment: Option<String>,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum NewKind {
    /// For client code: sees only flags that are visible to clients, and no rules.
    Sdk,
    /// For servers: evaluates and downloads the rules. Secret.
    Server,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    /// For people: who or what uses the key.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The default is admin. Nobody grants more than they hold.
    #[schema(nullable = false)]
    role: Option<Role>,
    /// The ids of the only projects where the role holds. The default is the whole account.
    #[schema(nullable = false)]
    projects: Option<BTreeSet<i64>>,
    /// The names of the only environments of these projects where the role holds. The default is all of them.
    #[schema(nullable = false)]
    environments: Option<BTreeSet<String>>,
    /// The moment at which the key stops working, as in `2027-01-31T12:00:00Z`. The default is never.
    #[schema(nullable = false)]
    ends_at: Option<String>,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
}

impl NewApiKey {
    /// Reads the scope of the key.
    fn scope(&mut self) -> ApiResult<ApiKeyScope> {
        let end = self.ends_at.as_deref().map(DateTime::parse_from_rfc3339).transpose();
        let ends_at = end.map_err(|_| ApiError::invalid("ends_at: expected a time such as 2027-01-31T12:00:00Z"))?;
        let (projects, environments) = (self.projects.take(), self.environments.take());
        Ok(ApiKeyScope { role: self.role, projects, environments, ends_at: ends_at.map(|end| end.to_utc()) })
    }
}

impl From<Page> for KeysPage {
    fn from(Page { limit, after }: Page) -> Self {
        Self { after, limit }
    }
}

impl Key {
    /// `None` for a kind that this server does not know.
    fn of(row: KeyRow, world: &World) -> Option<Self> {
        let kind = Kind::of_name(&row.kind)?;
        let rights = row.rights().ok()?;
        let KeyRow { id, name, ending, environment, created_at, revoked_at, ends_at, last_used_at, .. } = row;
        let maker = row.maker_id.zip(row.maker_email).map(|(id, email)| Person { id, email });
        let name_of = |id: &i64| world.environment(*id).map(|environment| environment.name.clone());
        let environments = rights.as_ref().and_then(|rights| rights.environments.as_ref());
        let environments = environments.map(|ids| ids.iter().filter_map(name_of).collect());
        let is_limited = |rights: &&Rights| rights.account.is_none();
        let projects = rights.as_ref().filter(is_limited).map(|rights| rights.projects.keys().copied().collect());
        let role = rights.as_ref().and_then(Rights::highest);
        Some(Self {
            id,
            kind,
            name,
            prefix: kind.prefix(),
            ending,
            environment,
            role,
            projects,
            environments,
            created_at,
            ends_at,
            revoked_at,
            maker,
            last_used_at,
        })
    }
}

/// List the SDK and server keys of a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}/keys", tag = "keys", params(Page), responses(
    (status = 200, description = "the keys, without their secrets", body = Keys,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn list_keys(
    target: ProjectTarget,
    page: Page,
    OriginalUri(uri): OriginalUri,
    State(app): State<App>,
) -> ApiResult<(HeaderMap, Json<Keys>)> {
    Ok(listing(&app, &uri, keys::list_keys(&app.backend, &target, page.into()).await?))
}

/// Create an SDK or server key for an environment of a project; it is shown this once.
#[utoipa::path(post, path = "/api/v1/projects/{id}/keys", tag = "keys", request_body = NewKey, responses(
    (status = 201, description = "created", body = CreatedKey),
    (status = 400, description = "the body cannot be read, or names no environment", body = ErrorBody),
))]
async fn create_key(
    mut target: ProjectTarget,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewKey>,
) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    reason::note_field(&mut target.who, new.reason.as_deref())?;
    let kind = match new.kind {
        NewKind::Sdk => Kind::Sdk,
        NewKind::Server => Kind::Server,
    };
    let name = &new.name;
    created(&app, keys::create_key(&app.backend, &target, kind, name, new.environment.as_deref()).await?)
}

/// Revoke a key of a project. The server refuses it from now on. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/projects/{id}/keys/{key_id}", tag = "keys", responses(
    (status = 204, description = "revoked"),
))]
async fn revoke_key(target: ProjectTarget, KeyId(id): KeyId, State(app): State<App>) -> ApiResult<StatusCode> {
    keys::revoke_key(&app.backend, &target, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the API keys of the account.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", params(Page), responses(
    (status = 200, description = "the keys, without their secrets", body = Keys,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn list_api_keys(
    Manager { who, .. }: Manager,
    page: Page,
    OriginalUri(uri): OriginalUri,
    State(app): State<App>,
) -> ApiResult<(HeaderMap, Json<Keys>)> {
    Ok(listing(&app, &uri, keys::list_api_keys(&app.backend, &who, page.into()).await?))
}

/// Create an API key, which counts as the member who makes it; it is shown this once.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = NewApiKey, responses(
    (status = 201, description = "created", body = CreatedKey),
    (status = 400, description = "the body cannot be read, or a field is invalid", body = ErrorBody),
    (status = 403, description = "the key would have more rights than the caller, or the limit of keys is reached",
        body = ErrorBody),
))]
async fn create_api_key(
    Manager { mut who, .. }: Manager,
    State(app): State<App>,
    JsonBody(mut new): JsonBody<NewApiKey>,
) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    reason::note_field(&mut who, new.reason.as_deref())?;
    let scope = new.scope()?;
    created(&app, keys::create_api_key(&app.backend, &who, &new.name, &scope).await?)
}

/// Revoke an API key. The server refuses it from now on. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/keys/{key_id}", tag = "keys", responses(
    (status = 204, description = "revoked"),
    (status = 409, description = "it is the last API key without an end that may do everything", body = ErrorBody),
))]
async fn revoke_api_key(
    Manager { who, .. }: Manager,
    KeyId(id): KeyId,
    State(app): State<App>,
) -> ApiResult<StatusCode> {
    keys::revoke_api_key(&app.backend, &who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn listing(app: &App, uri: &Uri, listed: ListedKeys) -> (HeaderMap, Json<Keys>) {
    let (world, next) = (app.world(), listed.keys.last().map(|key| key.id).filter(|_| listed.has_next));
    let keys = listed.keys.into_iter().filter_map(|row| Key::of(row, &world)).collect();
    (page::link(uri, "after", next), Json(Keys { keys, next }))
}

fn created(app: &App, created: keys::CreatedKey) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    let listed = Key::of(created.row, &app.world()).ok_or_else(ApiError::internal)?;
    Ok((StatusCode::CREATED, Json(CreatedKey { key: created.text, listed })))
}
