//! Problems of flags and segments, each with a place and a kind.

use super::{Place, place::Step};

/// A message is kept up to this many bytes. Texts from a snapshot may stand in it, and texts may be long.
const MAX_MESSAGE: usize = 1_000;

/// The kind of a [`Warning`](super::Warning).
///
/// Since: 0.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A field is missing.
    Missing,
    /// A field or a name stands more than once in one object.
    Duplicate,
    /// A value has another type than it must have.
    Type,
    /// A value has the right type but cannot be used: a percentage of 101, weights that do not add up to 100.
    Value,
    /// Something stands where it must not, such as `operator` next to `conditions`.
    Misplaced,
    /// More, or larger, than the engine takes.
    Limit,
    /// An operator that this version does not know.
    UnknownOperator,
    /// A name that is no variant of the flag.
    UnknownVariant,
    /// The key of a flag that the snapshot does not have.
    UnknownFlag,
    /// The name of a segment that the snapshot does not have.
    UnknownSegment,
    /// A segment that is used here cannot be read.
    UnreadableSegment,
    /// A flag that is asked here is set aside.
    FlagSetAside,
    /// The flag asks itself, through others.
    Circle,
}

/// A problem while its place is still growing from the inside out.
#[derive(Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    /// The innermost step first.
    steps: Vec<Step>,
    kind: ProblemKind,
    message: String,
}

impl Problem {
    /// Creates a problem of the value as a whole.
    #[cold]
    pub(crate) fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self(Box::new(Parts { steps: Vec::new(), kind, message: message.into() }))
    }

    /// Creates a problem of one field of the value.
    #[cold]
    pub(crate) fn at(field: &'static str, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self::new(kind, message).within(Step::field(field))
    }

    /// Adds the step in front of the problem's place.
    #[cold]
    pub(crate) fn within(mut self, outer: Step) -> Self {
        self.0.steps.push(outer);
        self
    }

    /// Adds the steps to an element of a list that is a field in front of the problem's place.
    #[cold]
    pub(crate) fn within_item(self, field: &'static str, index: usize) -> Self {
        self.within(Step::Index(index)).within(Step::field(field))
    }

    /// Returns the place, the kind and the message, which is bounded.
    pub(super) fn into_parts(self) -> (Place, ProblemKind, String) {
        let Parts { steps, kind, message } = *self.0;
        (Place::new(steps.into_iter().rev()), kind, bounded(message))
    }
}

/// Cuts a message that is too long to be read.
pub(super) fn bounded(mut message: String) -> String {
    if message.len() > MAX_MESSAGE {
        let end = (0..=MAX_MESSAGE).rev().find(|end| message.is_char_boundary(*end));
        message.truncate(end.unwrap_or_default());
        message += "...";
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_grows_outwards_and_its_message_is_bounded() {
        let problem = Problem::at("value", ProblemKind::Value, "é".repeat(10_000)).within_item("rules", 2);
        let (place, kind, message) = problem.into_parts();
        assert_eq!((place.to_string().as_str(), kind), ("rules[2].value", ProblemKind::Value));
        assert_eq!(message, format!("{}...", "é".repeat(MAX_MESSAGE / 2)));
    }
}
