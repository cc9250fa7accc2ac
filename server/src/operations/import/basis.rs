//! The state that an import changes.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    operations::{Backend, Error, Result, change::Change, target::EnvironmentTarget},
    storage::surroundings::Surroundings,
    world::World,
};

/// The state of a project before an import, as it was read while others could write.
pub(super) struct Basis {
    pub(super) world: Arc<World>,
    /// The names and ids of the project's environments; the first comes first.
    pub(super) environments: Vec<(String, i64)>,
    pub(super) surroundings: Surroundings,
}

impl Basis {
    /// Reads the newest state; `None` where it changed while it was read.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the environment was deleted; the database fails.
    pub(super) async fn read(backend: &Backend, target: &EnvironmentTarget) -> Result<Option<Self>> {
        let surroundings = backend.follower.storage().surroundings(target.project_id, target.environment_id).await?;
        let surroundings = surroundings.ok_or_else(deleted)?;
        let mut world = backend.follower.world();
        let environments = |world: &World| {
            let project = world.project(target.who.account_id, target.project_id);
            project.map(|project| project.environments.clone()).ok_or_else(deleted)
        };
        if !is_same(&world, &environments(&world)?, &surroundings.changed) {
            backend.follower.refresh().await?;
            world = backend.follower.world();
        }
        let environments = environments(&world)?;
        Ok(is_same(&world, &environments, &surroundings.changed).then_some(Self { world, environments, surroundings }))
    }

    /// Returns whether a write changes this very state.
    pub(super) fn is_current(&self, change: &Change<'_>) -> bool {
        change.environments() == self.environments
            && is_same(change.world(), &self.environments, &self.surroundings.changed)
    }
}

/// Returns whether a state has these environments, each with this last change.
fn is_same(world: &World, environments: &[(String, i64)], changed: &BTreeMap<i64, i64>) -> bool {
    environments.len() == changed.len()
        && environments
            .iter()
            .all(|(_, id)| world.changed(*id).is_some() && world.changed(*id) == changed.get(id).copied())
}

/// Returns the error for an environment that was deleted after the request came.
pub(super) fn deleted() -> Error {
    Error::NotFound("the environment was deleted in the meantime".into())
}
