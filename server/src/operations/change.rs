//! A write to the flags or segments of a project. The engine judges it before it lasts.

use std::{collections::BTreeMap, sync::Arc};

use flagbit::{MAX_SNAPSHOT_BYTES, Subject};
use serde::Serialize;
use serde_json::Value;

use super::{Backend, Error, Result, access, target::EnvironmentTarget};
use crate::{
    flags::{
        Labels, Problem,
        check::{Aside, Draft, Refusal},
        lines,
    },
    storage::{Write, audit::Entry},
    world::{Environment, JudgedEnvironments, World},
};

/// The place of a flag or a segment in a document; the default is the whole document.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The order in which problems are listed.
    pub(super) position: usize,
    pub(super) outer: flagbit::Place,
}

/// A write in progress.
pub(super) struct Change<'a> {
    backend: &'a Backend,
    target: &'a EnvironmentTarget,
    pub(super) write: Write,
    /// The state that is changed.
    world: Arc<World>,
    /// The environments of the project, names and ids; the first comes first.
    pub(super) environments: Vec<(String, i64)>,
    /// The environments with the change, by id.
    judged: JudgedEnvironments,
}

impl<'a> Change<'a> {
    /// Begins a change of an environment.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the environment was deleted since; the errors of [`access::begin`].
    pub(super) async fn begin(backend: &'a Backend, target: &'a EnvironmentTarget) -> Result<Self> {
        let write = access::begin(&backend.follower, target.who).await?;
        let world = backend.follower.world_at(write.before()).await?;
        let project = world.project(target.who.account_id, target.project_id);
        let environments = project.map(|project| project.environments.clone()).unwrap_or_default();
        if !environments.iter().any(|(_, id)| *id == target.environment_id) {
            return Err(Error::NotFound("the environment was deleted in the meantime".into()));
        }
        Ok(Self { backend, target, write, world, environments, judged: JudgedEnvironments::new() })
    }

