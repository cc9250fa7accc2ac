//! Who asks: attribute names and their canonical values.

use std::{error, fmt, ops::Deref};

use super::{
    Name,
    canonical::{NumberText, boolean},
    name::word,
    packed::PackedAttributes,
};

/// What an evaluation reads: attributes by name, as canonical text in UTF-8.
pub trait Attributes {
    /// The attribute's canonical text; `None` when it is absent.
    fn find(&self, name: &Name) -> Option<impl Deref<Target = [u8]> + '_>;

    /// How many attributes have an unsupported value, and so count as absent.
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
}

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
    text: Vec<u8>,
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
    pub const EMPTY: Self = Self { entries: Vec::new(), text: Vec::new() };

    /// Starts a context without attributes.
    pub fn builder() -> ContextBuilder {
        ContextBuilder::default()
    }

    /// Builds a context from packed attributes.
    ///
    /// # Errors
    /// An attribute with an unsupported value, or one that is there twice; the message names it.
    pub fn from_packed(packed: &PackedAttributes<'_>) -> Result<Self, ContextError> {
        let mut builder = Self::builder();
        for (name, value) in packed.iter() {
            if builder.position(name).is_some() {
                return Err(ContextError::new(name, "is there twice"));
            }
            let value = value.ok_or_else(|| ContextError::unsupported(name))?;
            builder = builder.set(name, value)?;
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
}

/// Collects the attributes of a [`Context`].
#[derive(Debug, Clone, Default)]
pub struct ContextBuilder {
    entries: Vec<Entry>,
    text: Vec<u8>,
}

impl ContextBuilder {
    /// Sets an attribute; a later value replaces an earlier one.
    ///
    /// # Errors
    /// NaN and the infinities, which no rule can match; more than 4 GiB of text.
    pub fn set<'v>(mut self, name: &str, value: impl Into<Value<'v>>) -> Result<Self, ContextError> {
        self.put(name, value.into()).map(|()| self)
    }

    pub(crate) fn put(&mut self, name: &str, value: Value<'_>) -> Result<(), ContextError> {
        let value = match value {
            Value::String(text) => self.append(text.as_bytes()),
            Value::Integer(integer) => self.append(&NumberText::integer(integer)),
            Value::Unsigned(integer) => self.append(&NumberText::integer(integer)),
            Value::Number(number) => {
                self.append(&NumberText::double(number).ok_or_else(|| ContextError::unsupported(name))?)
            }
            Value::Boolean(value) => self.append(boolean(value).as_bytes()),
        };
        let value = value.ok_or_else(|| ContextError::new(name, "makes the context larger than 4 GiB"))?;
        if let Some(position) = self.position(name) {
            self.entries[position].value = value;
            return Ok(());
        }
        let text = name.as_bytes();
        let range = self.append(text).ok_or_else(|| ContextError::new(name, "makes the context larger than 4 GiB"))?;
        self.entries.push(Entry { name_word: word(text), name: range, value });
        Ok(())
    }

    /// The context of all attributes that were set.
    pub fn build(mut self) -> Context {
        self.entries.shrink_to_fit();
        self.text.shrink_to_fit();
        Context { entries: self.entries, text: self.text }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name.of(&self.text) == name.as_bytes())
    }

    fn append(&mut self, text: &[u8]) -> Option<Range> {
        let start = u32::try_from(self.text.len()).ok()?;
        let end = u32::try_from(self.text.len() + text.len()).ok()?;
        self.text.extend_from_slice(text);
        Some(Range { start, end })
    }
}

/// Why a context cannot be built; names the attribute, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextError(String);

impl ContextError {
    #[cold]
    fn new(name: &str, what: &str) -> Self {
        Self(format!("the attribute {name:?} {what}"))
    }

    #[cold]
    fn unsupported(name: &str) -> Self {
        Self::new(name, "has an unsupported value: give a string, a boolean or a finite number")
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl error::Error for ContextError {}
