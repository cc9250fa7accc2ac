//! A change in parts: the fields that stay, the fields that differ, and large fields apart.

use serde_json::{Map, Value};

use crate::storage::{
    object::Object,
    texts::{LARGE, LARGE_FIELDS, LargeText, TextIds},
};

/// The fields of flags and segments that are columns of the history.
const NO_CONTENT: [&str; 4] = ["key", "version", "created_at", "updated_at"];

/// The documents that a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
    Both,
}

/// A large field.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) side: Side,
    pub(super) field: String,
    /// JSON.
    pub(super) text: LargeText,
}

/// A change as it is stored. Texts are JSON.
#[derive(Debug, PartialEq)]
pub(super) struct Split {
    /// The fields that both documents have with the same value; `None` without such fields.
    pub(super) unchanged: Option<String>,
    /// The other fields of the document before the change; `None` without such a document.
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) parts: Vec<Part>,
    /// The small fields of the document after the change that the history keeps; `None` without such a document.
    pub(super) content: Option<String>,
}

impl Side {
    /// The text that is stored.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Both => "both",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        [Self::Before, Self::After, Self::Both].into_iter().find(|side| side.name() == name)
    }
}

impl Split {
    pub(super) fn of(before: Option<&Value>, after: Option<&Value>) -> Self {
        let mut fields = Fields::default();
        let nothing = Map::new();
        let old = before.and_then(Value::as_object).unwrap_or(&nothing);
        let new = after.and_then(Value::as_object).unwrap_or(&nothing);
        for (name, value) in old {
            let side = if new.get(name) == Some(value) { Side::Both } else { Side::Before };
            fields.add(side, name, value);
        }
        for (name, value) in new.iter().filter(|(name, value)| old.get(*name) != Some(*value)) {
            fields.add(Side::After, name, value);
        }
        let document = |value: &Value, fields: Object| if value.is_object() { fields.end() } else { value.to_string() };
        Self {
            unchanged: (!fields.both.is_empty()).then(|| fields.both.end()),
            before: before.map(|before| document(before, fields.before)),
            after: after.map(|after| document(after, fields.after)),
            parts: fields.parts,
            content: after.map(|_| fields.content.end()),
        }
    }
}

impl Split {
    /// Returns the ids of the texts of [`LARGE_FIELDS`] that stay.
    pub(super) fn columns(&self, text_ids: &TextIds) -> [Option<i64>; 3] {
        LARGE_FIELDS.map(|name| {
            let part = self.parts.iter().find(|part| part.field == name && part.has_column());
            part.and_then(|part| text_ids.get(&part.text))
        })
    }

    /// Returns the parts that have no columns of their own.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| !part.has_column())
    }
}

impl Part {
    fn has_column(&self) -> bool {
        self.side == Side::Both && LARGE_FIELDS.contains(&self.field.as_str())
    }
}

/// The fields of a change, by the documents that they belong to.
#[derive(Default)]
struct Fields {
    before: Object,
    after: Object,
    both: Object,
    parts: Vec<Part>,
    content: Object,
}

impl Fields {
    fn add(&mut self, side: Side, name: &str, value: &Value) {
        let text = value.to_string();
        if text.len() > LARGE {
            return self.parts.push(Part { side, field: name.into(), text: LargeText::new(text) });
        }
        let object = match side {
            Side::Before => &mut self.before,
            Side::After => &mut self.after,
            Side::Both => &mut self.both,
        };
        object.push(name, &text);
        if side != Side::Before && !NO_CONTENT.contains(&name) {
            self.content.push(name, &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_large_field_that_stays_is_one_part() {
        let long = "x".repeat(LARGE);
        let before = json!({"key": "a", "enabled": true, "rules": [&long], "old": [&long]});
        let after = json!({"key": "a", "enabled": false, "rules": [&long], "name": "new"});
        let part =
            |side, field: &str| Part { side, field: field.into(), text: LargeText::new(format!("[\"{long}\"]")) };
        let split = Split::of(Some(&before), Some(&after));
        assert_eq!(
            split,
            Split {
                unchanged: Some(r#"{"key":"a"}"#.into()),
                before: Some(r#"{"enabled":true}"#.into()),
                after: Some(r#"{"enabled":false,"name":"new"}"#.into()),
                parts: vec![part(Side::Both, "rules"), part(Side::Before, "old")],
                content: Some(r#"{"enabled":false,"name":"new"}"#.into()),
            }
        );
    }

    #[test]
    fn a_document_without_another_is_whole() {
        let document = json!({"a\"": 1, "b": null});
        let expected = Some(r#"{"a\"":1,"b":null}"#.to_owned());
        let created = Split::of(None, Some(&document));
        assert_eq!((created.unchanged, created.before, created.after), (None, None, expected.clone()));
        let deleted = Split::of(Some(&document), None);
        assert_eq!((deleted.unchanged, deleted.before, deleted.after), (None, expected, None));
        // There was a document, though nothing of it changed.
        let same = Split::of(Some(&document), Some(&document));
        assert_eq!((same.before, same.after), (Some("{}".into()), Some("{}".into())));
    }
}
