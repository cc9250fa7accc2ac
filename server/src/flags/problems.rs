//! Problems of a write, by place.

use std::fmt;

use flagbit::Place;
use serde_json::Value;

/// The most problems that an answer lists.
const SHOWN: usize = 100;

/// The problems of a body. Those beyond the number that an answer lists are only counted: a body may have millions.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    shown: Vec<Problem>,
    count: usize,
}

/// One problem, in words, with its place. An empty place is the whole body.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Problems {
    pub(crate) fn add(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.push(Problem { place: place.into(), message: message.into() });
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(problem);
        }
    }

    /// Adds problems of a part of the body that stands at `outer`.
    pub(crate) fn add_within(&mut self, outer: &Place, inner: Self) {
        self.count += inner.count;
        let room = SHOWN - self.shown.len();
        self.shown.extend(inner.shown.into_iter().take(room).map(|problem| problem.within(outer)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first problems.
    pub(crate) fn shown(self) -> Vec<Problem> {
        self.shown
    }

    /// Succeeds if there are no problems. The error lists them, a line each.
    pub(crate) fn into_result(self) -> Result<(), String> {
        if self.is_empty() { Ok(()) } else { Err(list(&self.shown, self.count)) }
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
    list(&problems[..problems.len().min(SHOWN)], problems.len())
}

/// Lists the first of `count` problems.
fn list(shown: &[impl ToString], count: usize) -> String {
    let mut text = shown.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    if count > shown.len() {
        text += &format!("\nand {} more", count - shown.len());
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
