//! The world from the database: only what changed since the state before.

use std::{collections::HashMap, sync::Arc};

use sqlx::{Any, AnyConnection, Transaction};

use super::{Environment, HalfHash, KeyEntry, Project, World, environment::StoredFlag, halves};
use crate::{
    key::Kind,
    storage::{Storage, keys::hash_of_hex},
};

#[derive(sqlx::FromRow)]
struct EnvironmentRow {
    id: i64,
    project_id: i64,
    account_id: i64,
    flags_changed: i64,
    name: String,
    revision: i64,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: i64,
    account_id: i64,
    project_id: Option<i64>,
    environment_id: Option<i64>,
    kind: String,
    hash: String,
    revoked_at: Option<String>,
}

/// The newest state of the database; `None` when that is `old` already.
pub(super) async fn load(storage: &Storage, old: &World) -> anyhow::Result<Option<World>> {
    let mut transaction = storage.read().await?;
    let (sequence,): (i64,) =
        sqlx::query_as("SELECT sequence FROM meta WHERE id = 1").fetch_one(&mut *transaction).await?;
    if sequence == old.sequence {
        return Ok(None);
    }
    // A database that was restored may be behind what is in memory: then nothing in memory is worth anything.
    let nothing = World::default();
    let old = if sequence < old.sequence { &nothing } else { old };
    let rows: Vec<EnvironmentRow> = sqlx::query_as(
        "SELECT e.id, e.project_id, p.account_id, p.flags_changed, e.name, e.revision FROM environments e \
         JOIN projects p ON p.id = e.project_id ORDER BY e.id",
    )
    .fetch_all(&mut *transaction)
    .await?;
    let keys = load_keys(&mut transaction, old).await?;
    let mut projects: HashMap<i64, Project> = HashMap::new();
    let mut environments = HashMap::with_capacity(rows.len());
    for row in rows {
        let project = projects.entry(row.project_id).or_insert_with(|| Project {
            account_id: row.account_id,
            flags_changed: row.flags_changed,
            environments: Vec::new(),
        });
        project.environments.push((row.name.clone(), row.id));
        let known = old.environments.get(&row.id).filter(|known| known.revision == row.revision);
        let environment = match known {
            Some(known) => Arc::clone(known),
            None => Arc::new(load_environment(&mut transaction, &row).await?),
        };
        environments.insert(row.id, environment);
    }
    transaction.commit().await?;
    Ok(Some(World { sequence, projects: projects.into(), environments: environments.into(), keys }))
}

async fn load_keys(connection: &mut AnyConnection, old: &World) -> anyhow::Result<Arc<HashMap<HalfHash, KeyEntry>>> {
    // A key that went away with its project or environment leaves no row that changed; its scope is gone too, which is
    // what counts.
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT id, account_id, project_id, environment_id, kind, hash, revoked_at FROM keys WHERE changed > $1",
    )
    .bind(old.sequence)
    .fetch_all(connection)
    .await?;
    if rows.is_empty() {
        return Ok(Arc::clone(&old.keys));
    }
    let mut keys = HashMap::clone(&old.keys);
    for row in rows {
        let (Some(kind), Some(hash)) = (Kind::of_name(&row.kind), hash_of_hex(&row.hash)) else {
            tracing::error!(key_id = row.id, "a key in the database cannot be read; it opens nothing");
            continue;
        };
        let (selector, verifier) = halves(&hash);
        let entry = KeyEntry {
            id: row.id,
            kind,
            account_id: row.account_id,
            scope: row.project_id.zip(row.environment_id),
            revoked: row.revoked_at.is_some(),
            verifier,
        };
        keys.insert(selector, entry);
    }
    Ok(keys.into())
}

async fn load_environment(
    transaction: &mut Transaction<'static, Any>,
    row: &EnvironmentRow,
) -> anyhow::Result<Environment> {
    let flags: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT f.key, f.shared, s.state FROM flags f JOIN flag_states s ON s.flag_id = f.id \
         WHERE s.environment_id = $1 ORDER BY f.key",
    )
    .bind(row.id)
    .fetch_all(&mut **transaction)
    .await?;
    let segments: Vec<(String, String)> =
        sqlx::query_as("SELECT key, definition FROM segments WHERE environment_id = $1 ORDER BY key")
            .bind(row.id)
            .fetch_all(&mut **transaction)
            .await?;
    let (project_id, name, revision) = (row.project_id, row.name.clone(), row.revision);
    tokio::task::spawn_blocking(move || {
        let flags = flags.into_iter().map(|(key, shared, state)| StoredFlag { key, shared, state }).collect();
        Environment::compile(project_id, name, revision, flags, segments)
    })
    .await?
}
