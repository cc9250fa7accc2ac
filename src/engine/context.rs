//! The context of an evaluation: attribute names and their canonical values.

use std::{collections::HashMap, error, fmt, ops::Deref};

use foldhash::fast::RandomState;

use super::{
    Name, PackedAttributes,
    attribute_value::AttributeValue,
    canonical::{NumberText, boolean},
    name::word,
    unsupported::{Unsupported, UnsupportedReason},
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
        Self::of(packed.values())
    }

    /// Builds a context of values that the caller has.
    ///
    /// # Errors
    /// The same as those of [`Self::from_packed`].
    pub(crate) fn of<'a, V: AttributeValue<'a>>(
        attributes: impl Iterator<Item = (&'a str, V)>,
    ) -> Result<Self, ContextError> {
        let mut builder = Self::builder();
        for (name, value) in attributes {
            if builder.has(name) {
                return Err(ContextError::new(name, "is given twice"));
            }
            if let Some(fault) = value.fault() {
                return Err(ContextError::unsupported(name, fault));
            }
            builder.put_value(name, value)?;
        }
        Ok(builder.build())
    }

    /// A context of the values that an evaluation finds: the first of each name, unless it is unsupported.
    #[cfg(feature = "capi")]
    pub(crate) fn of_supported<'a, V: AttributeValue<'a>>(attributes: impl Iterator<Item = (&'a str, V)>) -> Self {
        let mut builder = Self::builder();
        let mut names = std::collections::HashSet::new();
        for (name, value) in attributes {
            if names.insert(name) && value.fault().is_none() {
                // A value that makes the context too large is absent.
                _ = builder.put_value(name, value);
            }
        }
        builder.build()
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
    /// The place of each name; `None` while the names are few.
    index: Option<HashMap<Box<str>, Slot, RandomState>>,
}

/// The place of an attribute in a builder.
#[derive(Debug, Clone, Copy)]
enum Slot {
    /// A position in the entries.
    Scalar(usize),
    /// A position in the lists.
    List(usize),
}

/// Up to this many names are compared one by one, which costs less than an index.
const FEW: usize = 32;

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
        let value = self.append_value(name, value, None)?;
        let earlier = self.slot(name);
        if let Some(Slot::Scalar(position)) = earlier {
            self.entries[position].value = value;
            return Ok(());
        }
        let range = self.append(name, name.as_bytes())?;
        self.remove(earlier);
        self.entries.push(Entry { name_word: word(name.as_bytes()), name: range, value });
        self.note(name, Slot::Scalar(self.entries.len() - 1));
        Ok(())
    }

    fn put_value<'v, V: AttributeValue<'v>>(&mut self, name: &str, value: V) -> Result<(), ContextError> {
        match value.items() {
            Some(items) => self.put_list(name, items.filter_map(V::scalar)),
            None => value.scalar().map_or(Ok(()), |scalar| self.put(name, scalar)),
        }
    }

    fn put_list<'v>(&mut self, name: &str, items: impl Iterator<Item = Value<'v>>) -> Result<(), ContextError> {
        let append = |(index, item)| self.append_value(name, item, Some(index));
        let items: Box<[Range]> = items.enumerate().map(append).collect::<Result<_, _>>()?;
        if items.len() > MAX_LIST {
            let fault = Unsupported::new(UnsupportedReason::ListTooLong, Some(items.len()));
            return Err(ContextError::unsupported(name, fault));
        }
        let earlier = self.slot(name);
        if let Some(Slot::List(position)) = earlier {
            self.lists[position].items = items;
            return Ok(());
        }
        let range = self.append(name, name.as_bytes())?;
        self.remove(earlier);
        self.lists.push(List { name: range, items });
        self.note(name, Slot::List(self.lists.len() - 1));
        Ok(())
    }

    /// Appends a scalar's canonical text. `index` is that of an element in its list.
    fn append_value(&mut self, name: &str, value: Value<'_>, index: Option<usize>) -> Result<Range, ContextError> {
        let unsupported = |reason| ContextError::unsupported(name, Unsupported::new(reason, index));
        match value {
            Value::String(text) => self.append(name, text.as_bytes()),
            Value::Integer(integer) => self.append(name, &NumberText::integer(integer)),
            Value::Unsigned(integer) => self.append(name, &NumberText::integer(integer)),
            Value::Number(number) => {
                let text = NumberText::double(number).ok_or_else(|| unsupported(UnsupportedReason::NotFinite))?;
                self.append(name, &text)
            }
            Value::Boolean(value) => self.append(name, boolean(value).as_bytes()),
            Value::List(_) => Err(unsupported(UnsupportedReason::NestedList)),
        }
    }

    /// The context of all attributes that were set.
    pub fn build(mut self) -> Context {
        self.entries.shrink_to_fit();
        self.text.shrink_to_fit();
        Context { entries: self.entries, lists: self.lists, text: self.text }
    }

    /// Returns whether an attribute of that name was set.
    pub fn has(&self, name: &str) -> bool {
        self.slot(name).is_some()
    }

    fn slot(&self, name: &str) -> Option<Slot> {
        if let Some(index) = &self.index {
            return index.get(name).copied();
        }
        let is_name = |range: Range| range.of(&self.text) == name.as_bytes();
        let scalar = self.entries.iter().position(|entry| is_name(entry.name)).map(Slot::Scalar);
        scalar.or_else(|| self.lists.iter().position(|list| is_name(list.name)).map(Slot::List))
    }

    /// Removes an attribute whose value gets another kind. The last of its kind takes its position, since the order of
    /// unique names means nothing.
    fn remove(&mut self, slot: Option<Slot>) {
        let moved = match slot {
            None => return,
            Some(Slot::Scalar(position)) => {
                self.entries.swap_remove(position);
                self.entries.get(position).map(|entry| entry.name)
            }
            Some(Slot::List(position)) => {
                self.lists.swap_remove(position);
                self.lists.get(position).map(|list| list.name)
            }
        };
        if let (Some(index), Some(name), Some(slot)) = (&mut self.index, moved, slot)
            && let Some(known) = str::from_utf8(name.of(&self.text)).ok().and_then(|name| index.get_mut(name))
        {
            *known = slot;
        }
    }

    /// Notes where a new attribute is, and makes the index as soon as the names are many.
    fn note(&mut self, name: &str, slot: Slot) {
        if let Some(index) = &mut self.index {
            index.insert(name.into(), slot);
        } else if self.entries.len() + self.lists.len() > FEW {
            let scalars = self.entries.iter().enumerate().map(|(place, entry)| (entry.name, Slot::Scalar(place)));
            let lists = self.lists.iter().enumerate().map(|(place, list)| (list.name, Slot::List(place)));
            let named = |(name, slot): (Range, Slot)| Some((str::from_utf8(name.of(&self.text)).ok()?.into(), slot));
            self.index = Some(scalars.chain(lists).filter_map(named).collect());
        }
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

    /// Returns the error of the first attribute with text that is not UTF-8, in its name or in its value.
    #[cfg(feature = "capi")]
    #[cold]
    pub(crate) fn of_text<'a, V: AttributeValue<'a>>(
        mut attributes: impl Iterator<Item = (&'a [u8], V)>,
    ) -> Option<Self> {
        attributes.find_map(|(name, value)| {
            let fault = match str::from_utf8(name) {
                Ok(_) => value.fault().filter(|fault| fault.reason == UnsupportedReason::NotUnicode)?,
                Err(_) => Unsupported::new(UnsupportedReason::Name, None),
            };
            Some(Self::unsupported(&String::from_utf8_lossy(name), fault))
        })
    }

    #[cold]
    fn unsupported(name: &str, fault: Unsupported<'_>) -> Self {
        Self::new(name, &fault.to_string())
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl error::Error for ContextError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same calls on few and on many attributes: values replace each other, also across kinds.
    #[test]
    fn the_last_value_of_a_name_counts_however_many_names_there_are() {
        for count in [1, FEW, FEW + 1, 3 * FEW] {
            let mut builder = Context::builder();
            let name = |index: usize| format!("attribute {index}");
            let lists = [Value::Integer(1), Value::Integer(2)];
            for index in 0..count {
                builder.put(&name(index), Value::Integer(index as i64)).unwrap();
            }
            for index in (0..count).step_by(2) {
                builder.put(&name(index), Value::List(&lists[..1 + index / 2 % 2])).unwrap();
            }
            for index in (0..count).step_by(4) {
                builder.put(&name(index), Value::Boolean(true)).unwrap();
            }
            assert!(builder.has(&name(count - 1)) && !builder.has(&name(count)));
            assert_eq!(builder.index.is_some(), count > FEW);
            let context = builder.build();
            assert_eq!(context.entries.len() + context.lists.len(), count);
            for index in 0..count {
                let wanted = Name::new(&name(index));
                let scalar = context.find(&wanted).map(|text| text.to_vec());
                let items = context.list(&wanted).map(|items| items.count());
                match index % 4 {
                    0 => assert_eq!((scalar, items), (Some(b"true".to_vec()), None)),
                    2 => assert_eq!((scalar, items), (None, Some(2))),
                    _ => assert_eq!((scalar, items), (Some(index.to_string().into_bytes()), None)),
                }
            }
        }
    }
}
