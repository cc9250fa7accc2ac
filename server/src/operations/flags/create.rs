//! Creating a flag, in all environments at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{check_size, own_place};
use crate::{
    flags::{Changes, Flag, Problems, Segment, SegmentRecord, check::Draft, used_segments},
    operations::{Backend, Error, Result, change::Change, target::EnvironmentTarget},
    storage::states::StoredState,
    world::World,
};

/// Creates a flag in all environments: as given in the target, with the same fields but switched off in the others. Segments
/// that its rules use and that an environment lacks are copied there.
///
/// # Errors
/// [`Error::Invalid`] for fields that are wrong; [`Error::Conflict`] where the key is taken or the flag does not fit into an
/// environment; [`Error::LimitReached`]; the errors of `Change::begin`.
pub(crate) async fn create_flag(
    backend: &Backend,
    target: &EnvironmentTarget,
    fields: Map<String, Value>,
) -> Result<Flag> {
    let limits = &backend.limits;
    let mut problems = Problems::default();
    let changes = Changes::read(fields, limits, &mut problems);
    if changes.version.is_some() {
        problems.add("version", "the server gives it; leave it out");
    }
    let (key, shared, state) = changes.into_flag(&mut problems);
    problems.into_result().map_err(Error::Invalid)?;
    let key = key.unwrap_or_default();
    let mut draft = Draft::default();
    check_size("flag", draft.put_flag(&key, &shared, &state)?, limits)?;

    let mut change = Change::begin(backend, target).await?;
    if change.write.flag(target.project_id, &key).await?.is_some() {
        return Err(Error::Conflict(format!("key: a flag {key:?} exists already")));
    }
    if change.write.count_flags(target.project_id).await? >= limits.max_flags {
        let message =
            format!("the project has {} flags, which is what this server allows (--max-flags)", limits.max_flags);
        return Err(Error::LimitReached(message));
    }
    let off = state.switched_off();
    let mut drafts = BTreeMap::from([(target.environment_id, draft)]);
    for environment_id in change.everywhere().into_iter().filter(|id| *id != target.environment_id) {
        let mut draft = Draft::default();
        draft.put_flag(&key, &shared, &off)?;
        drafts.insert(environment_id, draft);
    }
    let used = used_segments(&state.rules).into_iter().map(str::to_owned).collect();
    let given =
        if BTreeSet::is_empty(&used) { Vec::new() } else { change.write.segments(target.environment_id).await? };
    let others = change.environments.clone().into_iter().filter(|(_, id)| *id != target.environment_id);
    let brought = bring_segments(change.world(), others, &used, &given, &mut drafts);
    change.check(drafts, own_place(&key)).await?;

    write_segments(&mut change, brought).await?;
    let record = change.write.create_flag(target.project_id, &key, &shared).await?;
    let states = change.everywhere().into_iter().map(|environment_id| {
        let state = if change.is_target(environment_id) { &state } else { &off };
        StoredState::new(record.id, environment_id, state)
    });
    let states = states.collect::<serde_json::Result<Vec<_>>>()?;
    change.write.put_states(target.who.account_id, &states).await?;
    change.touch_all().await?;
    let flag = Flag::new(record, state);
    change.record("flag.create", &key, None, Some(&flag)).await?;
    change.commit().await?;
    Ok(flag)
}

/// A segment that an environment gets because a new flag uses it: the environment's name and id.
pub(in crate::operations) type Brought = Vec<(String, i64, SegmentRecord)>;

/// Finds the segments that new flags use and that other environments lack: a flag exists everywhere, so its segments must
/// too. An environment that has a segment of that name keeps its own. `others` are the names and ids of the environments.
pub(in crate::operations) fn bring_segments(
    world: &World,
    others: impl Iterator<Item = (String, i64)>,
    used: &BTreeSet<String>,
    given: &[SegmentRecord],
    drafts: &mut BTreeMap<i64, Draft>,
) -> Brought {
    let mut brought = Vec::new();
    for (name, environment_id) in others {
        let has = |key: &str| world.environment(environment_id).is_some_and(|other| other.flags.has_segment(key));
        for segment in given.iter().filter(|segment| used.contains(&segment.key) && !has(&segment.key)) {
            drafts.entry(environment_id).or_default().put_segment(&segment.key, &segment.rules);
            brought.push((name.clone(), environment_id, segment.clone()));
        }
    }
    brought
}

/// Creates the segments that [`bring_segments`] found.
async fn write_segments(change: &mut Change<'_>, brought: Brought) -> Result<()> {
    for (environment, environment_id, segment) in brought {
        let record = change.write.create_segment(environment_id, &segment.key, segment.rules).await?;
        let after = Segment::from(record);
        change.record_in(&environment, "segment.create", &segment.key, None, Some(&after)).await?;
        change.touch(&[environment_id]).await?;
    }
    Ok(())
}
