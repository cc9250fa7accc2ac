//! The project and the environment that an operation is about. They belong to the caller's account.

use super::{Error, Result, Who};
use crate::{
    storage::{audit::Entry, keys::Owner},
    world::World,
};

/// A project of the caller's account.
#[derive(Debug, Clone)]
pub(crate) struct ProjectTarget {
    pub(crate) who: Who,
    pub(crate) project_id: i64,
}

/// An environment of a project of the caller's account.
#[derive(Debug, Clone)]
pub(crate) struct EnvironmentTarget {
    pub(crate) who: Who,
    pub(crate) project_id: i64,
    pub(crate) environment: String,
    pub(crate) environment_id: i64,
    /// Whether the caller named it. Otherwise it is the project's first, and what all environments share is meant too.
    pub(crate) is_named: bool,
}

impl ProjectTarget {
    /// # Errors
    /// [`Error::NotFound`] also for the project of another account.
    pub(crate) fn find(world: &World, who: Who, project_id: i64) -> Result<Self> {
        match world.project(who.account_id, project_id) {
            Some(_) => Ok(Self { who, project_id }),
            None => Err(Error::no_project(project_id)),
        }
    }

    /// The beginning of an entry in the audit.
    pub(super) fn entry<'a>(&self) -> Entry<'a> {
        Entry { project_id: Some(self.project_id), ..self.who.entry() }
    }

    /// The owner of the project's keys.
    pub(super) fn owner(&self) -> Owner {
        Owner { account_id: self.who.account_id, project_id: Some(self.project_id) }
    }
}

impl EnvironmentTarget {
    /// Finds an environment by its name, and the project's first without a name.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for the project of another account.
    pub(crate) fn find(world: &World, who: Who, project_id: i64, name: Option<&str>) -> Result<Self> {
        let project = world.project(who.account_id, project_id).ok_or_else(|| Error::no_project(project_id))?;
        let (environment, environment_id) = project
            .environment(name)
            .cloned()
            .ok_or_else(|| Error::NotFound(format!("project {project_id} has no environment of that name")))?;
        Ok(Self { who, project_id, environment, environment_id, is_named: name.is_some() })
    }

    /// The project of the environment.
    pub(super) fn project(&self) -> ProjectTarget {
        ProjectTarget { who: self.who.clone(), project_id: self.project_id }
    }

    /// The beginning of an entry in the audit.
    pub(super) fn entry(&self) -> Entry<'_> {
        let (project_id, environment) = (Some(self.project_id), Some(self.environment.as_str()));
        Entry { project_id, environment, ..self.who.entry() }
    }
}
