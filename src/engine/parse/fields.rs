//! Fields of an object, read with the place of what is wrong with them.

use super::super::{
    json::{Json, Object},
    place::Problem,
};

/// A field that is something else than it must be.
#[cold]
#[inline(never)]
pub(super) fn unexpected(field: &str, expected: &str, found: &Json<'_>) -> Problem {
    Problem::new(field, format!("expected {expected}, found {}", found.describe()))
}

/// An object whose fields are all there once.
pub(super) fn object(json: Json<'_>) -> Result<Object<'_>, Problem> {
    let Json::Object(fields) = json else {
        return Err(unexpected("", "an object", &json));
    };
    no_duplicates(&fields)?;
    Ok(fields)
}

pub(super) fn no_duplicates(fields: &Object<'_>) -> Result<(), Problem> {
    fields.duplicate().map_or(Ok(()), |field| Err(Problem::new(field, "duplicate field")))
}

pub(super) fn boolean(fields: &Object<'_>, name: &str) -> Result<Option<bool>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Json::Boolean(value)) => Ok(Some(value)),
        Some(other) => Err(unexpected(name, "a boolean", &other)),
    }
}

pub(super) fn text<'a>(fields: &Object<'a>, name: &str) -> Result<Option<&'a str>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(other) => Err(unexpected(name, "a string", &other)),
    }
}

pub(super) fn value<'a>(fields: &Object<'a>) -> Result<Json<'a>, Problem> {
    fields.get("value").ok_or_else(|| Problem::new("value", "missing"))
}

/// The field `rules`: each of its items, or none where it is null or missing.
pub(super) fn parse_rules<'a, T>(
    fields: &Object<'a>,
    parse: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<Box<[T]>, Problem> {
    match fields.get("rules") {
        None | Some(Json::Null) => Ok([].into()),
        Some(Json::List(rules)) => parse_list(rules, "rules", parse),
        Some(other) => Err(unexpected("rules", "a list", &other)),
    }
}

/// Parses each item; a problem is placed at `field[index]`.
pub(super) fn parse_list<'a, T>(
    items: &[Json<'a>],
    field: &str,
    mut parse: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<Box<[T]>, Problem> {
    let mut parsed = Vec::with_capacity(items.len());
    for (index, item) in items.iter().copied().enumerate() {
        parsed.push(parse(item).map_err(|problem| problem.within(&format!("{field}[{index}]")))?);
    }
    Ok(parsed.into())
}
