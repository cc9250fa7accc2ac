//! The operators beyond the first five. Out of the way of those: never inlined into the evaluation of base rules.

use std::cmp::Ordering;

use super::{
    Attributes, Moment, Name, Reason, number,
    pattern::Pattern,
    rule::{Question, Share, Substring, Test},
    semver::Version,
    text_set::TextSet,
};

/// The attribute that is the host's clock where the context does not have it.
pub(super) const NOW: &str = "@now";

#[derive(Debug, PartialEq)]
pub(super) enum Further {
    /// The exact complement.
    Not(Test),
    Compare(Comparison, f64),
    StartsWith(AnyOf<Box<str>>),
    EndsWith(AnyOf<Box<str>>),
    ContainsAny(AnyOf<Substring>),
    Matches(AnyOf<Pattern>),
    Exists,
    Has {
        texts: TextSet,
        /// As it stands in the text.
        is_list: bool,
    },
    /// The text is a version.
    SemVer(Comparison, Box<str>),
    Before(Moment, Box<str>),
    After(Moment, Box<str>),
    Percent {
        share: Share,
        salt: Box<str>,
    },
    InSegment(AnyOf<Link>),
    FlagIs(Box<FlagIs>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// A value that is one item or a list of them.
#[derive(Debug, PartialEq)]
pub(super) struct AnyOf<T> {
    pub(super) items: Box<[T]>,
    /// As it stands in the text, for places and explanations.
    pub(super) is_list: bool,
}

/// A segment or a flag by name, and where the snapshot has it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) name: Box<str>,
    pub(super) position: u32,
}

impl Link {
    /// The position is known once all of the snapshot is read.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), position: 0 }
    }
}

/// The same name means the same thing in two snapshots, wherever it stands.
impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Another flag, and the answers of it that are asked for.
#[derive(Debug)]
pub(super) struct FlagIs {
    pub(super) flag: Link,
    pub(super) answers: AnyOf<Outcome>,
    /// Of a typed flag, the positions of the variants among `answers`, as bits; of a boolean flag 1 is off, 2 is on.
    pub(super) accepted: u64,
}

/// `accepted` only says the same again.
impl PartialEq for FlagIs {
    fn eq(&self, other: &Self) -> bool {
        (&self.flag, &self.answers) == (&other.flag, &other.answers)
    }
}

/// An answer of a flag, as a rule names it.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Boolean(bool),
    Variant(Box<str>),
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

impl Further {
    /// As a simple rule.
    #[inline(never)]
    pub(super) fn decide<A: Attributes>(
        &self,
        attribute: &Name,
        salt: &str,
        question: &Question<'_, A>,
    ) -> Option<(bool, Reason)> {
        let value = question.attributes.find(attribute);
        match (self, &value) {
            (Self::Percent { .. }, None) => None,
            (Self::Percent { share, salt }, Some(value)) => {
                Some((share.includes(value, salt), Reason::PercentageRollout))
            }
            _ => self.holds(value.as_deref(), attribute, salt, question).then_some((true, Reason::TargetingMatch)),
        }
    }

    #[inline(never)]
    pub(super) fn holds<A: Attributes>(
        &self,
        value: Option<&[u8]>,
        attribute: &Name,
        salt: &str,
        question: &Question<'_, A>,
    ) -> bool {
        match (self, value) {
            (Self::Not(test), _) => !test.holds(value, attribute, salt, question),
            (Self::Exists, Some(_)) => true,
            (Self::Exists, None) => question.attributes.list(attribute).is_some(),
            (Self::Has { texts, .. }, Some(value)) => texts.contains(value),
            (Self::Has { texts, .. }, None) => {
                question.attributes.list(attribute).is_some_and(|mut items| items.any(|item| texts.contains(&item)))
            }
            (Self::InSegment(segments), _) => {
                segments.items.iter().any(|segment| question.snapshot.segment(segment.position).includes(question))
            }
            (Self::FlagIs(asked), _) => {
                question.snapshot.flag(asked.flag.position).outcome_bit(question) & asked.accepted != 0
            }
            (Self::Before(moment, _), _) => read_moment(value, attribute, question.now).is_some_and(|at| at < *moment),
            (Self::After(moment, _), _) => read_moment(value, attribute, question.now).is_some_and(|at| at > *moment),
            (_, Some(value)) => self.holds_for_text(value),
            (_, None) => false,
        }
    }

    /// The operators that need nothing but the attribute's text.
    fn holds_for_text(&self, value: &[u8]) -> bool {
        match self {
            Self::Compare(comparison, number) => number::read(value)
                .and_then(|found| found.partial_cmp(number))
                .is_some_and(|order| comparison.holds(order)),
            Self::StartsWith(texts) => texts.items.iter().any(|text| value.starts_with(text.as_bytes())),
            Self::EndsWith(texts) => texts.items.iter().any(|text| value.ends_with(text.as_bytes())),
            Self::ContainsAny(substrings) => substrings.items.iter().any(|substring| substring.is_in(value)),
            Self::Matches(patterns) => patterns.items.iter().any(|pattern| pattern.is_match(value)),
            Self::SemVer(comparison, version) => Version::parse(value)
                .zip(Version::parse(version.as_bytes()))
                .is_some_and(|(found, version)| comparison.holds(found.precedence(&version))),
            Self::Percent { share, salt } => share.includes(value, salt),
            // All others look at more than a text, and are answered before.
            _ => false,
        }
    }
}

/// The attribute's moment; the clock's for `@now` where the context has none of its own.
fn read_moment(value: Option<&[u8]>, attribute: &Name, now: Option<&Moment>) -> Option<Moment> {
    match value {
        Some(value) => Moment::parse(value),
        None => now.filter(|_| attribute.text() == NOW).copied(),
    }
}
