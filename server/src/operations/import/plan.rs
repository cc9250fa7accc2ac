//! The plan of an import.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value};

use super::{
    basis::Basis,
    difference::{Difference, Differences, Updated},
    document::{Document, FlagAsCode, content_text, tag_of},
    options::Options,
};
use crate::{
    flags::{Moved, Presence, Record, SegmentRecord, Shared, State, as_code, moved, used_segments},
    operations::{Precondition, Result, archive::Segments, target::EnvironmentTarget},
    storage::surroundings::Elsewhere,
};

/// Segments that environments get because new flags use them, with the environments' ids.
pub(super) type Brought = Vec<(i64, SegmentRecord)>;

/// An import, compared with what is there.
pub(super) struct Plan {
    pub(super) document: Arc<Document>,
    pub(super) basis: Basis,
    pub(super) target: EnvironmentTarget,
    /// The tag of the export before the import.
    pub(super) tag_before: String,
    pub(super) tag_after: String,
    pub(super) created: Vec<FlagCreation>,
    pub(super) updated: Vec<FlagUpdate>,
    pub(super) deleted: Vec<(Record, Presence)>,
    pub(super) created_segments: Vec<String>,
    pub(super) updated_segments: Vec<SegmentRecord>,
    pub(super) deleted_segments: Vec<SegmentRecord>,
    /// The segments that archived flags used.
    pub(super) archived_segments: Segments,
}

/// A flag that is new in the environment.
pub(super) struct FlagCreation {
    pub(super) key: String,
    /// The flag, if other environments have it already.
    pub(super) known: Option<Record>,
}

/// A flag that changes.
pub(super) struct FlagUpdate {
    pub(super) before: Record,
    pub(super) presence: Presence,
    fields: Vec<String>,
    moved: Option<Moved>,
    pub(super) is_same_state: bool,
}

/// Shared fields that change, in the other environments that have the flag.
pub(super) struct SharedUpdate<'p> {
    pub(super) before: &'p Record,
    pub(super) after: &'p Shared,
    pub(super) elsewhere: &'p [Elsewhere],
}

impl SharedUpdate<'_> {
    pub(super) fn is_same_for_programs(&self) -> bool {
        self.before.shared.is_same_for_programs(self.after)
    }
}

impl Plan {
    /// Compares a document with what is there, on a thread for such work.
    ///
    /// # Errors
    /// [`crate::operations::Error::Outdated`]; [`crate::operations::Error::Conflict`] for shared fields that may not change.
    pub(super) async fn of(
        basis: Basis,
        document: Arc<Document>,
        target: EnvironmentTarget,
        precondition: Precondition,
        options: Options,
    ) -> Result<Self> {
        let work = move || {
            let plan = Self::compare(basis, document, target, &precondition)?;
            if plan.target.is_named && !options.is_shared {
                plan.check_shared()?;
            }
            Ok(plan)
        };
        tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?
    }

    fn compare(
        mut basis: Basis,
        document: Arc<Document>,
        target: EnvironmentTarget,
        precondition: &Precondition,
    ) -> Result<Self> {
        let content = &mut basis.surroundings.content;
        let (flags, segments) = (std::mem::take(&mut content.flags), std::mem::take(&mut content.segments));
        let before = flags.iter().map(|(record, presence)| (record.key.as_str(), &record.shared, &presence.state));
        let segments_before = segments.iter().map(|segment| (segment.key.as_str(), segment.rules.as_slice()));
        let tag_before = tag_of(&content_text(before, segments_before)?);
        precondition.check(&tag_before, || "the flags are at another entity tag".into())?;
        let tag_after = tag_of(&content_after(&flags, &segments, &document)?);

        let known: BTreeSet<&str> = flags.iter().map(|(record, _)| record.key.as_str()).collect();
        let created = document.flags.keys().filter(|key| !known.contains(key.as_str()));
        let created = created
            .map(|key| FlagCreation { key: key.clone(), known: basis.surroundings.absent.get(key).cloned() })
            .collect();
        let known: BTreeSet<&str> = segments.iter().map(|segment| segment.key.as_str()).collect();
        let created_segments = document.segments.keys().filter(|key| !known.contains(key.as_str())).cloned().collect();
        let (mut updated, mut deleted) = (Vec::new(), Vec::new());
        for (before, presence) in flags {
            match document.flags.get(&before.key) {
                None => deleted.push((before, presence)),
                Some(after) if before.shared == after.shared && presence.state == after.state => {}
                Some(after) => updated.push(FlagUpdate::new(before, presence, after)),
            }
        }
        let archived = deleted.iter().filter(|(record, _)| !basis.surroundings.elsewhere.contains_key(&record.id));
        let used: BTreeSet<&str> = archived.flat_map(|(_, presence)| used_segments(&presence.state.rules)).collect();
        let archived_segments =
            segments.iter().filter(|segment| used.contains(segment.key.as_str())).cloned().collect();
        let archived_segments = Segments::from([(target.environment_id, archived_segments)]);
        let (mut updated_segments, mut deleted_segments) = (Vec::new(), Vec::new());
        for segment in segments {
            match document.segments.get(&segment.key) {
                None => deleted_segments.push(segment),
                Some(rules) if *rules == segment.rules => {}
                Some(_) => updated_segments.push(segment),
            }
        }
        Ok(Self {
            document,
            basis,
            target,
            tag_before,
            tag_after,
            created,
            updated,
            deleted,
            created_segments,
            updated_segments,
            deleted_segments,
            archived_segments,
        })
    }

    pub(super) fn removes(&self) -> usize {
        self.deleted.len() + self.deleted_segments.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.created.is_empty() && self.updated.is_empty() && self.deleted.is_empty() && self.has_same_segments()
    }

