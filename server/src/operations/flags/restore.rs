//! Making an old version of a flag the newest.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ChangedFlag, absent, at_version, check_size,
    shared::{draft_shared, update_shared},
};
use crate::{
    flags::{Flag, Presence, Record, Shared, State, check::Draft, moved},
    operations::{
        Backend, Error, Precondition, Result,
        change::Change,
        history::{Kind, flag_content, flag_here, no_version},
        precondition::tag,
        references::References,
        target::EnvironmentTarget,
    },
};

/// The version to restore, and the way to do it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Restoring {
    pub(crate) version: i64,
    /// Whether the fields that all environments share are restored too. `None` for those that do not differ, unless the target
    /// names no environment.
    pub(crate) shared: Option<bool>,
    /// With the flags that the version asks and the segments that it uses, where the environment lacks them.
    pub(crate) with_references: bool,
    /// Only tell what would change.
    pub(crate) dry_run: bool,
}

/// A flag after an old version was restored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoredVersion {
    #[serde(flatten)]
    pub(crate) changed: ChangedFlag,
    /// `true` if nothing was changed, because the request only asked what would be.
    dry_run: bool,
    /// The keys of the flags that came back to the environment with it, because it asks them.
    with_flags: Vec<String>,
    /// The keys of the segments that came back to the environment with it, because it uses them.
    with_segments: Vec<String>,
}

/// Makes an old version of a flag in the environment of the target the newest. A flag that left the environment comes back.
/// A version that equals the present one changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a version that the history does not have; [`Error::Conflict`] for shared fields that may not
/// change, and where the environment lacks what the version needs; [`Error::Outdated`]; [`Error::FlagNotFound`];
/// [`Error::LimitReached`]; the errors of `Change::begin_in`.
pub(crate) async fn restore_flag(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
    restoring: Restoring,
) -> Result<RestoredVersion> {
    let (here, dry_run) = (target.environment_id, restoring.dry_run);
    let mut change = Change::begin_in(backend, target).await?;
    let Some(before) = change.write.flag(target.project_id, key).await? else {
        return Err(absent(&change, target, key, &BTreeMap::new()));
    };
    let mut others = change.write.presences(before.id).await?;
    let old = others.remove(&here);
    match &old {
        Some(old) => precondition.check(&tag(old.version), || at_version(key, old.version))?,
        None => precondition.check_existence(false)?,
    }
    let subject = flag_here(target, before.id);
    let Some(document) = change.write.history_version(&subject, restoring.version).await? else {
        let range = change.write.history_range(&subject).await?;
        return Err(no_version(Kind::Flag, key, target, restoring.version, range));
    };
    let (shared, mut state) = flag_content(&document)?;
    let record = Record { shared: shared_after(&before.shared, shared, target, &restoring)?, ..before.clone() };
    state.settle(&record.shared);
    let is_same_shared = record.shared == before.shared;
    let is_same_state = old.as_ref().is_some_and(|old| old.state == state);
    if let Some(old) = old.clone().filter(|_| is_same_shared && is_same_state) {
        let changed = ChangedFlag { flag: Flag::new(before, old), environments: Vec::new(), moved: None };
        return Ok(RestoredVersion { changed, dry_run, with_flags: Vec::new(), with_segments: Vec::new() });
    }

    let references = match restoring.with_references {
        true => References::find(&mut change, target, &record.key, &state.rules).await?,
        false => References::default(),
    };
    let mut drafts = BTreeMap::new();
    draft_shared(&before, &record, &others, &mut drafts)?;
    let mut draft = Draft::default();
    check_size("flag", draft.put_flag(key, &record.shared, &state)?, &backend.limits)?;
    drafts.insert(here, draft);
    references.bringing.draft(&mut drafts)?;
    change.check(drafts, |_| None).await?;

    let with_flags = references.bringing.flags.iter().map(|(record, _)| record.key.clone()).collect();
    let with_segments = references.bringing.segment_keys();
    references.store(backend, &mut change).await?;
    if !is_same_shared {
        update_shared(&mut change, &before, &record, others).await?;
    }
    if !is_same_state || !record.shared.is_same_for_programs(&before.shared) {
        change.touch([here]).await?;
    }
    let moved = old.as_ref().and_then(|old| moved(&old.state.rules, &state.rules));
    let presence = put(&mut change, target, record.id, old.as_ref(), state).await?;
    let old = old.map(|old| Flag::new(before, old));
    let (flag_id, flag) = (record.id, Flag::new(record, presence));
    let version = Some(restoring.version);
    change.record_restored_flag(here, "flag.restore", flag_id, old.as_ref(), Some(&flag), version).await?;
    let changed = ChangedFlag { flag, environments: change.finish(dry_run).await?, moved };
    Ok(RestoredVersion { changed, dry_run, with_flags, with_segments })
}

/// Returns the shared fields afterwards.
fn shared_after(
    before: &Shared,
    of_version: Shared,
    target: &EnvironmentTarget,
    restoring: &Restoring,
) -> Result<Shared> {
    match restoring.shared {
        Some(true) => Ok(of_version),
        Some(false) => Ok(before.clone()),
        None if !target.is_named => Ok(of_version),
        None => {
            let fields = before.differences(&of_version);
            if fields.is_empty() {
                return Ok(of_version);
            }
            Err(Error::Conflict(format!(
                "{}: shared by all environments of the project, and version {} has another value; restore it in all of them \
                 with ?shared=true, or leave it as it is with ?shared=false",
                fields.join(", "),
                restoring.version
            )))
        }
    }
}

/// Gives the flag its next version in the environment of the target.
async fn put(
    change: &mut Change<'_>,
    target: &EnvironmentTarget,
    flag_id: i64,
    old: Option<&Presence>,
    state: State,
) -> Result<Presence> {
    let (account_id, here) = (target.who.account_id, target.environment_id);
    let Some(old) = old else {
        return Ok(change.write.create_presence(account_id, flag_id, here, state).await?);
    };
    let mut presence = old.clone();
    let state = (old.state != state).then_some(state);
    change.write.update_presence(account_id, flag_id, here, &mut presence, state).await?;
    Ok(presence)
}
