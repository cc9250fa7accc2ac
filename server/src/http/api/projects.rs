//! Projects.

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
            auth::Manager,
            keys::{self, Pair},
            names,
            target::{ProjectTarget, no_project},
        },
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    state::App,
    storage::{
        Write, audit,
        projects::{FIRST_ENVIRONMENT, ProjectRow},
    },
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_projects, create_project)).routes(routes!(
        get_project,
        rename_project,
        delete_project
    ))
}

#[derive(Debug, Serialize, ToSchema)]
struct Projects {
    /// Oldest first.
    projects: Vec<Project>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Project {
    id: i64,
    name: String,
    created_at: String,
}

/// The name of a project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProjectFields {
    /// For people; the spaces around it are dropped.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// A new project. The keys, of its first environment, are shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedProject {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) sdk_key: String,
    pub(crate) server_key: String,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self { id: row.id, name: row.name, created_at: row.created_at }
    }
}

/// List the projects of the account.
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", responses(
    (status = 200, description = "the projects, oldest first", body = Projects),
))]
async fn list_projects(manager: Manager, State(app): State<App>) -> ApiResult<Json<Projects>> {
    let rows = app.storage.projects(manager.account_id).await?;
    Ok(Json(Projects { projects: rows.into_iter().map(Project::from).collect() }))
}

/// Create a project with its first environment, `production`, and the keys of that, which are shown this once.
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", request_body = ProjectFields, responses(
    (status = 201, description = "created", body = CreatedProject,
        headers(("Location" = String, description = "the path of the project"))),
    (status = 400, description = "the body cannot be read, or the name is none", body = ErrorBody),
))]
async fn create_project(
    manager: Manager,
    State(app): State<App>,
    JsonBody(fields): JsonBody<ProjectFields>,
) -> ApiResult<(StatusCode, [(HeaderName, String); 1], Json<CreatedProject>)> {
    let name = names::title("name", &fields.name)?;
    let mut write = app.storage.write().await?;
    let limit = app.settings.max_projects;
    if write.count_projects(manager.account_id).await? >= i64::from(limit) {
        let message = format!("this server allows {limit} projects an account (--max-projects); delete one first");
        return Err(ApiError::limit_reached(message));
    }
    let project = create(&mut write, manager.account_id, &manager.actor, name).await?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    let location = format!("/api/v1/projects/{}", project.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(project)))
}

/// Read a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}", tag = "projects", responses(
    (status = 200, description = "the project", body = Project),
))]
async fn get_project(target: ProjectTarget, State(app): State<App>) -> ApiResult<Json<Project>> {
    let row = app.storage.project(target.manager.account_id, target.project_id).await?;
    Ok(Json(row.ok_or_else(|| no_project(target.project_id))?.into()))
}

/// Rename a project.
#[utoipa::path(patch, path = "/api/v1/projects/{id}", tag = "projects", request_body = ProjectFields, responses(
    (status = 200, description = "renamed", body = Project),
    (status = 400, description = "the body cannot be read, or the name is none", body = ErrorBody),
))]
async fn rename_project(
    target: ProjectTarget,
    State(app): State<App>,
    JsonBody(fields): JsonBody<ProjectFields>,
) -> ApiResult<Json<Project>> {
    let name = names::title("name", &fields.name)?;
    let mut write = app.storage.write().await?;
    let row = find(&mut write, &target).await?;
    if row.name != name {
        write.rename_project(row.id, name).await?;
        write
            .record(audit::Entry {
                before: Some(&json!({"name": row.name})),
                after: Some(&json!({"name": name})),
                ..entry(&target, "project.rename", name)
            })
            .await?;
        write.commit().await?;
        app.follower.catch_up_after_write().await;
    }
    Ok(Json(Project { name: name.into(), ..row.into() }))
}

/// Delete a project with its environments, flags and keys, which stop working at once. What was recorded of it stays in
/// the audit of the account.
#[utoipa::path(delete, path = "/api/v1/projects/{id}", tag = "projects", responses(
    (status = 204, description = "deleted"),
))]
async fn delete_project(target: ProjectTarget, State(app): State<App>) -> ApiResult<StatusCode> {
    let mut write = app.storage.write().await?;
    let row = find(&mut write, &target).await?;
    let environments = write.environments(row.id).await?;
    let environments: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
    let before = json!({"name": row.name, "environments": environments});
    write.delete_project(row.id).await?;
    write.record(audit::Entry { before: Some(&before), ..entry(&target, "project.delete", &row.name) }).await?;
    write.commit().await?;
    app.follower.catch_up_after_write().await;
    Ok(StatusCode::NO_CONTENT)
}

/// Creates a project with its first environment and the keys of that.
pub(crate) async fn create(
    write: &mut Write,
    account_id: i64,
    actor: &str,
    name: &str,
) -> anyhow::Result<CreatedProject> {
    let project = write.create_project(account_id, name).await?;
    write
        .record(audit::Entry {
            account_id,
            project_id: Some(project.id),
            actor,
            action: "project.create",
            target: name,
            after: Some(&json!({"name": name, "environments": [FIRST_ENVIRONMENT]})),
            ..Default::default()
        })
        .await?;
    let environment = (project.environment_id, FIRST_ENVIRONMENT);
    let Pair { sdk_key, server_key } = keys::create_pair(write, account_id, actor, project.id, environment).await?;
    Ok(CreatedProject { id: project.id, name: name.into(), sdk_key, server_key })
}

/// The project as the write sees it: it may have been deleted meanwhile.
async fn find(write: &mut Write, target: &ProjectTarget) -> ApiResult<ProjectRow> {
    let row = write.project(target.manager.account_id, target.project_id).await?;
    row.ok_or_else(|| no_project(target.project_id))
}

fn entry<'a>(target: &'a ProjectTarget, action: &'a str, name: &'a str) -> audit::Entry<'a> {
    audit::Entry { action, target: name, ..target.entry() }
}
