//! Operators on times: `before`, `after`.

use std::cmp::Ordering;

use super::{
    super::{
        Moment, Name,
        fields::value,
        json::Json,
        moment::finer,
        problem::{Problem, ProblemKind},
    },
    Described, Operator, Source, Test,
    prepared::General,
};

/// The attribute that is the host's clock if the context does not have it.
pub(in super::super) const NOW: &str = "@now";

#[derive(Debug, PartialEq)]
pub(in super::super) struct TimeTest {
    side: Side,
    moment: Moment,
    /// The time as the text has it.
    text: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Before,
    After,
}

impl Side {
    /// How a moment on this side compares with the rule's.
    fn order(self) -> Ordering {
        match self {
            Self::Before => Ordering::Less,
            Self::After => Ordering::Greater,
        }
    }
}

pub(super) fn before(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Side::Before)
}

pub(super) fn after(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Side::After)
}

fn read(source: &Source<'_, '_>, side: Side) -> Result<Test, Problem> {
    let value = value(source.fields)?;
    if let Json::Text(text) = value
        && let Some(moment) = Moment::parse(text.as_bytes())
    {
        return Ok(Test::general(General::Time(TimeTest { side, moment, text: text.into() })));
    }
    let message =
        format!("not a time as RFC 3339 has it, like \"2026-12-01T09:00:00+01:00\": found {}", value.describe());
    Err(Problem::at("value", ProblemKind::Value, message))
}

impl TimeTest {
    pub(super) fn operator(&self) -> Operator {
        match self.side {
            Side::Before => Operator::Before,
            Side::After => Operator::After,
        }
    }

    /// `now` is the time by the clock, which stands for `@now` if the context has no such attribute.
    pub(super) fn holds(&self, value: Option<&[u8]>, attribute: &Name, now: Option<&Moment>) -> bool {
        let found = match value {
            Some(value) => Moment::parse(value),
            None => now.filter(|_| attribute.text() == NOW).copied(),
        };
        found.is_some_and(|found| {
            let finer = || finer(value.unwrap_or_default()).cmp(finer(self.text.as_bytes()));
            found.cmp(&self.moment).then_with(finer) == self.side.order()
        })
    }

    pub(super) fn describe(&self) -> Described {
        Described::one(self.operator(), Described::text(&self.text))
    }
}
