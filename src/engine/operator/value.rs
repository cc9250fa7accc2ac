//! Values of conditions, read so that each problem has its place.

use std::borrow::Cow;

use super::{
    super::{
        fields::{parse_list, unexpected, value},
        json::Json,
        place::Step,
        problem::Problem,
    },
    Source,
};

/// A value that is one item or a list of them.
#[derive(Debug, PartialEq)]
pub(in super::super) struct AnyOf<T> {
    pub(in super::super) items: Box<[T]>,
    /// Whether the text has a list, for places and explanations.
    pub(in super::super) is_list: bool,
}

/// Reads one item or a list of them.
pub(super) fn any_of<'a, T>(
    source: &Source<'_, 'a>,
    mut read: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<AnyOf<T>, Problem> {
    match value(source.fields)? {
        Json::List(items) => Ok(AnyOf { items: parse_list(items, "value", read)?, is_list: true }),
        single => {
            let item = read(single).map_err(|problem| problem.within(Step::field("value")))?;
            Ok(AnyOf { items: [item].into(), is_list: false })
        }
    }
}

/// Reads a scalar as its canonical text.
#[inline(never)]
pub(super) fn scalar<'a>(source: &Source<'_, 'a>) -> Result<Cow<'a, str>, Problem> {
    let value = value(source.fields)?;
    scalar_of(value).map_err(|problem| problem.within(Step::field("value")))
}

#[inline(never)]
pub(super) fn scalar_of(json: Json<'_>) -> Result<Cow<'_, str>, Problem> {
    json.canonical().ok_or_else(|| unexpected("a string, a number or a boolean", &json))
}

pub(super) fn string_of(json: Json<'_>) -> Result<&str, Problem> {
    match json {
        Json::Text(text) => Ok(text),
        other => Err(unexpected("a string", &other)),
    }
}
