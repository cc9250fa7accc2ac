//! A group of users by rules: a flag without a name of its own.

use super::{
    Attributes,
    rule::{Question, Rule},
};

#[derive(Debug, PartialEq)]
pub(super) struct Segment {
    name: Box<str>,
    /// What percentages hash in the flag key's place, so that a segment is the same cohort for all flags.
    salt: Box<str>,
    rules: Box<[Rule]>,
    is_timed: bool,
}

impl Segment {
    pub(super) fn new(name: &str, rules: Box<[Rule]>, is_timed: bool) -> Self {
        Self { name: name.into(), salt: format!("{name}/segment").into(), rules, is_timed }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How many conditions it may take to answer, and whether that needs the time.
    pub(super) fn cost(&self) -> (u64, bool) {
        (self.rules.iter().map(|rule| 1 + rule.conditions().len() as u64).sum(), self.is_timed)
    }

    pub(super) fn includes(&self, question: &Question<'_, impl Attributes>) -> bool {
        self.decide(question).is_some_and(|(included, _)| included)
    }

    /// Whether who asks is in, and by which rule; `None` where no rule matches: out.
    pub(super) fn decide(&self, question: &Question<'_, impl Attributes>) -> Option<(bool, usize)> {
        let rules = self.rules.iter().enumerate();
        rules.filter_map(|(index, rule)| Some((rule.decide(&self.salt, question)?.0, index))).next()
    }
}
