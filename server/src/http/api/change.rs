//! A write to the flags or segments of a project: begun, judged by the engine, recorded, made to last.

use std::{collections::BTreeMap, sync::Arc};

use flagbit::{MAX_SNAPSHOT_BYTES, Subject};
use serde::Serialize;
use serde_json::Value;

use crate::{
    flags::{
        Problem,
        check::{Aside, Draft, Refusal},
        lines,
    },
    http::{
        api::target::EnvironmentTarget,
        wire::error::{ApiError, ApiResult},
    },
    state::App,
    storage::{Write, audit},
    world::World,
};

/// Where in a body a flag or a segment stands; the default is the whole body.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// The order in which problems are listed.
    pub(crate) position: usize,
    pub(crate) outer: flagbit::Place,
}

/// A write in progress.
pub(crate) struct Change<'a> {
    app: &'a App,
    target: &'a EnvironmentTarget,
    pub(crate) write: Write,
    /// The state that is changed.
    world: Arc<World>,
    /// The environments of the project, names and ids; the first comes first.
    pub(crate) environments: Vec<(String, i64)>,
}

impl<'a> Change<'a> {
    pub(crate) async fn begin(app: &'a App, target: &'a EnvironmentTarget) -> ApiResult<Self> {
        let write = app.storage.write().await?;
        let world = app.follower.world_before(write.sequence()).await?;
        let project = world.project(target.manager.account_id, target.project_id);
        let environments = project.map(|project| project.environments.clone()).unwrap_or_default();
        if !environments.iter().any(|(_, id)| *id == target.environment_id) {
            return Err(ApiError::not_found("the environment was deleted meanwhile"));
        }
        Ok(Self { app, target, write, world, environments })
    }

    pub(crate) fn is_target(&self, environment_id: i64) -> bool {
        self.target.environment_id == environment_id
    }

    /// Lets the engine judge what the write makes of each environment. `place` gives the place of what is in the
    /// request's body, where that is not the whole body.
    pub(crate) async fn check(
        &mut self,
        drafts: BTreeMap<i64, Draft>,
        place: impl Fn(&Subject) -> Option<Place>,
    ) -> ApiResult<()> {
        let mut verdict = Verdict::default();
        for (environment_id, draft) in drafts {
            let Some(environment) = self.world.environment(environment_id).map(Arc::clone) else { continue };
            let name = (!self.is_target(environment_id)).then(|| environment.name.clone());
            // Thousands of flags take a while.
            let outcome =
                tokio::task::spawn_blocking(move || draft.check(&environment.body.plain.bytes, &environment.snapshot))
                    .await;
            let asides = outcome.map_err(anyhow::Error::from)??.map_err(refusal)?;
            asides.into_iter().for_each(|aside| verdict.add(aside, name.as_deref(), &place));
        }
        verdict.into_result()
    }

    /// Records what happened to a flag or a segment.
    pub(crate) async fn record<T: Serialize>(
        &mut self,
        action: &str,
        key: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) -> anyhow::Result<()> {
        let environment = self.target.environment.clone();
        self.record_in(&environment, action, key, before, after).await
    }

    /// The same in another environment.
    pub(crate) async fn record_in<T: Serialize>(
        &mut self,
        environment: &str,
        action: &str,
        key: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) -> anyhow::Result<()> {
        let (before, after) = (to_value(before)?, to_value(after)?);
        let entry = audit::Entry {
            account_id: self.target.manager.account_id,
            project_id: Some(self.target.project_id),
            environment: Some(environment),
            actor: &self.target.manager.actor,
            action,
            target: key,
            before: before.as_ref(),
            after: after.as_ref(),
        };
        self.write.record(entry).await?;
        Ok(())
    }

    /// Notes that the snapshots of these environments change.
    pub(crate) async fn touch(&mut self, environments: &[i64]) -> sqlx::Result<()> {
        for environment_id in environments {
            self.write.touch(*environment_id).await?;
        }
        Ok(())
    }

    pub(crate) fn project_id(&self) -> i64 {
        self.target.project_id
    }

    /// The environment that the request is about.
    pub(crate) fn environment_id(&self) -> i64 {
        self.target.environment_id
    }

    /// Notes that the snapshots of all environments change.
    pub(crate) async fn touch_all(&mut self) -> sqlx::Result<()> {
        let all = self.everywhere();
        self.touch(&all).await
    }

    /// The ids of all environments of the project.
    pub(crate) fn everywhere(&self) -> Vec<i64> {
        self.environments.iter().map(|(_, id)| *id).collect()
    }

    /// Makes the write last. What this replica serves afterwards has it.
    pub(crate) async fn commit(mut self) -> sqlx::Result<()> {
        self.write.flags_changed(self.target.project_id).await?;
        self.write.commit().await?;
        self.app.follower.catch_up_after_write().await;
        Ok(())
    }
}

fn refusal(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::TooDeep => ApiError::invalid("nested deeper than the 127 levels of a snapshot that SDKs read"),
        Refusal::Unreadable(error) => ApiError::invalid(error.to_string()),
        Refusal::TooLarge { bytes } => ApiError::conflict(format!(
            "the flags of the environment would have {bytes} bytes together; SDKs read snapshots of {MAX_SNAPSHOT_BYTES}"
        )),
    }
}

fn to_value<T: Serialize>(value: Option<&T>) -> serde_json::Result<Option<Value>> {
    value.map(serde_json::to_value).transpose()
}

/// What the engine has against a write.
#[derive(Debug, Default)]
struct Verdict {
    /// In what the request gives, for the environment it names.
    own: Vec<(usize, Problem)>,
    /// In what it does not give, or in other environments.
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

    /// What is wrong with the request alone is 400; what is wrong only together with other flags is 409.
    fn into_result(mut self) -> ApiResult<()> {
        if !self.own.is_empty() {
            self.own.sort_by_key(|(position, _)| *position);
            let message = lines(&self.own.into_iter().map(|(_, problem)| problem).collect::<Vec<_>>());
            return Err(if self.has_circle { ApiError::conflict(message) } else { ApiError::invalid(message) });
        }
        if !self.others.is_empty() {
            let message = format!("the change cannot be made, since it would break:\n{}", lines(&self.others));
            return Err(ApiError::conflict(message));
        }
        Ok(())
    }
}
