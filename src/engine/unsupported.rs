//! Why a value cannot be an attribute: one text for each reason, whatever the language of the program.

use std::fmt;

use super::MAX_LIST;

/// Why an attribute is unsupported. The numbers are part of the ABI; those above are kept for what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum UnsupportedReason {
    /// The binding does not say.
    Unknown = 0,
    /// A value of a type that has no counterpart. The detail is the type's name.
    Type = 1,
    /// A null in a list, or a null pointer.
    Null = 2,
    /// A list in a list.
    NestedList = 3,
    /// A list of more than 1,000 elements. The position is the number of elements.
    ListTooLong = 4,
    /// Text with a lone surrogate, or bytes that are not UTF-8.
    NotUnicode = 5,
    /// NaN or an infinity.
    NotFinite = 6,
    /// An integer beyond the range of a double.
    TooLarge = 7,
    /// A moment without a time zone.
    NoTimeZone = 8,
    /// A moment outside the years 0 to 9999 in UTC, or one that is invalid.
    TimeRange = 9,
    /// The name is not Unicode text. The attribute's name is a form of it that can be shown.
    Name = 10,
    /// Pointers or wrappers that are nested too deep, such as those that form a circle.
    TooDeep = 11,
    /// Reading the value failed, or it changed meanwhile.
    Unreadable = 12,
}

impl UnsupportedReason {
    pub(crate) fn new(number: u8) -> Self {
        match number {
            1 => Self::Type,
            2 => Self::Null,
            3 => Self::NestedList,
            4 => Self::ListTooLong,
            5 => Self::NotUnicode,
            6 => Self::NotFinite,
            7 => Self::TooLarge,
            8 => Self::NoTimeZone,
            9 => Self::TimeRange,
            10 => Self::Name,
            11 => Self::TooDeep,
            12 => Self::Unreadable,
            _ => Self::Unknown,
        }
    }
}

/// The reason with what is known of the value. As text it follows the attribute's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsupported<'a> {
    pub(crate) reason: UnsupportedReason,
    /// The index of an element in its list, or the number of elements of a list that is too long.
    pub(crate) position: Option<u32>,
    /// The name of the type, where the binding says it.
    type_name: &'a str,
}

const NO_POSITION: u32 = u32::MAX;

/// The most characters of a type's name.
const SHOWN: usize = 100;

impl<'a> Unsupported<'a> {
    pub(crate) fn new(reason: UnsupportedReason, position: Option<usize>) -> Self {
        Self { reason, position: position.and_then(|position| position.try_into().ok()), type_name: "" }
    }

    /// A reason with the name of the value's type, where the binding says it.
    #[cfg(feature = "capi")]
    pub(crate) fn of_type(reason: UnsupportedReason, position: Option<usize>, type_name: &'a str) -> Self {
        Self { type_name, ..Self::new(reason, position) }
    }

    /// Reads a packed value of the kind "unsupported": nothing, a reason, or a reason with its position and detail.
    pub(crate) fn read(value: &'a [u8]) -> Self {
        let (reason, rest) = value.split_first().unwrap_or((&0, &[]));
        let (position, detail) = rest.split_first_chunk().unwrap_or((&[0xff; 4], &[]));
        let position = u32::from_le_bytes(*position);
        Self {
            reason: UnsupportedReason::new(*reason),
            position: (position != NO_POSITION).then_some(position),
            type_name: str::from_utf8(detail).unwrap_or_default(),
        }
    }

    /// The same as an element of a list.
    pub(crate) fn in_list(self, index: usize) -> Self {
        Self { position: u32::try_from(index).ok(), ..self }
    }
}

impl fmt::Display for Unsupported<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use UnsupportedReason as Reason;
        match (self.reason, self.position) {
            (Reason::ListTooLong, Some(count)) => {
                return write!(formatter, "is a list of {count} elements; a list has at most {MAX_LIST}");
            }
            (Reason::ListTooLong, None) => {
                return write!(formatter, "is a list of more than {MAX_LIST} elements, the most that a list has");
            }
            (Reason::Name, _) => {
                return formatter.write_str("has a name that is not Unicode text; give a name that is");
            }
            (_, Some(index)) => write!(formatter, "has, at [{index}] of its list, ")?,
            (_, None) => formatter.write_str("has ")?,
        }
        let text = match self.reason {
            Reason::Null => "a null; leave it out",
            Reason::NestedList => "a list; a list holds single values only",
            Reason::NotUnicode => {
                "a string that is not Unicode text; replace lone surrogates and bytes that are not UTF-8"
            }
            Reason::NotFinite => "a number that is not finite; give a finite number",
            Reason::TooLarge => "an integer beyond the range of a double; give it as a string",
            Reason::NoTimeZone => "a moment without a time zone; give one with a time zone",
            Reason::TimeRange => "a moment that is invalid or outside the years 0 to 9999 in UTC; give another one",
            Reason::TooDeep => "a value behind too many pointers; give the value itself",
            Reason::Unreadable => "a value that failed or changed while it was read; give a plain value",
            Reason::Type | Reason::Unknown | Reason::ListTooLong | Reason::Name => {
                match self.type_name {
                    "" => formatter.write_str("an unsupported value")?,
                    name => write!(formatter, "a value of the type {}", name.chars().take(SHOWN).collect::<String>())?,
                }
                "; give a string, a boolean, a finite number, a moment or a list of these"
            }
        };
        formatter.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_reasons_of_all_lengths_are_read() {
        let of = |bytes: &[u8]| Unsupported::read(bytes).to_string();
        let give = "give a string, a boolean, a finite number, a moment or a list of these";
        assert_eq!(of(&[]), format!("has an unsupported value; {give}"));
        assert_eq!(of(&[200, 1]), format!("has an unsupported value; {give}"));
        assert_eq!(of(&[6]), "has a number that is not finite; give a finite number");
        assert_eq!(of(&[2, 7, 0, 0, 0]), "has, at [7] of its list, a null; leave it out");
        assert_eq!(of(b"\x01\xff\xff\xff\xffMap"), format!("has a value of the type Map; {give}"));
        assert_eq!(of(b"\x01\x01\0\0\0\xff"), format!("has, at [1] of its list, an unsupported value; {give}"));
        assert_eq!(of(&[4, 0xe9, 3, 0, 0]), "is a list of 1001 elements; a list has at most 1000");
        let long = [&[1, 0xff, 0xff, 0xff, 0xff], "é".repeat(1_000).as_bytes()].concat();
        assert_eq!(of(&long), format!("has a value of the type {}; {give}", "é".repeat(SHOWN)));
    }

    #[test]
    fn every_reason_has_a_text_of_its_own() {
        let texts: std::collections::HashSet<String> =
            (1..=12).map(|reason| Unsupported::read(&[reason]).to_string()).collect();
        assert_eq!(texts.len(), 12);
        assert!((0..=12).all(|reason| UnsupportedReason::new(reason) as u8 == reason));
    }
}
