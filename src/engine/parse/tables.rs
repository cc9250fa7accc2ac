//! Tables that the flags and segments of a snapshot share while they are parsed.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use super::super::{
    Name,
    operator::{NOW, Operator},
    pattern::PatternSizes,
    rule::Rule,
};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) names: Names,
    pub(super) pattern_sizes: PatternSizes,
    /// Room for the rules of a flag that is being read.
    pub(super) rules: Vec<Rule>,
    /// Whether the parser is inside a segment, not a flag.
    pub(super) in_segment: bool,
    /// Whether the flag that is being read asks a segment or a flag.
    pub(super) has_links: bool,
    /// Whether the flag or segment that is being read needs the time.
    pub(super) is_timed: bool,
}

impl Tables {
    /// Notes whether a condition needs the time or other parts of the snapshot. Returns `false` if it may not need them here.
    pub(super) fn note(&mut self, operator: Operator, attribute: &str) -> bool {
        self.is_timed |= attribute == NOW;
        let is_link = !operator.looks_at_attribute();
        self.has_links |= is_link;
        !(is_link && self.in_segment)
    }
}

/// The attribute names of a snapshot: many rules share few of them.
#[derive(Default)]
pub(super) struct Names(HashMap<Box<str>, Arc<Name>, RandomState>);

impl Names {
    pub(super) fn get(&mut self, name: &str) -> Arc<Name> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let new = Arc::new(Name::new(name));
        self.0.insert(name.into(), Arc::clone(&new));
        new
    }
}
