//! Operators on versions: `semver_eq`, `semver_gt`, `semver_gte`, `semver_lt`, `semver_lte`.

use super::{
    super::{
        json::Json,
        problem::{Problem, ProblemKind},
        semver::Version,
    },
    Described, Operator, Source, Test,
    comparison::Comparison,
    prepared::General,
    value::scalar,
};

#[derive(Debug, PartialEq)]
pub(in super::super) struct SemVerTest {
    operator: Operator,
    comparison: Comparison,
    /// A text that is a version.
    bound: Box<str>,
}

pub(super) fn eq(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::SemVerEq, Comparison::Equal)
}

pub(super) fn gt(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::SemVerGt, Comparison::Greater)
}

pub(super) fn gte(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::SemVerGte, Comparison::GreaterOrEqual)
}

pub(super) fn lt(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::SemVerLt, Comparison::Less)
}

pub(super) fn lte(source: &Source<'_, '_>) -> Result<Test, Problem> {
    read(source, Operator::SemVerLte, Comparison::LessOrEqual)
}

fn read(source: &Source<'_, '_>, operator: Operator, comparison: Comparison) -> Result<Test, Problem> {
    let text = scalar(source)?;
    if Version::parse(text.as_bytes()).is_none() {
        let message = format!("not a SemVer version: {}", Json::Text(&text).describe());
        return Err(Problem::at("value", ProblemKind::Value, message));
    }
    Ok(Test::general(General::SemVer(SemVerTest { operator, comparison, bound: text.into() })))
}

impl SemVerTest {
    pub(super) fn operator(&self) -> Operator {
        self.operator
    }

    pub(super) fn holds(&self, value: &[u8]) -> bool {
        let versions = Version::parse(value).zip(Version::parse(self.bound.as_bytes()));
        versions.is_some_and(|(found, bound)| self.comparison.holds(found.precedence(&bound)))
    }

    pub(super) fn describe(&self) -> Described {
        Described::one(self.operator, Described::text(&self.bound))
    }
}
