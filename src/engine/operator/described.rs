//! Prepared operators as people wrote them, for explanations.

use super::{
    super::{json::Json, text_set::TextSet},
    AnyOf, Operator,
};

/// An operator and its value as a snapshot has them, the latter as JSON.
pub(in super::super) struct Described {
    pub(in super::super) operator: Operator,
    pub(in super::super) is_negated: bool,
    pub(in super::super) values: Vec<String>,
    pub(in super::super) is_list: bool,
}

impl Described {
    pub(super) fn one(operator: Operator, value: String) -> Self {
        Self::many(operator, [value].into_iter(), false)
    }

    pub(super) fn many(operator: Operator, values: impl Iterator<Item = String>, is_list: bool) -> Self {
        Self { operator, is_negated: false, values: values.collect(), is_list }
    }

    pub(super) fn any_of<T>(operator: Operator, values: &AnyOf<T>, show: impl FnMut(&T) -> String) -> Self {
        Self::many(operator, values.items.iter().map(show), values.is_list)
    }

    pub(super) fn texts(operator: Operator, texts: &TextSet, is_list: bool) -> Self {
        let texts = texts.iter().map(|bytes| Self::text(&String::from_utf8_lossy(bytes)));
        Self::many(operator, texts, is_list)
    }

    /// A text as JSON.
    pub(super) fn text(text: &str) -> String {
        Json::Text(text).to_text()
    }

    /// A number as JSON.
    pub(super) fn number(number: f64) -> String {
        ryu_js::Buffer::new().format(number).into()
    }

    /// The operator's name as it is written, with its `not_`.
    pub(in super::super) fn name(&self) -> String {
        format!("{}{}", if self.is_negated { "not_" } else { "" }, self.operator.name())
    }
}
