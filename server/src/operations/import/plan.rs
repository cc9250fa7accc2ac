//! The plan of an import.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use flagbit::Subject;
use serde_json::{Map, Value};

use super::{
    basis::Basis,
    difference::{Difference, Differences, Updated},
    document::{Document, FlagAsCode, content_text, flag_place, segment_place, tag_of},
};
use crate::{
    flags::{Moved, Record, SegmentRecord, Shared, State, as_code, check::Draft, moved, used_segments},
    operations::{
        Precondition, Result,
        change::{Place, judge},
        flags::{Brought, bring_segments},
        target::EnvironmentTarget,
    },
    world::{Environment, JudgedEnvironments},
};

/// The changes to the snapshots of environments, by id.
type Drafts = BTreeMap<i64, Draft>;

/// An import, compared with what is there.
pub(super) struct Plan {
    pub(super) document: Arc<Document>,
    pub(super) basis: Basis,
    /// The tag of the export before the import.
    pub(super) tag_before: String,
    pub(super) tag_after: String,
    pub(super) created: Vec<String>,
    pub(super) updated: Vec<FlagUpdate>,
    pub(super) deleted: Vec<(Record, State)>,
    pub(super) created_segments: Vec<String>,
    pub(super) updated_segments: Vec<SegmentRecord>,
    pub(super) deleted_segments: Vec<SegmentRecord>,
}

/// A flag that changes.
pub(super) struct FlagUpdate {
    pub(super) before: Record,
    pub(super) state: State,
    fields: Vec<String>,
    moved: Option<Moved>,
    pub(super) is_same_for_programs: bool,
    pub(super) is_same_state: bool,
}

impl Plan {
    /// Compares a document with what is there, on a thread for such work.
    ///
    /// # Errors
    /// [`crate::operations::Error::Outdated`].
    pub(super) async fn of(basis: Basis, document: Arc<Document>, precondition: Precondition) -> Result<Self> {
        let work = move || Self::compare(basis, document, &precondition);
        tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?
    }

    fn compare(mut basis: Basis, document: Arc<Document>, precondition: &Precondition) -> Result<Self> {
        let (flags, segments) = (std::mem::take(&mut basis.flags), std::mem::take(&mut basis.segments));
        let before = flags.iter().map(|(record, state)| (record.key.as_str(), &record.shared, state));
        let segments_before = segments.iter().map(|segment| (segment.key.as_str(), segment.rules.as_slice()));
        let tag_before = tag_of(&content_text(before, segments_before)?);
        precondition.check(&tag_before, || "the flags are at another entity tag".into())?;
        let tag_after = tag_of(&content_after(&flags, &segments, &document)?);

        let known: BTreeSet<&str> = flags.iter().map(|(record, _)| record.key.as_str()).collect();
        let created = document.flags.keys().filter(|key| !known.contains(key.as_str())).cloned().collect();
        let known: BTreeSet<&str> = segments.iter().map(|segment| segment.key.as_str()).collect();
        let created_segments = document.segments.keys().filter(|key| !known.contains(key.as_str())).cloned().collect();
        let (mut updated, mut deleted) = (Vec::new(), Vec::new());
        for (before, state) in flags {
            match document.flags.get(&before.key) {
                None => deleted.push((before, state)),
                Some(after) if before.shared == after.shared && state == after.state => {}
                Some(after) => updated.push(FlagUpdate::new(before, state, after)),
            }
        }
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
            tag_before,
            tag_after,
            created,
            updated,
            deleted,
            created_segments,
            updated_segments,
            deleted_segments,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.created.is_empty() && self.updated.is_empty() && self.deleted.is_empty() && self.has_same_segments()
    }

    pub(super) fn has_same_segments(&self) -> bool {
        self.created_segments.is_empty() && self.updated_segments.is_empty() && self.deleted_segments.is_empty()
    }

    pub(super) fn difference(&self, dry_run: bool) -> Difference {
        let update = |flag: &FlagUpdate| Updated {
            key: flag.before.key.clone(),
            fields: flag.fields.clone(),
            moved: flag.moved.clone(),
        };
        let segment_update =
            |segment: &SegmentRecord| Updated { key: segment.key.clone(), fields: vec!["rules".into()], moved: None };
        Difference {
            dry_run,
            flags: Differences {
                created: self.created.clone(),
                updated: self.updated.iter().map(update).collect(),
                deleted: self.deleted.iter().map(|(record, _)| record.key.clone()).collect(),
            },
            segments: Differences {
                created: self.created_segments.clone(),
                updated: self.updated_segments.iter().map(segment_update).collect(),
                deleted: self.deleted_segments.iter().map(|segment| segment.key.clone()).collect(),
            },
        }
    }

