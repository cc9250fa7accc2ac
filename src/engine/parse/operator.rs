//! An operator and its value, prepared.

use std::borrow::Cow;

use super::{
    super::{
        Moment,
        further::{AnyOf, Comparison, FlagIs, Further, Link, NOW, Outcome},
        json::{Json, Object},
        number,
        pattern::Pattern,
        place::Step,
        problem::{Problem, ProblemKind},
        rule::{Condition, Share, Substring, Test},
        semver::Version,
        text_set::TextSet,
    },
    fields::{missing, no_duplicates, parse_list, text, unexpected, value},
    tables::Tables,
};

const OPERATORS: [&str; 23] = [
    "eq",
    "neq",
    "contains",
    "in",
    "percent",
    "gt",
    "gte",
    "lt",
    "lte",
    "starts_with",
    "ends_with",
    "matches",
    "exists",
    "has",
    "semver_eq",
    "semver_gt",
    "semver_gte",
    "semver_lt",
    "semver_lte",
    "before",
    "after",
    "in_segment",
    "flag_is",
];

/// The bucketing attribute of a percent or a split that names none.
pub(super) const USER_ID: &str = "user_id";

pub(super) fn parse_condition(fields: &Object<'_>, tables: &mut Tables) -> Result<Condition, Problem> {
    if fields.get("conditions").is_some() && fields.get("operator").is_some() {
        return Err(Problem::at(
            "conditions",
            ProblemKind::Misplaced,
            "a rule has either conditions or an operator, found both",
        ));
    }
    let operator = text(fields, "operator")?.ok_or_else(|| missing("operator"))?;
    // `not_eq` is `neq`, and the complement of a percent would be one more way to say a percentage.
    let (positive, negated) = match operator.strip_prefix("not_") {
        Some(positive) if !matches!(positive, "eq" | "percent") => (positive, true),
        _ => (operator, false),
    };
    if !OPERATORS.contains(&positive) {
        return Err(unknown(operator));
    }
    let attribute = attribute(positive, operator, fields)?;
    let test = match positive {
        "eq" => Test::Eq(scalar(fields)?.into()),
        "neq" => Test::Neq(scalar(fields)?.into()),
        "contains" => contains(fields)?,
        "in" => Test::In(Box::new(texts(fields, false)?)),
        "percent" => percent(fields)?,
        _ => Test::Further(Box::new(further(positive, attribute, fields)?)),
    };
    if !tables.note(&test, attribute) {
        let message = format!("a segment's rules look at attributes alone, found {operator:?}");
        return Err(Problem::at("operator", ProblemKind::Misplaced, message));
    }
    let test = if negated { Test::Further(Box::new(Further::Not(test))) } else { test };
    Ok(Condition { attribute: tables.names.get(attribute), test })
}

#[inline(never)]
fn further(operator: &str, attribute: &str, fields: &Object<'_>) -> Result<Further, Problem> {
    Ok(match operator {
        "gt" => Further::Compare(Comparison::Greater, finite(fields)?),
        "gte" => Further::Compare(Comparison::GreaterOrEqual, finite(fields)?),
        "lt" => Further::Compare(Comparison::Less, finite(fields)?),
        "lte" => Further::Compare(Comparison::LessOrEqual, finite(fields)?),
        "starts_with" => Further::StartsWith(scalars(fields)?),
        "ends_with" => Further::EndsWith(scalars(fields)?),
        "matches" => Further::Matches(any_of(fields, |item| pattern(string_of(item)?))?),
        "exists" => match fields.get("value") {
            None | Some(Json::Null) => Further::Exists,
            Some(other) => {
                return Err(unexpected("no value for the operator exists", &other).within(Step::field("value")));
            }
        },
        "has" => {
            Further::Has { texts: texts(fields, true)?, is_list: matches!(fields.get("value"), Some(Json::List(_))) }
        }
        "semver_eq" => Further::SemVer(Comparison::Equal, version(fields)?),
        "semver_gt" => Further::SemVer(Comparison::Greater, version(fields)?),
        "semver_gte" => Further::SemVer(Comparison::GreaterOrEqual, version(fields)?),
        "semver_lt" => Further::SemVer(Comparison::Less, version(fields)?),
        "semver_lte" => Further::SemVer(Comparison::LessOrEqual, version(fields)?),
        "before" => moment(fields).map(|(moment, text)| Further::Before(moment, text))?,
        "after" => moment(fields).map(|(moment, text)| Further::After(moment, text))?,
        "in_segment" => Further::InSegment(any_of(fields, |item| string_of(item).map(Link::new))?),
        _ => {
            let answers = any_of(fields, outcome)?;
            Further::FlagIs(Box::new(FlagIs { flag: Link::new(attribute), answers, accepted: 0 }))
        }
    })
}

