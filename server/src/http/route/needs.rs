//! The rights that calls need: one table of all calls that manage something.

use crate::rights::{
    Place,
    Role::{self, Admin, Editor, Viewer},
};

/// What a call needs of its caller: a role, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) role: Role,
    pub(crate) reach: Reach,
}

/// The part of an account that a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// No part: the call itself keeps to what its caller may.
    Anywhere,
    /// The whole account.
    Account,
    /// The whole project of the path.
    Project,
    /// Whatever part of the project of the path. The call itself checks the environments that it touches.
    InProject,
    /// The environment of the path, or the first of the project.
    Environment,
}

impl Reach {
    /// Returns the place in an account; `None` where the path lacks what the reach is about.
    pub(crate) fn place(self, project_id: Option<i64>, environment_id: Option<i64>) -> Option<Place> {
        Some(match self {
            Self::Anywhere => Place::Anywhere,
            Self::Account => Place::Account,
            Self::Project => Place::Project(project_id?),
            Self::InProject => Place::InProject(project_id?),
            Self::Environment => Place::Environment(project_id?, environment_id?),
        })
    }

    /// The end of a sentence for the document.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere in the account",
            Self::Account => "in the whole account",
            Self::Project => "in the whole project",
            Self::InProject => "in the project",
            Self::Environment => "in the environment",
        }
    }
}

/// Each call that manages something, by its method and the template of its path. A path that names an environment has the row
/// of the path without it.
const NEEDS: &[(&str, &str, Role, Reach)] = &[
    ("GET", "/api/v1/audit", Viewer, Reach::Account),
    ("GET", "/api/v1/keys", Admin, Reach::Anywhere),
    ("POST", "/api/v1/keys", Admin, Reach::Anywhere),
    ("DELETE", "/api/v1/keys/{key_id}", Admin, Reach::Anywhere),
    ("GET", "/api/v1/members", Viewer, Reach::Anywhere),
    ("POST", "/api/v1/members", Admin, Reach::Anywhere),
    ("PATCH", "/api/v1/members/{member_id}", Admin, Reach::Anywhere),
    ("DELETE", "/api/v1/members/{member_id}", Admin, Reach::Anywhere),
    ("GET", "/api/v1/projects", Viewer, Reach::Anywhere),
    ("POST", "/api/v1/projects", Admin, Reach::Account),
    ("GET", "/api/v1/projects/{id}", Viewer, Reach::InProject),
    ("PATCH", "/api/v1/projects/{id}", Admin, Reach::Project),
    ("DELETE", "/api/v1/projects/{id}", Admin, Reach::Project),
    ("GET", "/api/v1/projects/{id}/archive", Viewer, Reach::Project),
    ("GET", "/api/v1/projects/{id}/archive/{entry}", Viewer, Reach::Project),
    ("DELETE", "/api/v1/projects/{id}/archive/{entry}", Admin, Reach::Project),
    ("POST", "/api/v1/projects/{id}/archive/{entry}/restore", Editor, Reach::InProject),
    ("GET", "/api/v1/projects/{id}/audit", Viewer, Reach::Project),
    ("GET", "/api/v1/projects/{id}/environments", Viewer, Reach::InProject),
    ("POST", "/api/v1/projects/{id}/environments", Admin, Reach::Project),
    ("GET", "/api/v1/projects/{id}/environments/compare", Viewer, Reach::Project),
    ("GET", "/api/v1/projects/{id}/environments/{environment}", Viewer, Reach::Environment),
    ("PATCH", "/api/v1/projects/{id}/environments/{environment}", Admin, Reach::Environment),
    ("DELETE", "/api/v1/projects/{id}/environments/{environment}", Admin, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/flags", Viewer, Reach::Environment),
    ("POST", "/api/v1/projects/{id}/flags", Editor, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/flags/{key}", Viewer, Reach::Environment),
    ("PUT", "/api/v1/projects/{id}/flags/{key}", Editor, Reach::Environment),
    ("PATCH", "/api/v1/projects/{id}/flags/{key}", Editor, Reach::Environment),
    ("DELETE", "/api/v1/projects/{id}/flags/{key}", Editor, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/flags/{key}/history", Viewer, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/flags/{key}/history/{version}", Viewer, Reach::Environment),
    ("POST", "/api/v1/projects/{id}/flags/{key}/restore", Editor, Reach::Environment),
    ("POST", "/api/v1/projects/{id}/flags/{key}/promote", Editor, Reach::InProject),
    ("GET", "/api/v1/projects/{id}/keys", Admin, Reach::Project),
    ("POST", "/api/v1/projects/{id}/keys", Admin, Reach::InProject),
    ("DELETE", "/api/v1/projects/{id}/keys/{key_id}", Admin, Reach::InProject),
    ("GET", "/api/v1/projects/{id}/segments", Viewer, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/segments/{key}", Viewer, Reach::Environment),
    ("PUT", "/api/v1/projects/{id}/segments/{key}", Editor, Reach::Environment),
    ("DELETE", "/api/v1/projects/{id}/segments/{key}", Editor, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/segments/{key}/history", Viewer, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/segments/{key}/history/{version}", Viewer, Reach::Environment),
    ("POST", "/api/v1/projects/{id}/segments/{key}/restore", Editor, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/snapshot", Viewer, Reach::Environment),
    ("PUT", "/api/v1/projects/{id}/snapshot", Editor, Reach::Environment),
    ("GET", "/api/v1/projects/{id}/stale", Viewer, Reach::Project),
    ("GET", "/api/v1/projects/{id}/usage", Viewer, Reach::Environment),
];

/// Returns what a call needs; `None` for a call without a row.
pub(super) fn of(method: &str, template: &str) -> Option<Needs> {
    let template = template.replacen("/environments/{environment}/", "/", 1);
    let row = NEEDS.iter().find(|(name, path, ..)| *name == method && *path == template);
    row.map(|(_, _, role, reach)| Needs { role: *role, reach: *reach })
}
