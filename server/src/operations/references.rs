//! What a version of a flag needs and its environment lacks: the flags that it asks and the segments that it uses, as the
//! history of the environment has them.

use std::collections::BTreeSet;

use super::{
    Result,
    change::Change,
    history::{flag_content, flag_here, segment_here},
    target::EnvironmentTarget,
};
use crate::{
    flags::{Flag, Record, SegmentRecord, State, asked_flags, check::Draft, used_segments},
    storage::{archive::Archived, history::Subject, segments::rules_of},
};

/// Flags and segments that come back to an environment.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) flags: Vec<ReturningFlag>,
    pub(super) segments: Vec<SegmentRecord>,
}

/// A flag that comes back to an environment, as it was there last.
#[derive(Debug)]
pub(super) struct ReturningFlag {
    pub(super) record: Record,
    state: State,
    /// Its entry in the archive, if it is there.
    archived: Option<Archived>,
}

impl References {
    /// Finds what these rules of the flag `key` need, and what that needs. What was never in the environment is not found.
    pub(super) async fn find(
        change: &mut Change<'_>,
        target: &EnvironmentTarget,
        key: &str,
        rules: &[serde_json::Value],
    ) -> Result<Self> {
        let mut found = Self::default();
        let mut known = BTreeSet::from([key.to_owned()]);
        let mut known_segments = BTreeSet::new();
        let mut position = 0;
        let mut rules = rules.to_vec();
        loop {
            for segment in used_segments(&rules).into_iter().filter(|key| known_segments.insert((*key).to_owned())) {
                found.segments.extend(find_segment(change, target, segment).await?);
            }
            let asked: BTreeSet<&str> = asked_flags(&rules).collect();
            for asked in asked.into_iter().filter(|key| known.insert((*key).to_owned())) {
                found.flags.extend(find_flag(change, target, asked).await?);
            }
            let Some(next) = found.flags.get(position) else { return Ok(found) };
            rules = next.state.rules.clone();
            position += 1;
        }
    }

    /// Adds them to what the engine judges.
    pub(super) fn draft(&self, draft: &mut Draft) -> Result<()> {
        for segment in &self.segments {
            draft.put_segment(&segment.key, &segment.rules);
        }
        for flag in &self.flags {
            draft.put_flag(&flag.record.key, &flag.record.shared, &flag.state)?;
        }
        Ok(())
    }

    /// Creates them in the environment of the target, and records them.
    pub(super) async fn create(&self, change: &mut Change<'_>, target: &EnvironmentTarget) -> Result<()> {
        let here = target.environment_id;
        let limits = &change.backend.limits;
        let archived = self.flags.iter().filter(|flag| flag.archived.is_some()).count();
        if archived > 0 {
            change.check_limit(limits, archived).await?;
        }
        let segments: Vec<(i64, SegmentRecord)> = self.segments.iter().map(|segment| (here, segment.clone())).collect();
        change.create_segments(limits, segments).await?;
        for ReturningFlag { record, state, archived } in &self.flags {
            if let Some(archived) = archived {
                change.write.unarchive_flag(target.project_id, archived).await?;
            }
            let presence = change.write.create_presence(target.who.account_id, record.id, here, state.clone()).await?;
            let flag = Flag::new(record.clone(), presence);
            change.record_flag(here, "flag.restore", record.id, None, Some(&flag)).await?;
        }
        Ok(())
    }
}

async fn find_segment(change: &mut Change<'_>, target: &EnvironmentTarget, key: &str) -> Result<Option<SegmentRecord>> {
    if change.write.segment(target.environment_id, key).await?.is_some() {
        return Ok(None);
    }
    let document = last(change, &segment_here(target, key)).await?;
    let rules = document.map(|document| rules_of(&document)).transpose()?;
    Ok(rules.map(|rules| SegmentRecord::new(key.to_owned(), rules)))
}

async fn find_flag(change: &mut Change<'_>, target: &EnvironmentTarget, key: &str) -> Result<Option<ReturningFlag>> {
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
    Ok(Some(ReturningFlag { record, state, archived }))
}

/// The document of the last version.
async fn last(change: &mut Change<'_>, subject: &Subject) -> Result<Option<String>> {
    match change.write.history_range(subject).await? {
        Some((_, last)) => Ok(change.write.history_version(subject, last).await?),
        None => Ok(None),
    }
}
