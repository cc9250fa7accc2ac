//! The history of flags and segments: every version of one in an environment, whole.

mod page;
mod version;

use super::{Backend, Error, Result, target::EnvironmentTarget};
use crate::{
    flags::{Record, Shared, State},
    quote::quoted,
    storage::history::{Subject, Thing},
};

pub(crate) use page::{ListedEntry, measure, read};
pub(crate) use version::{find_flag_version, find_segment_version};

/// The kind of a thing with a history.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Flag,
    Segment,
}

/// Finds the flag of the project. The environment may lack it, if it was there before.
async fn find_flag(backend: &Backend, target: &EnvironmentTarget, key: &str) -> Result<Record> {
    let record = backend.follower.storage().flag_of_project(target.project_id, key).await?;
    match record {
        Some(record) => Ok(record),
        None => Err(no_flag(backend, target, key).await?),
    }
}

async fn no_flag(backend: &Backend, target: &EnvironmentTarget, key: &str) -> Result<Error> {
    let present_in = backend.follower.storage().environments_of_flag(target.project_id, key).await?;
    Ok(Error::FlagNotFound { key: key.into(), environment: target.environment.clone(), present_in })
}

pub(super) fn flag_here(target: &EnvironmentTarget, flag_id: i64) -> Subject {
    Subject { environment_id: target.environment_id, thing: Thing::Flag(flag_id) }
}

pub(super) fn segment_here(target: &EnvironmentTarget, key: &str) -> Subject {
    Subject { environment_id: target.environment_id, thing: Thing::Segment(key.into()) }
}

/// Reads a flag's document, which may have been written by the migration or as a part of the audit's entry.
pub(super) fn flag_content(document: &str) -> Result<(Shared, State)> {
    let (shared, mut state): (Shared, State) = (serde_json::from_str(document)?, serde_json::from_str(document)?);
    state.settle(&shared);
    Ok((shared, state))
}

/// Returns the error for a version that the history does not have. `range` has the first and the last one that it has.
pub(super) fn no_version(
    kind: Kind,
    key: &str,
    target: &EnvironmentTarget,
    version: i64,
    range: Option<(i64, i64)>,
) -> Error {
    let name = match (kind, range) {
        (Kind::Flag, _) => format!("the flag {}", quoted(key)),
        (Kind::Segment, Some(_)) => format!("the segment {}", quoted(key)),
        (Kind::Segment, None) => return Error::no_segment(key),
    };
    let environment = &target.environment;
    let Some((first, last)) = range else {
        return Error::NotFound(format!("{name} has no version in environment {environment:?}"));
    };
    Error::NotFound(format!(
        "{name} has no version {version} in environment {environment:?}; its history has {first} to {last}"
    ))
}
