//! Answers of other flags: `flag_is`.

use super::{
    super::{Attributes, canonical::boolean, fields::unexpected, json::Json, problem::Problem, rule::Question},
    AnyOf, Described, Link, Operator, Source, Test,
    prepared::General,
    value::any_of,
};

/// Another flag, and the answers of it that a rule accepts.
#[derive(Debug)]
pub(in super::super) struct FlagIs {
    pub(in super::super) flag: Link,
    pub(in super::super) answers: AnyOf<Outcome>,
    /// The accepted answers as bits: 1 for off and 2 for on, and of a typed flag a bit for each variant's position.
    pub(in super::super) accepted: u64,
}

/// An answer of a flag, as a rule names it.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Outcome {
    Boolean(bool),
    Variant(Box<str>),
}

pub(super) fn flag_is(source: &Source<'_, '_>) -> Result<Test, Problem> {
    let answers = any_of(source, outcome)?;
    Ok(Test::general(General::Flag(FlagIs { flag: Link::new(source.attribute), answers, accepted: 0 })))
}

fn outcome(json: Json<'_>) -> Result<Outcome, Problem> {
    match json {
        Json::Boolean(value) => Ok(Outcome::Boolean(value)),
        Json::Text(name) => Ok(Outcome::Variant(name.into())),
        other => Err(unexpected("true, false or the name of a variant", &other)),
    }
}

impl FlagIs {
    pub(super) fn holds<A: Attributes>(&self, question: &Question<'_, A>) -> bool {
        question.snapshot.flag(self.flag.position).outcome_bit(question) & self.accepted != 0
    }

    pub(super) fn describe(&self) -> Described {
        Described::any_of(Operator::FlagIs, &self.answers, |answer| match answer {
            Outcome::Boolean(value) => boolean(*value).into(),
            Outcome::Variant(name) => Described::text(name),
        })
    }
}

/// `accepted` follows from the other fields.
impl PartialEq for FlagIs {
    fn eq(&self, other: &Self) -> bool {
        (&self.flag, &self.answers) == (&other.flag, &other.answers)
    }
}
