//! Environments of projects.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Backend, Error, Result, access,
    archive::{self, Segments},
    change::Change,
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
    /// Its name: no other environment changes.
    environments: Vec<String>,
}

/// An environment after it was renamed.
#[derive(Debug)]
pub(crate) struct RenamedEnvironment {
    pub(crate) row: EnvironmentRow,
    /// Its new name; empty if it had that name already.
    pub(crate) environments: Vec<String>,
}

/// An environment that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedEnvironment {
    /// Its name.
    environments: Vec<String>,
    /// The keys of the flags that no other environment had, sorted. They are in the archive.
    archived: Vec<String>,
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
    let mut write = access::begin(&backend.follower, &target.who).await?;
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
    write.copy_environment(target.who.actor(), first.id, id).await?;
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
    let pair = keys::create_pair(&mut write, target.who.author(), project_id, (id, name)).await?;
    backend.follower.commit(write).await?;
    let Pair { sdk_key, server_key } = pair;
    Ok(CreatedEnvironment { name: name.into(), sdk_key, server_key, environments: vec![name.into()] })
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
) -> Result<RenamedEnvironment> {
    let name = names::environment("name", name)?;
    let mut write = access::begin(&backend.follower, &target.who).await?;
    let (row, others) = find(&mut write, target).await?;
    if row.name == name {
        return Ok(RenamedEnvironment { row, environments: Vec::new() });
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
    let row = EnvironmentRow { name: name.into(), revision, ..row };
    Ok(RenamedEnvironment { row, environments: vec![name.into()] })
}

/// Deletes an environment with its keys, its segments and the states of its flags. Flags that no other environment has are
/// archived.
///
/// # Errors
/// [`Error::Conflict`] for the first of the project; [`Error::NotFound`]; the errors of `Change::begin_in`.
pub(crate) async fn delete_environment(backend: &Backend, target: &EnvironmentTarget) -> Result<DeletedEnvironment> {
    let id = target.environment_id;
    let mut change = Change::begin_in(backend, target).await?;
    let name = change.name(id).to_owned();
    if change.environments().first().is_some_and(|(_, first)| *first == id) {
        return Err(Error::Conflict(format!(
            "{name} is the first environment of project {}, the one that is meant where none is named; rename it, or delete \
             the project",
            target.project_id
        )));
    }
    let archived = archive_flags_only_in(&mut change, id).await?;
    change.write.delete_environment(id).await?;
    change
        .write
        .record(Entry {
            action: "environment.delete",
            target: &name,
            before: Some(&json!({"name": name})),
            ..target.entry()
        })
        .await?;
    change.commit().await?;
    Ok(DeletedEnvironment { environments: vec![name], archived })
}

/// Archives the flags that no other environment has. Returns their keys.
async fn archive_flags_only_in(change: &mut Change<'_>, environment_id: i64) -> Result<Vec<String>> {
    let flags = change.write.flags_only_in(environment_id).await?;
    if flags.is_empty() {
        return Ok(Vec::new());
    }
    let segments = Segments::from([(environment_id, change.write.segments(environment_id).await?)]);
    let keys = flags.iter().map(|(record, _)| record.key.clone()).collect();
    let flags = flags.into_iter().map(|(record, presence)| (record, BTreeMap::from([(environment_id, presence)])));
    archive::archive(change, flags.collect(), &segments).await?;
    Ok(keys)
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
