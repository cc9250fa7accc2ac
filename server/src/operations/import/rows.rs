//! What an import stores, made ready before its write begins.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::plan::{Brought, Plan};
use crate::{
    flags::{Flag, Presence, Record, Segment, SegmentRecord, State},
    operations::{Backend, Result, Who, access, archive::leaving, change::Change},
    storage::{
        archive::Leaving,
        audit::{Entry, StoredEntry},
        flags::{StoredPresence, StoredRecord},
        history::Versioned,
        now,
        segments::StoredSegment,
        states::StoredState,
        texts::LargeText,
    },
};

/// The most texts that are stored in one write, and their bytes.
const TEXTS_OF_WRITE: usize = 500;
const TEXT_BYTES_OF_WRITE: usize = 2 << 20;

/// The rows of an import.
pub(super) struct Rows {
    environment_id: i64,
    /// The environments whose snapshots change.
    touched: BTreeSet<i64>,
    /// The environments where anything changes.
    changed: BTreeSet<i64>,
    /// The flags that leave this environment and stay in others: the ids of both, and the version here.
    deleted: Vec<(i64, i64, i64)>,
    archived: Vec<Leaving>,
    /// Flags with other shared fields.
    updated: Vec<StoredRecord>,
    /// New flags, which get their ids in the write.
    created: Vec<StoredRecord>,
    /// The new flags in environments, each with the position in `created`.
    created_presences: Vec<(usize, StoredPresence)>,
    presences: Vec<StoredPresence>,
    segments: Vec<StoredSegment>,
    deleted_segments: Vec<String>,
    entries: Vec<StoredEntry>,
    /// The entries of new flags, each with the position in `created`.
    created_entries: Vec<(usize, StoredEntry)>,
}

impl Rows {
    /// Makes a plan ready on a thread for such work.
    pub(super) async fn of(plan: Plan, brought: Brought) -> Result<(Plan, Self)> {
        let work = move || Making::make(&plan, brought).map(|rows| (plan, rows));
        tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?
    }

    /// Stores most of the large texts in writes of their own, so that the write of the rows is short. Texts that nothing
    /// refers to in the end are deleted again, see [`crate::operations::retention`].
    pub(super) async fn store_texts(&self, backend: &Backend, who: &Who) -> Result<()> {
        let texts = self.archived.iter().flat_map(Leaving::texts);
        let texts = texts.chain(self.presences.iter().flat_map(StoredPresence::texts));
        let texts = texts.chain(self.created_presences.iter().flat_map(|(_, presence)| presence.texts()));
        let texts = texts.chain(self.entries.iter().flat_map(StoredEntry::texts));
        let texts = texts.chain(self.created_entries.iter().flat_map(|(_, entry)| entry.texts()));
        let unknown = backend.follower.storage().unknown_texts(who.account_id, texts).await?;
        let mut rest = unknown.as_slice();
        while rest.len() > TEXTS_OF_WRITE {
            let mut bytes = 0;
            let mut is_room = |text: &&LargeText| {
                bytes += text.len();
                bytes <= TEXT_BYTES_OF_WRITE
            };
            let count = rest.iter().take(TEXTS_OF_WRITE).take_while(|text| is_room(text)).count().max(1);
            let (step, left) = rest.split_at(count);
            let mut write = access::begin(&backend.follower, who).await?;
            write.store_texts(who.account_id, step).await?;
            backend.follower.commit(write).await?;
            rest = left;
        }
        Ok(())
    }

    /// Stores the rows.
    pub(super) async fn write(mut self, change: &mut Change<'_>) -> Result<()> {
        let project = change.project();
        let (account_id, project_id, actor) = (project.who.account_id, project.project_id, project.who.actor());
        change.touch(self.touched).await?;
        change.note_changed(self.changed);
        let write = &mut change.write;
        let ids: Vec<i64> = write.next_ids(self.created.len()).await?.collect();
        self.created.iter_mut().zip(&ids).for_each(|(flag, id)| flag.id = *id);
        let created = self.created_presences.into_iter();
        self.presences.extend(created.map(|(flag, presence)| StoredPresence { flag_id: ids[flag], ..presence }));
        self.entries.extend(self.created_entries.into_iter().map(|(flag, mut entry)| {
            entry.flag_id = Some(ids[flag]);
            entry
        }));
        write.delete_presences(&self.deleted).await?;
        write.archive_flags(account_id, project_id, actor, &self.archived).await?;
        write.put_flags(project_id, &self.updated).await?;
        write.put_flags(project_id, &self.created).await?;
        write.put_presences(account_id, &self.presences).await?;
        write.delete_segments(self.environment_id, &self.deleted_segments).await?;
        write.put_segments(&self.segments).await?;
        write.record_all(account_id, &self.entries).await?;
        Ok(())
    }
}

