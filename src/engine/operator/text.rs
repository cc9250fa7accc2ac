//! Operators on canonical text: `eq`, `neq`, `contains`, `in`, `starts_with`, `ends_with`, `matches`.

use memchr::memmem::Finder;

use super::{
    super::{
        fields::{parse_list, unexpected, value},
        json::Json,
        pattern::Pattern,
        place::Step,
        problem::Problem,
        text_set::TextSet,
        work::Work,
    },
    AnyOf, Described, Operator, Source, Test,
    prepared::General,
    value::{any_of, scalar, scalar_of, string_of},
};

/// The operators beyond the common ones.
#[derive(Debug, PartialEq)]
pub(in super::super) enum TextTest {
    /// `contains` with a list.
    ContainsAny(AnyOf<Substring>),
    StartsWith(AnyOf<Box<str>>),
    EndsWith(AnyOf<Box<str>>),
    Matches(AnyOf<Pattern>),
}

pub(super) fn eq(source: &Source<'_, '_>) -> Result<Test, Problem> {
    Ok(Test::Eq(scalar(source)?.into()))
}

pub(super) fn neq(source: &Source<'_, '_>) -> Result<Test, Problem> {
    Ok(Test::Neq(scalar(source)?.into()))
}

pub(super) fn contains(source: &Source<'_, '_>) -> Result<Test, Problem> {
    if let Json::List(items) = value(source.fields)? {
        let items = parse_list(items, "value", |item| Ok(Substring::new(&scalar_of(item)?)))?;
        return general(TextTest::ContainsAny(AnyOf { items, is_list: true }));
    }
    Ok(Test::Contains(Box::new(Substring::new(&scalar(source)?))))
}

pub(super) fn in_list(source: &Source<'_, '_>) -> Result<Test, Problem> {
    match value(source.fields)? {
        Json::List(items) => Ok(Test::In(Box::new(text_set(items)?))),
        other => Err(unexpected("a list", &other).within(Step::field("value"))),
    }
}

pub(super) fn starts_with(source: &Source<'_, '_>) -> Result<Test, Problem> {
    general(TextTest::StartsWith(scalars(source)?))
}

pub(super) fn ends_with(source: &Source<'_, '_>) -> Result<Test, Problem> {
    general(TextTest::EndsWith(scalars(source)?))
}

pub(super) fn matches(source: &Source<'_, '_>) -> Result<Test, Problem> {
    let pattern = |item| Pattern::new(string_of(item)?, source.pattern_sizes);
    general(TextTest::Matches(any_of(source, pattern)?))
}

fn general(test: TextTest) -> Result<Test, Problem> {
    Ok(Test::general(General::Text(test)))
}

#[inline(never)]
fn scalars(source: &Source<'_, '_>) -> Result<AnyOf<Box<str>>, Problem> {
    any_of(source, |item| Ok(scalar_of(item)?.into()))
}

/// The texts of a list that is the value.
#[inline(never)]
pub(super) fn text_set(items: &[Json<'_>]) -> Result<TextSet, Problem> {
    let long = |item: &Json<'_>| if let Json::Text(text) = item { TextSet::long_bytes(text.as_bytes()) } else { 0 };
    let mut texts = TextSet::with_capacity(items.len(), items.iter().map(long).sum());
    for (index, item) in items.iter().enumerate() {
        // Most values are texts: these need no reading.
        if let Json::Text(text) = item {
            texts.insert(text.as_bytes());
            continue;
        }
        let text = scalar_of(*item).map_err(|problem| problem.within_item("value", index))?;
        texts.insert(text.as_bytes());
    }
    Ok(texts.finish())
}

impl TextTest {
    pub(super) fn operator(&self) -> Operator {
        match self {
            Self::ContainsAny(_) => Operator::Contains,
            Self::StartsWith(_) => Operator::StartsWith,
            Self::EndsWith(_) => Operator::EndsWith,
            Self::Matches(_) => Operator::Matches,
        }
    }

    pub(super) fn holds(&self, value: &[u8]) -> bool {
        match self {
            Self::ContainsAny(substrings) => substrings.items.iter().any(|substring| substring.is_in(value)),
            Self::StartsWith(texts) => texts.items.iter().any(|text| value.starts_with(text.as_bytes())),
            Self::EndsWith(texts) => texts.items.iter().any(|text| value.ends_with(text.as_bytes())),
            Self::Matches(patterns) => patterns.items.iter().any(|pattern| pattern.is_match(value)),
        }
    }

    pub(super) fn work(&self) -> Work {
        let (elements, patterns) = match self {
            Self::ContainsAny(substrings) => (substrings.items.len(), 0),
            Self::StartsWith(texts) | Self::EndsWith(texts) => (texts.items.len(), 0),
            Self::Matches(patterns) => (0, patterns.items.iter().map(Pattern::size).sum()),
        };
        Work { conditions: 1, elements: elements as u64, patterns }
    }

    pub(super) fn describe(&self) -> Described {
        let operator = self.operator();
        match self {
            Self::ContainsAny(values) => Described::any_of(operator, values, |value| Described::text(&value.text())),
            Self::StartsWith(values) | Self::EndsWith(values) => {
                Described::any_of(operator, values, |value| Described::text(value))
            }
            Self::Matches(patterns) => {
                Described::any_of(operator, patterns, |pattern| Described::text(pattern.as_str()))
            }
        }
    }
}

/// A text to search for, in linear time whatever the text and the attribute are.
///
/// It compares UTF-8 bytes, which finds the same as comparing characters.
#[derive(Debug)]
pub(in super::super) struct Substring(Finder<'static>);

impl Substring {
    fn new(text: &str) -> Self {
        Self(Finder::new(text).into_owned())
    }

    #[inline]
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.0.find(text).is_some()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(self.0.needle()).into_owned()
    }
}

impl PartialEq for Substring {
    fn eq(&self, other: &Self) -> bool {
        self.0.needle() == other.0.needle()
    }
}
