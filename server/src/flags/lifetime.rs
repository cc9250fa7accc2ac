//! How long a flag is meant to exist.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long a flag is meant to exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lifetime {
    /// Until the feature is out, or was given up.
    #[default]
    Temporary,
    /// As long as the program, as a kill switch.
    Permanent,
}

impl Lifetime {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "temporary" => Some(Self::Temporary),
            "permanent" => Some(Self::Permanent),
            _ => None,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over like this")]
    pub(crate) fn is_temporary(&self) -> bool {
        *self == Self::Temporary
    }
}
