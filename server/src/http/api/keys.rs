//! Keys of projects, and API keys.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{
        api::{
            auth::Manager,
            names,
            target::{KeyId, ProjectTarget, no_project},
        },
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    key::Kind,
    state::App,
    storage::{
        Write, audit,
        keys::{Grant, KeyRow, Owner},
    },
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_api_keys, create_api_key))
        .routes(routes!(revoke_api_key))
        .routes(routes!(list_keys, create_key))
        .routes(routes!(revoke_key))
}

#[derive(Debug, Serialize, ToSchema)]
struct Keys {
    /// Oldest first, revoked ones too.
    keys: Vec<Key>,
}

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct Key {
    id: i64,
    kind: Kind,
    name: String,
    /// How keys of this kind begin.
    prefix: &'static str,
    /// The last characters of the key, to recognise it by.
    ending: String,
    /// Of an SDK or server key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    environment: Option<String>,
    created_at: String,
    /// `null` for a valid key.
    revoked_at: Option<String>,
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
    /// The project's first without it.
    #[schema(nullable = false)]
    environment: Option<String>,
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
}

/// The keys of a new environment.
pub(crate) struct Pair {
    pub(crate) sdk_key: String,
    pub(crate) server_key: String,
}

impl Manager {
    /// The owner of the API keys.
    fn keys(&self) -> Owner {
        Owner { account_id: self.account_id, project_id: None }
    }
}

impl ProjectTarget {
    /// The owner of the project's keys.
    pub(crate) fn keys(&self) -> Owner {
        Owner { account_id: self.manager.account_id, project_id: Some(self.project_id) }
    }
}

impl Key {
    /// `None` for a kind that this server does not know.
    fn of(row: KeyRow) -> Option<Self> {
        let kind = Kind::of_name(&row.kind)?;
        let KeyRow { id, name, ending, environment, created_at, revoked_at, .. } = row;
        Some(Self { id, kind, name, prefix: kind.prefix(), ending, environment, created_at, revoked_at })
    }
}

/// List the SDK and server keys of a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}/keys", tag = "keys", responses(
    (status = 200, description = "the keys, without their secrets", body = Keys),
))]
async fn list_keys(target: ProjectTarget, State(app): State<App>) -> ApiResult<Json<Keys>> {
    list(&app, target.keys()).await
}

/// Create an SDK or server key for an environment of a project; it is shown this once.
#[utoipa::path(post, path = "/api/v1/projects/{id}/keys", tag = "keys", request_body = NewKey, responses(
    (status = 201, description = "created", body = CreatedKey),
    (status = 400, description = "the body cannot be read, or names no environment", body = ErrorBody),
))]
async fn create_key(
    target: ProjectTarget,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewKey>,
) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    let name = names::title("name", &new.name)?;
    let kind = match new.kind {
        NewKind::Sdk => Kind::Sdk,
        NewKind::Server => Kind::Server,
    };
    let mut write = app.storage.write().await?;
    let environments = write.environments(target.project_id).await?;
    if environments.is_empty() {
        return Err(no_project(target.project_id));
    }
    let environment = match &new.environment {
        None => environments.first(),
        Some(name) => environments.iter().find(|environment| environment.name == *name),
    };
    let environment = environment.ok_or_else(|| {
        let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
        ApiError::invalid(format!("environment: the project has no such environment, only {}", names.join(", ")))
    })?;
    let environment = Some((environment.id, environment.name.as_str()));
    check_limit(&mut write, target.keys(), 1, app.settings.max_keys).await?;
    let grant = Grant { owner: target.keys(), kind, name, environment };
    finish_creation(&app, write, &target.manager, grant).await
}

/// Revoke a key of a project: it is refused from now on. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/projects/{id}/keys/{key_id}", tag = "keys", responses(
    (status = 204, description = "revoked"),
))]
async fn revoke_key(target: ProjectTarget, KeyId(id): KeyId, State(app): State<App>) -> ApiResult<StatusCode> {
    revoke(&app, &target.manager, target.keys(), id).await
}

/// List the API keys of the account.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", responses(
    (status = 200, description = "the keys, without their secrets", body = Keys),
))]
async fn list_api_keys(manager: Manager, State(app): State<App>) -> ApiResult<Json<Keys>> {
    list(&app, manager.keys()).await
}

