//! Places in a snapshot: `flags[3].rules[0].value`.

use std::{borrow::Cow, fmt};

use super::json::Json;

/// A name in a place is shown up to this many characters.
const SHOWN: usize = 300;

/// Of a place with more steps than these together, the first and the last ones are shown.
const FIRST: usize = 12;
const LAST: usize = 4;

/// A place in a snapshot: the steps that lead there from the outside.
///
/// As text it reads `flags[3].rules[0].value`, `flags["KEY"].enabled`, or `snapshot` for the whole. Section 10.5 of the
/// specification has the grammar.
///
/// Since: 0.1
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(Box<[Step]>);

/// One step of a [`Place`].
///
/// Since: 0.1
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Step {
    /// A field of an object whose fields have fixed names: `.rules`.
    Field(Cow<'static, str>),
    /// An entry of an object that has entries by name, such as a flag by its key: `["KEY"]`.
    Entry(Box<str>),
    /// An element of a list, counted from 0: `[3]`.
    Index(usize),
}

impl Place {
    /// The place that these steps lead to, the outermost first. Without a step it is the whole snapshot.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self(steps.into_iter().collect())
    }

    /// The steps, the outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Returns whether the place has no steps, so that it is the whole snapshot, flag or segment.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the place of a field inside this place.
    pub fn field(&self, name: &str) -> Self {
        self.join(&[Step::Field(name.to_owned().into())])
    }

    /// Returns the place of a named entry inside this place.
    pub fn entry(&self, name: &str) -> Self {
        self.join(&[Step::entry(name)])
    }

    /// Returns the place of an element, counted from 0, of the list at this place.
    pub fn index(&self, index: usize) -> Self {
        self.join(&[Step::Index(index)])
    }

    /// Returns the place that these steps lead to from here.
    #[cold]
    pub fn join(&self, steps: &[Step]) -> Self {
        Self::new(self.0.iter().chain(steps).cloned())
    }
}

/// A field of the outermost object.
impl From<&str> for Place {
    fn from(name: &str) -> Self {
        Self::default().field(name)
    }
}

impl Step {
    /// A field of a fixed name.
    pub const fn field(name: &'static str) -> Self {
        Self::Field(Cow::Borrowed(name))
    }

    /// An entry by its name.
    pub fn entry(name: &str) -> Self {
        Self::Entry(name.into())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("snapshot");
        }
        let hidden = if self.0.len() > FIRST + LAST { FIRST..self.0.len() - LAST } else { 0..0 };
        for (index, step) in self.0.iter().enumerate() {
            if hidden.contains(&index) {
                if index == hidden.start {
                    formatter.write_str("...")?;
                }
                continue;
            }
            match step {
                Step::Field(name) if is_word(name) => {
                    write!(formatter, "{}{name}", if index == 0 { "" } else { "." })?;
                }
                Step::Field(name) => write_entry(formatter, name)?,
                Step::Entry(name) => write_entry(formatter, name)?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn write_entry(formatter: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    write!(formatter, "[{}]", Json::Text(&shortened(name)).to_text())
}

/// Returns whether a field is written without quotes.
fn is_word(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        && name.len() <= SHOWN
}

/// A name that is too long to be read is cut, so that messages stay short whatever a snapshot holds.
pub(super) fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}...", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_like_the_code_that_leads_there() {
        let flag = Place::new([Step::field("flags"), Step::Index(3)]);
        let value = Place::new([Step::field("rules"), Step::Index(0), Step::field("value")]);
        assert_eq!(flag.join(value.steps()).to_string(), "flags[3].rules[0].value");
        assert_eq!(Place::default().index(3).field("key").to_string(), "[3].key");
        let entry = Place::from("flags").entry("a \"b\"]\n");
        assert_eq!(entry.field("enabled").to_string(), "flags[\"a \\\"b\\\"]\\n\"].enabled");
        assert_eq!(Place::default().to_string(), "snapshot");
    }

    #[test]
    fn a_field_that_is_no_word_is_quoted() {
        for (name, text) in [("rules", "rules"), ("_2", "_2"), ("2", "[\"2\"]"), ("", "[\"\"]"), ("a.b", "[\"a.b\"]")] {
            assert_eq!(Place::from(name).to_string(), text);
            let inside = if text == name { format!("[0].{text}") } else { format!("[0]{text}") };
            assert_eq!(Place::default().index(0).field(name).to_string(), inside);
        }
    }

    #[test]
    fn a_deep_place_is_shown_without_its_middle() {
        let deep = |count: usize| Place::from("a").join(&vec![Step::Index(0); count - 2]).field("b").to_string();
        assert_eq!(deep(16), format!("a{}.b", "[0]".repeat(14)));
        assert_eq!(deep(17), format!("a{}...{}.b", "[0]".repeat(11), "[0]".repeat(3)));
        assert_eq!(deep(120), deep(17));
    }

    #[test]
    fn a_long_name_is_cut() {
        let place = Place::from("flags").entry(&"é".repeat(1_000_000));
        assert_eq!(place.to_string(), format!("flags[\"{}...\"]", "é".repeat(SHOWN)));
    }
}
