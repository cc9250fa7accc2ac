//! JSON text, written field by field in an order that people read well.

use super::{json::Json, number::Number};

/// JSON on its way. What is written into it must balance.
#[derive(Debug, Default)]
pub(crate) struct JsonText(String);

impl JsonText {
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// Writes `open`, the contents and `close`: an object or a list.
    pub(crate) fn within(&mut self, [open, close]: [char; 2], contents: impl FnOnce(&mut Self)) {
        self.separate();
        self.0.push(open);
        contents(self);
        self.0.push(close);
    }

    pub(crate) fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.within(['{', '}'], fields);
    }

    pub(crate) fn list(&mut self, items: impl FnOnce(&mut Self)) {
        self.within(['[', ']'], items);
    }

    /// A field's name; its value is written next.
    #[inline(never)]
    pub(crate) fn field(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.0.push(':');
        self
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, text: &str) {
        // Only writers fail, or maps with keys that are no strings.
        self.raw(&serde_json::to_string(text).unwrap_or_default());
    }

    #[inline(never)]
    pub(crate) fn text_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// Writes an attribute's text, which was checked to be UTF-8.
    pub(crate) fn bytes(&mut self, text: &[u8]) {
        self.text(&String::from_utf8_lossy(text));
    }

    pub(crate) fn number(&mut self, number: f64) {
        self.raw(ryu_js::Buffer::new().format(number));
    }

    pub(crate) fn index(&mut self, index: Option<usize>) {
        match index {
            Some(index) => self.raw(itoa::Buffer::new().format(index)),
            None => self.raw("null"),
        }
    }

    pub(crate) fn boolean(&mut self, value: Option<bool>) {
        self.raw(match value {
            Some(true) => "true",
            Some(false) => "false",
            None => "null",
        });
    }

    /// A value that was read. A double keeps a fraction, by which it is told from an integer.
    pub(crate) fn json(&mut self, value: Json<'_>) {
        match value {
            Json::Null => self.raw("null"),
            Json::Boolean(value) => self.boolean(Some(value)),
            Json::Number(number) => {
                let text = number.canonical();
                let is_double = matches!(number, Number::Double(_)) && !text.contains(['.', 'e']);
                self.raw(&[&*text, if is_double { ".0" } else { "" }].concat());
            }
            Json::Text(text) => self.text(text),
            Json::List(items) => self.list(|json| items.iter().for_each(|item| json.json(*item))),
            Json::Object(fields) => {
                self.object(|json| fields.fields().for_each(|(name, value)| json.field(name).json(value)));
            }
        }
    }

    /// JSON as it is.
    #[inline(never)]
    pub(crate) fn raw(&mut self, json: &str) {
        self.separate();
        self.0.push_str(json);
    }

    /// Between two values, and between two fields, stands a comma.
    fn separate(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with(['{', '[', ':']) {
            self.0.push(',');
        }
    }
}
