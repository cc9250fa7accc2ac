//! Problems of a write, by place.

use std::fmt;

use flagbit::Place;
use serde_json::Value;

/// The most problems that an answer lists.
const SHOWN: usize = 100;

/// The problems of a body.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

/// One problem, in words, with its place. An empty place is the whole body.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Problems {
    pub(crate) fn add(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.0.push(Problem { place: place.into(), message: message.into() });
    }

    /// Adds problems of a part of the body that stands at `outer`.
    pub(crate) fn add_within(&mut self, outer: &Place, inner: impl IntoIterator<Item = Problem>) {
        self.0.extend(inner.into_iter().map(|problem| problem.within(outer)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Succeeds if there are no problems. The error lists them, a line each.
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
    /// Returns the same problem with `outer` in front of its place.
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

/// Lists problems, a line each, up to a number that people can read.
pub(crate) fn lines(problems: &[impl ToString]) -> String {
    let (shown, more) = problems.split_at(problems.len().min(SHOWN));
    let mut text = shown.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    if !more.is_empty() {
        text += &format!("\nand {} more", more.len());
    }
    text
}

/// Describes a value as the engine's messages do. Only a short scalar appears itself.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() > 40 => "a long string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
        scalar => scalar.to_string(),
    }
}
