//! The history: every version of a flag or a segment in an environment, whole, and when one left it.
//!
//! The audit's entries may be deleted after a time. Versions stay as long as the flag is anywhere, in the archive too, and as
//! long as the environment of a segment.

mod read;
mod write;

use crate::flags::{Flag, Segment};
pub(crate) use read::{Entry, Head, Page, Subject, Thing, Version};
pub(super) use write::NewVersion;

/// The version that a change makes of a flag or a segment in an environment.
#[derive(Debug, Clone)]
pub(crate) struct Versioned {
    pub(crate) environment_id: i64,
    /// The version after the change, or the last one if the flag or the segment left the environment.
    pub(crate) version: i64,
    /// The time of the version; `None` if the flag or the segment left the environment.
    pub(crate) at: Option<String>,
    /// The time at which a segment was created.
    pub(crate) created_at: Option<String>,
    /// The version that was restored.
    pub(crate) restored: Option<i64>,
}

impl Versioned {
    /// Returns the version of a flag in an environment; `None` if it was neither there before nor after.
    pub(crate) fn of_flag(environment_id: i64, before: Option<&Flag>, after: Option<&Flag>) -> Option<Self> {
        let version = after.or(before)?.version;
        let at = after.map(|flag| flag.updated_at.clone());
        Some(Self { environment_id, version, at, created_at: None, restored: None })
    }

    /// Returns the version of a segment of an environment; `None` if it was neither there before nor after.
    pub(crate) fn of_segment(environment_id: i64, before: Option<&Segment>, after: Option<&Segment>) -> Option<Self> {
        let version = after.or(before)?.version;
        let (at, created_at) = (after.map(|it| it.updated_at.clone()), after.map(|it| it.created_at.clone()));
        Some(Self { environment_id, version, at, created_at, restored: None })
    }
}
