//! Membership of segments: `in_segment`.

use super::{
    super::problem::Problem,
    Source, Test,
    prepared::General,
    value::{any_of, string_of},
};

/// A segment or a flag by name, and where the snapshot has it.
#[derive(Debug)]
pub(in super::super) struct Link {
    pub(in super::super) name: Box<str>,
    pub(in super::super) position: u32,
}

pub(super) fn in_segment(source: &Source<'_, '_>) -> Result<Test, Problem> {
    Ok(Test::general(General::Segment(any_of(source, |item| string_of(item).map(Link::new))?)))
}

impl Link {
    /// The position is known once all of the snapshot is read.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), position: 0 }
    }
}

/// The same name means the same thing in two snapshots, wherever it stands.
impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
