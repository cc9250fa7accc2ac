//! Bringing archived flags back.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::no_entry;
use crate::{
    flags::{Flag, SegmentRecord, asked_flags, check::Draft},
    operations::{Backend, Error, Result, change::Change, target::ProjectTarget},
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
    let mut drafts: BTreeMap<i64, Draft> = BTreeMap::new();
    for ((environment_id, key), segment) in &segments {
        drafts.entry(*environment_id).or_default().put_segment(key, &segment.rules);
    }
    for plan in &plans {
        let record = &plan.archived.record;
        for (environment_id, place) in &plan.places {
            drafts.entry(*environment_id).or_default().put_flag(&record.key, &record.shared, &place.state)?;
        }
    }
    change.touch(drafts.keys().copied().collect::<Vec<_>>()).await?;
    change.check(drafts, |_| None).await?;

    let with_segments: BTreeSet<String> = segments.keys().map(|(_, key)| key.clone()).collect();
    let segments = segments.into_iter().map(|((environment_id, _), segment)| (environment_id, segment));
    change.create_segments(&backend.limits, segments).await?;
    let with_flags = plans[1..].iter().map(|plan| plan.archived.record.key.clone()).collect();
    for Returning { archived, places } in plans {
        change.write.unarchive_flag(target.project_id, &archived).await?;
        for (environment_id, place) in places {
            let presence = change
                .write
                .create_presence(target.who.account_id, archived.record.id, environment_id, place.state)
                .await?;
            let flag = Flag::new(archived.record.clone(), presence);
            change.record_flag(environment_id, "flag.restore", archived.record.id, None, Some(&flag)).await?;
        }
    }
    Ok(RestoredFlag {
        key,
        environments: change.commit().await?,
        missing_environments,
        with_flags,
        with_segments: with_segments.into_iter().collect(),
    })
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
}

/// Adds the archived flags that flags ask, and those that these ask.
async fn find_references(
    change: &mut Change<'_>,
    plans: &mut Vec<Returning>,
    how: How,
    max_flags: usize,
) -> Result<()> {
    let mut known: BTreeSet<String> = plans.iter().map(|plan| plan.archived.record.key.clone()).collect();
    let mut position = 0;
    while let Some(plan) = plans.get(position).filter(|_| plans.len() <= max_flags) {
        let asked = plan.places.values().flat_map(|place| asked_flags(&place.state.rules));
        let asked: BTreeSet<String> = asked.filter(|key| !known.contains(*key)).map(str::to_owned).collect();
        for key in asked {
            let project_id = change.project().project_id;
            if change.write.flag(project_id, &key).await?.is_none()
                && let Some(archived) = change.write.archived_by_key(project_id, &key).await?
            {
                let (plan, _) = Returning::of(change, archived, how);
                // A flag whose environments are all gone stays in the archive.
                plans.extend((!plan.places.is_empty()).then_some(plan));
            }
            known.insert(key);
        }
        position += 1;
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
