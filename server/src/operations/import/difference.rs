//! The changes of an import, for the caller.

use serde::Serialize;
use utoipa::ToSchema;

use crate::flags::Moved;

/// The changes of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// `true` if nothing was written.
    pub(super) dry_run: bool,
    pub(super) flags: Differences,
    pub(super) segments: Differences,
    /// The keys of the flags in `flags.deleted` that no other environment has. They go into the archive.
    pub(super) archived: Vec<String>,
    /// The number of flags and segments that leave the environment. An import of some has to give it as `removes`.
    pub(super) removes: usize,
    /// The names of the environments where something changes, in the project's order.
    pub(super) environments: Vec<String>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Differences {
    pub(super) created: Vec<String>,
    pub(super) updated: Vec<Updated>,
    pub(super) deleted: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Updated {
    pub(super) key: String,
    /// The fields that change.
    pub(super) fields: Vec<String>,
    /// The share of users that a change of weights moves from one variant to another, as in the answer to a change of the
    /// flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, f64>>, nullable = false)]
    pub(super) moved: Option<Moved>,
}
