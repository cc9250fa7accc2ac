//! The context of an evaluation: attribute names and their canonical values.

use std::{error, fmt, ops::Deref};

use super::{
    Name,
    canonical::{NumberText, boolean},
    name::word,
    packed::{PackedAttributes, PackedValue},
};

/// Attributes by name, as canonical text in UTF-8, for an evaluation to read.
pub trait Attributes {
    /// The attribute's canonical text; `None` when it is absent.
    fn find(&self, name: &Name) -> Option<impl Deref<Target = [u8]> + '_>;

    /// The canonical texts of an attribute that is a list; `None` for any other.
    fn list(&self, name: &Name) -> Option<impl Iterator<Item = impl Deref<Target = [u8]> + '_> + '_>;

    /// The number of attributes that have an unsupported value and so count as absent.
    #[inline]
    fn unsupported(&self) -> u32 {
        0
    }
}

/// The value of an attribute, in the types of the host language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// A string.
    String(&'a str),
    /// An integer.
    Integer(i64),
    /// An integer, also above [`i64::MAX`].
    Unsigned(u64),
    /// Any other number; NaN and the infinities are not supported.
    Number(f64),
    /// A boolean.
    Boolean(bool),
    /// At most [`MAX_LIST`] of the others. Only the operators `has` and `exists` see a list.
    List(&'a [Value<'a>]),
}

/// The most elements that a list in a context can have.
pub const MAX_LIST: usize = 1_000;

macro_rules! value_from {
    ($($source:ty => $kind:ident),*) => {
        $(impl From<$source> for Value<'_> {
            fn from(value: $source) -> Self {
                Value::$kind(value.into())
            }
        })*
    };
}
value_from!(i8 => Integer, i16 => Integer, i32 => Integer, i64 => Integer, u8 => Unsigned, u16 => Unsigned,
    u32 => Unsigned, u64 => Unsigned, f32 => Number, f64 => Number, bool => Boolean);

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::String(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::String(value)
    }
}

impl<'a> From<&'a [Value<'a>]> for Value<'a> {
    fn from(value: &'a [Value<'a>]) -> Self {
        Value::List(value)
    }
}

/// An immutable set of attributes, prepared for any number of evaluations.
///
/// Threads: may be used by any number of threads and clients at once.
///
/// ```
/// let user = flagbit::Context::builder().set("user_id", "usr_123")?.set("age", 33)?.build();
/// # Ok::<(), flagbit::ContextError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Context {
    entries: Vec<Entry>,
    /// Kept apart, so that a search for a scalar passes no list.
    lists: Vec<List>,
    text: Vec<u8>,
}

#[derive(Debug, Clone)]
struct List {
    name: Range,
    items: Box<[Range]>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    name_word: u64,
    name: Range,
    value: Range,
}

/// A part of the context's text.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: u32,
    end: u32,
}

impl Range {
    #[inline]
    fn len(self) -> usize {
        self.end.wrapping_sub(self.start) as usize
    }

    #[inline]
    fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start as usize..self.end as usize]
    }
}

impl Context {
    /// A context without attributes.
    pub const EMPTY: Self = Self { entries: Vec::new(), lists: Vec::new(), text: Vec::new() };

    /// Starts a context without attributes.
    pub fn builder() -> ContextBuilder {
        ContextBuilder::default()
    }

    /// Builds a context from packed attributes.
    ///
    /// # Errors
    /// An attribute has an unsupported value, or two attributes have one name. The message names the attribute.
    pub fn from_packed(packed: &PackedAttributes<'_>) -> Result<Self, ContextError> {
        let mut builder = Self::builder();
        for (name, value) in packed.iter() {
            if builder.has(name) {
                return Err(ContextError::new(name, "is given twice"));
            }
            match value.ok_or_else(|| ContextError::unsupported(name))? {
                PackedValue::Scalar(value) => builder.put(name, value)?,
                PackedValue::List(items) => builder.put_list(name, items)?,
            }
        }
        Ok(builder.build())
    }
}

impl Attributes for Context {
    #[inline(always)]
    fn find(&self, name: &Name) -> Option<impl Deref<Target = [u8]> + '_> {
        self.entries
            .iter()
            .find(|entry| name.matches(entry.name_word, entry.name.len(), || entry.name.of(&self.text)))
            .map(|entry| entry.value.of(&self.text))
    }

    fn list(&self, name: &Name) -> Option<impl Iterator<Item = impl Deref<Target = [u8]> + '_> + '_> {
        let list = self.lists.iter().find(|list| list.name.of(&self.text) == name.text().as_bytes())?;
        Some(list.items.iter().map(|item| item.of(&self.text)))
    }
}

