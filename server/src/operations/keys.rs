//! Keys of projects, and API keys of accounts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Backend, By, Error, Result, Who,
    access::{self, Author},
    names,
    target::ProjectTarget,
};
use crate::{
    key::Kind,
    quote::quoted,
    rights::{Need, Place, Rights, Role},
    storage::{
        Write,
        audit::{Actor, Entry},
        keys::{Grant, KeyRow, Owner},
    },
};

/// The keys of a new environment.
pub(super) struct Pair {
    pub(super) sdk_key: String,
    pub(super) server_key: String,
}

/// A new key with its text, which is shown this once.
#[derive(Debug)]
pub(crate) struct CreatedKey {
    pub(crate) row: KeyRow,
    pub(crate) text: String,
}

/// Creates an SDK or server key for an environment of a project; for its first without a name.
///
/// # Errors
/// [`Error::Invalid`] for an invalid name or an environment that does not exist; [`Error::LimitReached`];
/// [`Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn create_key(
    backend: &Backend,
    target: &ProjectTarget,
    kind: Kind,
    name: &str,
    environment: Option<&str>,
) -> Result<CreatedKey> {
    let name = names::title("name", name)?;
    let (mut write, held) = access::begin_held(&backend.follower, &target.who).await?;
    let environments = write.environments(target.project_id).await?;
    if environments.is_empty() {
        return Err(Error::no_project(target.project_id));
    }
    let found = match environment {
        None => environments.first(),
        Some(name) => environments.iter().find(|environment| environment.name == name),
    };
    let environment = found.ok_or_else(|| {
        let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
        Error::Invalid(format!("environment: the project has no such environment, only {}", names.join(", ")))
    })?;
    let place = Place::Environment(target.project_id, environment.id);
    access::check(&held, Need { role: Role::Admin, place })?;
    let environment = Some((environment.id, environment.name.as_str()));
    let (owner, maker_id) = (target.owner(), target.who.member_id);
    let grant = Grant { owner, kind, name, environment, rights: None, ends_at: None, maker_id };
    finish_creation(backend, write, &target.who, grant).await
}

/// The rights that a new API key is to have, and its end.
#[derive(Debug, Default)]
pub(crate) struct ApiKeyScope {
    /// The role; admin without one.
    pub(crate) role: Option<Role>,
    /// The ids of the only projects where it holds; `None` for the whole account.
    pub(crate) projects: Option<BTreeSet<i64>>,
    /// The names of the only environments of these projects where it holds; `None` for all.
    pub(crate) environments: Option<BTreeSet<String>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
}

impl ApiKeyScope {
    /// Finds the projects and environments.
    async fn rights(&self, write: &mut Write) -> Result<Rights> {
        let role = self.role.unwrap_or(Role::Admin);
        let Some(projects) = &self.projects else {
            return match self.environments {
                None => Ok(Rights::of_account(role)),
                Some(_) => Err(Error::Invalid("projects: missing; they say whose environments are meant".into())),
            };
        };
        let rights = Rights::in_projects(role, projects.iter().copied());
        let Some(names) = &self.environments else { return Ok(rights) };
        let mut known = Vec::new();
        for project_id in projects {
            known.extend(write.environments(*project_id).await?);
        }
        if let Some(name) = names.iter().find(|name| known.iter().all(|environment| environment.name != **name)) {
            return Err(Error::Invalid(format!("environments: these projects have no environment {}", quoted(name))));
        }
        if names.is_empty() {
            return Err(Error::Invalid("environments: expected at least one; leave it out for all".into()));
        }
        let environments = known.iter().filter(|environment| names.contains(&environment.name));
        Ok(Rights { environments: Some(environments.map(|environment| environment.id).collect()), ..rights })
    }
}

/// Creates an API key.
///
/// # Errors
/// [`Error::Invalid`] for an invalid name, scope or end; [`Error::Forbidden`] for more rights than the caller holds;
/// [`Error::LimitReached`]; the errors of [`access::begin`].
pub(crate) async fn create_api_key(
    backend: &Backend,
    who: &Who,
    name: &str,
    scope: &ApiKeyScope,
) -> Result<CreatedKey> {
    let name = names::title("name", name)?;
    if scope.ends_at.is_some_and(|end| end <= Utc::now()) {
        return Err(Error::Invalid("ends_at: expected a time in the future".into()));
    }
    let (mut write, held) = access::begin_held(&backend.follower, who).await?;
    let rights = scope.rights(&mut write).await?;
    access::check_grant(&mut write, who.account_id, &held, &rights).await?;
    let grant = Grant { ends_at: scope.ends_at, ..Grant::api(who.account_id, who.member_id, name, &rights) };
    finish_creation(backend, write, who, grant).await
}

/// Revokes a key of a project. Revoking it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] without the right in its environment; the errors of [`access::begin`].
pub(crate) async fn revoke_key(backend: &Backend, target: &ProjectTarget, key_id: i64) -> Result<()> {
    revoke(backend, &target.who, target.owner(), key_id).await
}

/// Revokes an API key. Revoking it again changes nothing.
///
/// # Errors
/// [`Error::Conflict`] for the last API key that may do everything; [`Error::Forbidden`] for one that may do what the caller
/// may not; [`Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn revoke_api_key(backend: &Backend, who: &Who, key_id: i64) -> Result<()> {
    revoke(backend, who, api_keys_of(who), key_id).await
}

/// The keys to list: at most `limit`, with ids above `after`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeysPage {
    pub(crate) after: i64,
    pub(crate) limit: usize,
}

