//! What flags lean on, and which flags a change reaches.

use std::collections::{HashMap, HashSet};

use super::{Snapshot, segment::Segment};

/// The segments and flags that one flag asks, by position.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) flag: u32,
    pub(super) segments: Box<[u32]>,
    pub(super) flags: Box<[u32]>,
}

impl Snapshot {
    /// The keys of the flags that this snapshot or an older one has alone, or that answer by other rules now, also where
    /// the change is in a segment or in another flag that they ask. Sorted.
    pub fn changed_keys(&self, old: &Self) -> Vec<String> {
        let mut keys = self.defined_differently(old);
        if !self.links.is_empty() {
            self.add_dependents(old, &mut keys);
        }
        keys
    }

    fn defined_differently(&self, old: &Self) -> Vec<String> {
        let (mut left, mut right) = (old.flags().peekable(), self.flags().peekable());
        let mut keys = Vec::new();
        while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
            let order = one.key().cmp(other.key());
            if order.is_ne() || one != other {
                keys.push(if order.is_le() { one.key() } else { other.key() }.to_owned());
            }
            if order.is_le() {
                left.next();
            }
            if order.is_ge() {
                right.next();
            }
        }
        keys.extend(left.chain(right).map(|flag| flag.key().to_owned()));
        keys
    }

    /// A flag that asks what is gone is set aside, and so defined differently; all others are in this snapshot's links.
    fn add_dependents(&self, old: &Self, keys: &mut Vec<String>) {
        let before: HashMap<&str, &Segment> = old.segments.iter().map(|segment| (segment.name(), segment)).collect();
        let same = |segment: &Segment| before.get(segment.name()).is_some_and(|old| *old == segment);
        let mut changed: HashSet<u32> = keys.iter().filter_map(|key| self.position(key.as_bytes())).collect();
        let known = changed.len();
        let segments: Vec<bool> = self.segments.iter().map(|segment| !same(segment)).collect();
        for Links { flag, segments: asked, flags } in &self.links {
            let by_segment = asked.iter().any(|segment| segments[*segment as usize]);
            if (by_segment || flags.iter().any(|flag| changed.contains(flag))) && changed.insert(*flag) {
                keys.push(self.flag(*flag).key().to_owned());
            }
        }
        if changed.len() > known {
            keys.sort_unstable();
        }
    }
}