/// Collects the attributes of a [`Context`].
#[derive(Debug, Clone, Default)]
pub struct ContextBuilder {
    entries: Vec<Entry>,
    lists: Vec<List>,
    text: Vec<u8>,
}

impl ContextBuilder {
    /// Sets an attribute; a later value replaces an earlier one.
    ///
    /// # Errors
    /// NaN or an infinity, which no rule can match; a list that has a list in it or more than [`MAX_LIST`] elements; more
    /// than 4 GiB of text.
    pub fn set<'v>(mut self, name: &str, value: impl Into<Value<'v>>) -> Result<Self, ContextError> {
        self.put(name, value.into()).map(|()| self)
    }

    /// Sets an attribute like [`Self::set`], in place. If this fails, what was set before stays.
    ///
    /// # Errors
    /// The same as those of [`Self::set`].
    pub fn put(&mut self, name: &str, value: Value<'_>) -> Result<(), ContextError> {
        if let Value::List(items) = value {
            return self.put_list(name, items.iter().copied());
        }
        let value = self.append_value(name, value)?;
        if let Some(position) = self.position(name) {
            self.entries[position].value = value;
            return Ok(());
        }
        self.lists.retain(|list| list.name.of(&self.text) != name.as_bytes());
        let range = self.append(name, name.as_bytes())?;
        self.entries.push(Entry { name_word: word(name.as_bytes()), name: range, value });
        Ok(())
    }

    pub(crate) fn put_list<'v>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = Value<'v>>,
    ) -> Result<(), ContextError> {
        let items: Box<[Range]> = items.map(|item| self.append_value(name, item)).collect::<Result<_, _>>()?;
        if items.len() > MAX_LIST {
            return Err(ContextError::new(name, &format!("is a list of more than {MAX_LIST} elements")));
        }
        let of_that_name = |range: Range, text: &[u8]| range.of(text) == name.as_bytes();
        self.entries.retain(|entry| !of_that_name(entry.name, &self.text));
        self.lists.retain(|list| !of_that_name(list.name, &self.text));
        let name = self.append(name, name.as_bytes())?;
        self.lists.push(List { name, items });
        Ok(())
    }

    /// Appends a scalar's canonical text.
    fn append_value(&mut self, name: &str, value: Value<'_>) -> Result<Range, ContextError> {
        match value {
            Value::String(text) => self.append(name, text.as_bytes()),
            Value::Integer(integer) => self.append(name, &NumberText::integer(integer)),
            Value::Unsigned(integer) => self.append(name, &NumberText::integer(integer)),
            Value::Number(number) => {
                self.append(name, &NumberText::double(number).ok_or_else(|| ContextError::unsupported(name))?)
            }
            Value::Boolean(value) => self.append(name, boolean(value).as_bytes()),
            Value::List(_) => Err(ContextError::unsupported(name)),
        }
    }

    /// The context of all attributes that were set.
    pub fn build(mut self) -> Context {
        self.entries.shrink_to_fit();
        self.text.shrink_to_fit();
        Context { entries: self.entries, lists: self.lists, text: self.text }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name.of(&self.text) == name.as_bytes())
    }

    /// Returns whether an attribute of that name was set.
    pub fn has(&self, name: &str) -> bool {
        self.position(name).is_some() || self.lists.iter().any(|list| list.name.of(&self.text) == name.as_bytes())
    }

    fn append(&mut self, name: &str, text: &[u8]) -> Result<Range, ContextError> {
        let range = self.append_text(text);
        range.ok_or_else(|| ContextError::new(name, "makes the context larger than 4 GiB"))
    }

    fn append_text(&mut self, text: &[u8]) -> Option<Range> {
        let start = u32::try_from(self.text.len()).ok()?;
        let end = u32::try_from(self.text.len() + text.len()).ok()?;
        self.text.extend_from_slice(text);
        Some(Range { start, end })
    }
}

/// The error of a context that cannot be built. It names the attribute, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextError(String);

impl ContextError {
    #[cold]
    fn new(name: &str, what: &str) -> Self {
        Self(format!("the attribute {name:?} {what}"))
    }

    #[cold]
    fn unsupported(name: &str) -> Self {
        Self::new(name, "has an unsupported value: give a string, a boolean, a finite number or a list of these")
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl error::Error for ContextError {}
