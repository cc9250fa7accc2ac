//! Roles and rights: what a member or an API key may do, and where.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role. Each one may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Sees everything but secrets; asks and explains.
    Viewer,
    /// Changes flags and segments.
    Editor,
    /// Also changes what is under review, and decides on the proposals of others.
    Publisher,
    /// Also changes projects, environments, keys, members and settings, and erases.
    Admin,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Publisher => "publisher",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What a member or an API key may do: a role in the whole account, roles in projects, or both. Of two roles the higher one
/// counts. Ids are never used again, so that those of deleted projects do no harm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rights {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<Role>,
    /// Roles by the ids of projects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) projects: BTreeMap<i64, Role>,
    /// The ids of the only environments where the roles count; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) environments: Option<BTreeSet<i64>>,
}

/// The place where something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Any place will do: what is shown or granted there is limited by the rights.
    Anywhere,
    /// The account as a whole.
    Account,
    /// A project as a whole, with all its environments.
    Project(i64),
    /// A project, whatever part of it.
    InProject(i64),
    /// An environment of a project.
    Environment(i64, i64),
}

/// What somebody needs for something: a role in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) role: Role,
    pub(crate) place: Place,
}

impl Rights {
    /// A role in the whole account.
    pub(crate) fn of_account(role: Role) -> Self {
        Self { account: Some(role), ..Self::default() }
    }

    /// A role in some projects.
    pub(crate) fn in_projects(role: Role, projects: impl IntoIterator<Item = i64>) -> Self {
        Self { projects: projects.into_iter().map(|id| (id, role)).collect(), ..Self::default() }
    }

    /// The role in a project; `None` for a project of which the holder knows nothing.
    fn role_in(&self, project_id: i64) -> Option<Role> {
        self.account.max(self.projects.get(&project_id).copied())
    }

    /// The highest role that is held anywhere.
    pub(crate) fn highest(&self) -> Option<Role> {
        self.account.max(self.projects.values().max().copied())
    }

    /// The role that counts in a place.
    fn role_at(&self, place: Place) -> Option<Role> {
        let is_whole = self.environments.is_none();
        match place {
            Place::Anywhere => self.highest(),
            Place::Account => self.account.filter(|_| is_whole),
            Place::Project(id) => self.role_in(id).filter(|_| is_whole),
            Place::InProject(id) => self.role_in(id),
            Place::Environment(project_id, id) => {
                let is_here = self.environments.as_ref().is_none_or(|environments| environments.contains(&id));
                self.role_in(project_id).filter(|_| is_here)
            }
        }
    }

    fn allow(&self, need: Need) -> bool {
        self.role_at(need.place) >= Some(need.role)
    }

    /// Returns whether somebody with these rights may do everything that somebody with the others may.
    fn cover(&self, others: &Self) -> bool {
        let is_inside = match (&self.environments, &others.environments) {
            (None, _) => true,
            (Some(own), Some(others)) => others.is_subset(own),
            (Some(_), None) => false,
        };
        is_inside
            && self.account >= others.account
            && others.projects.iter().all(|(project_id, role)| self.role_in(*project_id) >= Some(*role))
    }
}

/// The rights of a caller: those of a member, or those of an API key as far as the member who made it has them too.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    own: Arc<Rights>,
    /// The rights of the member who made the key.
    maker: Option<Arc<Rights>>,
}

impl Held {
    /// The rights of an API key.
    pub(crate) fn by_key(own: Arc<Rights>, maker: Arc<Rights>) -> Self {
        Self { own, maker: Some(maker) }
    }

    /// Everything, for whoever has the machine.
    pub(crate) fn everything() -> Self {
        Self { own: Rights::of_account(Role::Admin).into(), maker: None }
    }

    fn all(&self) -> impl Iterator<Item = &Rights> {
        std::iter::once(&*self.own).chain(self.maker.as_deref())
    }

    pub(crate) fn allow(&self, need: Need) -> bool {
        self.all().all(|rights| rights.allow(need))
    }

    /// Returns whether the caller may grant rights to others, or take them away.
    pub(crate) fn cover(&self, others: &Rights) -> bool {
        self.all().all(|rights| rights.cover(others))
    }

    /// Returns whether the caller knows of a project.
    pub(crate) fn sees(&self, project_id: i64) -> bool {
        self.all().all(|rights| rights.role_in(project_id).is_some())
    }

    /// The role in a place.
    fn role_at(&self, place: Place) -> Option<Role> {
        self.all().map(|rights| rights.role_at(place)).min().flatten()
    }

