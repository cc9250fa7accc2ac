//! Projects.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::auth::Manager;
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
        projects::{self, CreatedProject, DeletedProject},
        target::ProjectTarget,
    },
    state::App,
    storage::projects::ProjectRow,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management).routes(routes!(list_projects, create_project)).routes(routes!(
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

/// A project after it was renamed.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedProject {
    #[serde(flatten)]
    project: Project,
    /// Empty: the name of a project is in none of its environments.
    environments: Vec<String>,
}

/// The name of a project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProjectFields {
    /// For people; the spaces around it are dropped.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self { id: row.id, name: row.name, created_at: row.created_at }
    }
}

/// List the projects of the account where the caller has a role.
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", responses(
    (status = 200, description = "the projects, oldest first", body = Projects),
))]
async fn list_projects(Manager { who, held }: Manager, State(app): State<App>) -> ApiResult<Json<Projects>> {
    let rows = app.storage().projects(who.account_id).await?;
    let seen = rows.into_iter().filter(|row| held.sees(row.id));
    Ok(Json(Projects { projects: seen.map(Project::from).collect() }))
}

/// Create a project with its first environment, `production`, and the keys of that, which are shown this once.
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", request_body = ProjectFields, responses(
    (status = 201, description = "created", body = CreatedProject,
        headers(("Location" = String, description = "the path of the project"))),
    (status = 400, description = "the body cannot be read, or the name is invalid", body = ErrorBody),
))]
async fn create_project(
    Manager { mut who, .. }: Manager,
    State(app): State<App>,
    JsonBody(fields): JsonBody<ProjectFields>,
) -> ApiResult<(StatusCode, [(HeaderName, String); 1], Json<CreatedProject>)> {
    reason::note_field(&mut who, fields.reason.as_deref())?;
    let project = projects::create_project(&app.backend, &who, &fields.name).await?;
    let location = format!("/api/v1/projects/{}", project.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(project)))
}

/// Read a project.
#[utoipa::path(get, path = "/api/v1/projects/{id}", tag = "projects", responses(
    (status = 200, description = "the project", body = Project),
))]
async fn get_project(target: ProjectTarget, State(app): State<App>) -> ApiResult<Json<Project>> {
    Ok(Json(projects::read_project(&app.backend, &target).await?.into()))
}

/// Rename a project.
#[utoipa::path(patch, path = "/api/v1/projects/{id}", tag = "projects", request_body = ProjectFields, responses(
    (status = 200, description = "renamed", body = ChangedProject),
    (status = 400, description = "the body cannot be read, or the name is invalid", body = ErrorBody),
))]
async fn rename_project(
    mut target: ProjectTarget,
    State(app): State<App>,
    JsonBody(fields): JsonBody<ProjectFields>,
) -> ApiResult<Json<ChangedProject>> {
    reason::note_field(&mut target.who, fields.reason.as_deref())?;
    let project = projects::rename_project(&app.backend, &target, &fields.name).await?.into();
    Ok(Json(ChangedProject { project, environments: Vec::new() }))
}

/// Delete a project with its environments, flags, archive and keys, which stop working at once. What was recorded of it stays in
/// the audit of the account.
#[utoipa::path(delete, path = "/api/v1/projects/{id}", tag = "projects", responses(
    (status = 200, description = "deleted", body = DeletedProject),
))]
async fn delete_project(target: ProjectTarget, State(app): State<App>) -> ApiResult<Json<DeletedProject>> {
    Ok(Json(projects::delete_project(&app.backend, &target).await?))
}
