//! Shares of users: `percent`.

use super::{
    super::{
        bucket::{self, Threshold},
        fields::{missing, no_duplicates, text, value},
        json::{Json, Object},
        place::Step,
        problem::{Problem, ProblemKind},
    },
    Described, Operator, Source, Test,
    prepared::General,
};

/// A percentage: what decides, and what it was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Share {
    threshold: Threshold,
    percentage: f64,
}

/// A percentage with a salt of its own.
#[derive(Debug, PartialEq)]
pub(in super::super) struct SaltedShare {
    share: Share,
    pub(super) salt: Box<str>,
}

pub(super) fn percent(source: &Source<'_, '_>) -> Result<Test, Problem> {
    let test = match value(source.fields)? {
        Json::Object(salted) => read_salted(&salted),
        plain => read_share(plain).map(Test::Percent),
    };
    test.map_err(|problem| problem.within(Step::field("value")))
}

/// `{"percent": 25, "salt": "exp-7"}`
fn read_salted(fields: &Object<'_>) -> Result<Test, Problem> {
    no_duplicates(fields)?;
    let share = fields.get("percent").ok_or_else(|| missing("percent"))?;
    let share = read_share(share).map_err(|problem| problem.within(Step::field("percent")))?;
    Ok(match text(fields, "salt")? {
        None => Test::Percent(share),
        Some(salt) => Test::general(General::Percent(SaltedShare { share, salt: salt.into() })),
    })
}

fn read_share(json: Json<'_>) -> Result<Share, Problem> {
    match json {
        Json::Number(number) if (0.0..=100.0).contains(&number.as_f64()) => Ok(Share::new(number.as_f64())),
        _ => {
            let message = format!("a percentage is a number from 0 to 100, found {}", json.describe());
            Err(Problem::new(ProblemKind::Value, message))
        }
    }
}

impl Share {
    /// `percentage` must be from 0 to 100.
    fn new(percentage: f64) -> Self {
        Self { threshold: Threshold::new(percentage), percentage }
    }

    #[inline(always)]
    pub(in super::super) fn includes(self, value: &[u8], salt: &str) -> bool {
        self.threshold.includes(bucket::hash(value, salt.as_bytes()))
    }

    pub(super) fn describe(self) -> Described {
        Described::one(Operator::Percent, Described::number(self.percentage))
    }
}

impl SaltedShare {
    pub(super) fn includes(&self, value: &[u8]) -> bool {
        self.share.includes(value, &self.salt)
    }

    pub(super) fn describe(&self) -> Described {
        self.share.describe()
    }
}
