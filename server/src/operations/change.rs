//! A write to the flags or segments of a project. The engine judges it before it lasts.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use flagbit::Subject;
use serde::Serialize;
use serde_json::Value;

use super::{
    Backend, Error, Result, access,
    judge::{Place, judge, labels},
    target::{EnvironmentTarget, ProjectTarget},
};
use crate::{
    flags::{Flag, Limits, Segment, SegmentRecord, check::Draft},
    rights::{self, Held, Need, Role},
    storage::{Write, audit::Entry, history::Versioned},
    world::{JudgedEnvironments, World},
};

/// A write in progress.
pub(super) struct Change<'a> {
    pub(super) backend: &'a Backend,
    project: ProjectTarget,
    /// The rights of the caller, as this write sees them.
    held: Held,
    /// The environment that the request is about; `None` if that is the whole project.
    target: Option<i64>,
    pub(super) write: Write,
    /// The state that is changed.
    world: Arc<World>,
    /// The environments of the project, names and ids; the first comes first.
    environments: Vec<(String, i64)>,
    /// The environments with the change, by id.
    judged: JudgedEnvironments,
    /// The environments where something changes.
    touched: BTreeSet<i64>,
}

impl<'a> Change<'a> {
    /// Begins a change of a project.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the project was deleted since; the errors of [`access::begin`].
    pub(super) async fn begin(backend: &'a Backend, project: &ProjectTarget) -> Result<Self> {
        let (write, held) = access::begin_held(&backend.follower, &project.who).await?;
        let world = backend.follower.world_at(write.before()).await?;
        let found = world.project(project.who.account_id, project.project_id);
        let environments = found.ok_or_else(|| Error::no_project(project.project_id))?.environments.clone();
        Ok(Self {
            backend,
            project: project.clone(),
            held,
            target: None,
            write,
            world,
            environments,
            judged: JudgedEnvironments::new(),
            touched: BTreeSet::new(),
        })
    }

    /// Begins a change of an environment.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the environment was deleted since; the errors of [`access::begin`].
    pub(super) async fn begin_in(backend: &'a Backend, target: &EnvironmentTarget) -> Result<Self> {
        let change = Self::begin(backend, &target.project()).await?;
        if !change.environments.iter().any(|(_, id)| *id == target.environment_id) {
            return Err(Error::NotFound("the environment was deleted in the meantime".into()));
        }
        Ok(Self { target: Some(target.environment_id), ..change })
    }

    /// Lets the engine judge what the write makes of each environment, see [`judge`].
    pub(super) async fn check(
        &mut self,
        drafts: BTreeMap<i64, Draft>,
        place: impl Fn(&Subject) -> Option<Place>,
    ) -> Result<()> {
        self.judged = judge(&self.world, self.write.sequence(), self.target, drafts, place).await?;
        Ok(())
    }

    /// Takes over what was judged before this write began, from the same state.
    pub(super) fn judged_before(&mut self, mut judged: JudgedEnvironments) {
        for (id, flags) in &mut judged {
            if let Some(environment) = self.world.environment(*id) {
                flags.label(&labels(environment, self.write.sequence()));
            }
        }
        self.judged = judged;
    }

    /// The state that is changed.
    pub(super) fn world(&self) -> &World {
        &self.world
    }

    /// Records what happened to a flag in an environment.
    pub(super) async fn record_flag(
        &mut self,
        environment_id: i64,
        action: &str,
        flag_id: i64,
        before: Option<&Flag>,
        after: Option<&Flag>,
    ) -> Result<()> {
        self.record_restored_flag(environment_id, action, flag_id, before, after, None).await
    }

    /// [`Self::record_flag`] of a flag that has the content of an earlier version.
    pub(super) async fn record_restored_flag(
        &mut self,
        environment_id: i64,
        action: &str,
        flag_id: i64,
        before: Option<&Flag>,
        after: Option<&Flag>,
        restored: Option<i64>,
    ) -> Result<()> {
        let key = before.or(after).map_or("", |flag| flag.key.as_str());
        let versioned = Versioned::of_flag(environment_id, before, after);
        let versioned = versioned.map(|versioned| Versioned { restored, ..versioned });
        let entry = Entry { action, target: key, flag_id: Some(flag_id), versioned, ..self.project.entry() };
        self.record(environment_id, entry, before, after).await
    }

    /// Records what happened to a segment of an environment.
    pub(super) async fn record_segment(
        &mut self,
        environment_id: i64,
        action: &str,
        before: Option<&Segment>,
        after: Option<&Segment>,
    ) -> Result<()> {
        self.record_restored_segment(environment_id, action, before, after, None).await
    }

    /// [`Self::record_segment`] of a segment that has the rules of an earlier version.
    pub(super) async fn record_restored_segment(
        &mut self,
        environment_id: i64,
        action: &str,
        before: Option<&Segment>,
        after: Option<&Segment>,
        restored: Option<i64>,
    ) -> Result<()> {
        let key = before.or(after).map_or("", |segment| segment.key.as_str());
        let versioned = Versioned::of_segment(environment_id, before, after);
        let versioned = versioned.map(|versioned| Versioned { restored, ..versioned });
        self.record(environment_id, Entry { action, target: key, versioned, ..self.project.entry() }, before, after)
            .await
    }

