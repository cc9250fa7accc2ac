//! What is wrong with a write, by place.

use serde_json::Value;

/// How many problems an answer lists.
const SHOWN: usize = 100;

/// Problems, each as `rules[0].value: what is wrong`.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn add(&mut self, place: &str, message: impl AsRef<str>) {
        let separator = if place.is_empty() { "" } else { ": " };
        self.0.push(format!("{place}{separator}{}", message.as_ref()));
    }

    /// Adds a problem that has its place already, inside `outer`.
    pub(crate) fn add_placed(&mut self, outer: &str, problem: &str) {
        self.0.push(format!("{outer}.{problem}"));
    }

    /// Adds what is wrong inside `outer`.
    pub(crate) fn add_within(&mut self, outer: &str, inner: Self) {
        inner.0.iter().for_each(|problem| self.add_placed(outer, problem));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing wrong, or all of it, a line each.
    pub(crate) fn into_result(self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(lines(&self.0)) }
    }
}

/// Problems, a line each, up to a number that can be read.
pub(crate) fn lines(problems: &[String]) -> String {
    let (shown, more) = problems.split_at(problems.len().min(SHOWN));
    let mut text = shown.join("\n");
    if !more.is_empty() {
        text += &format!("\nand {} more", more.len());
    }
    text
}

/// What a value is, as the engine's messages say it: never the value itself, except where it is short.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() > 40 => "a long string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
        scalar => scalar.to_string(),
    }
}
