//! What a document has, once it was read.

use std::collections::{BTreeMap, BTreeSet};

use flagbit::{Place, Subject};
use serde_json::Value;

use crate::flags::{Problem, Problems, Shared, State, check::Draft};

/// The flags and segments of a document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) flags: BTreeMap<String, FlagAsCode>,
    pub(crate) segments: BTreeMap<String, Vec<Value>>,
    /// The keys of the flags that are known to be unreadable.
    pub(super) faulty: BTreeSet<String>,
    pub(super) faulty_segments: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct FlagAsCode {
    /// The position among the flags of the document.
    pub(crate) position: usize,
    pub(crate) place: Place,
    pub(crate) shared: Shared,
    pub(crate) state: State,
}

impl Document {
    /// Adds what the engine says of the flags and segments that are not known to be unreadable.
    pub(crate) fn judge(&self, problems: &mut Problems) {
        let mut draft = Draft::default();
        for (key, flag) in &self.flags {
            if let Err(error) = draft.put_flag(key, &flag.shared, &flag.state) {
                problems.add(flag.place.clone(), error.to_string());
            }
        }
        self.segments.iter().for_each(|(key, rules)| _ = draft.put_segment(key, rules));
        let mut found: Vec<(usize, Problem)> = Vec::new();
        for aside in draft.check_alone() {
            match &aside.subject {
                Subject::Flag(key) if !self.faulty.contains(key) => {
                    if let Some(flag) = self.flags.get(key) {
                        found.push((flag.position, aside.problem.within(&flag.place)));
                    }
                }
                Subject::Segment(key) if !self.faulty_segments.contains(key) => {
                    found.push((usize::MAX, aside.problem.within(&segment_place(key))));
                }
                Subject::Flag(_) | Subject::Segment(_) | Subject::Segments => {}
            }
        }
        found.sort_by_key(|(position, _)| *position);
        found.into_iter().for_each(|(_, problem)| problems.push(problem));
    }
}

/// The place of a segment in a document.
pub(crate) fn segment_place(key: &str) -> Place {
    Place::from("segments").entry(key)
}
