//! Bringing archived flags back.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::no_entry;
use crate::{
    flags::{Record, SegmentRecord, State, check::Draft},
    operations::{
        Backend, Error, Result,
        bring::{Asked, Bringing},
        change::Change,
        target::ProjectTarget,
    },
    storage::archive::{Archived, ArchivedState},
};

/// The way in which a flag comes back.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct How {
    /// Enabled where it was, and not switched off everywhere.
    pub(crate) as_was: bool,
    /// With the archived flags that it asks and the segments that it uses, where they are missing.
    pub(crate) with_references: bool,
}

/// A flag that came back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoredFlag {
    key: String,
    /// The names of the environments where something changed, in the project's order.
    environments: Vec<String>,
    /// The names of the environments that it was in and that the project has no more.
    missing_environments: Vec<String>,
    /// The keys of the flags that came back with it, because it asks them.
    with_flags: Vec<String>,
    /// The keys of the segments that came back with it, because it uses them.
    with_segments: Vec<String>,
}

/// Brings an archived flag back into the environments that it was in: those of the same id, or of the same name where that
/// is gone. The flag is switched off, unless `how` says otherwise.
///
/// # Errors
/// [`Error::Conflict`] where its key is taken, all its environments are gone, or an environment lacks what it needs;
/// [`Error::LimitReached`]; [`Error::NotFound`]; the errors of `Change::begin`.
pub(crate) async fn restore(backend: &Backend, target: &ProjectTarget, id: i64, how: How) -> Result<RestoredFlag> {
    let mut change = Change::begin(backend, target).await?;
    let archived = change.write.archived(target.project_id, id).await?.ok_or_else(|| no_entry(id))?;
    let key = archived.record.key.clone();
    if change.write.flag(target.project_id, &key).await?.is_some() {
        return Err(Error::Conflict(format!(
            "key: a flag {key:?} exists again; archive that one first, and then restore entry {id}"
        )));
    }
    let (plan, missing_environments) = Returning::of(&change, archived, how);
    if plan.places.is_empty() {
        return Err(Error::Conflict(format!(
            "flag {key:?} was in {} alone, which the project has no more; create an environment of that name first",
            missing_environments.join(", ")
        )));
    }
    let mut plans = vec![plan];
    if how.with_references {
        find_references(&mut change, &mut plans, how, backend.limits.max_flags).await?;
    }
    change.check_limit(&backend.limits, plans.len()).await?;

    let segments = if how.with_references { missing_segments(&mut change, &plans).await? } else { BTreeMap::new() };
    let with_flags = plans[1..].iter().map(|plan| plan.archived.record.key.clone()).collect();
    for plan in &plans {
        change.write.unarchive_flag(target.project_id, &plan.archived).await?;
    }
    let bringing = Bringing { flags: plans.into_iter().map(Returning::coming).collect(), segments };
    let with_segments = bringing.segment_keys();
    let mut drafts: BTreeMap<i64, Draft> = BTreeMap::new();
    bringing.draft(&mut drafts)?;
    change.touch(drafts.keys().copied().collect::<Vec<_>>()).await?;
    change.check(drafts, |_| None).await?;
    bringing.store(backend, &mut change, "flag.restore").await?;
    Ok(RestoredFlag { key, environments: change.commit().await?, missing_environments, with_flags, with_segments })
}

/// A flag that comes back.
struct Returning {
    archived: Archived,
    /// What it has, by the ids of the environments that it comes back to.
    places: BTreeMap<i64, ArchivedState>,
}

impl Returning {
    /// Finds the environments of an archived flag. Returns also the names of those that are gone.
    fn of(change: &Change<'_>, mut archived: Archived, how: How) -> (Self, Vec<String>) {
        let environments = change.environments();
        let (mut places, mut missing) = (BTreeMap::new(), Vec::new());
        let states = archived.states.drain(..).map(|mut place| {
            place.state.enabled &= how.as_was;
            place
        });
        let (known, gone): (Vec<_>, Vec<_>) =
            states.partition(|place| environments.iter().any(|(_, id)| *id == place.environment_id));
        places.extend(known.into_iter().map(|place| (place.environment_id, place)));
        for place in gone {
            match environments.iter().find(|(name, _)| *name == place.environment) {
                Some((_, id)) => _ = places.entry(*id).or_insert(place),
                None => missing.push(place.environment),
            }
        }
        (Self { archived, places }, missing)
    }

    fn coming(self) -> (Record, BTreeMap<i64, State>) {
        let states = self.places.into_iter().map(|(environment_id, place)| (environment_id, place.state));
        (self.archived.record, states.collect())
    }
}

/// Adds the archived flags that flags ask, and those that these ask.
async fn find_references(
    change: &mut Change<'_>,
    plans: &mut Vec<Returning>,
    how: How,
    max_flags: usize,
) -> Result<()> {
    let project_id = change.project().project_id;
    let Some(first) = plans.first() else { return Ok(()) };
    let mut asked = Asked::by(&first.archived.record.key);
    first.places.values().for_each(|place| asked.add(&place.state.rules));
    while plans.len() <= max_flags
        && let Some(key) = asked.next()
    {
        if change.write.flag(project_id, &key).await?.is_none()
            && let Some(archived) = change.write.archived_by_key(project_id, &key).await?
        {
            let (plan, _) = Returning::of(change, archived, how);
            // A flag whose environments are all gone stays in the archive.
            if !plan.places.is_empty() {
                plan.places.values().for_each(|place| asked.add(&place.state.rules));
                plans.push(plan);
            }
        }
    }
    Ok(())
}

/// Finds the segments that flags used and that their environments lack.
async fn missing_segments(
    change: &mut Change<'_>,
    plans: &[Returning],
) -> Result<BTreeMap<(i64, String), SegmentRecord>> {
    let mut missing = BTreeMap::new();
    for (environment_id, place) in plans.iter().flat_map(|plan| &plan.places) {
        for segment in &place.segments {
            if change.write.segment(*environment_id, &segment.key).await?.is_none() {
                missing.entry((*environment_id, segment.key.clone())).or_insert_with(|| segment.clone());
            }
        }
    }
    Ok(missing)
}
