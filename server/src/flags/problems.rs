//! What is wrong with a write, by place.

use std::fmt;

use flagbit::Place;
use serde_json::Value;

/// How many problems an answer lists.
const SHOWN: usize = 100;

/// What is wrong with a body.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

/// One problem: its place, and what is wrong there. An empty place is the whole body.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Problems {
    pub(crate) fn add(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.0.push(Problem { place: place.into(), message: message.into() });
    }

    /// Adds what is wrong inside `outer`.
    pub(crate) fn add_within(&mut self, outer: &Place, inner: impl IntoIterator<Item = Problem>) {
        self.0.extend(inner.into_iter().map(|problem| problem.within(outer)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing wrong, or all of it, a line each.
    pub(crate) fn into_result(self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(lines(&self.0)) }
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Problem {
    /// The same problem, seen from outside of `outer`.
    pub(crate) fn within(self, outer: &Place) -> Self {
        Self { place: outer.join(self.place.steps()), ..self }
    }
}

/// `rules[0].value: what is wrong`
impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(formatter, "{}: ", self.place)?;
        }
        formatter.write_str(&self.message)
    }
}

/// Problems, a line each, up to a number that can be read.
pub(crate) fn lines(problems: &[impl ToString]) -> String {
    let (shown, more) = problems.split_at(problems.len().min(SHOWN));
    let mut text = shown.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
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
