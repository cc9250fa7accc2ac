//! Environments of projects.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{
        api::{
            keys::{self, Pair},
            names,
            target::{EnvironmentTarget, ProjectTarget, no_project},
        },
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    state::App,
    storage::{Write, audit, environments::EnvironmentRow},
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_environments, create_environment)).routes(routes!(
        get_environment,
        rename_environment,
        delete_environment
    ))
}

#[derive(Debug, Serialize, ToSchema)]
struct Environments {
    /// The first, which paths without an environment mean, comes first.
    environments: Vec<Environment>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Environment {
    name: String,
    /// Rises with every change of what its SDKs download.
    revision: i64,
    created_at: String,
}

/// The name of an environment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnvironmentFields {
    /// Not only dots.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    name: String,
}

/// A new environment. The keys are shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedEnvironment {
    name: String,
    sdk_key: String,
    server_key: String,
}

impl From<EnvironmentRow> for Environment {
    fn from(row: EnvironmentRow) -> Self {
        Self { name: row.name, revision: row.revision, created_at: row.created_at }
    }
}

/// List the environments of a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}/environments", tag = "environments", responses(
    (status = 200, description = "the environments, the first first", body = Environments),
))]
async fn list_environments(target: ProjectTarget, State(app): State<App>) -> ApiResult<Json<Environments>> {
    let rows = app.storage.environments(target.project_id).await?;
    Ok(Json(Environments { environments: rows.into_iter().map(Environment::from).collect() }))
}

/// Create an environment with the flags and segments as they are in the first, and its keys, which are shown this once.
#[utoipa::path(post, path = "/api/v1/projects/{id}/environments", tag = "environments",
    request_body = EnvironmentFields, responses(
        (status = 201, description = "created", body = CreatedEnvironment,
            headers(("Location" = String, description = "the path of the environment"))),
        (status = 400, description = "the body cannot be read, or the name is none", body = ErrorBody),
        (status = 409, description = "the project has an environment of that name", body = ErrorBody),
    ))]
async fn create_environment(
    target: ProjectTarget,
    State(app): State<App>,
    JsonBody(fields): JsonBody<EnvironmentFields>,
) -> ApiResult<(StatusCode, [(HeaderName, String); 1], Json<CreatedEnvironment>)> {
    let name = names::environment("name", &fields.name)?;
    let project_id = target.project_id;
    let mut write = app.storage.write().await?;
    let others = write.environments(project_id).await?;
    let first = others.first().ok_or_else(|| no_project(project_id))?;
    check_is_free(&others, name)?;
    let limit = app.settings.max_environments as usize;
    if others.len() >= limit {
        let message = format!("this server allows {limit} environments a project (--max-environments)");
        return Err(ApiError::limit_reached(message));
    }
    keys::check_limit(&mut write, target.keys(), 2, app.settings.max_keys).await?;
    let id = write.create_environment(project_id, name).await?;
    write.copy_environment(first.id, id).await?;
    let after = json!({"name": name, "copy_of": first.name});
    write
        .record(audit::Entry {
            environment: Some(name),
            action: "environment.create",
            target: name,
            after: Some(&after),
            ..target.entry()
        })
        .await?;
    let manager = &target.manager;
    let pair = keys::create_pair(&mut write, manager.account_id, &manager.actor, project_id, (id, name)).await?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    let location = format!("/api/v1/projects/{project_id}/environments/{name}");
    let Pair { sdk_key, server_key } = pair;
    let created = CreatedEnvironment { name: name.into(), sdk_key, server_key };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(created)))
}

/// Read an environment.
#[utoipa::path(get, path = "/api/v1/projects/{id}/environments/{environment}", tag = "environments", responses(
    (status = 200, description = "the environment", body = Environment),
))]
async fn get_environment(target: EnvironmentTarget, State(app): State<App>) -> ApiResult<Json<Environment>> {
    let rows = app.storage.environments(target.project_id).await?;
    let row = rows.into_iter().find(|row| row.id == target.environment_id);
    Ok(Json(row.ok_or_else(|| no_environment(&target))?.into()))
}

/// Rename an environment. Its keys go on working; paths with its old name do not.
#[utoipa::path(patch, path = "/api/v1/projects/{id}/environments/{environment}", tag = "environments",
    request_body = EnvironmentFields, responses(
        (status = 200, description = "renamed", body = Environment),
        (status = 400, description = "the body cannot be read, or the name is none", body = ErrorBody),
        (status = 409, description = "the project has an environment of that name", body = ErrorBody),
    ))]
async fn rename_environment(
    target: EnvironmentTarget,
    State(app): State<App>,
    JsonBody(fields): JsonBody<EnvironmentFields>,
) -> ApiResult<Json<Environment>> {
    let name = names::environment("name", &fields.name)?;
    let mut write = app.storage.write().await?;
    let (row, others) = find(&mut write, &target).await?;
    if row.name == name {
        return Ok(Json(row.into()));
    }
    check_is_free(&others, name)?;
    write.rename_environment(row.id, name).await?;
    let revision = write.sequence();
    write
        .record(audit::Entry {
            environment: Some(name),
            action: "environment.rename",
            target: name,
            before: Some(&json!({"name": row.name})),
            after: Some(&json!({"name": name})),
            ..target.entry()
        })
        .await?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    Ok(Json(Environment { name: name.into(), revision, created_at: row.created_at }))
}

/// Delete an environment with its keys, which stop working at once, and what flags and segments are there.
#[utoipa::path(delete, path = "/api/v1/projects/{id}/environments/{environment}", tag = "environments", responses(
    (status = 204, description = "deleted"),
    (status = 409, description = "it is the first, which paths without an environment mean", body = ErrorBody),
))]
async fn delete_environment(target: EnvironmentTarget, State(app): State<App>) -> ApiResult<StatusCode> {
    let mut write = app.storage.write().await?;
    let (row, others) = find(&mut write, &target).await?;
    if others.iter().all(|other| other.id > row.id) {
        return Err(ApiError::conflict(format!(
            "{} is the first environment of the project, which paths without an environment mean; rename it with PATCH, \
             or delete the project with DELETE /api/v1/projects/{}",
            row.name, target.project_id
        )));
    }
    write.delete_environment(row.id).await?;
    write
        .record(audit::Entry {
            action: "environment.delete",
            target: &row.name,
            before: Some(&json!({"name": row.name})),
            ..target.entry()
        })
        .await?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    Ok(StatusCode::NO_CONTENT)
}

/// The environment and the others of its project as the write sees them: it may have been deleted meanwhile.
async fn find(write: &mut Write, target: &EnvironmentTarget) -> ApiResult<(EnvironmentRow, Vec<EnvironmentRow>)> {
    let mut rows = write.environments(target.project_id).await?;
    let position = rows.iter().position(|row| row.id == target.environment_id);
    let row = rows.remove(position.ok_or_else(|| no_environment(target))?);
    Ok((row, rows))
}

fn check_is_free(others: &[EnvironmentRow], name: &str) -> ApiResult<()> {
    if others.iter().any(|other| other.name == name) {
        return Err(ApiError::conflict(format!("name: the project has an environment {name} already")));
    }
    Ok(())
}

fn no_environment(target: &EnvironmentTarget) -> ApiError {
    ApiError::not_found(format!("project {} has no environment {:?}", target.project_id, target.environment))
}
