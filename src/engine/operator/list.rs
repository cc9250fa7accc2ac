//! The operators that see lists: `exists`, `has`.

use super::{
    super::{
        Attributes, Name,
        fields::{unexpected, value},
        json::Json,
        place::Step,
        problem::Problem,
        text_set::TextSet,
    },
    Described, Operator, Source, Test,
    prepared::General,
    text::text_set,
    value::scalar,
};

#[derive(Debug, PartialEq)]
pub(in super::super) enum ListTest {
    Exists,
    Has {
        texts: TextSet,
        /// Whether the text has a list.
        is_list: bool,
    },
}

pub(super) fn exists(source: &Source<'_, '_>) -> Result<Test, Problem> {
    match source.fields.get("value") {
        None | Some(Json::Null) => Ok(Test::general(General::List(ListTest::Exists))),
        Some(other) => Err(unexpected("no value for the operator exists", &other).within(Step::field("value"))),
    }
}

pub(super) fn has(source: &Source<'_, '_>) -> Result<Test, Problem> {
    let (texts, is_list) = match value(source.fields)? {
        Json::List(items) => (text_set(items)?, true),
        _ => {
            let text = scalar(source)?;
            let mut texts = TextSet::with_capacity(1, 0);
            texts.insert(text.as_bytes());
            (texts.finish(), false)
        }
    };
    Ok(Test::general(General::List(ListTest::Has { texts, is_list })))
}

impl ListTest {
    pub(super) fn operator(&self) -> Operator {
        match self {
            Self::Exists => Operator::Exists,
            Self::Has { .. } => Operator::Has,
        }
    }

    /// A scalar is a list of one.
    pub(super) fn holds(&self, value: Option<&[u8]>, attribute: &Name, attributes: &impl Attributes) -> bool {
        match (self, value) {
            (Self::Exists, Some(_)) => true,
            (Self::Exists, None) => attributes.list(attribute).is_some(),
            (Self::Has { texts, .. }, Some(value)) => texts.contains(value),
            (Self::Has { texts, .. }, None) => {
                attributes.list(attribute).is_some_and(|mut items| items.any(|item| texts.contains(&item)))
            }
        }
    }

    pub(super) fn describe(&self) -> Described {
        match self {
            Self::Exists => Described::many(self.operator(), std::iter::empty(), false),
            Self::Has { texts, is_list } => Described::texts(self.operator(), texts, *is_list),
        }
    }
}
