//! Signing up.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{
        api::{keys, projects},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    key::Kind,
    state::App,
    storage::{
        Write, audit,
        keys::{Grant, Owner},
    },
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(signup))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Signup {
    /// Where to reach who is responsible. Nothing is sent there.
    email: String,
}

/// A new account. The keys are shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    pub(crate) account_id: i64,
    pub(crate) api_key: String,
    pub(crate) project: ProjectName,
    pub(crate) sdk_key: String,
    pub(crate) server_key: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectName {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// Create an account with a first project and its keys, which are shown this once.
///
/// Works while the server has no account, or where it was started with `--signup`.
#[utoipa::path(post, path = "/api/v1/signup", tag = "accounts", request_body = Signup, responses(
    (status = 201, description = "created", body = Account),
    (status = 400, description = "the body cannot be read", body = ErrorBody),
    (status = 403, description = "signing up is closed", body = ErrorBody),
))]
async fn signup(State(app): State<App>, JsonBody(signup): JsonBody<Signup>) -> ApiResult<(StatusCode, Json<Account>)> {
    let email = email(&signup.email).map_err(|error| ApiError::invalid(format!("email: {error}")))?;
    let mut write = app.storage.write().await?;
    if !app.settings.signup && write.has_account().await? {
        return Err(ApiError::forbidden("signing up is closed here; `flagbit account create` makes accounts"));
    }
    let account = create_account(&mut write, audit::SIGNUP, email).await?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    Ok((StatusCode::CREATED, Json(account)))
}

/// An address that could be one, or what is expected.
pub(crate) fn email(text: &str) -> Result<&str, &'static str> {
    let is_address = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if !is_address || text.len() > 254 || text.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return Err("expected an address of at most 254 bytes");
    }
    Ok(text)
}

/// Creates an account with its first project and keys.
pub(crate) async fn create_account(write: &mut Write, actor: &str, email: &str) -> anyhow::Result<Account> {
    let account_id = write.create_account(email).await?;
    // Without the address, which is personal: whoever may read the audit need not know it.
    let target = account_id.to_string();
    let entry = audit::Entry { account_id, actor, action: "account.create", target: &target, ..Default::default() };
    write.record(entry).await?;
    let owner = Owner { account_id, project_id: None };
    let grant = Grant { owner, kind: Kind::Api, name: "first", environment: None };
    let (_, api_key) = keys::create(write, actor, grant).await?;
    let project = projects::create(write, account_id, actor, "default").await?;
    Ok(Account {
        account_id,
        api_key,
        project: ProjectName { id: project.id, name: project.name },
        sdk_key: project.sdk_key,
        server_key: project.server_key,
    })
}
