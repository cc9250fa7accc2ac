//! The archive of a project: flags that are in no environment any more, with all that they had.

mod erase;
mod read;
mod restore;

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

pub(crate) use erase::{ErasedFlag, erase};
pub(crate) use read::{list, read};
pub(crate) use restore::{How, RestoredFlag, restore};

use super::{Error, Result, change::Change};
use crate::{
    flags::{Flag, Presence, Record, SegmentRecord, used_segments},
    storage::archive::Leaving,
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

/// Archives flags, each with all its presences, as a part of a change that judges the environments without them. Returns the
/// entries' ids in the same order.
pub(super) async fn archive(
    change: &mut Change<'_>,
    flags: Vec<(Record, BTreeMap<i64, Presence>)>,
    segments: &Segments,
) -> Result<Range<i64>> {
    let leaving = flags.iter().map(|(record, presences)| leaving(change.environments(), record, presences, segments));
    let leaving = leaving.collect::<Result<Vec<_>>>()?;
    let project = change.project();
    let (account_id, actor) = (project.who.account_id, project.who.actor());
    let ids = change.write.archive_flags(account_id, project.project_id, actor, &leaving).await?;
    for (record, presences) in flags {
        for (environment_id, presence) in presences {
            let before = Flag::new(record.clone(), presence);
            change.record_flag(environment_id, "flag.archive", record.id, Some(&before), None).await?;
        }
    }
    Ok(ids)
}

/// Makes a flag ready to be archived. `environments` are the names and ids of those of the project.
pub(super) fn leaving(
    environments: &[(String, i64)],
    record: &Record,
    presences: &BTreeMap<i64, Presence>,
    segments: &Segments,
) -> Result<Leaving> {
    let mut leaving = Leaving::new(record)?;
    for (name, id) in environments {
        let Some(presence) = presences.get(id) else { continue };
        let used = used_segments(&presence.state.rules);
        let there = segments.get(id).into_iter().flatten();
        leaving.add((name, *id), presence, there.filter(|segment| used.contains(segment.key.as_str())))?;
    }
    Ok(leaving)
}

/// Returns the error for an entry that is not there.
fn no_entry(id: i64) -> Error {
    Error::NotFound(format!("the archive of the project has no entry {id}"))
}