/// Create an API key, which may do everything in the account; it is shown this once.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = NewApiKey, responses(
    (status = 201, description = "created", body = CreatedKey),
    (status = 400, description = "the body cannot be read, or the name is none", body = ErrorBody),
))]
async fn create_api_key(
    manager: Manager,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewApiKey>,
) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    let name = names::title("name", &new.name)?;
    let mut write = app.storage.write().await?;
    check_limit(&mut write, manager.keys(), 1, app.settings.max_keys).await?;
    let grant = Grant { owner: manager.keys(), kind: Kind::Api, name, environment: None };
    finish_creation(&app, write, &manager, grant).await
}

/// Revoke an API key: it is refused from now on. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/keys/{key_id}", tag = "keys", responses(
    (status = 204, description = "revoked"),
    (status = 409, description = "it is the last valid API key of the account", body = ErrorBody),
))]
async fn revoke_api_key(manager: Manager, KeyId(id): KeyId, State(app): State<App>) -> ApiResult<StatusCode> {
    revoke(&app, &manager, manager.keys(), id).await
}

async fn list(app: &App, owner: Owner) -> ApiResult<Json<Keys>> {
    let rows = app.storage.keys(owner).await?;
    Ok(Json(Keys { keys: rows.into_iter().filter_map(Key::of).collect() }))
}

async fn finish_creation(
    app: &App,
    mut write: Write,
    manager: &Manager,
    grant: Grant<'_>,
) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    let (row, key) = create(&mut write, &manager.actor, grant).await?;
    let listed = Key::of(row).ok_or_else(ApiError::internal)?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    Ok((StatusCode::CREATED, Json(CreatedKey { key, listed })))
}

async fn revoke(app: &App, manager: &Manager, owner: Owner, key_id: i64) -> ApiResult<StatusCode> {
    let mut write = app.storage.write().await?;
    let row = write.key(owner, key_id).await?.ok_or_else(|| ApiError::not_found(format!("no key {key_id} here")))?;
    if row.revoked_at.is_some() {
        return Ok(StatusCode::NO_CONTENT);
    }
    // Counted in the write: of two keys that revoke each other one stays.
    if owner.project_id.is_none() && write.count_keys(owner).await? <= 1 {
        return Err(ApiError::conflict(
            "this is the last valid API key of the account, which nothing could manage without it; create another with \
             POST /api/v1/keys, and revoke this one with that",
        ));
    }
    write.revoke_key(key_id).await?;
    let before = describe(&row);
    let project_id = owner.project_id;
    write
        .record(audit::Entry {
            project_id,
            environment: row.environment.as_deref(),
            action: "key.revoke",
            target: &key_id.to_string(),
            before: Some(&before),
            ..manager.entry()
        })
        .await?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses more keys than an owner may have.
pub(crate) async fn check_limit(write: &mut Write, owner: Owner, more: u32, limit: u32) -> ApiResult<()> {
    if write.count_keys(owner).await? + i64::from(more) <= i64::from(limit) {
        return Ok(());
    }
    let whose = if owner.project_id.is_some() { "keys a project" } else { "API keys an account" };
    Err(ApiError::limit_reached(format!("this server allows {limit} valid {whose} (--max-keys); revoke one first")))
}

/// Creates a key, and records that.
pub(crate) async fn create(write: &mut Write, actor: &str, grant: Grant<'_>) -> anyhow::Result<(KeyRow, String)> {
    let (row, text) = write.create_key(grant).await?;
    write
        .record(audit::Entry {
            account_id: grant.owner.account_id,
            project_id: grant.owner.project_id,
            environment: row.environment.as_deref(),
            actor,
            action: "key.create",
            target: &row.id.to_string(),
            after: Some(&describe(&row)),
            ..Default::default()
        })
        .await?;
    Ok((row, text))
}

/// Creates the keys of a new environment.
pub(crate) async fn create_pair(
    write: &mut Write,
    account_id: i64,
    actor: &str,
    project_id: i64,
    environment: (i64, &str),
) -> anyhow::Result<Pair> {
    let owner = Owner { account_id, project_id: Some(project_id) };
    let grant = Grant { owner, kind: Kind::Sdk, name: "first", environment: Some(environment) };
    let (_, sdk_key) = create(write, actor, grant).await?;
    let (_, server_key) = create(write, actor, Grant { kind: Kind::Server, ..grant }).await?;
    Ok(Pair { sdk_key, server_key })
}

/// A key for the audit.
fn describe(row: &KeyRow) -> serde_json::Value {
    json!({"kind": row.kind, "name": row.name, "ending": row.ending})
}
