//! The archive of a project: flags that are in no environment any more, with all that they had.

mod erase;
mod prune;
mod read;
mod restore;

use std::collections::{BTreeMap, HashMap};

pub(crate) use erase::{ErasedFlag, erase};
pub(crate) use prune::prune;
pub(crate) use read::{list, read};
pub(crate) use restore::{How, RestoredFlag, restore};

use super::{Error, Result, change::Change};
use crate::{
    flags::{Flag, Presence, Record, SegmentRecord, used_segments},
    storage::archive::{Leaving, LeavingState},
};

/// The segments of environments, by the environments' ids.
pub(super) type Segments = HashMap<i64, Vec<SegmentRecord>>;

/// Reads the segments of the environments where a flag uses any.
pub(super) async fn segments_of(change: &mut Change<'_>, presences: &BTreeMap<i64, Presence>) -> Result<Segments> {
    let mut segments = Segments::new();
    for (environment_id, presence) in presences {
        if !used_segments(&presence.state.rules).is_empty() {
            segments.insert(*environment_id, change.write.segments(*environment_id).await?);
        }
    }
    Ok(segments)
}

/// Archives a flag, as a part of a change that judges the environments without it. `presences` are all that it has. Returns
/// the entry's id.
pub(super) async fn archive(
    change: &mut Change<'_>,
    record: Record,
    presences: BTreeMap<i64, Presence>,
    segments: &Segments,
) -> Result<i64> {
    let project = change.project();
    let names: Vec<(i64, String)> = presences.keys().map(|id| (*id, change.name(*id).to_owned())).collect();
    let states = presences.values().zip(&names).map(|(presence, (environment_id, environment))| {
        let used = used_segments(&presence.state.rules);
        let there = segments.get(environment_id).into_iter().flatten();
        LeavingState {
            environment_id: *environment_id,
            environment,
            presence,
            segments: there.filter(|segment| used.contains(segment.key.as_str())).collect(),
        }
    });
    let leaving = Leaving {
        account_id: project.who.account_id,
        project_id: project.project_id,
        actor: project.who.actor(),
        record: &record,
        states: states.collect(),
    };
    let id = change.write.archive_flag(leaving).await?;
    for (environment_id, presence) in presences {
        let before = Flag::new(record.clone(), presence);
        change.record_flag(environment_id, "flag.archive", record.id, Some(&before), None).await?;
    }
    Ok(id)
}

/// Returns the error for an entry that is not there.
fn no_entry(id: i64) -> Error {
    Error::NotFound(format!("the archive of the project has no entry {id}"))
}
