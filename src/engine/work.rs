//! The work that one answer may take, counted when a snapshot is read.

use super::{
    pattern::check_answer,
    problem::{Problem, ProblemKind},
    rule::Condition,
};

/// The most conditions that an answer may take if the flag asks segments or other flags, theirs included.
const MAX_CONDITIONS: u64 = 100_000;

/// The most elements of lists that such an answer may compare one by one.
const MAX_ELEMENTS: u64 = 1_000_000;

/// The largest work of one answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// The conditions to decide.
    pub(super) conditions: u64,
    /// The elements of lists that are compared one by one.
    pub(super) elements: u64,
    /// The sizes of the regular expressions to search with.
    pub(super) patterns: u64,
}

impl Work {
    /// Adds the work of a segment or a flag that is asked.
    pub(super) fn add(&mut self, other: Self) {
        self.conditions = self.conditions.saturating_add(other.conditions);
        self.elements = self.elements.saturating_add(other.elements);
        self.patterns = self.patterns.saturating_add(other.patterns);
    }

    /// Returns the work of these conditions themselves, without that of the segments and flags that they ask.
    pub(super) fn of<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> Self {
        let mut work = Self::default();
        conditions.into_iter().for_each(|condition| work.add(condition.test.work()));
        work
    }

    /// Succeeds if an answer may take so much.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let within = |found: u64, limit: u64, what: &str| {
            if found <= limit {
                return Ok(());
            }
            let message = format!(
                "an answer takes at most {limit} {what}, with those of the segments and flags that it asks, found {found}"
            );
            Err(Problem::new(ProblemKind::Limit, message))
        };
        within(self.conditions, MAX_CONDITIONS, "conditions")?;
        within(self.elements, MAX_ELEMENTS, "elements of lists")?;
        check_answer(self.patterns)
    }
}
