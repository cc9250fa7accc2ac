//! What an import may not do, or not unasked.

use std::collections::BTreeMap;

use super::plan::{Brought, Plan};
use crate::{
    flags::{Limits, Problems},
    operations::{Error, Result, flags::differing},
};

/// The number of removed flags and segments that a message names.
const SHOWN: usize = 20;

impl Plan {
    /// Refuses to change shared fields.
    pub(super) fn check_shared(&self) -> Result<()> {
        let mut problems = Problems::default();
        for update in self.shared_updates() {
            let Some(flag) = self.document.flags.get(&update.before.key) else { continue };
            if let Some(message) = differing(&update.before.shared, update.after) {
                problems.add(flag.place.clone(), message);
            }
        }
        problems.into_result().map_err(Error::Conflict)
    }

    /// Refuses more flags than a project may have, and more segments than other environments may have.
    ///
    /// # Errors
    /// [`Error::LimitReached`].
    pub(super) fn check_limits(&self, limits: &Limits, brought: &Brought) -> Result<()> {
        let surroundings = &self.basis.surroundings;
        let here = self.document.flags.len();
        let joined = self.created.iter().filter(|flag| flag.known.is_some()).count();
        let left = self.deleted.iter().filter(|(record, _)| !self.is_archived(record)).count();
        let count = here + surroundings.absent.len() - joined + left;
        if count > limits.max_flags && self.created.len() > joined {
            let limit = limits.max_flags;
            let message = format!("the project would have {count} flags; this server allows {limit} (--max-flags)");
            return Err(Error::LimitReached(message));
        }
        let mut more: BTreeMap<i64, usize> = BTreeMap::new();
        brought.iter().for_each(|(id, _)| *more.entry(*id).or_default() += 1);
        for (name, id) in &self.basis.environments {
            let (Some(more), Some(environment)) = (more.get(id), self.basis.world.environment(*id)) else { continue };
            if environment.flags.segments() + more > limits.max_segments {
                return Err(Error::too_many_segments(name, limits));
            }
        }
        Ok(())
    }

    /// Refuses to take out flags and segments whose number the caller did not give.
    ///
    /// # Errors
    /// [`Error::Conflict`], which names them.
    pub(super) fn check_removals(&self, given: Option<usize>) -> Result<()> {
        let count = self.removes();
        if given.unwrap_or(0) == count {
            return Ok(());
        }
        let environment = &self.target.environment;
        let flags = self.deleted.iter().map(|(record, _)| format!("flag {:?}", record.key));
        let segments = self.deleted_segments.iter().map(|segment| format!("segment {:?}", segment.key));
        let mut names: Vec<String> = flags.chain(segments).take(SHOWN).collect();
        if count > SHOWN {
            names.push(format!("and {} more", count - SHOWN));
        }
        let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        let given = given.map(|given| format!(", not {given}")).unwrap_or_default();
        let remedy = if count == 0 {
            "leave removes out".into()
        } else {
            format!("to take them out of this environment, repeat their number: ?removes={count}")
        };
        Err(Error::Conflict(format!(
            "the number of flags and segments that the file lacks and environment {environment:?} has is {count}{given}{names}. \
             Nothing was changed; {remedy}"
        )))
    }
}
