//! Flags: creating, changing, taking out of environments.

mod change;
mod create;
mod promote;
mod remove;
mod restore;
mod shared;

use std::collections::BTreeMap;

use flagbit::Subject;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use change::change_flag;
pub(crate) use create::create_flag;
pub(crate) use promote::{PromotedFlag, Promotion, promote_flag};
pub(crate) use remove::{RemovedFlag, remove_flag};
pub(crate) use restore::{RestoredVersion, Restoring, restore_flag};
pub(super) use shared::differing;

use super::{Backend, Error, Result, change::Change, judge::Place, target::EnvironmentTarget};
use crate::flags::{Flag, Limits, Moved, Presence};

/// A flag after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedFlag {
    #[serde(flatten)]
    pub(crate) flag: Flag,
    /// The names of the environments where something changed, in the project's order.
    pub(crate) environments: Vec<String>,
    /// Present if the weights of a split changed: from which variant to which (`"sepia>dark"`), in percent of the users of
    /// the split, exact to 0.001. If several splits changed, the names begin with the rule (`"rules[2]: sepia>dark"`). If
    /// the salt or the attribute changed, everybody gets a new place, and the numbers are what is to be expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, f64>>, nullable = false)]
    pub(crate) moved: Option<Moved>,
}

/// Reads a flag in an environment.
///
/// # Errors
/// [`Error::FlagNotFound`]; the database fails.
pub(crate) async fn read_flag(backend: &Backend, target: &EnvironmentTarget, key: &str) -> Result<Flag> {
    let storage = backend.follower.storage();
    if let Some((record, presence)) = storage.flag(target.environment_id, key).await? {
        return Ok(Flag::new(record, presence));
    }
    let present_in = storage.environments_of_flag(target.project_id, key).await?;
    Err(Error::FlagNotFound { key: key.into(), environment: target.environment.clone(), present_in })
}

/// Returns the error for a flag that the environment does not have. `presences` tells who has it.
fn absent(change: &Change<'_>, target: &EnvironmentTarget, key: &str, presences: &BTreeMap<i64, Presence>) -> Error {
    let present_in = change.names(&presences.keys().copied().collect());
    Error::FlagNotFound { key: key.into(), environment: target.environment.clone(), present_in }
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
