//! Fields of an object, read so that each problem has its place.

use super::{
    json::{Json, Object},
    place::Step,
    problem::{Problem, ProblemKind},
};

/// The problem of a value that has the wrong type.
#[cold]
#[inline(never)]
pub(super) fn unexpected(expected: &str, found: &Json<'_>) -> Problem {
    Problem::new(ProblemKind::Type, format!("expected {expected}, found {}", found.describe()))
}

#[cold]
#[inline(never)]
pub(super) fn missing(field: &'static str) -> Problem {
    Problem::at(field, ProblemKind::Missing, "missing")
}

/// An object that has no field twice.
pub(super) fn object(json: Json<'_>) -> Result<Object<'_>, Problem> {
    let Json::Object(fields) = json else {
        return Err(unexpected("an object", &json));
    };
    no_duplicates(&fields)?;
    Ok(fields)
}

pub(super) fn no_duplicates(fields: &Object<'_>) -> Result<(), Problem> {
    match fields.duplicate() {
        None => Ok(()),
        Some(field) => Err(duplicate().within(Step::Field(field.to_owned().into()))),
    }
}

#[cold]
pub(super) fn duplicate() -> Problem {
    Problem::new(ProblemKind::Duplicate, "duplicate field")
}

pub(super) fn boolean(fields: &Object<'_>, name: &'static str) -> Result<Option<bool>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Json::Boolean(value)) => Ok(Some(value)),
        Some(other) => Err(unexpected("a boolean", &other).within(Step::field(name))),
    }
}

pub(super) fn text<'a>(fields: &Object<'a>, name: &'static str) -> Result<Option<&'a str>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(other) => Err(unexpected("a string", &other).within(Step::field(name))),
    }
}

pub(super) fn value<'a>(fields: &Object<'a>) -> Result<Json<'a>, Problem> {
    fields.get("value").ok_or_else(|| missing("value"))
}

/// The field `rules`: each of its items, or none where it is null or missing.
pub(super) fn parse_rules<'a, T>(
    fields: &Object<'a>,
    parse: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<Box<[T]>, Problem> {
    let mut parsed = Vec::new();
    parse_rules_into(&mut parsed, fields, parse)?;
    Ok(parsed.into())
}

/// Appends each item of the field `rules`.
pub(super) fn parse_rules_into<'a, T>(
    parsed: &mut Vec<T>,
    fields: &Object<'a>,
    parse: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<(), Problem> {
    match fields.get("rules") {
        None | Some(Json::Null) => Ok(()),
        Some(Json::List(rules)) => parse_list_into(parsed, rules, "rules", parse),
        Some(other) => Err(unexpected("a list", &other).within(Step::field("rules"))),
    }
}

/// Parses each item; a problem is placed at `field[index]`.
pub(super) fn parse_list<'a, T>(
    items: &[Json<'a>],
    field: &'static str,
    parse: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<Box<[T]>, Problem> {
    let mut parsed = Vec::new();
    parse_list_into(&mut parsed, items, field, parse)?;
    Ok(parsed.into())
}

fn parse_list_into<'a, T>(
    parsed: &mut Vec<T>,
    items: &[Json<'a>],
    field: &'static str,
    mut parse: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<(), Problem> {
    parsed.reserve_exact(items.len());
    for (index, item) in items.iter().copied().enumerate() {
        parsed.push(parse(item).map_err(|problem| problem.within_item(field, index))?);
    }
    Ok(())
}
