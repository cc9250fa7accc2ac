//! A whole context in one buffer: what a binding passes when it has no prepared [`Context`](super::Context).
//!
//! The layout, all integers little-endian and unaligned:
//!
//! ```text
//! buffer:     length u32 (of the whole buffer), version u8 (1), three zero bytes, attributes
//! attribute:  kind u8, name length u32, name, value length u32, value
//! ```
//!
//! The values: a string is UTF-8, an integer, an unsigned integer and a number have 8 bytes, a boolean one. An unsupported
//! value has none, or `reason u8`, or `reason u8, position u32, type name`. A list has elements, each
//! `kind u8, value length u32, value`, of the other kinds. Names are unique; where one is not, its first value counts.

use std::{error, fmt, ops::Deref};

use super::{
    Attributes, Name, Value,
    attribute_value::AttributeValue,
    canonical::CanonicalText,
    unsupported::{Unsupported, UnsupportedReason},
};

const HEADER: usize = 8;
const VERSION: u8 = 1;

/// What an attribute's value is. The numbers are part of the ABI; those above are kept for what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    String = 1,
    Integer = 2,
    Unsigned = 3,
    Number = 4,
    Boolean = 5,
    Unsupported = 6,
    List = 7,
}

impl Kind {
    pub(crate) fn new(kind: u8) -> Option<Self> {
        Some(match kind {
            1 => Self::String,
            2 => Self::Integer,
            3 => Self::Unsigned,
            4 => Self::Number,
            5 => Self::Boolean,
            6 => Self::Unsupported,
            7 => Self::List,
            _ => return None,
        })
    }
}

/// Packed attributes that were checked once: whole, of known kinds, UTF-8.
#[derive(Debug, Clone, Copy, Default)]
pub struct PackedAttributes<'a> {
    attributes: &'a [u8],
    unsupported: u32,
}

impl<'a> PackedAttributes<'a> {
    /// The length that a buffer's own header states, when the first four bytes of the buffer are these.
    #[cfg(feature = "capi")]
    pub(crate) fn stated_length(header: [u8; 4]) -> usize {
        u32::from_le_bytes(header) as usize
    }

    /// Checks a packed buffer. Allocates nothing.
    ///
    /// # Errors
    /// A buffer that is cut short, of another version or inconsistent; text that is not UTF-8.
    pub fn new(buffer: &'a [u8]) -> Result<Self, PackedError> {
        let (header, attributes) = buffer.split_at_checked(HEADER).ok_or(PackedError::Overrun)?;
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
        if length as usize != buffer.len() {
            return Err(PackedError::Overrun);
        }
        if header[4..] != [VERSION, 0, 0, 0] {
            return Err(PackedError::Version);
        }
        // Most contexts are ASCII, which one pass over the whole buffer finds out.
        let check_text = !attributes.is_ascii();
        let mut unsupported = 0;
        let mut rest = attributes;
        while !rest.is_empty() {
            let raw = Raw::take(&mut rest).ok_or(PackedError::Overrun)?;
            if check_text && str::from_utf8(raw.name).is_err() {
                return Err(PackedError::Utf8);
            }
            if raw.value.check(check_text)? {
                unsupported += 1;
            }
        }
        Ok(Self { attributes, unsupported })
    }

    /// The attributes in order; `None` for an unsupported value.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<PackedValue<'a>>)> {
        self.values().map(|(name, value)| {
            let supported = match (value.scalar(), value.items()) {
                (Some(scalar), _) => Some(PackedValue::Scalar(scalar)),
                (None, Some(_)) if value.fault().is_none() => Some(PackedValue::List(PackedList(value.bytes))),
                (None, _) => None,
            };
            (name, supported)
        })
    }

    /// The attributes in order, as they lie in the buffer.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'a str, RawValue<'a>)> {
        RawAttributes(self.attributes).filter_map(|raw| Some((str::from_utf8(raw.name).ok()?, raw.value)))
    }

    /// Returns which attribute of a buffer has text that is not UTF-8.
    #[cfg(feature = "capi")]
    #[cold]
    pub(crate) fn text_error(buffer: &[u8]) -> Option<super::ContextError> {
        let raw = RawAttributes(buffer.get(HEADER..)?);
        super::ContextError::of_text(raw.map(|raw| (raw.name, raw.value)))
    }

    #[inline]
    fn find_raw(&self, name: &Name) -> Option<RawValue<'a>> {
        let mut rest = self.attributes;
        while let Some(raw) = Raw::take(&mut rest) {
            if raw.name == name.text().as_bytes() {
                return Some(raw.value);
            }
        }
        None
    }
}

