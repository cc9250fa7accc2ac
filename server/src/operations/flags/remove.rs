//! Taking a flag out of environments. Once no environment has it, it is in the archive.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::{absent, at_version};
use crate::{
    flags::{Flag, check::Draft},
    operations::{
        Backend, Precondition, Result, archive, change::Change, precondition::tag, target::EnvironmentTarget,
    },
};

/// A flag that was taken out of environments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemovedFlag {
    pub(crate) key: String,
    /// The names of the environments that it left, in the project's order.
    pub(crate) environments: Vec<String>,
    /// The id of its entry in the archive; missing while another environment has the flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) archive_id: Option<i64>,
}

/// Takes a flag out of the environment that the target names, and out of all where it names none. A flag that leaves its last
/// environment is archived.
///
/// # Errors
/// [`Error::Conflict`] where other flags ask it; [`Error::Outdated`]; [`Error::FlagNotFound`]; the errors of
/// `Change::begin_in`.
pub(crate) async fn remove_flag(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
) -> Result<RemovedFlag> {
    let here = target.environment_id;
    let mut change = Change::begin_in(backend, target).await?;
    let Some(record) = change.write.flag(target.project_id, key).await? else {
        return Err(absent(&change, target, key, &BTreeMap::new()));
    };
    let mut presences = change.write.presences(record.id).await?;
    match presences.get(&here) {
        Some(presence) => precondition.check(&tag(presence.version), || at_version(key, presence.version))?,
        None if target.is_named => return Err(absent(&change, target, key, &presences)),
        // The tags of a flag are those of an environment.
        None => precondition.check_existence(false)?,
    }
    let is_last = !target.is_named || presences.len() == 1;
    if !is_last {
        presences.retain(|environment_id, _| *environment_id == here);
    }
    let leaving: BTreeSet<i64> = presences.keys().copied().collect();
    let mut draft = Draft::default();
    draft.delete_flag(key);
    let drafts = leaving.iter().map(|environment_id| (*environment_id, draft.clone())).collect();
    change.check(drafts, |_| None).await?;

    let archive_id = if is_last {
        let segments = archive::segments_of(&mut change, &presences).await?;
        Some(archive::archive(&mut change, vec![(record, presences)], &segments).await?.start)
    } else {
        for (environment_id, presence) in presences {
            change.write.delete_presences(&[(record.id, environment_id, presence.version)]).await?;
            let before = Flag::new(record.clone(), presence);
            change.record_flag(environment_id, "flag.delete", record.id, Some(&before), None).await?;
        }
        None
    };
    change.touch(leaving).await?;
    Ok(RemovedFlag { key: key.into(), environments: change.commit().await?, archive_id })
}
