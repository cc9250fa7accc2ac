//! An attribute's value as the caller has it: packed, in a struct of C, or a [`Value`]. What such a value means to a rule
//! is decided here, once for all of these forms.

use super::{
    MAX_LIST, Value,
    canonical::CanonicalText,
    unsupported::{Unsupported, UnsupportedReason},
};

/// A value that the caller has and that nobody copied.
pub(crate) trait AttributeValue<'a>: Copy {
    /// The elements of a list.
    type Items: Iterator<Item = Self>;

    /// The value, unless it is a list or unsupported.
    fn scalar(self) -> Option<Value<'a>>;

    /// The elements, if the value is a list.
    fn items(self) -> Option<Self::Items>;

    /// Returns why the value has no [`scalar`](Self::scalar), for a single value or an element of a list.
    fn reason(self) -> Unsupported<'a>;

    /// The value as rules compare it; `None` for a list and for an unsupported value.
    #[inline]
    fn canonical(self) -> Option<CanonicalText<'a>> {
        CanonicalText::of(self.scalar()?)
    }

    /// Returns why no rule can match the value; `None` if one can. A list is unsupported if an element is, or if there
    /// are too many.
    fn fault(self) -> Option<Unsupported<'a>> {
        let Some(items) = self.items() else {
            return self.scalar().is_none().then(|| self.reason());
        };
        let mut count = 0;
        for item in items {
            if count < MAX_LIST && item.scalar().is_none() {
                return Some(item.reason().in_list(count));
            }
            count += 1;
        }
        (count > MAX_LIST).then(|| Unsupported::new(UnsupportedReason::ListTooLong, Some(count)))
    }

    /// The elements of a supported list as rules compare them; `None` for any other value.
    fn list(self) -> Option<impl Iterator<Item = CanonicalText<'a>>> {
        let items = self.items()?;
        self.fault().is_none().then(|| items.filter_map(Self::canonical))
    }
}

impl<'a> AttributeValue<'a> for Value<'a> {
    type Items = std::iter::Copied<std::slice::Iter<'a, Value<'a>>>;

    fn scalar(self) -> Option<Value<'a>> {
        match self {
            Value::Number(number) => number.is_finite().then_some(self),
            Value::List(_) => None,
            _ => Some(self),
        }
    }

    fn items(self) -> Option<Self::Items> {
        if let Value::List(items) = self { Some(items.iter().copied()) } else { None }
    }

    fn reason(self) -> Unsupported<'a> {
        let reason = match self {
            Value::List(_) => UnsupportedReason::NestedList,
            Value::Number(_) => UnsupportedReason::NotFinite,
            _ => UnsupportedReason::Unknown,
        };
        Unsupported::new(reason, None)
    }
}
