//! What a version of a flag needs and its environment lacks: the flags that it asks and the segments that it uses, as the
//! history of the environment has them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Backend, Result,
    bring::{Asked, Bringing},
    change::Change,
    history::{flag_content, flag_here, segment_here},
    target::EnvironmentTarget,
};
use crate::{
    flags::{Record, SegmentRecord, State, used_segments},
    storage::{archive::Archived, history::Subject, segments::rules_of},
};

/// Flags and segments that come back to an environment, as they were there last.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) bringing: Bringing,
    /// The flags among them that are in the archive.
    archived: Vec<Archived>,
}

impl References {
    /// Finds what these rules of the flag `key` need, and what that needs. What was never in the environment is not found.
    pub(super) async fn find(
        change: &mut Change<'_>,
        target: &EnvironmentTarget,
        key: &str,
        rules: &[Value],
    ) -> Result<Self> {
        let (mut found, mut asked) = (Self::default(), Asked::by(key));
        asked.add(rules);
        found.add_segments(change, target, rules).await?;
        while let Some(key) = asked.next() {
            if let Some((record, state)) = found.find_flag(change, target, &key).await? {
                asked.add(&state.rules);
                found.add_segments(change, target, &state.rules).await?;
                found.bringing.flags.push((record, BTreeMap::from([(target.environment_id, state)])));
            }
        }
        Ok(found)
    }

    /// Stores all of it.
    ///
    /// # Errors
    /// [`super::Error::LimitReached`].
    pub(super) async fn store(self, backend: &Backend, change: &mut Change<'_>) -> Result<()> {
        if !self.archived.is_empty() {
            change.check_limit(&backend.limits, self.archived.len()).await?;
        }
        let project_id = change.project().project_id;
        for archived in &self.archived {
            change.write.unarchive_flag(project_id, archived).await?;
        }
        self.bringing.store(backend, change, "flag.restore").await
    }

    async fn add_segments(
        &mut self,
        change: &mut Change<'_>,
        target: &EnvironmentTarget,
        rules: &[Value],
    ) -> Result<()> {
        let here = target.environment_id;
        for key in used_segments(rules) {
            let place = (here, key.to_owned());
            if self.bringing.segments.contains_key(&place) || change.write.segment(here, key).await?.is_some() {
                continue;
            }
            if let Some(document) = last(change, &segment_here(target, key)).await? {
                self.bringing.segments.insert(place, SegmentRecord::new(key.to_owned(), rules_of(&document)?));
            }
        }
        Ok(())
    }

    /// Finds a flag that the environment had and lacks now.
    async fn find_flag(
        &mut self,
        change: &mut Change<'_>,
        target: &EnvironmentTarget,
        key: &str,
    ) -> Result<Option<(Record, State)>> {
        let (record, archived) = match change.write.flag(target.project_id, key).await? {
            Some(record) => (record, None),
            None => match change.write.archived_by_key(target.project_id, key).await? {
                Some(archived) => (archived.record.clone(), Some(archived)),
                None => return Ok(None),
            },
        };
        if change.write.presences(record.id).await?.contains_key(&target.environment_id) {
            return Ok(None);
        }
        let Some(document) = last(change, &flag_here(target, record.id)).await? else { return Ok(None) };
        let (_, mut state) = flag_content(&document)?;
        state.settle(&record.shared);
        self.archived.extend(archived);
        Ok(Some((record, state)))
    }
}

/// The document of the last version.
async fn last(change: &mut Change<'_>, subject: &Subject) -> Result<Option<String>> {
    match change.write.history_range(subject).await? {
        Some((_, last)) => Ok(change.write.history_version(subject, last).await?),
        None => Ok(None),
    }
}
