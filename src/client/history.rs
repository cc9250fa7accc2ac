//! Which flags changed since when.

use std::collections::{BTreeSet, VecDeque};

use crate::engine::Snapshot;

/// The number of generations that are remembered, and of changed keys in each. A listener that is further behind hears
/// that everything may have changed.
const GENERATIONS: usize = 64;
const KEYS: usize = 1_000;

/// The flags that changed since a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// Any flag may have changed.
    All,
    /// These keys, sorted.
    Keys(Vec<String>),
}

#[derive(Debug, Default)]
pub(super) struct History {
    entries: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    generation: u64,
    changes: Changes,
    revision: Option<String>,
}

impl History {
    pub(super) fn record(&mut self, generation: u64, changes: Changes, revision: Option<&str>) {
        if self.entries.len() == GENERATIONS {
            self.entries.pop_front();
        }
        let changes = match changes {
            Changes::Keys(keys) if keys.len() > KEYS => Changes::All,
            changes => changes,
        };
        self.entries.push_back(Entry { generation, changes, revision: revision.map(Into::into) });
    }

    /// Returns the changes after `since`, up to and including `now`.
    pub(super) fn since(&self, since: u64, now: u64) -> Changes {
        let oldest = self.entries.front().map_or(now + 1, |entry| entry.generation);
        if since < now && since + 1 < oldest {
            return Changes::All;
        }
        let mut changed = BTreeSet::new();
        for entry in self.entries.iter().filter(|entry| entry.generation > since) {
            match &entry.changes {
                Changes::All => return Changes::All,
                Changes::Keys(keys) => changed.extend(keys.iter().cloned()),
            }
        }
        Changes::Keys(changed.into_iter().collect())
    }

    /// The revision of a generation; `None` where it is forgotten.
    pub(super) fn revision(&self, generation: u64) -> Option<Option<&str>> {
        self.entries.iter().find(|entry| entry.generation == generation).map(|entry| entry.revision.as_deref())
    }
}

/// The keys of the flags that one of two snapshots has alone, or that they define differently.
pub(super) fn changes_between(old: Option<&Snapshot>, new: &Snapshot) -> Changes {
    old.map_or(Changes::All, |old| Changes::Keys(new.changed_keys(old)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(flags: &str) -> Snapshot {
        Snapshot::parse(flags.as_bytes(), usize::MAX).unwrap()
    }

    fn keys(keys: &[&str]) -> Changes {
        Changes::Keys(keys.iter().map(|&key| key.into()).collect())
    }

    #[test]
    fn a_changed_an_added_and_a_removed_flag_are_changes() {
        let old = snapshot(r#"{"flags": {"a": {"enabled": true}, "b": {"enabled": true}, "d": {"enabled": true}}}"#);
        let new = snapshot(r#"{"flags": {"b": {"enabled": false}, "c": {"enabled": true}, "d": {"enabled": true}}}"#);
        assert_eq!(changes_between(Some(&old), &new), keys(&["a", "b", "c"]));
        assert_eq!(changes_between(Some(&new), &new), keys(&[]));
        assert_eq!(changes_between(None, &new), Changes::All);
    }

    #[test]
    fn changed_rules_are_a_change_and_texts_for_people_are_none() {
        let flag = |rest: &str| {
            let rule = r#"{"attribute": "plan", "operator": "in", "value": ["a", "b"]}"#;
            snapshot(&format!(r#"[{{"key": "f", "enabled": true, "rules": [{rule}] {rest}}}]"#))
        };
        let (plain, named) = (flag(""), flag(r#", "name": "F""#));
        assert_eq!(changes_between(Some(&plain), &named), keys(&[]));
        let defaulted = flag(r#", "default_enabled": true"#);
        assert_eq!(changes_between(Some(&plain), &defaulted), keys(&["f"]));
    }

    #[test]
    fn another_number_is_a_change_and_another_spelling_is_none() {
        let number = |token: &str| {
            let variants = format!(r#""variants": {{"a": {token}, "b": 1}}, "default": "a""#);
            snapshot(&format!(r#"[{{"key": "f", "enabled": true, {variants}}}]"#))
        };
        assert_eq!(changes_between(Some(&number("12")), &number("12.0")), keys(&[]));
        let (odd, even) = (number("9007199254740993"), number("9007199254740992"));
        assert_eq!(changes_between(Some(&odd), &even), keys(&["f"]));
    }

    #[test]
    fn a_listener_that_is_too_far_behind_is_told_all() {
        let mut history = History::default();
        for generation in 1..=100 {
            history.record(generation, keys(&[&format!("flag-{generation}")]), None);
        }
        assert_eq!(history.since(98, 100), keys(&["flag-100", "flag-99"]));
        assert_eq!(history.since(100, 100), keys(&[]));
        assert_eq!(history.since(36, 100), history.since(36, 100));
        assert!(matches!(history.since(36, 100), Changes::Keys(keys) if keys.len() == 64));
        assert_eq!(history.since(35, 100), Changes::All);
    }
}
