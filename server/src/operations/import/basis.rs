//! The state that an import changes.

use std::sync::Arc;

use crate::{
    flags::{Record, SegmentRecord, State},
    operations::{Backend, Error, Result, change::Change, target::EnvironmentTarget},
    storage::flags::EnvironmentContent,
    world::World,
};

/// The state of a project before an import, as it was read while others could write.
pub(super) struct Basis {
    pub(super) world: Arc<World>,
    /// The names and ids of the project's environments.
    pub(super) environments: Vec<(String, i64)>,
    /// The last write that changed flags or segments of the project.
    changed: i64,
    /// The flags of the environment that the import is about, sorted by key.
    pub(super) flags: Vec<(Record, State)>,
    pub(super) segments: Vec<SegmentRecord>,
}

impl Basis {
    /// Reads the newest state; `None` where it changed while it was read.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the environment was deleted; the database fails.
    pub(super) async fn read(backend: &Backend, target: &EnvironmentTarget) -> Result<Option<Self>> {
        let content = backend.follower.storage().environment(target.environment_id).await?;
        let EnvironmentContent { changed, flags, segments } = content.ok_or_else(deleted)?;
        let mut world = backend.follower.world();
        if world.flags_changed(target.project_id) != Some(changed) {
            backend.follower.refresh().await?;
            world = backend.follower.world();
        }
        let project = world.project(target.who.account_id, target.project_id).ok_or_else(deleted)?;
        if project.flags_changed != changed {
            return Ok(None);
        }
        let environments = project.environments.clone();
        Ok(Some(Self { world, environments, changed, flags, segments }))
    }

    /// Returns whether a write changes this very state.
    pub(super) fn is_current(&self, change: &Change<'_>) -> bool {
        change.world().flags_changed(change.project_id()) == Some(self.changed)
            && change.environments == self.environments
    }
}

/// Returns the error for an environment that was deleted after the request came.
pub(super) fn deleted() -> Error {
    Error::NotFound("the environment was deleted in the meantime".into())
}
