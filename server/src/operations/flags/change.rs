//! Changing a flag. It is read, changed, judged and written within one write, so that no other change is lost.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{at_version, check_size, own_place};
use crate::{
    flags::{Changes, Flag, Moved, Problems, check::Draft, moved},
    operations::{
        Backend, Error, Precondition, Result,
        change::Change,
        precondition::{check_version, tag},
        target::EnvironmentTarget,
    },
    storage::states::StoredState,
};

/// A flag after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UpdatedFlag {
    #[serde(flatten)]
    pub(crate) flag: Flag,
    /// Present if the weights of a split changed: from which variant to which (`"sepia>dark"`), in percent of the users of
    /// the split, exact to 0.001. If several splits changed, the names begin with the rule (`"rules[2]: sepia>dark"`). If
    /// the salt or the attribute changed, everybody gets a new place, and the numbers are what is to be expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, f64>>, nullable = false)]
    moved: Option<Moved>,
}

/// Changes the fields of a flag that are given. A change that changes nothing keeps the version.
///
/// # Errors
/// [`Error::Invalid`] for fields that are wrong; [`Error::Conflict`] where other flags or environments need what the change
/// takes away; [`Error::Outdated`]; [`Error::FlagNotFound`]; the errors of `Change::begin`.
pub(crate) async fn change_flag(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
    fields: Map<String, Value>,
) -> Result<UpdatedFlag> {
    let mut problems = Problems::default();
    let changes = Changes::read(fields, &backend.limits, &mut problems);
    if changes.key.as_deref().is_some_and(|other| other != key) {
        problems.add(
            "key",
            format!("a flag keeps its key, {key:?}: with another one the users of percentages would change"),
        );
    }
    problems.into_result().map_err(Error::Invalid)?;

    let mut change = Change::begin(backend, target).await?;
    let before = change.write.flag(target.project_id, key).await?.ok_or_else(|| Error::flag_not_found(key))?;
    precondition.check(&tag(before.version), || at_version(key, before.version))?;
    check_version(changes.version, before.version, || at_version(key, before.version))?;
    let mut states = change.write.flag_states(before.id).await?;
    let position = states.iter().position(|(id, _)| *id == target.environment_id);
    let position = position.ok_or_else(|| Error::flag_not_found(key))?;
    let old_state = states[position].1.clone();

    let mut record = before.clone();
    changes.apply(&mut record.shared, &mut states[position].1);
    states[position].1.settle(&record.shared);
    if record.shared == before.shared && states[position].1 == old_state {
        return Ok(UpdatedFlag { flag: Flag::new(before, old_state), moved: None });
    }
    // Rules name values: where those change, the other environments must still fit.
    let has_same_values = record.shared.has_same_values(&before.shared);
    let is_same_state = states[position].1 == old_state;
    let mut drafts = BTreeMap::new();
    for (index, (environment_id, state)) in states.iter().enumerate() {
        if has_same_values && (index != position || is_same_state) {
            continue;
        }
        let mut draft = Draft::default();
        let bytes = draft.put_flag(key, &record.shared, state)?;
        check_size("flag", bytes, &backend.limits)?;
        drafts.insert(*environment_id, draft);
    }
    change.check(drafts, own_place(key)).await?;

    change.write.update_flag(&mut record, &before.shared).await?;
    if !is_same_state {
        let (account_id, environment_id) = (target.who.account_id, target.environment_id);
        let state = StoredState::new(record.id, environment_id, &states[position].1)?;
        change.write.put_states(account_id, &[state]).await?;
    }
    if !record.shared.is_same_for_programs(&before.shared) {
        change.touch_all().await?;
    } else if !is_same_state {
        change.touch(&[target.environment_id]).await?;
    }
    let state = states.swap_remove(position).1;
    let moved = moved(&old_state.rules, &state.rules);
    let (before, after) = (Flag::new(before, old_state), Flag::new(record, state));
    change.record("flag.update", key, Some(&before), Some(&after)).await?;
    change.commit().await?;
    Ok(UpdatedFlag { flag: after, moved })
}