/// Rows that are being made.
struct Making<'p> {
    plan: &'p Plan,
    now: String,
    rows: Rows,
}

impl<'p> Making<'p> {
    fn make(plan: &'p Plan, brought: Brought) -> Result<Rows> {
        let rows = Rows {
            environment_id: plan.target.environment_id,
            touched: plan.touched(&brought),
            changed: plan.changed(&brought),
            deleted: Vec::new(),
            archived: Vec::new(),
            updated: Vec::new(),
            created: Vec::new(),
            created_presences: Vec::new(),
            presences: Vec::new(),
            segments: Vec::new(),
            deleted_segments: plan.deleted_segments.iter().map(|segment| segment.key.clone()).collect(),
            entries: Vec::new(),
            created_entries: Vec::new(),
        };
        let mut making = Self { plan, now: now(), rows };
        making.add_segments(brought)?;
        making.add_deleted()?;
        making.add_shared()?;
        making.add_updated()?;
        making.add_created()?;
        Ok(making.rows)
    }

    fn add_segments(&mut self, brought: Brought) -> Result<()> {
        let (plan, here) = (self.plan, self.plan.target.environment_id);
        for before in &plan.deleted_segments {
            self.record_segment(here, "segment.delete", Some(before.clone().into()), None)?;
        }
        for before in &plan.updated_segments {
            let rules = plan.document.segments.get(&before.key).cloned().unwrap_or_default();
            let (version, updated_at) = (before.version + 1, self.now.clone());
            let after = SegmentRecord { rules, version, updated_at, ..before.clone() };
            self.rows.segments.push(StoredSegment::new(here, &after));
            self.record_segment(here, "segment.update", Some(before.clone().into()), Some(after.into()))?;
        }
        let created = plan.created_segments.iter().filter_map(|key| {
            let rules = plan.document.segments.get(key)?.clone();
            Some((here, SegmentRecord::new(key.clone(), rules)))
        });
        for (environment_id, segment) in brought.into_iter().chain(created) {
            let versions = &plan.basis.surroundings.segment_versions;
            let last = versions.get(&(environment_id, segment.key.clone())).copied().unwrap_or(0);
            let after = segment.stored_new(last, &self.now);
            self.rows.segments.push(StoredSegment::new(environment_id, &after));
            self.record_segment(environment_id, "segment.create", None, Some(after.into()))?;
        }
        Ok(())
    }

    fn add_deleted(&mut self) -> Result<()> {
        let (plan, here) = (self.plan, self.plan.target.environment_id);
        for (record, presence) in &plan.deleted {
            let before = Flag::new(record.clone(), presence.clone());
            if plan.is_archived(record) {
                let presences = BTreeMap::from([(here, presence.clone())]);
                let environments = &plan.basis.environments;
                self.rows.archived.push(leaving(environments, record, &presences, &plan.archived_segments)?);
                self.record_flag(here, "flag.archive", record.id, Some(before), None)?;
            } else {
                self.rows.deleted.push((record.id, here, presence.version));
                self.record_flag(here, "flag.delete", record.id, Some(before), None)?;
            }
        }
        Ok(())
    }

    /// Adds the shared fields that change, with what that makes of the other environments.
    fn add_shared(&mut self) -> Result<()> {
        for update in self.plan.shared_updates() {
            let record = Record { shared: update.after.clone(), ..update.before.clone() };
            self.rows.updated.push(StoredRecord::new(&record)?);
            for there in update.elsewhere {
                let Some(state) = self.plan.state_elsewhere(there.environment_id, &record.key)? else { continue };
                let old = Presence { state, version: there.version, updated_at: there.updated_at.clone() };
                let new = Presence { version: old.version + 1, updated_at: self.now.clone(), ..old.clone() };
                self.put_presence(record.id, there.environment_id, &new, None);
                let (before, after) = (Flag::new(update.before.clone(), old), Flag::new(record.clone(), new));
                self.record_flag(there.environment_id, "flag.update", record.id, Some(before), Some(after))?;
            }
        }
        Ok(())
    }

