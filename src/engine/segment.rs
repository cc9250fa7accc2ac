//! A segment: a named group of users, described by rules.

use super::{
    Attributes,
    rule::{Question, Rule},
    work::Work,
};

#[derive(Debug, PartialEq)]
pub(super) struct Segment {
    name: Box<str>,
    /// The salt of its percentages, so that a segment is the same cohort for all flags.
    salt: Box<str>,
    rules: Box<[Rule]>,
    is_timed: bool,
    /// The largest work of an answer.
    work: Work,
}

impl Segment {
    pub(super) fn new(name: &str, rules: Box<[Rule]>, is_timed: bool) -> Self {
        let work = Work::of(rules.iter().flat_map(Rule::conditions));
        Self { name: name.into(), salt: format!("{name}/segment").into(), rules, is_timed, work }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the largest work of an answer, and whether an answer needs the time.
    pub(super) fn cost(&self) -> (Work, bool) {
        (self.work, self.is_timed)
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