impl Attributes for PackedAttributes<'_> {
    #[inline]
    fn find(&self, name: &Name) -> Option<impl Deref<Target = [u8]> + '_> {
        self.find_raw(name)?.canonical()
    }

    fn list(&self, name: &Name) -> Option<impl Iterator<Item = impl Deref<Target = [u8]> + '_> + '_> {
        self.find_raw(name)?.list()
    }

    #[inline]
    fn unsupported(&self) -> u32 {
        self.unsupported
    }
}

/// The value of a packed attribute.
#[derive(Debug, Clone, Copy)]
pub enum PackedValue<'a> {
    /// Any but a list.
    Scalar(Value<'a>),
    /// The elements.
    List(PackedList<'a>),
}

/// The elements of a packed list, in order.
#[derive(Debug, Clone, Copy)]
pub struct PackedList<'a>(&'a [u8]);

impl<'a> Iterator for PackedList<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        RawValue::take(&mut self.0)?.scalar()
    }
}

/// One attribute as it lies in the buffer.
struct Raw<'a> {
    name: &'a [u8],
    value: RawValue<'a>,
}

/// A value as it lies in the buffer.
#[derive(Clone, Copy)]
pub(crate) struct RawValue<'a> {
    kind: u8,
    bytes: &'a [u8],
}

impl<'a> Raw<'a> {
    /// Takes the first attribute off the buffer; `None` at its end or where it is cut short.
    #[inline]
    fn take(rest: &mut &'a [u8]) -> Option<Self> {
        let (kind, after_kind) = rest.split_first()?;
        let (name, after_name) = take_text(after_kind)?;
        let (bytes, after_value) = take_text(after_name)?;
        *rest = after_value;
        Some(Self { name, value: RawValue { kind: *kind, bytes } })
    }
}

/// The attributes as they lie in the buffer.
struct RawAttributes<'a>(&'a [u8]);

impl<'a> Iterator for RawAttributes<'a> {
    type Item = Raw<'a>;

    #[inline]
    fn next(&mut self) -> Option<Raw<'a>> {
        Raw::take(&mut self.0)
    }
}

/// The elements of a list as they lie in the buffer.
pub(crate) struct RawItems<'a>(&'a [u8]);

impl<'a> Iterator for RawItems<'a> {
    type Item = RawValue<'a>;

    fn next(&mut self) -> Option<RawValue<'a>> {
        RawValue::take(&mut self.0)
    }
}

impl<'a> RawValue<'a> {
    /// Takes the first element off a list; `None` at its end or where it is cut short.
    fn take(rest: &mut &'a [u8]) -> Option<Self> {
        let (kind, after_kind) = rest.split_first()?;
        let (bytes, after_value) = take_text(after_kind)?;
        *rest = after_value;
        Some(Self { kind: *kind, bytes })
    }

    /// Whether the value is whole; `true` when it is unsupported.
    #[inline(always)]
    fn check(&self, check_text: bool) -> Result<bool, PackedError> {
        // Most attributes are strings, and most of those are ASCII.
        if self.kind == Kind::String as u8 && !check_text { Ok(false) } else { self.check_any(check_text) }
    }

    #[inline(never)]
    fn check_any(&self, check_text: bool) -> Result<bool, PackedError> {
        if self.kind == Kind::List as u8 { self.check_list(check_text) } else { self.check_scalar(check_text) }
    }