    async fn record<T: Serialize>(
        &mut self,
        environment_id: i64,
        entry: Entry<'_>,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<()> {
        self.touched.insert(environment_id);
        let (before, after) = (to_value(before)?, to_value(after)?);
        let environment = name_of(&self.environments, environment_id);
        let entry = Entry { environment, before: before.as_ref(), after: after.as_ref(), ..entry };
        self.write.record(entry).await?;
        Ok(())
    }

    /// Notes that the snapshots of these environments change.
    pub(super) async fn touch(&mut self, environments: impl IntoIterator<Item = i64>) -> Result<()> {
        for environment_id in environments {
            self.write.touch(environment_id).await?;
        }
        Ok(())
    }

    /// Notes that something changes in these environments. What is recorded of an environment says so too.
    pub(super) fn note_changed(&mut self, environments: impl IntoIterator<Item = i64>) {
        self.touched.extend(environments);
    }

    pub(super) fn project(&self) -> &ProjectTarget {
        &self.project
    }

    /// The environments of the project, names and ids; the first comes first.
    pub(super) fn environments(&self) -> &[(String, i64)] {
        &self.environments
    }

    /// The ids of all environments of the project.
    pub(super) fn everywhere(&self) -> Vec<i64> {
        self.environments.iter().map(|(_, id)| *id).collect()
    }

    /// The name of an environment of the project.
    pub(super) fn name(&self, environment_id: i64) -> &str {
        name_of(&self.environments, environment_id).unwrap_or_default()
    }

    /// The id of the environment of a name that the request has in `field`.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn environment(&self, field: &str, name: &str) -> Result<i64> {
        let found = self.environments.iter().find(|(other, _)| other == name);
        found.map(|(_, id)| *id).ok_or_else(|| Error::no_environment(self.project.project_id, field, name))
    }

    /// The names of environments, in the project's order.
    pub(super) fn names(&self, ids: &BTreeSet<i64>) -> Vec<String> {
        let environments = self.environments.iter().filter(|(_, id)| ids.contains(id));
        environments.map(|(name, _)| name.clone()).collect()
    }

    /// Refuses more flags than a project may have.
    pub(super) async fn check_limit(&mut self, limits: &Limits, more: usize) -> Result<()> {
        let count = self.write.count_flags(self.project.project_id).await? + more;
        if count > limits.max_flags {
            let limit = limits.max_flags;
            let message = format!("the project would have {count} flags; this server allows {limit} (--max-flags)");
            return Err(Error::LimitReached(message));
        }
        Ok(())
    }

    /// Refuses one more segment than an environment may have.
    pub(super) async fn check_segment_limit(&mut self, limits: &Limits, environment_id: i64) -> Result<()> {
        if self.write.count_segments(environment_id).await? >= limits.max_segments {
            return Err(Error::too_many_segments(self.name(environment_id), limits));
        }
        Ok(())
    }

    /// Creates segments that flags bring along, in environments by id, and records them.
    ///
    /// # Errors
    /// [`Error::LimitReached`].
    pub(super) async fn create_segments(
        &mut self,
        limits: &Limits,
        segments: impl IntoIterator<Item = (i64, SegmentRecord)>,
    ) -> Result<()> {
        for (environment_id, segment) in segments {
            self.check_segment_limit(limits, environment_id).await?;
            let record = self.write.create_segment(environment_id, &segment.key, segment.rules).await?;
            self.record_segment(environment_id, "segment.create", None, Some(&record.into())).await?;
        }
        Ok(())
    }

    /// [`Self::commit`], unless the caller only asks what would change. A write that is not committed never happened.
    pub(super) async fn finish(self, dry_run: bool) -> Result<Vec<String>> {
        if dry_run { Ok(self.touched()) } else { self.commit().await }
    }

    /// The names of the environments where something changed, in the project's order.
    pub(super) fn touched(&self) -> Vec<String> {
        self.names(&self.touched)
    }

    /// Makes the write last and served. Returns the names of the environments where something changed.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the caller lacks the right in one of them.
    pub(super) async fn commit(mut self) -> Result<Vec<String>> {
        for environment_id in &self.touched {
            self.check_right_in(*environment_id)?;
            self.write.environment_changed(*environment_id).await?;
        }
        let names = self.touched();
        self.backend.follower.commit_judged(self.write, self.judged).await?;
        Ok(names)
    }

    /// Refuses a change of an environment where the caller lacks the right that the change needs.
    pub(super) fn check_right_in(&self, environment_id: i64) -> Result<()> {
        self.check_role_in(environment_id, self.project.who.need.role, "changes")
    }

    /// Refuses to show an environment that the caller may not see.
    pub(super) fn check_may_see(&self, environment_id: i64) -> Result<()> {
        self.check_role_in(environment_id, Role::Viewer, "reads")
    }

    fn check_role_in(&self, environment_id: i64, role: Role, what: &str) -> Result<()> {
        let place = rights::Place::Environment(self.project.project_id, environment_id);
        access::check(&self.held, Need { role, place }).map_err(|error| {
            let name = self.name(environment_id);
            Error::Forbidden(format!("this {what} environment {name:?}: {error}"))
        })
    }
}

