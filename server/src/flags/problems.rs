//! Problems of a write, by place.

use std::fmt;

use flagbit::Place;
use serde_json::Value;

/// The most problems that an answer lists.
const SHOWN: usize = 100;
/// The most bytes of these. An answer cuts longer messages, and the number of the problems left out would be cut off.
const SHOWN_BYTES: usize = 15 << 10;
/// The most problems that are kept, for those who list more.
const KEPT: usize = 1_000;

/// The problems of a body. Those beyond a number that people can read are only counted: a body may have millions.
#[derive(Debug)]
pub(crate) struct Problems {
    kept: Vec<Problem>,
    /// The most problems to keep.
    room: usize,
    count: usize,
}

impl Default for Problems {
    fn default() -> Self {
        Self { kept: Vec::new(), room: KEPT, count: 0 }
    }
}

/// One problem, in words, with its place. An empty place is the whole body.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) message: String,
    /// Whether it is a field that means nothing where it stands, so that SDKs ignore it.
    pub(crate) is_ignorable: bool,
}

impl Problems {
    pub(crate) fn add(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.push(Problem::new(place, message));
    }

    /// Adds a field that means nothing where it stands. `message` is called only if the problem is kept.
    pub(crate) fn add_ignorable(&mut self, place: impl Into<Place>, message: impl FnOnce() -> String) {
        if self.kept.len() < self.room {
            self.push(Problem { is_ignorable: true, ..Problem::new(place, message()) });
        } else {
            self.count += 1;
        }
    }

    /// Returns an empty list for a part of the body. It keeps as many problems as this list still has room for.
    pub(crate) fn of_part(&self) -> Self {
        Self { room: self.room - self.kept.len(), ..Self::default() }
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        self.count += 1;
        if self.kept.len() < self.room {
            self.kept.push(problem);
        }
    }

    /// Adds problems of a part of the body that stands at `outer`.
    pub(crate) fn add_within(&mut self, outer: &Place, inner: Self) {
        self.count += inner.count;
        let room = self.room - self.kept.len();
        self.kept.extend(inner.kept.into_iter().take(room).map(|problem| problem.within(outer)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the number of problems, and the first of them.
    pub(crate) fn into_first(self) -> (usize, Vec<Problem>) {
        (self.count, self.kept)
    }

    /// Succeeds if there are no problems. The error lists them, a line each.
    pub(crate) fn into_result(self) -> Result<(), String> {
        if self.is_empty() { Ok(()) } else { Err(self.to_string()) }
    }
}

/// A line for each problem, up to a number that people can read.
impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&list(&self.kept, self.count))
    }
}

impl Problem {
    pub(crate) fn new(place: impl Into<Place>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), is_ignorable: false }
    }

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
    list(problems, problems.len())
}

/// Lists the first of `count` problems, at least one.
fn list(first: &[impl ToString], count: usize) -> String {
    let (mut text, mut shown) = (String::new(), 0);
    for problem in first.iter().take(SHOWN) {
        let line = problem.to_string();
        if shown > 0 {
            if text.len() + line.len() > SHOWN_BYTES {
                break;
            }
            text.push('\n');
        }
        text += &line;
        shown += 1;
    }
    if count > shown {
        text += &format!("\nand {} more", count - shown);
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