    fn check_scalar(&self, check_text: bool) -> Result<bool, PackedError> {
        let kind = Kind::new(self.kind).ok_or(PackedError::Kind(self.kind))?;
        let sized = match kind {
            Kind::String if check_text && str::from_utf8(self.bytes).is_err() => return Err(PackedError::Utf8),
            Kind::String => true,
            Kind::Integer | Kind::Unsigned | Kind::Number => self.bytes.len() == 8,
            Kind::Boolean => matches!(self.bytes, [0 | 1]),
            // Later versions may say more about the reason.
            Kind::Unsupported => true,
            // In a list there is no list.
            Kind::List => false,
        };
        if !sized {
            return Err(PackedError::Value(self.kind));
        }
        Ok(kind == Kind::Unsupported || (kind == Kind::Number && self.scalar().is_none()))
    }

    fn check_list(&self, check_text: bool) -> Result<bool, PackedError> {
        let mut rest = self.bytes;
        while !rest.is_empty() {
            let item = Self::take(&mut rest).ok_or(PackedError::Overrun)?;
            item.check_scalar(check_text)?;
        }
        Ok(self.fault().is_some())
    }
}

impl<'a> AttributeValue<'a> for RawValue<'a> {
    type Items = RawItems<'a>;

    fn scalar(self) -> Option<Value<'a>> {
        match Kind::new(self.kind)? {
            Kind::String => str::from_utf8(self.bytes).ok().map(Value::String),
            Kind::Integer => Some(Value::Integer(i64::from_le_bytes(self.bytes.try_into().ok()?))),
            Kind::Unsigned => Some(Value::Unsigned(u64::from_le_bytes(self.bytes.try_into().ok()?))),
            Kind::Number => {
                let number = f64::from_le_bytes(self.bytes.try_into().ok()?);
                number.is_finite().then_some(Value::Number(number))
            }
            Kind::Boolean => Some(Value::Boolean(self.bytes == [1])),
            Kind::Unsupported | Kind::List => None,
        }
    }

    fn items(self) -> Option<RawItems<'a>> {
        (self.kind == Kind::List as u8).then_some(RawItems(self.bytes))
    }

    #[cold]
    fn reason(self) -> Unsupported<'a> {
        match Kind::new(self.kind) {
            Some(Kind::Unsupported) => Unsupported::read(self.bytes),
            Some(Kind::Number) => Unsupported::new(UnsupportedReason::NotFinite, None),
            Some(Kind::String) => Unsupported::new(UnsupportedReason::NotUnicode, None),
            _ => Unsupported::new(UnsupportedReason::Unknown, None),
        }
    }

    #[inline]
    fn canonical(self) -> Option<CanonicalText<'a>> {
        // The text of a string was checked.
        if self.kind == Kind::String as u8 {
            return Some(CanonicalText::Borrowed(self.bytes));
        }
        self.canonical_of_scalar()
    }
}

impl<'a> RawValue<'a> {
    /// The canonical text of any value but a string, apart so that the search for a string stays small.
    #[inline(never)]
    fn canonical_of_scalar(self) -> Option<CanonicalText<'a>> {
        CanonicalText::of(self.scalar()?)
    }
}

#[inline]
fn take_text(buffer: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = buffer.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// Why packed attributes cannot be read: a fault of the binding that packed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackedError {
    /// The lengths do not fit together, or the buffer is cut short.
    Overrun,
    /// A version of the layout that this library does not know.
    Version,
    /// A kind of value that this library does not know.
    Kind(u8),
    /// A value whose length does not fit its kind.
    Value(u8),
    /// A name or a string that is not UTF-8.
    Utf8,
}

impl fmt::Display for PackedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overrun => formatter.write_str("the packed attributes are cut short or their lengths do not fit"),
            Self::Version => {
                formatter.write_str("the packed attributes have a version that this library does not know")
            }
            Self::Kind(kind) => write!(formatter, "the packed attributes have an unknown kind of value, {kind}"),
            Self::Value(kind) => write!(formatter, "the packed attributes have a malformed value of kind {kind}"),
            Self::Utf8 => formatter.write_str("the packed attributes have text that is not UTF-8"),
        }
    }
}

impl error::Error for PackedError {}
