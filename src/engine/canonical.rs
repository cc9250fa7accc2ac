//! The canonical text of numbers (specification, section 3.1): integers in decimal, doubles in RFC 8785's form.

use std::ops::Deref;

use super::Value;

/// The longest canonical number, `-0.0000012345678901234567` and the like, has 25 bytes.
const LONGEST: usize = 25;

/// A number's canonical text, kept without an allocation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberText {
    length: u8,
    bytes: [u8; LONGEST],
}

impl NumberText {
    fn new(text: &str) -> Self {
        let mut bytes = [0; LONGEST];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Self { length: text.len() as u8, bytes }
    }

    pub(crate) fn integer(value: impl itoa::Integer) -> Self {
        Self::new(itoa::Buffer::new().format(value))
    }

    /// `None` for NaN and the infinities, which have no canonical text.
    pub(crate) fn double(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self::new(ryu_js::Buffer::new().format_finite(value)))
    }
}

impl Deref for NumberText {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// Canonical text that lies where the caller has it, or is made from a number.
pub(crate) enum CanonicalText<'a> {
    Borrowed(&'a [u8]),
    Number(NumberText),
}

impl<'a> CanonicalText<'a> {
    /// `None` for a list, NaN and the infinities.
    #[inline]
    pub(crate) fn of(value: Value<'a>) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Borrowed(text.as_bytes())),
            Value::Integer(integer) => Some(Self::Number(NumberText::integer(integer))),
            Value::Unsigned(integer) => Some(Self::Number(NumberText::integer(integer))),
            Value::Number(number) => NumberText::double(number).map(Self::Number),
            Value::Boolean(value) => Some(Self::Borrowed(boolean(value).as_bytes())),
            Value::List(_) => None,
        }
    }
}

impl Deref for CanonicalText<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(text) => text,
            Self::Number(text) => text,
        }
    }
}

/// A boolean's canonical text.
pub(crate) fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::NumberText;

    #[test]
    fn the_longest_numbers_fit() {
        for value in [f64::MIN, f64::MIN_POSITIVE, -f64::MIN_POSITIVE, -1.234567890123456e-100, 5e-324, -0.0] {
            assert!(NumberText::double(value).is_some());
        }
        assert_eq!(&*NumberText::integer(i64::MIN), b"-9223372036854775808");
        assert_eq!(&*NumberText::double(-1.2345678901234567e-100).unwrap(), b"-1.2345678901234567e-100");
        // ECMAScript writes 21 digits before it turns to an exponent: the sign, 16 digits and the zeros behind them.
        assert_eq!(&*NumberText::double(-123456789012345680000.0).unwrap(), b"-123456789012345680000");
        assert_eq!(&*NumberText::double(-0.0000012345678901234567).unwrap(), b"-0.0000012345678901234567");
    }
}
