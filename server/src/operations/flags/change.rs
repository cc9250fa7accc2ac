//! Changing a flag. It is read, changed, judged and written within one write, so that no other change is lost.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    ChangedFlag, absent, at_version, check_size, own_place,
    shared::{differing, draft_shared, update_shared},
};
use crate::{
    flags::{Changes, Flag, Problems, check::Draft, moved},
    operations::{
        Backend, Error, Precondition, Result,
        change::Change,
        precondition::{check_version, tag},
        target::EnvironmentTarget,
    },
};

/// Changes the fields of a flag that are given, in the environment of the target. A change that changes nothing keeps the
/// version.
///
/// Shared fields change in all environments that have the flag, if the target names no environment or `is_shared` says so.
///
/// # Errors
/// [`Error::Invalid`] for fields that are wrong; [`Error::Conflict`] for shared fields that may not change, and where other
/// flags or environments need what the change takes away; [`Error::Outdated`]; [`Error::FlagNotFound`]; the errors of
/// `Change::begin_in`.
pub(crate) async fn change_flag(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
    fields: Map<String, Value>,
    is_shared: bool,
) -> Result<ChangedFlag> {
    let mut problems = Problems::default();
    let changes = Changes::read(fields, &backend.limits, &mut problems);
    if changes.key.as_deref().is_some_and(|other| other != key) {
        problems.add(
            "key",
            format!("a flag keeps its key, {key:?}: with another one the users of percentages would change"),
        );
    }
    problems.into_result().map_err(Error::Invalid)?;

    let here = target.environment_id;
    let mut change = Change::begin_in(backend, target).await?;
    let found = change.write.flag(target.project_id, key).await?;
    let mut others = match &found {
        Some(record) => change.write.presences(record.id).await?,
        None => BTreeMap::new(),
    };
    let (Some(before), Some(old)) = (found, others.remove(&here)) else {
        return Err(absent(&change, target, key, &others));
    };
    precondition.check(&tag(old.version), || at_version(key, old.version))?;
    check_version(changes.version, old.version, || at_version(key, old.version))?;

    let (mut record, mut state) = (before.clone(), old.state.clone());
    changes.apply(&mut record.shared, &mut state);
    state.settle(&record.shared);
    let (is_same_shared, is_same_state) = (record.shared == before.shared, state == old.state);
    if is_same_shared && is_same_state {
        return Ok(ChangedFlag { flag: Flag::new(before, old), environments: Vec::new(), moved: None });
    }
    if target.is_named
        && !is_shared
        && let Some(message) = differing(&before.shared, &record.shared)
    {
        return Err(Error::Conflict(message));
    }
    let has_same_values = record.shared.has_same_values(&before.shared);
    let mut drafts = BTreeMap::new();
    draft_shared(&before, &record, &others, &mut drafts)?;
    if !has_same_values || !is_same_state {
        let mut draft = Draft::default();
        check_size("flag", draft.put_flag(key, &record.shared, &state)?, &backend.limits)?;
        drafts.insert(here, draft);
    }
    change.check(drafts, own_place(key)).await?;

    let is_same_for_programs = record.shared.is_same_for_programs(&before.shared);
    if !is_same_shared {
        update_shared(&mut change, &before, &record, others).await?;
    }
    if !is_same_for_programs || !is_same_state {
        change.touch([here]).await?;
    }
    let mut presence = old.clone();
    let moved = moved(&old.state.rules, &state.rules);
    change
        .write
        .update_presence(target.who.account_id, record.id, here, &mut presence, (!is_same_state).then_some(state))
        .await?;
    let flag_id = record.id;
    let (before, flag) = (Flag::new(before, old), Flag::new(record, presence));
    change.record_flag(here, "flag.update", flag_id, Some(&before), Some(&flag)).await?;
    Ok(ChangedFlag { flag, environments: change.commit().await?, moved })
}
