//! Projects.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Backend, Error, Result, Who,
    access::{self, Author},
    keys::{self, Pair},
    names,
    target::ProjectTarget,
};
use crate::storage::{
    Write,
    audit::Entry,
    projects::{FIRST_ENVIRONMENT, ProjectRow},
};

/// A new project. The keys, of its first environment, are shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedProject {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) sdk_key: String,
    pub(crate) server_key: String,
    /// The name of its first environment.
    environments: Vec<String>,
}

/// A project that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedProject {
    /// The names of its environments.
    environments: Vec<String>,
}

/// Reads a project.
///
/// # Errors
/// [`Error::NotFound`] where it was deleted since; the database fails.
pub(crate) async fn read_project(backend: &Backend, target: &ProjectTarget) -> Result<ProjectRow> {
    let row = backend.follower.storage().project(target.who.account_id, target.project_id).await?;
    row.ok_or_else(|| Error::no_project(target.project_id))
}

/// Creates a project with its first environment and the keys of that.
///
/// # Errors
/// [`Error::Invalid`] for an invalid name; [`Error::LimitReached`]; the errors of [`access::begin`].
pub(crate) async fn create_project(backend: &Backend, who: &Who, name: &str) -> Result<CreatedProject> {
    let name = names::title("name", name)?;
    let mut write = access::begin(&backend.follower, who).await?;
    let limit = backend.accounts.max_projects;
    if write.count_projects(who.account_id).await? >= i64::from(limit) {
        let message = format!("this server allows {limit} projects an account (--max-projects); delete one first");
        return Err(Error::LimitReached(message));
    }
    let project = create_with_keys(&mut write, who.author(), name).await?;
    backend.follower.commit(write).await?;
    Ok(project)
}

/// Renames a project. A project that has the name already stays as it is.
///
/// # Errors
/// [`Error::Invalid`] for an invalid name; [`Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn rename_project(backend: &Backend, target: &ProjectTarget, name: &str) -> Result<ProjectRow> {
    let name = names::title("name", name)?;
    let mut write = access::begin(&backend.follower, &target.who).await?;
    let row = find(&mut write, target).await?;
    if row.name != name {
        write.rename_project(row.id, name).await?;
        write
            .record(Entry {
                action: "project.rename",
                target: name,
                before: Some(&json!({"name": row.name})),
                after: Some(&json!({"name": name})),
                ..target.entry()
            })
            .await?;
        backend.follower.commit(write).await?;
    }
    Ok(ProjectRow { name: name.into(), ..row })
}

/// Deletes a project with its environments, flags, keys and archive. The audit of the account keeps what was recorded.
///
/// # Errors
/// [`Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn delete_project(backend: &Backend, target: &ProjectTarget) -> Result<DeletedProject> {
    let mut write = access::begin(&backend.follower, &target.who).await?;
    let row = find(&mut write, target).await?;
    let environments = write.environments(row.id).await?;
    let environments: Vec<String> = environments.into_iter().map(|environment| environment.name).collect();
    let before = json!({"name": row.name, "environments": environments});
    write.delete_project(row.id).await?;
    let entry = Entry { action: "project.delete", target: &row.name, before: Some(&before), ..target.entry() };
    write.record(entry).await?;
    backend.follower.commit(write).await?;
    Ok(DeletedProject { environments })
}

/// Creates a project with its first environment and the keys of that, as a part of `write`.
pub(super) async fn create_with_keys(write: &mut Write, author: Author, name: &str) -> Result<CreatedProject> {
    let project = write.create_project(author.account_id, name).await?;
    write
        .record(Entry {
            project_id: Some(project.id),
            action: "project.create",
            target: name,
            after: Some(&json!({"name": name, "environments": [FIRST_ENVIRONMENT]})),
            ..Entry::by(author.actor, author.account_id)
        })
        .await?;
    let environment = (project.environment_id, FIRST_ENVIRONMENT);
    let Pair { sdk_key, server_key } = keys::create_pair(write, author, project.id, environment).await?;
    let environments = vec![FIRST_ENVIRONMENT.into()];
    Ok(CreatedProject { id: project.id, name: name.into(), sdk_key, server_key, environments })
}

/// Finds the project as the write sees it: it may have been deleted since.
async fn find(write: &mut Write, target: &ProjectTarget) -> Result<ProjectRow> {
    let row = write.project(target.who.account_id, target.project_id).await?;
    row.ok_or_else(|| Error::no_project(target.project_id))
}