    fn add_updated(&mut self) -> Result<()> {
        let (plan, here) = (self.plan, self.plan.target.environment_id);
        for update in &plan.updated {
            let Some(flag) = plan.document.flags.get(&update.before.key) else { continue };
            let record = Record { shared: flag.shared.clone(), ..update.before.clone() };
            let (version, updated_at) = (update.presence.version + 1, self.now.clone());
            let presence = Presence { state: flag.state.clone(), version, updated_at };
            let state = (!update.is_same_state).then_some(&flag.state);
            let state = state.map(StoredState::new).transpose()?;
            self.put_presence(record.id, here, &presence, state);
            let flag_id = record.id;
            let before = Flag::new(update.before.clone(), update.presence.clone());
            self.record_flag(here, "flag.update", flag_id, Some(before), Some(Flag::new(record, presence)))?;
        }
        Ok(())
    }

    fn add_created(&mut self) -> Result<()> {
        let (plan, here) = (self.plan, self.plan.target.environment_id);
        let others: Vec<i64> = plan.others_with_new_flags().collect();
        for creation in &plan.created {
            let Some(flag) = plan.document.flags.get(&creation.key) else { continue };
            if let Some(known) = &creation.known {
                let record = Record { shared: flag.shared.clone(), ..known.clone() };
                let last = plan.basis.surroundings.left.get(&record.id).copied().unwrap_or(0);
                let presence = self.first_presence(&flag.state, last + 1);
                self.put_presence(record.id, here, &presence, Some(StoredState::new(&flag.state)?));
                let flag_id = record.id;
                self.record_flag(here, "flag.create", flag_id, None, Some(Flag::new(record, presence)))?;
                continue;
            }
            let (key, shared) = (creation.key.clone(), flag.shared.clone());
            let record = Record { id: 0, key, shared, created_at: self.now.clone() };
            let position = self.rows.created.len();
            self.rows.created.push(StoredRecord::new(&record)?);
            let off = flag.state.switched_off();
            for (environment_id, state) in
                others.iter().map(|id| (*id, &off)).chain(std::iter::once((here, &flag.state)))
            {
                let presence = self.first_presence(state, 1);
                let stored = stored(0, environment_id, &presence, Some(StoredState::new(state)?));
                self.rows.created_presences.push((position, stored));
                let after = Flag::new(record.clone(), presence);
                let versioned = Versioned::of_flag(environment_id, None, Some(&after));
                let entry = self.entry(versioned, "flag.create", None, Some(&after))?;
                self.rows.created_entries.push((position, entry));
            }
        }
        Ok(())
    }

    fn first_presence(&self, state: &State, version: i64) -> Presence {
        Presence { state: state.clone(), version, updated_at: self.now.clone() }
    }

    fn put_presence(&mut self, flag_id: i64, environment_id: i64, presence: &Presence, state: Option<StoredState>) {
        self.rows.presences.push(stored(flag_id, environment_id, presence, state));
    }

    fn record_flag(
        &mut self,
        environment_id: i64,
        action: &str,
        flag_id: i64,
        before: Option<Flag>,
        after: Option<Flag>,
    ) -> Result<()> {
        let versioned = Versioned::of_flag(environment_id, before.as_ref(), after.as_ref());
        let mut entry = self.entry(versioned, action, before.as_ref(), after.as_ref())?;
        entry.flag_id = Some(flag_id);
        self.rows.entries.push(entry);
        Ok(())
    }

    fn record_segment(
        &mut self,
        environment_id: i64,
        action: &str,
        before: Option<Segment>,
        after: Option<Segment>,
    ) -> Result<()> {
        let versioned = Versioned::of_segment(environment_id, before.as_ref(), after.as_ref());
        let entry = self.entry(versioned, action, before.as_ref(), after.as_ref())?;
        self.rows.entries.push(entry);
        Ok(())
    }

    /// The record of what happened to a flag or a segment.
    fn entry<T: Serialize + Keyed>(
        &self,
        versioned: Option<Versioned>,
        action: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<StoredEntry> {
        let environments = &self.plan.basis.environments;
        let environment_id = versioned.as_ref().map(|versioned| versioned.environment_id);
        let environment =
            environments.iter().find(|(_, id)| Some(*id) == environment_id).map(|(name, _)| name.as_str());
        let target = before.or(after).map_or("", Keyed::key);
        let value = |thing: Option<&T>| thing.map(serde_json::to_value).transpose();
        let (old, new) = (value(before)?, value(after)?);
        let entry = self.plan.target.entry();
        Ok(Entry { environment, action, target, versioned, before: old.as_ref(), after: new.as_ref(), ..entry }.into())
    }
}

fn stored(flag_id: i64, environment_id: i64, presence: &Presence, state: Option<StoredState>) -> StoredPresence {
    let (version, updated_at) = (presence.version, presence.updated_at.clone());
    StoredPresence { flag_id, environment_id, state, version, updated_at }
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