    /// The environments whose snapshots change.
    pub(super) fn touched(&self, target: &EnvironmentTarget, brought: &Brought) -> Vec<i64> {
        let is_everywhere = !self.created.is_empty()
            || !self.deleted.is_empty()
            || self.updated.iter().any(|flag| !flag.is_same_for_programs);
        if is_everywhere {
            return self.basis.environments.iter().map(|(_, id)| *id).collect();
        }
        let is_here = !self.has_same_segments() || self.updated.iter().any(|flag| !flag.is_same_state);
        let others = brought.iter().map(|(_, id, _)| *id);
        others.chain(is_here.then_some(target.environment_id)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The change to each snapshot, and the segments that other environments get because new flags use them.
    ///
    /// # Errors
    /// The snapshot of another environment cannot be read.
    pub(super) fn drafts(&self, target: &EnvironmentTarget) -> Result<(Drafts, Brought)> {
        let mut drafts = Drafts::new();
        for (_, environment_id) in &self.basis.environments {
            let Some(environment) = self.basis.world.environment(*environment_id) else { continue };
            let is_target = *environment_id == target.environment_id;
            let draft = if is_target { self.draft()? } else { self.draft_elsewhere(environment)? };
            if !draft.is_empty() {
                drafts.insert(*environment_id, draft);
            }
        }
        let created = self.created.iter().filter_map(|key| self.document.flags.get(key));
        let used: BTreeSet<String> =
            created.flat_map(|flag| used_segments(&flag.state.rules)).map(str::to_owned).collect();
        let given = used.iter().filter_map(|key| self.document.segments.get_key_value(key));
        let given: Vec<SegmentRecord> =
            given.map(|(key, rules)| SegmentRecord::new(key.clone(), rules.clone())).collect();
        let others = self.basis.environments.iter().filter(|(_, id)| *id != target.environment_id).cloned();
        let brought = bring_segments(&self.basis.world, others, &used, &given, &mut drafts);
        Ok((drafts, brought))
    }

    /// Lets the engine judge what the import makes of every environment.
    pub(super) async fn judge(&self, target: &EnvironmentTarget, drafts: Drafts) -> Result<JudgedEnvironments> {
        let place = |subject: &Subject| match subject {
            Subject::Flag(key) => self
                .document
                .flags
                .get(key)
                .map(|flag| Place { position: flag.position, outer: flag_place(flag.position) }),
            Subject::Segment(key) => self
                .document
                .segments
                .contains_key(key)
                .then(|| Place { position: usize::MAX, outer: segment_place(key) }),
            Subject::Segments => None,
        };
        let world = &self.basis.world;
        judge(world, world.mark.sequence + 1, target, drafts, place).await
    }

    fn draft(&self) -> Result<Draft> {
        let mut draft = Draft::default();
        for (key, flag) in
            self.created.iter().chain(self.updated.iter().map(|flag| &flag.before.key)).filter_map(|key| self.flag(key))
        {
            draft.put_flag(key, &flag.shared, &flag.state)?;
        }
        self.deleted.iter().for_each(|(record, _)| draft.delete_flag(&record.key));
        let segments = self.created_segments.iter().chain(self.updated_segments.iter().map(|segment| &segment.key));
        for key in segments {
            draft.put_segment(key, self.document.segments.get(key).map_or(&[][..], Vec::as_slice));
        }
        self.deleted_segments.iter().for_each(|segment| draft.delete_segment(&segment.key));
        Ok(draft)
    }

    fn draft_elsewhere(&self, environment: &Environment) -> Result<Draft> {
        let mut draft = Draft::default();
        for (key, flag) in self.created.iter().filter_map(|key| self.flag(key)) {
            draft.put_flag(key, &flag.shared, &flag.state.switched_off())?;
        }
        // The rules of the other environments matter only if values change, or those who see the flag.
        for update in self.updated.iter().filter(|flag| !flag.is_same_for_programs) {
            let state = environment.flags.state(&update.before.key)?;
            if let (Some(state), Some((key, flag))) = (state, self.flag(&update.before.key)) {
                draft.put_flag(key, &flag.shared, &state)?;
            }
        }
        self.deleted.iter().for_each(|(record, _)| draft.delete_flag(&record.key));
        Ok(draft)
    }

    fn flag(&self, key: &str) -> Option<(&String, &FlagAsCode)> {
        self.document.flags.get_key_value(key)
    }
}

impl FlagUpdate {
    fn new(before: Record, state: State, after: &FlagAsCode) -> Self {
        Self {
            fields: changed_fields(&as_code("", &before.shared, &state), &as_code("", &after.shared, &after.state)),
            moved: moved(&state.rules, &after.state.rules),
            is_same_for_programs: before.shared.is_same_for_programs(&after.shared),
            is_same_state: state == after.state,
            before,
            state,
        }
    }
}

/// The export after the import. A flag that stays the same stays as it is written.
fn content_after(flags: &[(Record, State)], segments: &[SegmentRecord], document: &Document) -> anyhow::Result<String> {
    let known: BTreeMap<&str, (&Shared, &State)> =
        flags.iter().map(|(record, state)| (record.key.as_str(), (&record.shared, state))).collect();
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
