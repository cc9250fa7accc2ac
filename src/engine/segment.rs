//! A segment: a named group of users, described by rules.

use super::{
    Attributes,
    rule::{Question, Rule},
};

#[derive(Debug, PartialEq)]
pub(super) struct Segment {
    name: Box<str>,
    /// The salt of its percentages, so that a segment is the same cohort for all flags.
    salt: Box<str>,
    rules: Box<[Rule]>,
    is_timed: bool,
    /// The largest number of conditions that an answer can take.
    conditions: u64,
}

impl Segment {
    pub(super) fn new(name: &str, rules: Box<[Rule]>, is_timed: bool) -> Self {
        let conditions = rules.iter().map(|rule| 1 + rule.conditions().len() as u64).sum();
        Self { name: name.into(), salt: format!("{name}/segment").into(), rules, is_timed, conditions }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the largest number of conditions that an answer can take, and whether an answer needs the time.
    pub(super) fn cost(&self) -> (u64, bool) {
        (self.conditions, self.is_timed)
    }

    pub(super) fn includes(&self, question: &Question<'_, impl Attributes>) -> bool {
        self.decide(question).is_some_and(|(included, _)| included)
    }

    /// Returns whether the user is in, and the index of the rule that decided. `None` if no rule matches: the user is out.
    pub(super) fn decide(&self, question: &Question<'_, impl Attributes>) -> Option<(bool, usize)> {
        let rules = self.rules.iter().enumerate();
        rules.filter_map(|(index, rule)| Some((rule.decide(&self.salt, question)?.0, index))).next()
    }
}
