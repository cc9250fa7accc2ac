//! Flags: creating, changing, deleting.

mod change;
mod create;

use std::collections::BTreeMap;

use flagbit::Subject;

pub(crate) use change::{UpdatedFlag, change_flag};
pub(crate) use create::create_flag;
pub(super) use create::{Brought, bring_segments};

use super::{
    Backend, Error, Precondition, Result,
    change::{Change, Place},
    precondition::tag,
    target::EnvironmentTarget,
};
use crate::flags::{Flag, Limits, check::Draft};

/// Deletes a flag in all environments of the project.
///
/// # Errors
/// [`Error::Conflict`] where other flags ask it; [`Error::Outdated`]; [`Error::FlagNotFound`]; the errors of
/// `Change::begin`.
pub(crate) async fn delete_flag(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
) -> Result<()> {
    let mut change = Change::begin(backend, target).await?;
    let record = change.write.flag(target.project_id, key).await?.ok_or_else(|| Error::flag_not_found(key))?;
    precondition.check(&tag(record.version), || at_version(key, record.version))?;
    let state = change.write.flag_states(record.id).await?.into_iter().find(|(id, _)| *id == target.environment_id);
    let mut drafts: BTreeMap<i64, Draft> = change.everywhere().into_iter().map(|id| (id, Draft::default())).collect();
    drafts.values_mut().for_each(|draft| draft.delete_flag(key));
    change.check(drafts, |_| None).await?;
    change.write.delete_flag(record.id).await?;
    change.touch_all().await?;
    let before = state.map(|(_, state)| Flag::new(record, state));
    change.record("flag.delete", key, before.as_ref(), None).await?;
    change.commit().await
}

/// Names the present version, for those who changed an earlier one.
fn at_version(key: &str, version: i64) -> String {
    format!("the flag {key:?} is at version {version}")
}

/// Returns whether the place of a problem is the whole document of an operation on one flag.
fn own_place<'a>(key: &'a str) -> impl Fn(&Subject) -> Option<Place> + 'a {
    move |subject| matches!(subject, Subject::Flag(other) if other == key).then(Place::default)
}

/// Refuses a flag or a segment that is too large.
pub(super) fn check_size(what: &str, bytes: usize, limits: &Limits) -> Result<()> {
    if bytes > limits.max_flag_bytes {
        let limit = limits.max_flag_bytes;
        return Err(Error::Invalid(format!(
            "the {what} has {bytes} bytes; this server allows {limit} (--max-flag-bytes)"
        )));
    }
    Ok(())
}
