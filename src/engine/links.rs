//! The segments and flags that flags ask, and the flags that a change reaches.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{PreparedFlag, Snapshot, segment::Segment};

/// The segments and flags that one flag asks, by position.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) flag: u32,
    pub(super) segments: Box<[u32]>,
    pub(super) flags: Box<[u32]>,
}

impl Snapshot {
    /// Returns the sorted keys of the flags that only one of two snapshots has, or that answer by other rules now. A change
    /// in a segment or a flag counts as a change of the flags that ask it.
    pub fn changed_keys(&self, old: &Self) -> Vec<String> {
        let changed = self.changed_flags(old);
        let changed = |position: &u32| changed[*position as usize];
        let mut present =
            self.sorted().iter().filter(|position| changed(position)).map(|&position| self.flag(position)).peekable();
        let mut gone = old.flags().filter(|flag| self.find(flag.key().as_bytes()).is_none()).peekable();
        let mut keys = Vec::new();
        loop {
            let from_gone = match (present.peek(), gone.peek()) {
                (Some(one), Some(other)) => other.key() < one.key(),
                (one, _) => one.is_none(),
            };
            let Some(flag) = (if from_gone { gone.next() } else { present.next() }) else {
                return keys;
            };
            keys.push(flag.key().to_owned());
        }
    }

    /// Returns for each flag of this snapshot, by position, whether it may answer differently than in an older one. A flag
    /// that asks a flag or a segment that is gone is set aside, and so has changed itself.
    fn changed_flags(&self, old: &Self) -> Vec<bool> {
        let differs = |flag: &PreparedFlag| old.find(flag.key().as_bytes()) != Some(flag);
        let mut changed: Vec<bool> = self.all().iter().map(differs).collect();
        if self.links.is_empty() {
            return changed;
        }
        let before: HashMap<&str, &Segment, RandomState> =
            old.segments.iter().map(|segment| (segment.name(), segment)).collect();
        let differs = |segment: &Segment| before.get(segment.name()) != Some(&segment);
        let segments: Vec<bool> = self.segments.iter().map(differs).collect();
        for Links { flag, segments: asked, flags } in &self.links {
            changed[*flag as usize] |= asked.iter().any(|segment| segments[*segment as usize])
                || flags.iter().any(|flag| changed[*flag as usize]);
        }
        changed
    }
}
