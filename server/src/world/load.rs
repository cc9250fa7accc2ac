//! The world from the database: only what changed since the state before.

use std::{collections::HashMap, sync::Arc};

use super::{Environment, HalfHash, KeyEntry, Members, Project, World, halves};
use crate::{
    flags::{Compiled, Labels},
    storage::{
        Mark, Storage,
        load::{EnvironmentHead, Reading},
    },
};

/// Environments that the engine judged for a write, by id.
pub(crate) type JudgedEnvironments = HashMap<i64, Compiled>;

/// A write with the environments that it changed. They are what the write wrote, byte for byte.
#[derive(Debug, Default)]
pub(crate) struct JudgedWrite {
    pub(crate) mark: Mark,
    pub(crate) environments: JudgedEnvironments,
}

/// Loads the newest state of the database; `None` when that is `old` already. Environments that `judged` has are not read
/// again.
pub(super) async fn load(storage: &Storage, old: &World, mut judged: JudgedWrite) -> anyhow::Result<Option<World>> {
    let mut reading = storage.reading().await?;
    let mark = reading.newest;
    if mark == old.mark {
        return Ok(None);
    }
    // A database that was restored, or a standby that took over, may lack what is in memory: then nothing in memory is
    // worth anything.
    let nothing = World { epoch: old.epoch + 1, ..World::default() };
    let old = if reading.continues(old.mark).await? { old } else { &nothing };
    if !judged.environments.is_empty() && mark != judged.mark && !reading.continues(judged.mark).await? {
        // It was not committed, or is lost.
        judged.environments.clear();
    }
    let heads = reading.environments().await?;
    let keys = load_keys(&mut reading, old).await?;
    let members = load_members(&mut reading, old).await?;
    let mut projects: HashMap<i64, Project> = HashMap::new();
    let mut environments = HashMap::with_capacity(heads.len());
    let changed: HashMap<i64, i64> = heads.iter().map(|head| (head.id, head.changed)).collect();
    for head in heads {
        let project = projects
            .entry(head.project_id)
            .or_insert_with(|| Project { account_id: head.account_id, environments: Vec::new() });
        project.environments.push((head.name.clone(), head.id));
        let id = head.id;
        let known = old.environments.get(&id).filter(|known| known.revision == head.revision);
        let environment = match known {
            Some(known) => Arc::clone(known),
            None => {
                // The last write that changed it is the one that was judged.
                let judged = judged.environments.remove(&id).filter(|_| head.revision == judged.mark.sequence);
                Arc::new(load_environment(&mut reading, head, judged).await?)
            }
        };
        environments.insert(id, environment);
    }
    reading.end().await?;
    let (projects, environments, changed) = (projects.into(), environments.into(), changed.into());
    Ok(Some(World { mark, epoch: old.epoch, projects, environments, changed, keys, members }))
}

async fn load_keys(reading: &mut Reading, old: &World) -> anyhow::Result<Arc<HashMap<HalfHash, KeyEntry>>> {
    // A key that was deleted with its project or environment is not among the changed ones. Its scope is gone too, and
    // that counts.
    let changed = reading.keys_changed_after(old.mark.sequence).await?;
    if changed.is_empty() {
        return Ok(Arc::clone(&old.keys));
    }
    let mut keys = HashMap::clone(&old.keys);
    for key in changed {
        let (selector, verifier) = halves(&key.hash);
        let entry = KeyEntry {
            id: key.id,
            kind: key.kind,
            account_id: key.account_id,
            scope: key.scope,
            revoked: key.is_revoked,
            ends_at: key.ends_at,
            maker_id: key.maker_id,
            rights: key.rights.map(Arc::new),
            use_mark: keys.get(&selector).map(|known| Arc::clone(&known.use_mark)).unwrap_or_default(),
            verifier,
        };
        keys.insert(selector, entry);
    }
    Ok(keys.into())
}

async fn load_members(reading: &mut Reading, old: &World) -> anyhow::Result<Arc<Members>> {
    let changed = reading.members_changed_after(old.mark.sequence).await?;
    if changed.is_empty() {
        return Ok(Arc::clone(&old.members));
    }
    let mut members = Members::clone(&old.members);
    for member in changed {
        let id = (member.account_id, member.person_id);
        match member.rights {
            Some(rights) => _ = members.insert(id, rights.into()),
            None => _ = members.remove(&id),
        }
    }
    Ok(members.into())
}

async fn load_environment(
    reading: &mut Reading,
    head: EnvironmentHead,
    judged: Option<Compiled>,
) -> anyhow::Result<Environment> {
    let labels = Labels { project_id: head.project_id, environment: head.name, revision: head.revision };
    if let Some(flags) = judged {
        return Ok(tokio::task::spawn_blocking(move || Environment::new(labels, flags)).await?);
    }
    let content = reading.content(head.id).await?;
    tokio::task::spawn_blocking(move || Environment::compile(labels, content)).await?
}
