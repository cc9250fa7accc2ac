//! What an import stores, made ready before its write begins.

use serde::Serialize;

use super::plan::Plan;
use crate::{
    flags::{Flag, Record, Segment, SegmentRecord},
    operations::{Result, change::Change, flags::Brought, target::EnvironmentTarget},
    storage::{
        audit::{Entry, StoredEntry},
        flags::StoredRecord,
        now,
        segments::StoredSegment,
        states::StoredState,
    },
};

/// The rows of an import.
pub(super) struct Rows {
    /// The environments whose snapshots change.
    touched: Vec<i64>,
    deleted: Vec<i64>,
    /// The changed flags, and then the new ones, which get their ids in the write.
    flags: Vec<StoredRecord>,
    /// The number of changed flags in `flags`.
    updated: usize,
    /// States, each with the position of its flag in `flags`.
    states: Vec<(usize, StoredState)>,
    segments: Vec<StoredSegment>,
    deleted_segments: Vec<String>,
    entries: Vec<StoredEntry>,
}

impl Rows {
    /// Makes a plan ready on a thread for such work.
    pub(super) async fn of(plan: Plan, brought: Brought, target: EnvironmentTarget) -> Result<(Plan, Self)> {
        let work = move || Self::make(&plan, brought, &target).map(|rows| (plan, rows));
        tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?
    }

    fn make(plan: &Plan, brought: Brought, target: &EnvironmentTarget) -> Result<Self> {
        let mut rows = Self {
            touched: plan.touched(target, &brought),
            deleted: plan.deleted.iter().map(|(record, _)| record.id).collect(),
            flags: Vec::new(),
            updated: plan.updated.len(),
            states: Vec::new(),
            segments: Vec::new(),
            deleted_segments: plan.deleted_segments.iter().map(|segment| segment.key.clone()).collect(),
            entries: Vec::new(),
        };
        let now = now();
        rows.add_segments(plan, brought, target, &now)?;
        rows.add_flags(plan, target, &now)?;
        Ok(rows)
    }

    fn add_segments(&mut self, plan: &Plan, brought: Brought, target: &EnvironmentTarget, now: &str) -> Result<()> {
        for (environment, environment_id, segment) in brought {
            let after = segment.stored_first(now);
            self.segments.push(StoredSegment::new(environment_id, &after));
            let after = Some(Segment::from(after));
            self.record(Entry { environment: Some(&environment), ..target.entry() }, "segment.create", None, after)?;
        }
        for before in &plan.deleted_segments {
            self.record(target.entry(), "segment.delete", Some(Segment::from(before.clone())), None)?;
        }
        for before in &plan.updated_segments {
            let rules = plan.document.segments.get(&before.key).cloned().unwrap_or_default();
            let after = SegmentRecord { rules, version: before.version + 1, updated_at: now.into(), ..before.clone() };
            self.segments.push(StoredSegment::new(target.environment_id, &after));
            let (before, after) = (Segment::from(before.clone()), Segment::from(after));
            self.record(target.entry(), "segment.update", Some(before), Some(after))?;
        }
        for key in &plan.created_segments {
            let rules = plan.document.segments.get(key).cloned().unwrap_or_default();
            let after = SegmentRecord::new(key.clone(), rules).stored_first(now);
            self.segments.push(StoredSegment::new(target.environment_id, &after));
            self.record(target.entry(), "segment.create", None, Some(Segment::from(after)))?;
        }
        Ok(())
    }

    fn add_flags(&mut self, plan: &Plan, target: &EnvironmentTarget, now: &str) -> Result<()> {
        for (record, state) in &plan.deleted {
            self.record(target.entry(), "flag.delete", Some(Flag::new(record.clone(), state.clone())), None)?;
        }
        for update in &plan.updated {
            let Some(flag) = plan.document.flags.get(&update.before.key) else { continue };
            let before = &update.before;
            let version = before.version + 1;
            let after = Record { shared: flag.shared.clone(), version, updated_at: now.into(), ..before.clone() };
            if !update.is_same_state {
                let state = StoredState::new(after.id, target.environment_id, &flag.state)?;
                self.states.push((self.flags.len(), state));
            }
            self.flags.push(StoredRecord::new(&after)?);
            let before = Flag::new(before.clone(), update.state.clone());
            self.record(target.entry(), "flag.update", Some(before), Some(Flag::new(after, flag.state.clone())))?;
        }
        for key in &plan.created {
            let Some(flag) = plan.document.flags.get(key) else { continue };
            let shared = flag.shared.clone();
            let (created_at, updated_at) = (now.to_owned(), now.to_owned());
            let record = Record { id: 0, key: key.clone(), shared, version: 1, created_at, updated_at };
            let off = flag.state.switched_off();
            for (_, environment_id) in &plan.basis.environments {
                let state = if *environment_id == target.environment_id { &flag.state } else { &off };
                self.states.push((self.flags.len(), StoredState::new(0, *environment_id, state)?));
            }
            self.flags.push(StoredRecord::new(&record)?);
            self.record(target.entry(), "flag.create", None, Some(Flag::new(record, flag.state.clone())))?;
        }
        Ok(())
    }

    /// Adds what happened to a flag or a segment.
    fn record<T: Serialize + Keyed>(
        &mut self,
        entry: Entry<'_>,
        action: &str,
        before: Option<T>,
        after: Option<T>,
    ) -> Result<()> {
        let target = before.as_ref().or(after.as_ref()).map_or("", Keyed::key);
        let value = |thing: &Option<T>| thing.as_ref().map(serde_json::to_value).transpose();
        let (old, new) = (value(&before)?, value(&after)?);
        self.entries.push(Entry { action, target, before: old.as_ref(), after: new.as_ref(), ..entry }.into());
        Ok(())
    }

    /// Stores the rows.
    pub(super) async fn write(mut self, change: &mut Change<'_>) -> Result<()> {
        let (project_id, environment_id) = (change.project_id(), change.environment_id());
        change.touch(&self.touched).await?;
        let account_id = change.account_id();
        let write = &mut change.write;
        let new = &mut self.flags[self.updated..];
        let ids = write.next_ids(new.len()).await?;
        new.iter_mut().zip(ids).for_each(|(flag, id)| flag.id = id);
        let states = self.states.into_iter().map(|(flag, mut state)| {
            state.flag_id = self.flags[flag].id;
            state
        });
        let states: Vec<StoredState> = states.collect();
        write.delete_flags(&self.deleted).await?;
        write.put_flags(project_id, &self.flags).await?;
        write.put_states(account_id, &states).await?;
        write.delete_segments(environment_id, &self.deleted_segments).await?;
        write.put_segments(&self.segments).await?;
        write.record_all(account_id, &self.entries).await?;
        Ok(())
    }
}

/// A thing with a key.
trait Keyed {
    fn key(&self) -> &str;
}

impl Keyed for Flag {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Keyed for Segment {
    fn key(&self) -> &str {
        &self.key
    }
}