    fn has_same_segments(&self) -> bool {
        self.created_segments.is_empty() && self.updated_segments.is_empty() && self.deleted_segments.is_empty()
    }

    /// Returns whether a flag that leaves the environment is in no other.
    pub(super) fn is_archived(&self, record: &Record) -> bool {
        !self.basis.surroundings.elsewhere.contains_key(&record.id)
    }

    pub(super) fn difference(&self, dry_run: bool, brought: &Brought) -> Difference {
        let update = |flag: &FlagUpdate| Updated {
            key: flag.before.key.clone(),
            fields: flag.fields.clone(),
            moved: flag.moved.clone(),
        };
        let segment_update =
            |segment: &SegmentRecord| Updated { key: segment.key.clone(), fields: vec!["rules".into()], moved: None };
        let archived = self.deleted.iter().filter(|(record, _)| self.is_archived(record));
        let changed = self.changed(brought);
        let environments = self.basis.environments.iter().filter(|(_, id)| changed.contains(id));
        Difference {
            dry_run,
            flags: Differences {
                created: self.created.iter().map(|flag| flag.key.clone()).collect(),
                updated: self.updated.iter().map(update).collect(),
                deleted: self.deleted.iter().map(|(record, _)| record.key.clone()).collect(),
            },
            segments: Differences {
                created: self.created_segments.clone(),
                updated: self.updated_segments.iter().map(segment_update).collect(),
                deleted: self.deleted_segments.iter().map(|segment| segment.key.clone()).collect(),
            },
            archived: archived.map(|(record, _)| record.key.clone()).collect(),
            removes: self.removes(),
            environments: environments.map(|(name, _)| name.clone()).collect(),
        }
    }

    /// The changes of shared fields, of flags with other environments and without.
    pub(super) fn shared_updates(&self) -> impl Iterator<Item = SharedUpdate<'_>> {
        let known = self.created.iter().filter_map(|flag| flag.known.as_ref());
        let records = known.chain(self.updated.iter().map(|flag| &flag.before));
        records.filter_map(|before| {
            let after = &self.document.flags.get(&before.key)?.shared;
            let elsewhere = self.basis.surroundings.elsewhere.get(&before.id).map_or(&[][..], Vec::as_slice);
            (before.shared != *after).then_some(SharedUpdate { before, after, elsewhere })
        })
    }

    /// The other environments that get new flags.
    pub(super) fn others_with_new_flags(&self) -> impl Iterator<Item = i64> {
        let is_everywhere = !self.target.is_named && self.created.iter().any(|flag| flag.known.is_none());
        let others = self.basis.environments.iter().map(|(_, id)| *id);
        others.filter(move |id| is_everywhere && *id != self.target.environment_id)
    }

    /// The environments where anything changes.
    pub(super) fn changed(&self, brought: &Brought) -> BTreeSet<i64> {
        let mut changed: BTreeSet<i64> = self.others_with_new_flags().collect();
        changed.extend(brought.iter().map(|(id, _)| *id));
        for update in self.shared_updates() {
            changed.extend(update.elsewhere.iter().map(|there| there.environment_id));
        }
        if !self.is_empty() {
            changed.insert(self.target.environment_id);
        }
        changed
    }

    /// The environments whose snapshots change.
    pub(super) fn touched(&self, brought: &Brought) -> BTreeSet<i64> {
        let mut touched: BTreeSet<i64> = self.others_with_new_flags().collect();
        touched.extend(brought.iter().map(|(id, _)| *id));
        let mut is_here = !self.created.is_empty()
            || !self.deleted.is_empty()
            || !self.has_same_segments()
            || self.updated.iter().any(|flag| !flag.is_same_state);
        for update in self.shared_updates().filter(|update| !update.is_same_for_programs()) {
            touched.extend(update.elsewhere.iter().map(|there| there.environment_id));
            is_here = true;
        }
        touched.extend(is_here.then_some(self.target.environment_id));
        touched
    }
}

impl FlagUpdate {
    fn new(before: Record, presence: Presence, after: &FlagAsCode) -> Self {
        let state = &presence.state;
        Self {
            fields: changed_fields(&as_code("", &before.shared, state), &as_code("", &after.shared, &after.state)),
            moved: moved(&state.rules, &after.state.rules),
            is_same_state: *state == after.state,
            before,
            presence,
        }
    }
}

/// The export after the import. A flag that stays the same stays as it is written.
fn content_after(
    flags: &[(Record, Presence)],
    segments: &[SegmentRecord],
    document: &Document,
) -> anyhow::Result<String> {
    let known: BTreeMap<&str, (&Shared, &State)> =
        flags.iter().map(|(record, presence)| (record.key.as_str(), (&record.shared, &presence.state))).collect();
    let flags = document.flags.iter().map(|(key, flag)| match known.get(key.as_str()) {
        Some((shared, state)) if **shared == flag.shared && **state == flag.state => (key.as_str(), *shared, *state),
        _ => (key.as_str(), &flag.shared, &flag.state),
    });
    let known: BTreeMap<&str, &[Value]> =
        segments.iter().map(|segment| (segment.key.as_str(), segment.rules.as_slice())).collect();
    let segments = document.segments.iter().map(|(key, rules)| match known.get(key.as_str()) {
        Some(before) if **before == **rules => (key.as_str(), *before),
        _ => (key.as_str(), rules.as_slice()),
    });
    content_text(flags, segments)
}

/// The names of the fields that differ, or that only one has.
fn changed_fields(before: &Value, after: &Value) -> Vec<String> {
    let nothing = Map::new();
    let (before, after) = (before.as_object().unwrap_or(&nothing), after.as_object().unwrap_or(&nothing));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}
