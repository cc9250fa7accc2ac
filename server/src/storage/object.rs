//! JSON objects that are put together from texts: nothing is read into trees.

use serde_json::Value;

/// A JSON object in progress.
#[derive(Debug)]
pub(super) struct Object {
    text: String,
}

impl Default for Object {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Object {
    /// Begins an object that will have about so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes);
        text.push('{');
        Self { text }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.len() == 1
    }

    /// Adds a field, whose value is JSON.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.next_field();
        self.text += &Value::from(name).to_string();
        self.text.push(':');
        self.text += value;
    }

    /// Adds the fields of another object.
    pub(super) fn extend(&mut self, object: &str) {
        let fields = object.strip_prefix('{').and_then(|fields| fields.strip_suffix('}')).unwrap_or_default();
        if !fields.is_empty() {
            self.next_field();
            self.text += fields;
        }
    }

    pub(super) fn end(mut self) -> String {
        self.text.push('}');
        self.text
    }

    fn next_field(&mut self) {
        if !self.is_empty() {
            self.text.push(',');
        }
    }
}
