//! Attributes that stay where the caller has them.

use std::ops::Deref;

use super::{Attributes, Name, Value, attribute_value::AttributeValue};

/// The attributes of a user or another subject, borrowed for one evaluation: nothing is copied or allocated.
///
/// Names are unique; of a name that is repeated, the first value counts. NaN, the infinities, a list in a list and a list
/// of more than [`MAX_LIST`](super::MAX_LIST) elements count as absent, and the client's status counts them. For many
/// evaluations of one user, a [`Context`](super::Context) is faster.
///
/// ```
/// use flagbit::{BorrowedAttributes, Client};
///
/// let client = Client::from_snapshot(r#"[{"key": "beta", "enabled": true, "rules": [
///     {"attribute": "age", "operator": "gte", "value": 18}]}]"#)?;
/// let user = [("user_id", "usr_123".into()), ("age", 34.into())];
/// assert!(client.is_enabled("beta", &BorrowedAttributes::new(&user), false));
/// # Ok::<(), flagbit::ClientError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct BorrowedAttributes<'a> {
    attributes: &'a [(&'a str, Value<'a>)],
    unsupported: u32,
}

impl<'a> BorrowedAttributes<'a> {
    /// Borrows attributes, and counts those that no rule can match.
    #[inline]
    pub fn new(attributes: &'a [(&'a str, Value<'a>)]) -> Self {
        let unsupported = attributes.iter().filter(|(_, value)| value.fault().is_some()).count();
        Self { attributes, unsupported: unsupported as u32 }
    }

    #[inline]
    fn value(&self, name: &Name) -> Option<Value<'a>> {
        self.attributes.iter().find(|(other, _)| name.is(other.as_bytes())).map(|(_, value)| *value)
    }
}

impl Attributes for BorrowedAttributes<'_> {
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
