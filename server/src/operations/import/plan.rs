//! The plan of an import.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flagbit::Subject;
use serde_json::{Map, Value};

use super::difference::{Difference, Differences, Updated};
use crate::{
    flags::{
        Moved, Record, SegmentRecord, State, as_code,
        check::Draft,
        document::{Document, FlagAsCode, segment_place},
        moved, used_segments,
    },
    operations::{
        Result,
        change::{Change, Place},
        flags::{Brought, bring_segments},
    },
};

/// An import, compared with what is there.
pub(super) struct Plan {
    pub(super) document: Document,
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
    pub(super) has_same_values: bool,
    pub(super) is_same_for_programs: bool,
    pub(super) is_same_state: bool,
}

impl Plan {
    pub(super) fn new(flags: Vec<(Record, State)>, segments: Vec<SegmentRecord>, document: Document) -> Self {
        let known: BTreeSet<String> = flags.iter().map(|(record, _)| record.key.clone()).collect();
        let created = document.flags.keys().filter(|key| !known.contains(*key)).cloned().collect();
        let known: BTreeSet<String> = segments.iter().map(|segment| segment.key.clone()).collect();
        let created_segments = document.segments.keys().filter(|key| !known.contains(*key)).cloned().collect();
        let (mut updated, mut deleted) = (Vec::new(), Vec::new());
        for (before, state) in flags {
            match document.flags.get(&before.key) {
                None => deleted.push((before, state)),
                Some(after) if before.shared == after.shared && state == after.state => {}
                Some(after) => updated.push(FlagUpdate {
                    fields: changed_fields(
                        &as_code("", &before.shared, &state),
                        &as_code("", &after.shared, &after.state),
                    ),
                    moved: moved(&state.rules, &after.state.rules),
                    has_same_values: before.shared.has_same_values(&after.shared),
                    is_same_for_programs: before.shared.is_same_for_programs(&after.shared),
                    is_same_state: state == after.state,
                    before,
                    state,
                }),
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
        Self { document, created, updated, deleted, created_segments, updated_segments, deleted_segments }
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

    /// Lets the engine judge what the import makes of every environment. Returns the segments that other environments get
    /// because new flags use them.
    pub(super) async fn check(&self, change: &mut Change<'_>) -> Result<Brought> {
        let mut drafts = BTreeMap::new();
        // The rules of the other environments matter only if values change.
        let mut states: HashMap<i64, Vec<(i64, State)>> = HashMap::new();
        for flag in self.updated.iter().filter(|flag| !flag.has_same_values) {
            states.insert(flag.before.id, change.write.flag_states(flag.before.id).await?);
        }
        for environment_id in change.everywhere() {
            let draft = if change.is_target(environment_id) {
                self.draft()
            } else {
                self.draft_elsewhere(environment_id, &states)
            };
            if !draft.is_empty() {
                drafts.insert(environment_id, draft);
            }
        }
        let created = self.created.iter().filter_map(|key| self.document.flags.get(key));
        let used = created.flat_map(|flag| used_segments(&flag.state.rules)).map(str::to_owned).collect();
        let given = self.document.segments.iter().map(|(key, rules)| SegmentRecord::new(key.clone(), rules.clone()));
        let given: Vec<SegmentRecord> = given.collect();
        let brought = bring_segments(change, &used, &given, &mut drafts).await?;
        let place = |subject: &Subject| match subject {
            Subject::Flag(key) => {
                self.document.flags.get(key).map(|flag| Place { position: flag.position, outer: flag.place.clone() })
            }
            Subject::Segment(key) => self
                .document
                .segments
                .contains_key(key)
                .then(|| Place { position: usize::MAX, outer: segment_place(key) }),
            Subject::Segments => None,
        };
        change.check(drafts, place).await?;
        Ok(brought)
    }

    fn draft(&self) -> Draft {
        let mut draft = Draft::default();
        for (key, flag) in
            self.created.iter().chain(self.updated.iter().map(|flag| &flag.before.key)).filter_map(|key| self.flag(key))
        {
            draft.put_flag(key, &flag.shared, &flag.state);
        }
        self.deleted.iter().for_each(|(record, _)| draft.delete_flag(&record.key));
        let segments = self.created_segments.iter().chain(self.updated_segments.iter().map(|segment| &segment.key));
        for key in segments {
            draft.put_segment(key, self.document.segments.get(key).map_or(&[][..], Vec::as_slice));
        }
        self.deleted_segments.iter().for_each(|segment| draft.delete_segment(&segment.key));
        draft
    }

    fn draft_elsewhere(&self, environment_id: i64, states: &HashMap<i64, Vec<(i64, State)>>) -> Draft {
        let mut draft = Draft::default();
        for (key, flag) in self.created.iter().filter_map(|key| self.flag(key)) {
            draft.put_flag(key, &flag.shared, &flag.state.switched_off());
        }
        for update in self.updated.iter().filter(|flag| !flag.has_same_values) {
            let states = states.get(&update.before.id).map_or(&[][..], Vec::as_slice);
            let state = states.iter().find(|(id, _)| *id == environment_id);
            if let (Some((_, state)), Some((key, flag))) = (state, self.flag(&update.before.key)) {
                draft.put_flag(key, &flag.shared, state);
            }
        }
        self.deleted.iter().for_each(|(record, _)| draft.delete_flag(&record.key));
        draft
    }

    fn flag(&self, key: &str) -> Option<(&String, &FlagAsCode)> {
        self.document.flags.get_key_value(key)
    }
}

/// The names of the fields that differ, or that only one has.
fn changed_fields(before: &Value, after: &Value) -> Vec<String> {
    let nothing = Map::new();
    let (before, after) = (before.as_object().unwrap_or(&nothing), after.as_object().unwrap_or(&nothing));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}