    pub(super) fn is_target(&self, environment_id: i64) -> bool {
        self.target.environment_id == environment_id
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

    /// Records what happened to a flag or a segment.
    pub(super) async fn record<T: Serialize>(
        &mut self,
        action: &str,
        key: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<()> {
        let environment = self.target.environment.clone();
        self.record_in(&environment, action, key, before, after).await
    }

    /// Records the same in another environment.
    pub(super) async fn record_in<T: Serialize>(
        &mut self,
        environment: &str,
        action: &str,
        key: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<()> {
        let (before, after) = (to_value(before)?, to_value(after)?);
        let (before, after) = (before.as_ref(), after.as_ref());
        let entry = Entry { environment: Some(environment), action, target: key, before, after, ..self.target.entry() };
        self.write.record(entry).await?;
        Ok(())
    }

    /// Notes that the snapshots of these environments change.
    pub(super) async fn touch(&mut self, environments: &[i64]) -> Result<()> {
        for environment_id in environments {
            self.write.touch(*environment_id).await?;
        }
        Ok(())
    }

    pub(super) fn account_id(&self) -> i64 {
        self.target.who.account_id
    }

    pub(super) fn project_id(&self) -> i64 {
        self.target.project_id
    }

    /// The environment that the request is about.
    pub(super) fn environment_id(&self) -> i64 {
        self.target.environment_id
    }

    /// Notes that the snapshots of all environments change.
    pub(super) async fn touch_all(&mut self) -> Result<()> {
        let all = self.everywhere();
        self.touch(&all).await
    }

    /// The ids of all environments of the project.
    pub(super) fn everywhere(&self) -> Vec<i64> {
        self.environments.iter().map(|(_, id)| *id).collect()
    }

    /// Makes the write last and served.
    pub(super) async fn commit(mut self) -> Result<()> {
        self.write.flags_changed(self.target.project_id).await?;
        self.backend.follower.commit_judged(self.write, self.judged).await?;
        Ok(())
    }
}

/// Lets the engine judge what a change makes of each environment. `place` gives the place of what is in the request's body,
/// where that is not the whole body.
pub(super) async fn judge(
    world: &World,
    revision: i64,
    target: &EnvironmentTarget,
    drafts: BTreeMap<i64, Draft>,
    place: impl Fn(&Subject) -> Option<Place>,
) -> Result<JudgedEnvironments> {
    let mut verdict = Verdict::default();
    let mut environments = JudgedEnvironments::new();
    for (environment_id, draft) in drafts {
        let Some(environment) = world.environment(environment_id).map(Arc::clone) else { continue };
        let name = (environment_id != target.environment_id).then(|| environment.name.clone());
        let labels = labels(&environment, revision);
        // Thousands of flags take a while.
        let outcome = tokio::task::spawn_blocking(move || draft.check(&labels, &environment.flags));
        let judged = outcome.await.map_err(anyhow::Error::from)?.map_err(refusal)?;
        judged.asides.into_iter().for_each(|aside| verdict.add(aside, name.as_deref(), &place));
        environments.insert(environment_id, judged.flags);
    }
    verdict.into_result().map(|()| environments)
}

fn labels(environment: &Environment, revision: i64) -> Labels {
    Labels { project_id: environment.project_id, environment: environment.name.clone(), revision }
}

fn refusal(refusal: Refusal) -> Error {
    match refusal {
        Refusal::TooDeep => Error::Invalid("nested deeper than the 127 levels of a snapshot that SDKs read".into()),
        Refusal::Unreadable(error) => Error::Invalid(error.to_string()),
        Refusal::TooLarge { bytes } => Error::Conflict(format!(
            "the flags of the environment would have {bytes} bytes together; SDKs read snapshots of {MAX_SNAPSHOT_BYTES}"
        )),
    }
}

fn to_value<T: Serialize>(value: Option<&T>) -> serde_json::Result<Option<Value>> {
    value.map(serde_json::to_value).transpose()
}

/// The objections of the engine to a write.
#[derive(Debug, Default)]
struct Verdict {
    /// Objections to what the caller gave, in the environment that the caller named.
    own: Vec<(usize, Problem)>,
    /// Objections to anything else, or in other environments.
    others: Vec<String>,
    has_circle: bool,
}

impl Verdict {
    fn add(&mut self, aside: Aside, environment: Option<&str>, place: &impl Fn(&Subject) -> Option<Place>) {
        self.has_circle |= aside.is_circle;
        let problem = aside.problem;
        match (environment, place(&aside.subject)) {
            (None, Some(Place { position, outer })) => self.own.push((position, problem.within(&outer))),
            (environment, _) => {
                let subject = match aside.subject {
                    Subject::Flag(key) => format!("flag {key:?}"),
                    Subject::Segment(key) => format!("segment {key:?}"),
                    Subject::Segments => "segments".into(),
                };
                let environment = environment.map(|name| format!(" in environment {name:?}")).unwrap_or_default();
                self.others.push(format!("{subject}{environment}: {problem}"));
            }
        }
    }

    /// An error of the request alone is [`Error::Invalid`]; one that other flags bring about is [`Error::Conflict`].
    fn into_result(mut self) -> Result<()> {
        if !self.own.is_empty() {
            self.own.sort_by_key(|(position, _)| *position);
            let message = lines(&self.own.into_iter().map(|(_, problem)| problem).collect::<Vec<_>>());
            return Err(if self.has_circle { Error::Conflict(message) } else { Error::Invalid(message) });
        }
        if !self.others.is_empty() {
            let message = format!("the change cannot be made, since it would break:\n{}", lines(&self.others));
            return Err(Error::Conflict(message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};
    use serde_json::json;

    use super::*;
    use crate::{
        operations::{
            Precondition, Who,
            accounts::{Applicant, sign_up},
            flags, segments,
        },
        storage::{Missing, Storage},
        world::Follower,
    };

    /// What is judged is served without reading it back, so it must be what another server reads.
    #[tokio::test]
    async fn what_is_judged_is_what_is_stored() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite://{}/flagbit.db", folder.path().display());
        let storage = Storage::open(&url, Missing::Create).await.unwrap();
        let backend = Backend { follower: Follower::start(storage).await.unwrap(), accounts: usual(), limits: usual() };
        let account = sign_up(&backend.follower, Applicant::CommandLine, "a@example.com").await.unwrap();
        let who = Who { account_id: account.account_id, key_id: first_api_key(&backend, account.account_id).await };
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
            flags::create_flag(&backend, &target, object(flag)).await.unwrap();
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
            flags::change_flag(&backend, &target, key, &any, object(change)).await.unwrap();
            assert_stored(&url, &backend, &target).await;
        }
        segments::put_segment(&backend, &target, "z", &any, object(json!({"rules": search}))).await.unwrap();
        assert_stored(&url, &backend, &target).await;
        flags::delete_flag(&backend, &target, "a", &any).await.unwrap();
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
            // A flag that asks others counts as soon as any other searches, also one that it does not ask.
            if key != "c" {
                assert_eq!(served.flags.searching().contains(key), stored.flags.searching().contains(key), "{key}");
            }
        }
        other.storage().close().await;
    }

    fn served(follower: &Follower, target: &EnvironmentTarget) -> Arc<Environment> {
        Arc::clone(follower.world().environment(target.environment_id).unwrap())
    }

    async fn first_api_key(backend: &Backend, account_id: i64) -> i64 {
        let owner = crate::storage::keys::Owner { account_id, project_id: None };
        backend.follower.storage().keys(owner, 0, 1).await.unwrap()[0].id
    }

    /// Settings as they are without options.
    fn usual<T: Args + FromArgMatches>() -> T {
        let command = T::augment_args(clap::Command::new("test"));
        T::from_arg_matches(&command.get_matches_from(["test"])).unwrap()
    }
}