fn name_of(environments: &[(String, i64)], id: i64) -> Option<&str> {
    environments.iter().find(|(_, other)| *other == id).map(|(name, _)| name.as_str())
}

fn to_value<T: Serialize>(value: Option<&T>) -> serde_json::Result<Option<Value>> {
    value.map(serde_json::to_value).transpose()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        operations::{
            Precondition, Who,
            accounts::{Applicant, sign_up},
            flags, segments,
        },
        settings::usual,
        storage::{Missing, Storage},
        world::{Environment, Follower},
    };

    /// What is judged is served without reading it back, so it must be what another server reads.
    #[tokio::test]
    async fn what_is_judged_is_what_is_stored() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite://{}/flagbit.db", folder.path().display());
        let storage = Storage::open(&url, Missing::Create).await.unwrap();
        let backend = Backend { follower: Follower::start(storage).await.unwrap(), accounts: usual(), limits: usual() };
        let account = sign_up(&backend.follower, Applicant::CommandLine, "a@example.com").await.unwrap();
        let member = backend.follower.storage().members(account.account_id).await.unwrap().remove(0);
        let who = Who::command_line(account.account_id, member.id);
        let target = EnvironmentTarget::find(&backend.follower.world(), who, account.project.id, None).unwrap();
        let any = Precondition::default();
        let object = |value: Value| value.as_object().unwrap().clone();

        let rules = json!([{"attribute": "plan", "operator": "in", "value": ["pro", 1.50, "\u{e4}"]}]);
        segments::put_segment(&backend, &target, "z", &any, object(json!({"rules": rules}))).await.unwrap();
        assert_stored(&url, &backend, &target).await;
        let rules = json!([{"conditions": [{"operator": "in_segment", "value": "z"}],
            "value": {"split": [["big", 99.5], ["small", 0.5]], "by": "user_id"}}]);
        let flag = json!({"key": "b", "name": "for people", "enabled": true, "off": "small", "default": "big",
            "variants": {"big": 1e21, "small": -0.50}, "client_visible": true, "rules": rules});
        let asks = json!([{"attribute": "b", "operator": "flag_is", "value": "big"}]);
        for flag in [
            flag,
            json!({"key": "a", "enabled": true, "default_enabled": true}),
            json!({"key": "c", "enabled": true, "rules": asks}),
        ] {
            flags::create_flag(&backend, &target, object(flag), false).await.unwrap();
            assert_stored(&url, &backend, &target).await;
        }
        let search = json!([{"attribute": "plan", "operator": "matches", "value": "^p"}]);
        let uses = json!([{"operator": "in_segment", "value": "z"}]);
        for (key, change) in [
            ("b", json!({"enabled": false, "tags": ["x"]})),
            ("a", json!({"enabled": false})),
            ("a", json!({"enabled": true, "rules": search, "client_visible": true})),
            ("a", json!({"rules": uses, "description": "for people"})),
            ("a", json!({"client_visible": false, "enabled": false})),
            ("b", json!({"rules": null})),
            ("b", json!({"variants": {"big": 2, "small": 3}})),
            ("c", json!({"rules": null})),
            ("b", json!({"enabled": true})),
        ] {
            flags::change_flag(&backend, &target, key, &any, object(change), false).await.unwrap();
            assert_stored(&url, &backend, &target).await;
        }
        segments::put_segment(&backend, &target, "z", &any, object(json!({"rules": search}))).await.unwrap();
        assert_stored(&url, &backend, &target).await;
        flags::remove_flag(&backend, &target, "a", &any).await.unwrap();
        assert_stored(&url, &backend, &target).await;
    }

    /// Compares what a server serves after its writes with what another one reads.
    async fn assert_stored(url: &str, backend: &Backend, target: &EnvironmentTarget) {
        let other = Follower::start(Storage::open(url, Missing::Refuse).await.unwrap()).await.unwrap();
        let served = served(&backend.follower, target);
        let stored = self::served(&other, target);
        assert_eq!(str::from_utf8(&served.body.plain), str::from_utf8(&stored.body.plain));
        assert_eq!(served.body.plain_etag, stored.body.plain_etag);
        assert!(served.flags.flags().eq(stored.flags.flags()));
        for flag in stored.flags.flags() {
            let key = flag.key();
            assert_eq!(served.flags.is_client_visible(key), stored.flags.is_client_visible(key), "{key}");
            // A flag that asks others may count as one that searches because another one does or did. That is harmless.
            if key != "c" {
                assert_eq!(served.flags.searching().contains(key), stored.flags.searching().contains(key), "{key}");
            }
        }
        other.storage().close().await;
    }

    fn served(follower: &Follower, target: &EnvironmentTarget) -> Arc<Environment> {
        Arc::clone(follower.world().environment(target.environment_id).unwrap())
    }
}
