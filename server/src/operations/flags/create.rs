//! Creating a flag: in all environments at once, or in one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    ChangedFlag, check_size, own_place,
    shared::{differing, draft_shared, update_shared},
};
use crate::{
    flags::{Changes, Flag, Limits, Problems, Record, SegmentRecord, Shared, State, check::Draft, used_segments},
    operations::{Backend, Error, Result, change::Change, target::EnvironmentTarget},
};

/// Creates a flag in the environment of the target. Where the target names none, the flag is in all environments: as given
/// in the first, with the same fields but switched off in the others.
///
/// If the target names an environment and others have the flag already, it becomes present in this one too. The shared
/// fields that are given must then be those that are there; with `is_shared` they change in all environments that have the
/// flag.
///
/// # Errors
/// [`Error::Invalid`] for fields that are wrong; [`Error::Conflict`] where the key is taken, shared fields differ or the flag
/// does not fit into an environment; [`Error::LimitReached`]; the errors of `Change::begin_in`.
pub(crate) async fn create_flag(
    backend: &Backend,
    target: &EnvironmentTarget,
    fields: Map<String, Value>,
    is_shared: bool,
) -> Result<ChangedFlag> {
    let limits = &backend.limits;
    let mut problems = Problems::default();
    let changes = Changes::read(fields, limits, &mut problems);
    if changes.version.is_some() {
        problems.add("version", "the server gives it; leave it out");
    }
    let (key, shared, state) = changes.new_flag(&mut problems);
    problems.into_result().map_err(Error::Invalid)?;
    let key = key.unwrap_or_default();

    let change = Change::begin_in(backend, target).await?;
    let mut creation = Creation { change, target, limits };
    match creation.change.write.flag(target.project_id, &key).await? {
        Some(record) => creation.join(record, &changes, is_shared).await,
        None if target.is_named => creation.create_here(&key, &shared, state).await,
        None => creation.create_everywhere(&key, &shared, state).await,
    }
}

struct Creation<'a> {
    change: Change<'a>,
    target: &'a EnvironmentTarget,
    limits: &'a Limits,
}

impl Creation<'_> {
    /// Makes a flag that other environments have present in the target.
    async fn join(mut self, before: Record, changes: &Changes, is_shared: bool) -> Result<ChangedFlag> {
        let (key, here) = (before.key.clone(), self.target.environment_id);
        let others = self.change.write.presences(before.id).await?;
        if others.contains_key(&here) {
            return Err(Error::Conflict(format!("key: a flag {key:?} exists already")));
        }
        if !self.target.is_named {
            let present_in = self.change.names(&others.keys().copied().collect()).join(", ");
            return Err(Error::Conflict(format!(
                "key: a flag {key:?} exists already, in {present_in}; name the environment in the path to create it in one \
                 more"
            )));
        }
        let (mut record, mut state) = (before.clone(), State::default());
        changes.apply(&mut record.shared, &mut state);
        state.settle(&record.shared);
        if !is_shared && let Some(message) = differing(&before.shared, &record.shared) {
            return Err(Error::Conflict(message));
        }
        let mut drafts = BTreeMap::new();
        draft_shared(&before, &record, &others, &mut drafts)?;
        drafts.insert(here, self.draft(&key, &record.shared, &state)?);
        self.change.check(drafts, own_place(&key)).await?;
        if record.shared != before.shared {
            update_shared(&mut self.change, &before, &record, others).await?;
        }
        self.finish(record, state).await
    }

    async fn create_here(mut self, key: &str, shared: &Shared, state: State) -> Result<ChangedFlag> {
        self.check_limit().await?;
        let drafts = BTreeMap::from([(self.target.environment_id, self.draft(key, shared, &state)?)]);
        self.change.check(drafts, own_place(key)).await?;
        let record = self.change.write.create_flag(self.target.project_id, key, shared).await?;
        self.finish(record, state).await
    }

    async fn create_everywhere(mut self, key: &str, shared: &Shared, state: State) -> Result<ChangedFlag> {
        self.check_limit().await?;
        let here = self.target.environment_id;
        let off = state.switched_off();
        let mut drafts = BTreeMap::from([(here, self.draft(key, shared, &state)?)]);
        let mut others = self.change.everywhere();
        others.retain(|environment_id| *environment_id != here);
        for environment_id in &others {
            drafts.entry(*environment_id).or_default().put_flag(key, shared, &off)?;
        }
        let brought = self.bring_segments(&state, &others, &mut drafts).await?;
        self.change.check(drafts, own_place(key)).await?;

        self.change.create_segments(self.limits, brought).await?;
        let record = self.change.write.create_flag(self.target.project_id, key, shared).await?;
        for environment_id in others {
            self.create_presence(&record, environment_id, off.clone()).await?;
        }
        self.finish(record, state).await
    }

    /// Makes the flag present in the target, and the change last.
    async fn finish(mut self, record: Record, state: State) -> Result<ChangedFlag> {
        let flag = self.create_presence(&record, self.target.environment_id, state).await?;
        Ok(ChangedFlag { flag, environments: self.change.commit().await?, moved: None })
    }

    async fn create_presence(&mut self, record: &Record, environment_id: i64, state: State) -> Result<Flag> {
        let presence =
            self.change.write.create_presence(self.target.who.account_id, record.id, environment_id, state).await?;
        let flag = Flag::new(record.clone(), presence);
        self.change.touch([environment_id]).await?;
        self.change.record_flag(environment_id, "flag.create", record.id, None, Some(&flag)).await?;
        Ok(flag)
    }

    /// The flag as the target would have it.
    fn draft(&self, key: &str, shared: &Shared, state: &State) -> Result<Draft> {
        let mut draft = Draft::default();
        check_size("flag", draft.put_flag(key, shared, state)?, self.limits)?;
        Ok(draft)
    }

    async fn check_limit(&mut self) -> Result<()> {
        self.change.check_limit(self.limits, 1).await
    }

    /// Finds the segments that the flag uses and that other environments lack, which get those of the target. An environment
    /// that has a segment of that name keeps its own.
    async fn bring_segments(
        &mut self,
        state: &State,
        others: &[i64],
        drafts: &mut BTreeMap<i64, Draft>,
    ) -> Result<Vec<(i64, SegmentRecord)>> {
        let used = used_segments(&state.rules);
        let mut brought = Vec::new();
        for key in used {
            // A segment that the target lacks is noticed when the engine judges that.
            let Some(segment) = self.change.write.segment(self.target.environment_id, key).await? else { continue };
            for environment_id in others {
                if self.change.write.segment(*environment_id, key).await?.is_none() {
                    drafts.entry(*environment_id).or_default().put_segment(key, &segment.rules);
                    brought.push((*environment_id, segment.clone()));
                }
            }
        }
        Ok(brought)
    }
}
