//! Environments of projects.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiResult, ErrorBody},
            json::JsonBody,
            reason,
        },
    },
    operations::{
        environments::{self, CreatedEnvironment, DeletedEnvironment, RenamedEnvironment},
        target::{EnvironmentTarget, ProjectTarget},
    },
    state::App,
    storage::environments::EnvironmentRow,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management).routes(routes!(list_environments, create_environment)).routes(routes!(
        get_environment,
        rename_environment,
        delete_environment
    ))
}

#[derive(Debug, Serialize, ToSchema)]
struct Environments {
    /// The first one is the environment that paths without an environment mean.
    environments: Vec<Environment>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Environment {
    name: String,
    /// Rises with every change of what its SDKs download.
    revision: i64,
    created_at: String,
}

/// An environment after it was renamed.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedEnvironment {
    #[serde(flatten)]
    environment: Environment,
    /// Its new name; empty if it had that name already.
    environments: Vec<String>,
}

/// The name of an environment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnvironmentFields {
    /// A name of dots alone is refused.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    name: String,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
}

impl From<EnvironmentRow> for Environment {
    fn from(row: EnvironmentRow) -> Self {
        Self { name: row.name, revision: row.revision, created_at: row.created_at }
    }
}

impl From<RenamedEnvironment> for ChangedEnvironment {
    fn from(RenamedEnvironment { row, environments }: RenamedEnvironment) -> Self {
        Self { environment: row.into(), environments }
    }
}

/// List the environments of a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}/environments", tag = "environments", responses(
    (status = 200, description = "the environments; the project's first one comes first", body = Environments),
))]
async fn list_environments(target: ProjectTarget, State(app): State<App>) -> ApiResult<Json<Environments>> {
    let rows = app.storage().environments(target.project_id).await?;
    Ok(Json(Environments { environments: rows.into_iter().map(Environment::from).collect() }))
}

/// Create an environment with the flags and segments as they are in the first, and its keys, which are shown this once.
#[utoipa::path(post, path = "/api/v1/projects/{id}/environments", tag = "environments",
    request_body = EnvironmentFields, responses(
        (status = 201, description = "created", body = CreatedEnvironment,
            headers(("Location" = String, description = "the path of the environment"))),
        (status = 400, description = "the body cannot be read, or the name is invalid", body = ErrorBody),
        (status = 409, description = "the project has an environment of that name", body = ErrorBody),
    ))]
async fn create_environment(
    mut target: ProjectTarget,
    State(app): State<App>,
    JsonBody(fields): JsonBody<EnvironmentFields>,
) -> ApiResult<(StatusCode, [(HeaderName, String); 1], Json<CreatedEnvironment>)> {
    reason::note_field(&mut target.who, fields.reason.as_deref())?;
    let created = environments::create_environment(&app.backend, &target, &fields.name).await?;
    let location = format!("/api/v1/projects/{}/environments/{}", target.project_id, created.name);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(created)))
}

/// Read an environment.
#[utoipa::path(get, path = "/api/v1/projects/{id}/environments/{environment}", tag = "environments", responses(
    (status = 200, description = "the environment", body = Environment),
))]
async fn get_environment(target: EnvironmentTarget, State(app): State<App>) -> ApiResult<Json<Environment>> {
    let rows = app.storage().environments(target.project_id).await?;
    let row = rows.into_iter().find(|row| row.id == target.environment_id);
    Ok(Json(row.ok_or_else(|| environments::no_environment(&target))?.into()))
}

/// Rename an environment. Its keys go on working; paths with its old name do not.
#[utoipa::path(patch, path = "/api/v1/projects/{id}/environments/{environment}", tag = "environments",
    request_body = EnvironmentFields, responses(
        (status = 200, description = "renamed", body = ChangedEnvironment),
        (status = 400, description = "the body cannot be read, or the name is invalid", body = ErrorBody),
        (status = 409, description = "the project has an environment of that name", body = ErrorBody),
    ))]
async fn rename_environment(
    mut target: EnvironmentTarget,
    State(app): State<App>,
    JsonBody(fields): JsonBody<EnvironmentFields>,
) -> ApiResult<Json<ChangedEnvironment>> {
    reason::note_field(&mut target.who, fields.reason.as_deref())?;
    Ok(Json(environments::rename_environment(&app.backend, &target, &fields.name).await?.into()))
}

/// Delete an environment with its keys, its segments and the states of its flags. The keys stop working at once.
///
/// Flags that no other environment has are archived.
#[utoipa::path(delete, path = "/api/v1/projects/{id}/environments/{environment}", tag = "environments", responses(
    (status = 200, description = "deleted", body = DeletedEnvironment),
    (status = 409, description = "it is the project's first, which paths without an environment mean", body = ErrorBody),
))]
async fn delete_environment(target: EnvironmentTarget, State(app): State<App>) -> ApiResult<Json<DeletedEnvironment>> {
    Ok(Json(environments::delete_environment(&app.backend, &target).await?))
}
