//! Attributes that stay in the caller's structs.

use std::{ffi::c_char, marker::PhantomData, mem, ops::Deref};

use super::{
    status::Status,
    text::{self, bytes, utf8_of},
};
use crate::engine::{
    AttributeValue, Attributes, CanonicalText, ContextError, Kind, Name, Unsupported, UnsupportedReason, Value,
};

/// The kind of a flagbit_attribute that is absent: the library reads nothing else of it. In a list it is a null, which
/// makes the list unsupported.
/// Since: ABI 1.3
pub const FLAGBIT_ATTRIBUTE_KIND_NONE: i32 = 0;

/// An attribute that the library borrows for one call: it copies neither the struct nor the texts. Set all bytes to
/// zero first; then set `name`, `name_length`, `kind` and the fields of the kind. The functions flagbit_attribute_*, at
/// the end of this file, do that.
///
/// Later versions append fields, which mean nothing if they are zero. Calls therefore take the size of your struct.
/// Threads: any number may read an array of attributes at once.
/// Since: ABI 1.3
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct flagbit_attribute {
    /// The name, UTF-8 of `name_length` bytes. Ignored in an element of a list.
    pub name: *const c_char,
    /// The length of the name in bytes.
    pub name_length: usize,
    /// A flagbit_attribute_kind, or FLAGBIT_ATTRIBUTE_KIND_NONE for an attribute that is absent.
    pub kind: i32,
    /// UNSUPPORTED: a flagbit_unsupported_reason.
    pub reason: i32,
    /// STRING: the text, UTF-8 of `length` bytes. A moment is a STRING too, as RFC 3339 has it. UNSUPPORTED: the name of
    /// the value's type, or NULL.
    pub text: *const c_char,
    /// LIST: the first of `length` elements of any kind except LIST. An element has the size that the call states.
    pub items: *const flagbit_attribute,
    /// The length of `text` in bytes, or the number of `items`.
    pub length: usize,
    /// NUMBER: the number. NaN and the infinities are unsupported.
    pub number: f64,
    /// INTEGER: the bits of an int64_t. UNSIGNED: a uint64_t. BOOLEAN: 0 or 1. UNSUPPORTED with the reason
    /// LIST_TOO_LONG: the number of elements, or 0.
    pub integer: u64,
}

/// A field that a later version appends stands behind this struct and is read only if the caller's size has it.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(mem::size_of::<flagbit_attribute>() == 64);

/// An array of structs, of the size that the caller knows.
#[derive(Clone, Copy)]
struct Rows<'a> {
    next: *const flagbit_attribute,
    left: usize,
    size: usize,
    caller: PhantomData<&'a flagbit_attribute>,
}

impl<'a> Rows<'a> {
    const EMPTY: Self = Self { next: std::ptr::null(), left: 0, size: 0, caller: PhantomData };

    fn new(first: *const flagbit_attribute, count: usize, size: usize) -> Result<Self, Status> {
        if count == 0 {
            return Ok(Self::EMPTY);
        }
        if first.is_null() {
            return Err(Status::NullArgument);
        }
        if size < mem::size_of::<flagbit_attribute>() {
            return Err(Status::BadStructSize);
        }
        let aligned = first.is_aligned() && size.is_multiple_of(mem::align_of::<flagbit_attribute>());
        if !aligned || count.checked_mul(size).is_none_or(|bytes| bytes > isize::MAX as usize) {
            return Err(Status::InvalidArgument);
        }
        Ok(Self { next: first, left: count, size, caller: PhantomData })
    }

    /// The names and values of the attributes that are not absent.
    fn present(self) -> impl Iterator<Item = (&'a [u8], Borrow<'a>)> {
        let present = self.filter(|row| row.kind != FLAGBIT_ATTRIBUTE_KIND_NONE);
        present.filter_map(move |row| Some((bytes(row.name, row.name_length).ok()?, Borrow { row, size: self.size })))
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = &'a flagbit_attribute;

    #[inline]
    fn next(&mut self) -> Option<&'a flagbit_attribute> {
        self.left = self.left.checked_sub(1)?;
        let row = self.next;
        self.next = row.wrapping_byte_add(self.size);
        // SAFETY: `new` found the first one aligned and not NULL, and the header asks for `left` structs of `size` bytes
        // that nobody writes during the call.
        Some(unsafe { &*row })
    }
}

/// The attributes of one call, checked once: known kinds, no NULL, UTF-8.
#[derive(Clone, Copy)]
pub(super) struct Borrowed<'a> {
    rows: Rows<'a>,
    unsupported: u32,
}

impl<'a> Borrowed<'a> {
    pub(super) fn new(first: *const flagbit_attribute, count: usize, size: usize) -> Result<Self, Status> {
        let rows = Rows::new(first, count, size)?;
        let mut unsupported = 0;
        for row in rows {
            if row.kind != FLAGBIT_ATTRIBUTE_KIND_NONE {
                text::check_utf8(bytes(row.name, row.name_length)?)?;
                unsupported += u32::from(Borrow { row, size }.check()?);
            }
        }
        Ok(Self { rows, unsupported })
    }

