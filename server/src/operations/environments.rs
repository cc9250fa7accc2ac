//! Environments of projects.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Backend, Error, Result, access,
    keys::{self, Pair},
    names,
    target::{EnvironmentTarget, ProjectTarget},
};
use crate::storage::{Write, audit::Entry, environments::EnvironmentRow};

/// A new environment. The keys are shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedEnvironment {
    pub(crate) name: String,
    sdk_key: String,
    server_key: String,
}

/// Creates an environment with the flags and segments as they are in the project's first, and its keys.
///
/// # Errors
/// [`Error::Invalid`] for an invalid name; [`Error::Conflict`] for one that is taken; [`Error::LimitReached`]; the
/// errors of [`access::begin`].
pub(crate) async fn create_environment(
    backend: &Backend,
    target: &ProjectTarget,
    name: &str,
) -> Result<CreatedEnvironment> {
    let name = names::environment("name", name)?;
    let project_id = target.project_id;
    let mut write = access::begin(&backend.follower, target.who).await?;
    let others = write.environments(project_id).await?;
    let first = others.first().ok_or_else(|| Error::no_project(project_id))?;
    check_is_free(&others, name)?;
    let limit = backend.accounts.max_environments as usize;
    if others.len() >= limit {
        let message = format!("this server allows {limit} environments a project (--max-environments)");
        return Err(Error::LimitReached(message));
    }
    keys::check_limit(&mut write, target.owner(), 2, backend.accounts.max_keys).await?;
    let id = write.create_environment(project_id, name).await?;
    write.copy_environment(first.id, id).await?;
    let after = json!({"name": name, "copy_of": first.name});
    write
        .record(Entry {
            environment: Some(name),
            action: "environment.create",
            target: name,
            after: Some(&after),
            ..target.entry()
        })
        .await?;
    let who = target.who;
    let pair = keys::create_pair(&mut write, who.account_id, who.actor(), project_id, (id, name)).await?;
    backend.follower.commit(write).await?;
    let Pair { sdk_key, server_key } = pair;
    Ok(CreatedEnvironment { name: name.into(), sdk_key, server_key })
}

/// Renames an environment. An environment that has the name already stays as it is.
///
/// # Errors
/// [`Error::Invalid`] for an invalid name; [`Error::Conflict`] for one that is taken; [`Error::NotFound`]; the
/// errors of [`access::begin`].
pub(crate) async fn rename_environment(
    backend: &Backend,
    target: &EnvironmentTarget,
    name: &str,
) -> Result<EnvironmentRow> {
    let name = names::environment("name", name)?;
    let mut write = access::begin(&backend.follower, target.who).await?;
    let (row, others) = find(&mut write, target).await?;
    if row.name == name {
        return Ok(row);
    }
    check_is_free(&others, name)?;
    write.rename_environment(row.id, name).await?;
    let revision = write.sequence();
    write
        .record(Entry {
            environment: Some(name),
            action: "environment.rename",
            target: name,
            before: Some(&json!({"name": row.name})),
            after: Some(&json!({"name": name})),
            ..target.entry()
        })
        .await?;
    backend.follower.commit(write).await?;
    Ok(EnvironmentRow { name: name.into(), revision, ..row })
}

/// Deletes an environment with its keys, its segments and the state of its flags.
///
/// # Errors
/// [`Error::Conflict`] for the first of the project; [`Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn delete_environment(backend: &Backend, target: &EnvironmentTarget) -> Result<()> {
    let mut write = access::begin(&backend.follower, target.who).await?;
    let (row, others) = find(&mut write, target).await?;
    if others.iter().all(|other| other.id > row.id) {
        return Err(Error::Conflict(format!(
            "{} is the first environment of project {}, the one that is meant where none is named; rename it, or delete \
             the project",
            row.name, target.project_id
        )));
    }
    write.delete_environment(row.id).await?;
    write
        .record(Entry {
            action: "environment.delete",
            target: &row.name,
            before: Some(&json!({"name": row.name})),
            ..target.entry()
        })
        .await?;
    backend.follower.commit(write).await?;
    Ok(())
}

/// Returns the error for an environment that was deleted after the request came.
pub(crate) fn no_environment(target: &EnvironmentTarget) -> Error {
    Error::NotFound(format!("project {} has no environment {:?}", target.project_id, target.environment))
}

/// Finds the environment and the others of its project as the write sees them: it may have been deleted since.
async fn find(write: &mut Write, target: &EnvironmentTarget) -> Result<(EnvironmentRow, Vec<EnvironmentRow>)> {
    let mut rows = write.environments(target.project_id).await?;
    let position = rows.iter().position(|row| row.id == target.environment_id);
    let row = rows.remove(position.ok_or_else(|| no_environment(target))?);
    Ok((row, rows))
}

fn check_is_free(others: &[EnvironmentRow], name: &str) -> Result<()> {
    if others.iter().any(|other| other.name == name) {
        return Err(Error::Conflict(format!("name: the project has an environment {name} already")));
    }
    Ok(())
}
