//! What an import makes of the snapshots of environments.

use std::collections::{BTreeMap, BTreeSet};

use flagbit::Subject;

use super::{
    document::{FlagAsCode, flag_place, segment_place},
    plan::{Brought, Plan},
};
use crate::{
    flags::{SegmentRecord, State, check::Draft, used_segments},
    operations::{
        Result,
        judge::{Place, judge},
    },
    world::JudgedEnvironments,
};

/// The changes to the snapshots of environments, by id.
type Drafts = BTreeMap<i64, Draft>;

impl Plan {
    /// The change to each snapshot, and the segments that other environments get because new flags use them.
    ///
    /// # Errors
    /// The snapshot of another environment cannot be read.
    pub(super) fn drafts(&self) -> Result<(Drafts, Brought)> {
        let mut drafts = Drafts::new();
        let here = self.draft()?;
        if !here.is_empty() {
            drafts.insert(self.target.environment_id, here);
        }
        let mut brought = Brought::new();
        for environment_id in self.others_with_new_flags() {
            self.draft_new_flags(environment_id, drafts.entry(environment_id).or_default(), &mut brought)?;
        }
        // The rules of the other environments matter only if values change, or those who see the flag.
        for update in self.shared_updates().filter(|update| !update.is_same_for_programs()) {
            for there in update.elsewhere {
                if let Some(state) = self.state_elsewhere(there.environment_id, &update.before.key)? {
                    let draft = drafts.entry(there.environment_id).or_default();
                    draft.put_flag(&update.before.key, update.after, &state)?;
                }
            }
        }
        Ok((drafts, brought))
    }

    /// The state of a flag in another environment.
    ///
    /// # Errors
    /// The snapshot of the environment cannot be read.
    pub(super) fn state_elsewhere(&self, environment_id: i64, key: &str) -> Result<Option<State>> {
        let Some(environment) = self.basis.world.environment(environment_id) else { return Ok(None) };
        Ok(environment.flags.state(key)?)
    }

    /// Adds the new flags to another environment, switched off, with the segments that they use and that it lacks.
    fn draft_new_flags(&self, environment_id: i64, draft: &mut Draft, brought: &mut Brought) -> Result<()> {
        let Some(environment) = self.basis.world.environment(environment_id) else { return Ok(()) };
        let mut used = BTreeSet::new();
        let new = self.created.iter().filter(|flag| flag.known.is_none());
        for (key, flag) in new.filter_map(|flag| self.flag(&flag.key)) {
            draft.put_flag(key, &flag.shared, &flag.state.switched_off())?;
            used.extend(used_segments(&flag.state.rules));
        }
        let missing = used.into_iter().filter(|key| !environment.flags.has_segment(key));
        for (key, rules) in missing.filter_map(|key| self.document.segments.get_key_value(key)) {
            draft.put_segment(key, rules);
            brought.push((environment_id, SegmentRecord::new(key.clone(), rules.clone())));
        }
        Ok(())
    }

    /// Lets the engine judge what the import makes of every environment.
    pub(super) async fn judge(&self, drafts: Drafts) -> Result<JudgedEnvironments> {
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
        judge(world, world.mark.sequence + 1, Some(self.target.environment_id), drafts, place).await
    }

    fn draft(&self) -> Result<Draft> {
        let mut draft = Draft::default();
        let created = self.created.iter().map(|flag| &flag.key);
        for (key, flag) in
            created.chain(self.updated.iter().map(|flag| &flag.before.key)).filter_map(|key| self.flag(key))
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

    fn flag(&self, key: &str) -> Option<(&String, &FlagAsCode)> {
        self.document.flags.get_key_value(key)
    }
}
