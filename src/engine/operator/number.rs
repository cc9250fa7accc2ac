//! Operators on numbers: `gt`, `gte`, `lt`, `lte`.

use super::{
    super::{
        fields::{unexpected, value},
        json::Json,
        number,
        place::Step,
        problem::Problem,
    },
    Described, Operator, Source, Test,
    comparison::Comparison,
    prepared::General,
};

#[derive(Debug, PartialEq)]
pub(in super::super) struct NumberTest {
    operator: Operator,
    comparison: Comparison,
    bound: f64,
}

pub(super) fn gt(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::Gt, Comparison::Greater)
}

pub(super) fn gte(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::Gte, Comparison::GreaterOrEqual)
}

pub(super) fn lt(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::Lt, Comparison::Less)
}

pub(super) fn lte(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::Lte, Comparison::LessOrEqual)
}

/// The bound is a number, or a text that reads as one.
fn read(source: &Source<'_, '_>, operator: Operator, comparison: Comparison) -> Result<Test, Problem> {
    let value = value(source.fields)?;
    let bound = match value {
        Json::Number(number) => Some(number.as_f64()),
        Json::Text(text) => number::read(text.as_bytes()),
        Json::Null | Json::Boolean(_) | Json::List(_) | Json::Object(_) => None,
    };
    let problem = || unexpected("a number, or a string that is one in JSON", &value).within(Step::field("value"));
    Ok(Test::general(General::Number(NumberTest { operator, comparison, bound: bound.ok_or_else(problem)? })))
}

impl NumberTest {
    pub(super) fn operator(&self) -> Operator {
        self.operator
    }

    pub(super) fn holds(&self, value: &[u8]) -> bool {
        let order = number::read(value).and_then(|found| found.partial_cmp(&self.bound));
        order.is_some_and(|order| self.comparison.holds(order))
    }

    pub(super) fn describe(&self) -> Described {
        Described::one(self.operator, Described::number(self.bound))
    }
}