/// Keys, and whether there are more.
#[derive(Debug)]
pub(crate) struct ListedKeys {
    pub(crate) keys: Vec<KeyRow>,
    pub(crate) has_next: bool,
}

/// Lists the keys of a project, oldest first, revoked ones too.
///
/// # Errors
/// The database fails.
pub(crate) async fn list_keys(backend: &Backend, target: &ProjectTarget, page: KeysPage) -> Result<ListedKeys> {
    list(backend, target.owner(), page).await
}

/// Lists the API keys of the account, oldest first, revoked ones too.
pub(crate) async fn list_api_keys(backend: &Backend, who: &Who, page: KeysPage) -> Result<ListedKeys> {
    list(backend, api_keys_of(who), page).await
}

async fn list(backend: &Backend, owner: Owner, KeysPage { after, limit }: KeysPage) -> Result<ListedKeys> {
    let at_most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut keys = backend.follower.storage().keys(owner, after, at_most).await?;
    let has_next = keys.len() > limit;
    keys.truncate(limit);
    Ok(ListedKeys { keys, has_next })
}

fn api_keys_of(who: &Who) -> Owner {
    Owner { account_id: who.account_id, project_id: None }
}

async fn finish_creation(backend: &Backend, mut write: Write, who: &Who, grant: Grant<'_>) -> Result<CreatedKey> {
    // A lost key has a way back on the machine, whatever the limit.
    if !matches!(who.by, By::CommandLine) {
        check_limit(&mut write, grant.owner, 1, backend.accounts.max_keys).await?;
    }
    let (row, text) = create(&mut write, who.actor(), grant).await?;
    backend.follower.commit(write).await?;
    Ok(CreatedKey { row, text })
}

async fn revoke(backend: &Backend, who: &Who, owner: Owner, key_id: i64) -> Result<()> {
    let (mut write, held) = access::begin_held(&backend.follower, who).await?;
    let row = write.key(owner, key_id).await?.ok_or_else(|| Error::NotFound(format!("no key {key_id} here")))?;
    let rights = row.rights()?.unwrap_or_default();
    match (owner.project_id, row.environment_id) {
        (Some(project_id), Some(id)) => {
            access::check(&held, Need { role: Role::Admin, place: Place::Environment(project_id, id) })?;
        }
        _ if !held.cover(&rights) => {
            return Err(Error::Forbidden(format!(
                "key {key_id} may do more than you; ask an admin of the whole account"
            )));
        }
        _ => {}
    }
    if row.revoked_at.is_some() {
        return Ok(());
    }
    // Counted in the write: of two keys that revoke each other one stays.
    let is_needed = rights == Rights::of_account(Role::Admin) && row.ends_at.is_none();
    if is_needed && write.count_admin_keys(who.account_id).await? <= 1 {
        return Err(Error::Conflict(
            "this is the last API key without an end that may do everything in the account; create another API key first, and use that to revoke this one"
                .into(),
        ));
    }
    write.revoke_key(key_id).await?;
    write
        .record(Entry {
            project_id: owner.project_id,
            environment: row.environment.as_deref(),
            action: "key.revoke",
            target: &key_id.to_string(),
            before: Some(&describe(&row)?),
            ..who.entry()
        })
        .await?;
    backend.follower.commit(write).await?;
    Ok(())
}

/// Refuses more keys than an owner may have.
pub(super) async fn check_limit(write: &mut Write, owner: Owner, more: u32, limit: u32) -> Result<()> {
    if write.count_keys(owner).await? + i64::from(more) <= i64::from(limit) {
        return Ok(());
    }
    let whose = if owner.project_id.is_some() { "keys a project" } else { "API keys an account" };
    Err(Error::LimitReached(format!("this server allows {limit} valid {whose} (--max-keys); revoke one first")))
}

/// Creates a key and records that, as a part of `write`.
pub(super) async fn create(write: &mut Write, actor: Actor, grant: Grant<'_>) -> Result<(KeyRow, String)> {
    let (row, text) = write.create_key(grant).await?;
    write
        .record(Entry {
            project_id: grant.owner.project_id,
            environment: row.environment.as_deref(),
            action: "key.create",
            target: &row.id.to_string(),
            after: Some(&describe(&row)?),
            ..Entry::by(actor, grant.owner.account_id)
        })
        .await?;
    Ok((row, text))
}

/// Creates the keys of a new environment, as a part of `write`.
pub(super) async fn create_pair(
    write: &mut Write,
    author: Author,
    project_id: i64,
    environment: (i64, &str),
) -> Result<Pair> {
    let Author { account_id, actor, member_id: maker_id } = author;
    let owner = Owner { account_id, project_id: Some(project_id) };
    let environment = Some(environment);
    let grant = Grant { owner, kind: Kind::Sdk, name: "first", environment, rights: None, ends_at: None, maker_id };
    let (_, sdk_key) = create(write, actor, grant).await?;
    let (_, server_key) = create(write, actor, Grant { kind: Kind::Server, ..grant }).await?;
    Ok(Pair { sdk_key, server_key })
}

/// Describes a key for the audit.
fn describe(row: &KeyRow) -> Result<serde_json::Value> {
    let mut described = json!({"kind": row.kind, "name": row.name, "ending": row.ending});
    if let Some(rights) = row.rights()? {
        described["rights"] = serde_json::to_value(rights)?;
    }
    if let Some(end) = &row.ends_at {
        described["ends_at"] = end.as_str().into();
    }
    Ok(described)
}