    /// Says why a need is refused.
    pub(crate) fn refusal(&self, need: Need) -> String {
        let place = match need.place {
            Place::Anywhere => "",
            Place::Account => " for the whole account",
            Place::Project(_) => " for the whole project",
            Place::InProject(_) => " in the project",
            Place::Environment(..) => " in the environment",
        };
        let role = need.role;
        if self.own.allow(need) {
            return format!(
                "this needs the role {role}{place}; the key has it, but the member who made the key does not have it any more"
            );
        }
        match self.role_at(need.place) {
            Some(held) => format!("this needs the role {role}{place}; yours is {held}"),
            None => format!("this needs the role {role}{place}; you have no role there"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(role: Role, place: Place) -> Need {
        Need { role, place }
    }

    const PLACES: [Place; 5] =
        [Place::Anywhere, Place::Account, Place::Project(7), Place::InProject(7), Place::Environment(7, 70)];

    fn allowed(rights: &Rights, role: Role) -> [bool; 5] {
        PLACES.map(|place| rights.allow(need(role, place)))
    }

    #[test]
    fn a_role_counts_where_it_is_held() {
        let everywhere = Rights::of_account(Role::Editor);
        let here = Rights::in_projects(Role::Editor, [7]);
        let elsewhere = Rights::in_projects(Role::Editor, [8]);
        let limited = |ids: [i64; 1]| Rights { environments: Some(ids.into()), ..here.clone() };
        assert_eq!(allowed(&everywhere, Role::Editor), [true; 5]);
        assert_eq!(allowed(&everywhere, Role::Viewer), [true; 5]);
        assert_eq!(allowed(&everywhere, Role::Publisher), [false; 5]);
        assert_eq!(allowed(&here, Role::Editor), [true, false, true, true, true]);
        assert_eq!(allowed(&elsewhere, Role::Editor), [true, false, false, false, false]);
        assert_eq!(allowed(&limited([70]), Role::Editor), [true, false, false, true, true]);
        assert_eq!(allowed(&limited([71]), Role::Editor), [true, false, false, true, false]);
        assert_eq!(allowed(&Rights::default(), Role::Viewer), [false; 5]);
        let both = Rights { account: Some(Role::Viewer), ..here };
        assert_eq!(allowed(&both, Role::Editor), [true, false, true, true, true]);
    }

    #[test]
    fn rights_cover_what_is_less() {
        let admin = Rights::of_account(Role::Admin);
        let editor = Rights::of_account(Role::Editor);
        let here = Rights::in_projects(Role::Admin, [7]);
        let staging = Rights { environments: Some([70].into()), ..here.clone() };
        for rights in [&admin, &editor, &here, &staging] {
            assert!(admin.cover(rights) && rights.cover(rights));
            assert!(!rights.cover(&admin) || *rights == admin);
        }
        assert!(!editor.cover(&here) && !here.cover(&editor));
        assert!(here.cover(&staging) && !staging.cover(&here));
        assert!(!staging.cover(&Rights { environments: Some([70, 71].into()), ..here.clone() }));
        assert!(editor.cover(&Rights::in_projects(Role::Viewer, [7, 8])));
        assert!(!here.cover(&Rights::in_projects(Role::Viewer, [7, 8])));
        // Nothing but the environments of a limited key: not the account with only those.
        assert!(!staging.cover(&Rights { environments: Some([70].into()), ..admin }));
    }

    #[test]
    fn a_key_is_worth_no_more_than_its_maker() {
        let (admin, viewer) = (Arc::new(Rights::of_account(Role::Admin)), Arc::new(Rights::of_account(Role::Viewer)));
        let key = Held::by_key(admin.clone(), viewer);
        assert!(key.allow(need(Role::Viewer, Place::Account)) && !key.allow(need(Role::Editor, Place::Account)));
        assert!(!key.cover(&admin) && key.refusal(need(Role::Editor, Place::Account)).contains("member who made"));
        let weak = Held::by_key(Rights::in_projects(Role::Viewer, [7]).into(), admin);
        assert!(weak.sees(7) && !weak.sees(8));
        assert!(weak.refusal(need(Role::Editor, Place::Project(7))).ends_with("the whole project; yours is viewer"));
    }

    #[test]
    fn rights_are_read_as_they_were_stored() {
        let rights = Rights {
            account: Some(Role::Viewer),
            projects: [(7, Role::Admin)].into(),
            environments: Some([1, 2].into()),
        };
        let text = r#"{"account":"viewer","projects":{"7":"admin"},"environments":[1,2]}"#;
        assert_eq!(serde_json::to_string(&rights).unwrap(), text);
        assert_eq!(serde_json::from_str::<Rights>(text).unwrap(), rights);
        assert_eq!(serde_json::from_str::<Rights>(r#"{"account":"admin"}"#).unwrap(), Rights::of_account(Role::Admin));
    }
}