    /// The attributes that are not absent, in order.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'a str, Borrow<'a>)> {
        self.rows.present().filter_map(|(name, value)| Some((str::from_utf8(name).ok()?, value)))
    }

    /// Returns which of the attributes has text that is not UTF-8.
    #[cold]
    pub(super) fn text_error(first: *const flagbit_attribute, count: usize, size: usize) -> Option<ContextError> {
        ContextError::of_text(Rows::new(first, count, size).ok()?.present())
    }

    #[inline]
    fn value(&self, name: &Name) -> Option<Borrow<'a>> {
        let length = name.text().len();
        let is_named = |row: &&flagbit_attribute| {
            row.name_length == length
                && row.kind != FLAGBIT_ATTRIBUTE_KIND_NONE
                && bytes(row.name, length).is_ok_and(|other| name.is(other))
        };
        self.rows.into_iter().find(is_named).map(|row| Borrow { row, size: self.rows.size })
    }
}

impl Attributes for Borrowed<'_> {
    #[inline]
    fn find(&self, name: &Name) -> Option<impl Deref<Target = [u8]> + '_> {
        self.value(name)?.canonical()
    }

    fn list(&self, name: &Name) -> Option<impl Iterator<Item = impl Deref<Target = [u8]> + '_> + '_> {
        self.value(name)?.list()
    }

    #[inline]
    fn unsupported(&self) -> u32 {
        self.unsupported
    }
}

/// A value that is borrowed.
#[derive(Clone, Copy)]
pub(super) struct Borrow<'a> {
    row: &'a flagbit_attribute,
    /// The size of an element.
    size: usize,
}

impl<'a> Borrow<'a> {
    /// Returns whether the value is unsupported.
    ///
    /// # Errors
    /// It is not well formed.
    #[inline]
    fn check(self) -> Result<bool, Status> {
        // Most attributes are strings.
        if self.row.kind == Kind::String as i32 {
            return text::check_utf8(self.text()?).map(|()| false);
        }
        self.check_other()
    }

    #[inline(never)]
    fn check_other(self) -> Result<bool, Status> {
        if self.kind() != Some(Kind::List) {
            self.check_single()?;
            return Ok(self.scalar().is_none());
        }
        for item in Rows::new(self.row.items, self.row.length, self.size)? {
            // A null in a list makes the list unsupported.
            if item.kind != FLAGBIT_ATTRIBUTE_KIND_NONE {
                Borrow { row: item, ..self }.check_single()?;
            }
        }
        Ok(self.fault().is_some())
    }

    /// Checks any value but a list.
    fn check_single(self) -> Result<(), Status> {
        match self.kind() {
            Some(Kind::String | Kind::Unsupported) => text::check_utf8(self.text()?),
            Some(Kind::Integer | Kind::Unsigned | Kind::Number) => Ok(()),
            Some(Kind::Boolean) if self.row.integer <= 1 => Ok(()),
            Some(Kind::Boolean | Kind::List) | None => Err(Status::MalformedContext),
        }
    }

    fn kind(self) -> Option<Kind> {
        Kind::new(u8::try_from(self.row.kind).ok()?)
    }

    fn text(self) -> Result<&'a [u8], Status> {
        bytes(self.row.text, self.row.length)
    }
}

impl<'a> AttributeValue<'a> for Borrow<'a> {
    type Items = Borrows<'a>;

    fn scalar(self) -> Option<Value<'a>> {
        match self.kind()? {
            Kind::String => str::from_utf8(self.text().ok()?).ok().map(Value::String),
            Kind::Integer => Some(Value::Integer(self.row.integer as i64)),
            Kind::Unsigned => Some(Value::Unsigned(self.row.integer)),
            Kind::Number => Value::Number(self.row.number).scalar(),
            Kind::Boolean => Some(Value::Boolean(self.row.integer == 1)),
            Kind::Unsupported | Kind::List => None,
        }
    }

    fn items(self) -> Option<Borrows<'a>> {
        let is_list = self.kind() == Some(Kind::List);
        let rows = is_list.then(|| Rows::new(self.row.items, self.row.length, self.size))?;
        Some(Borrows(rows.unwrap_or(Rows::EMPTY)))
    }

    #[cold]
    fn reason(self) -> Unsupported<'a> {
        match self.kind() {
            Some(Kind::Unsupported) => {
                let reason = UnsupportedReason::new(self.row.reason.try_into().unwrap_or_default());
                let counted = reason == UnsupportedReason::ListTooLong && self.row.integer > 0;
                let count = counted.then(|| usize::try_from(self.row.integer).ok()).flatten();
                let type_name = utf8_of(self.row.text, self.row.length).unwrap_or_default();
                Unsupported::of_type(reason, count, type_name)
            }
            Some(Kind::Number) => Unsupported::new(UnsupportedReason::NotFinite, None),
            Some(Kind::String) => Unsupported::new(UnsupportedReason::NotUnicode, None),
            Some(_) => Unsupported::new(UnsupportedReason::Unknown, None),
            None => Unsupported::new(UnsupportedReason::Null, None),
        }
    }

    #[inline]
    fn canonical(self) -> Option<CanonicalText<'a>> {
        // The text of a string was checked.
        if self.row.kind == Kind::String as i32 {
            return Some(CanonicalText::Borrowed(self.text().ok()?));
        }
        CanonicalText::of(self.scalar()?)
    }
}

/// The elements of a list.
pub(super) struct Borrows<'a>(Rows<'a>);

impl<'a> Iterator for Borrows<'a> {
    type Item = Borrow<'a>;

    fn next(&mut self) -> Option<Borrow<'a>> {
        self.0.next().map(|row| Borrow { row, size: self.0.size })
    }
}