#[cold]
fn unknown(operator: &str) -> Problem {
    let known = OPERATORS.join(", ");
    let message = format!("unknown operator {operator:?}; this version knows {known}, and not_ before most of them");
    Problem::at("operator", ProblemKind::UnknownOperator, message)
}

/// The attribute that an operator (`full` with its `not_`) looks at.
fn attribute<'a>(operator: &str, full: &str, fields: &Object<'a>) -> Result<&'a str, Problem> {
    if operator == "in_segment" {
        return Ok("");
    }
    match text(fields, "attribute")? {
        None | Some("") if operator == "percent" => Ok(USER_ID),
        None => Err(missing("attribute")),
        Some(NOW) if !matches!(operator, "before" | "after") => {
            let message = format!("{NOW} goes with before, after and their not_, not with {full:?}");
            Err(Problem::at("attribute", ProblemKind::Misplaced, message))
        }
        Some(attribute) => Ok(attribute),
    }
}

#[inline(never)]
fn scalar<'a>(fields: &Object<'a>) -> Result<Cow<'a, str>, Problem> {
    let value = value(fields)?;
    scalar_of(value).map_err(|problem| problem.within(Step::field("value")))
}

#[inline(never)]
fn scalar_of(json: Json<'_>) -> Result<Cow<'_, str>, Problem> {
    json.canonical().ok_or_else(|| unexpected("a string, a number or a boolean", &json))
}

fn string_of(json: Json<'_>) -> Result<&str, Problem> {
    match json {
        Json::Text(text) => Ok(text),
        other => Err(unexpected("a string", &other)),
    }
}

/// A value that is one item or a list of them.
fn any_of<'a, T>(
    fields: &Object<'a>,
    mut read: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<AnyOf<T>, Problem> {
    match value(fields)? {
        Json::List(items) => Ok(AnyOf { items: parse_list(items, "value", read)?, is_list: true }),
        single => {
            let item = read(single).map_err(|problem| problem.within(Step::field("value")))?;
            Ok(AnyOf { items: [item].into(), is_list: false })
        }
    }
}

#[inline(never)]
fn scalars(fields: &Object<'_>) -> Result<AnyOf<Box<str>>, Problem> {
    any_of(fields, |item| Ok(scalar_of(item)?.into()))
}

fn pattern(pattern: &str) -> Result<Pattern, Problem> {
    Pattern::new(pattern).map_err(|message| Problem::new(ProblemKind::Value, message))
}

#[inline(never)]
fn contains(fields: &Object<'_>) -> Result<Test, Problem> {
    if let Json::List(items) = value(fields)? {
        let items = parse_list(items, "value", |item| Ok(Substring::new(&scalar_of(item)?)))?;
        return Ok(Test::Further(Box::new(Further::ContainsAny(AnyOf { items, is_list: true }))));
    }
    Ok(Test::Contains(Box::new(Substring::new(&scalar(fields)?))))
}

/// The texts of a list, or of a single scalar where that is allowed.
#[inline(never)]
fn texts(fields: &Object<'_>, or_single: bool) -> Result<TextSet, Problem> {
    let value = value(fields)?;
    let Json::List(items) = value else {
        if !or_single {
            return Err(unexpected("a list", &value).within(Step::field("value")));
        }
        let text = scalar(fields)?;
        let mut texts = TextSet::with_capacity(1, text.len());
        texts.insert(text.as_bytes());
        return Ok(texts.finish());
    };
    let bytes = items.iter().map(|item| if let Json::Text(text) = item { text.len() } else { 0 }).sum();
    let mut texts = TextSet::with_capacity(items.len(), bytes);
    for (index, item) in items.iter().enumerate() {
        let text = scalar_of(*item).map_err(|problem| problem.within_item("value", index))?;
        texts.insert(text.as_bytes());
    }
    Ok(texts.finish())
}

#[inline(never)]
fn percent(fields: &Object<'_>) -> Result<Test, Problem> {
    let value = value(fields)?;
    let Json::Object(salted) = value else {
        return percentage(value).map(Test::Percent).map_err(|problem| problem.within(Step::field("value")));
    };
    salted_percent(&salted).map_err(|problem| problem.within(Step::field("value")))
}

/// `{"percent": 25, "salt": "exp-7"}`
fn salted_percent(fields: &Object<'_>) -> Result<Test, Problem> {
    no_duplicates(fields)?;
    let share = fields.get("percent").ok_or_else(|| missing("percent"))?;
    let share = percentage(share).map_err(|problem| problem.within(Step::field("percent")))?;
    Ok(match text(fields, "salt")? {
        None => Test::Percent(share),
        Some(salt) => Test::Further(Box::new(Further::Percent { share, salt: salt.into() })),
    })
}

fn percentage(json: Json<'_>) -> Result<Share, Problem> {
    match json {
        Json::Number(number) if (0.0..=100.0).contains(&number.as_double()) => Ok(Share::new(number.as_double())),
        _ => {
            let message = format!("a percentage is a number from 0 to 100, found {}", json.describe());
            Err(Problem::new(ProblemKind::Value, message))
        }
    }
}

/// A number, or a text that reads as one.
#[inline(never)]
fn finite(fields: &Object<'_>) -> Result<f64, Problem> {
    let value = value(fields)?;
    let number = match value {
        Json::Number(number) => Some(number.as_double()),
        Json::Text(text) => number::read(text.as_bytes()),
        _ => None,
    };
    number.ok_or_else(|| unexpected("a number, or a string that is one in JSON", &value).within(Step::field("value")))
}

#[inline(never)]
fn version(fields: &Object<'_>) -> Result<Box<str>, Problem> {
    let text = scalar(fields)?;
    match Version::parse(text.as_bytes()) {
        Some(_) => Ok(text.into()),
        None => {
            let message = format!("not a SemVer version: {}", Json::Text(&text).describe());
            Err(Problem::at("value", ProblemKind::Value, message))
        }
    }
}

#[inline(never)]
fn moment(fields: &Object<'_>) -> Result<(Moment, Box<str>), Problem> {
    let value = value(fields)?;
    let moment = match value {
        Json::Text(text) => Moment::parse(text.as_bytes()).map(|moment| (moment, text.into())),
        _ => None,
    };
    moment.ok_or_else(|| {
        let message =
            format!("not a time as RFC 3339 has it, like \"2026-12-01T09:00:00+01:00\": found {}", value.describe());
        Problem::at("value", ProblemKind::Value, message)
    })
}

fn outcome(json: Json<'_>) -> Result<Outcome, Problem> {
    match json {
        Json::Boolean(value) => Ok(Outcome::Boolean(value)),
        Json::Text(name) => Ok(Outcome::Variant(name.into())),
        other => Err(unexpected("true, false or the name of a variant", &other)),
    }
}
