//! The engine's judgement of a change to the environments of a project.

use std::{collections::BTreeMap, sync::Arc};

use flagbit::{MAX_SNAPSHOT_BYTES, Subject};

use super::{Error, Result};
use crate::{
    flags::{
        Labels, Problem,
        check::{Aside, Draft, Refusal},
        lines,
    },
    world::{Environment, JudgedEnvironments, World},
};

/// The place of a flag or a segment in a document; the default is the whole document.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The order in which problems are listed.
    pub(super) position: usize,
    pub(super) outer: flagbit::Place,
}

/// Lets the engine judge what a change makes of each environment. `place` gives the place of what is in the request's body,
/// where that is not the whole body; the body is about the environment `target`.
pub(super) async fn judge(
    world: &World,
    revision: i64,
    target: Option<i64>,
    drafts: BTreeMap<i64, Draft>,
    place: impl Fn(&Subject) -> Option<Place>,
) -> Result<JudgedEnvironments> {
    let mut verdict = Verdict::default();
    let mut environments = JudgedEnvironments::new();
    for (environment_id, draft) in drafts {
        let Some(environment) = world.environment(environment_id).map(Arc::clone) else { continue };
        let name = environment.name.clone();
        let labels = labels(&environment, revision);
        // Thousands of flags take a while.
        let outcome = tokio::task::spawn_blocking(move || draft.check(&labels, &environment.flags));
        let judged = outcome.await.map_err(anyhow::Error::from)?.map_err(|refused| refusal(refused, &name))?;
        for aside in judged.asides {
            let place = if target == Some(environment_id) { place(&aside.subject) } else { None };
            verdict.add(aside, &name, place);
        }
        environments.insert(environment_id, judged.flags);
    }
    verdict.into_result().map(|()| environments)
}

/// The labels of an environment at a revision.
pub(super) fn labels(environment: &Environment, revision: i64) -> Labels {
    Labels { project_id: environment.project_id, environment: environment.name.clone(), revision }
}

fn refusal(refusal: Refusal, environment: &str) -> Error {
    match refusal {
        Refusal::TooDeep => Error::Invalid("nested deeper than the 127 levels of a snapshot that SDKs read".into()),
        Refusal::Unreadable(error) => Error::Invalid(error.to_string()),
        Refusal::TooLarge { bytes } => Error::Conflict(format!(
            "the flags of the environment {environment:?} would have {bytes} bytes together; SDKs read snapshots of \
             {MAX_SNAPSHOT_BYTES}"
        )),
    }
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
    /// `place` is the place in the request's body.
    fn add(&mut self, aside: Aside, environment: &str, place: Option<Place>) {
        self.has_circle |= aside.is_circle;
        let problem = aside.problem;
        if let Some(Place { position, outer }) = place {
            return self.own.push((position, problem.within(&outer)));
        }
        let subject = match aside.subject {
            Subject::Flag(key) => format!("flag {key:?}"),
            Subject::Segment(key) => format!("segment {key:?}"),
            Subject::Segments => "segments".into(),
        };
        self.others.push(format!("{subject} in environment {environment:?}: {problem}"));
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
