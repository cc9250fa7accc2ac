//! The cause of a change.

use std::sync::Arc;

/// Why a change is made, and by which request. Both are kept with the change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cause {
    /// The reason in the words of whoever makes the change.
    pub(crate) reason: Option<Arc<str>>,
    /// The id of the request.
    pub(crate) request: Option<Arc<str>>,
}
