//! A JSON value with every field of an object in order, also the duplicates.
//!
//! It borrows from its text where it can, the rest lies in an arena: a snapshot is read flag by flag, and the arena is
//! used again for each.

use std::{borrow::Cow, fmt};

use bumpalo::{Bump, collections::Vec};
use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use super::{canonical::boolean, json_text::JsonText, number::Number};

/// Room for most lists and objects of a snapshot, so that they are allocated once.
const USUAL_LENGTH: usize = 8;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Json<'a> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(&'a str),
    List(&'a [Json<'a>]),
    Object(Object<'a>),
}

impl<'a> Json<'a> {
    /// The canonical text of a scalar; `None` for null, a list or an object.
    pub(crate) fn canonical(&self) -> Option<Cow<'a, str>> {
        match self {
            Json::Text(text) => Some(Cow::Borrowed(text)),
            Json::Boolean(value) => Some(Cow::Borrowed(boolean(*value))),
            Json::Number(number) => Some(Cow::Owned(number.canonical())),
            Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// Returns whether an object in this value has a field more than once.
    pub(crate) fn has_duplicates(&self) -> bool {
        match self {
            Json::List(items) => items.iter().any(Json::has_duplicates),
            Json::Object(fields) => {
                fields.duplicate().is_some() || fields.fields().any(|(_, value)| value.has_duplicates())
            }
            _ => false,
        }
    }

    /// Returns compact JSON, with the fields in their order.
    pub(crate) fn to_text(self) -> String {
        let mut text = JsonText::default();
        text.json(self);
        text.into_text()
    }

    /// Describes the value for messages. Only a short scalar appears itself.
    pub(crate) fn describe(&self) -> String {
        match self {
            Json::Null => "null".into(),
            Json::Boolean(value) => boolean(*value).into(),
            Json::Number(number) => number.canonical(),
            Json::Text(text) if text.chars().count() <= 40 => format!("{text:?}"),
            Json::Text(_) => "a long string".into(),
            Json::List(_) => "a list".into(),
            Json::Object(_) => "an object".into(),
        }
    }
}

/// An object's fields in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'a>(&'a [(&'a str, Json<'a>)]);

impl<'a> Object<'a> {
    /// The first field of that name.
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'a str, Json<'a>)> {
        self.0.iter().copied()
    }

    /// Returns the name of a field that the object has more than once.
    pub(crate) fn duplicate(&self) -> Option<&'a str> {
        let Self(fields) = self;
        // A flag has a dozen fields; an object with so many that pairs are dear is hostile and worth a sort.
        if fields.len() <= 16 {
            let repeated =
                |(index, (name, _)): &(usize, &(&str, _))| fields[..*index].iter().any(|field| field.0 == *name);
            return fields.iter().enumerate().find(repeated).map(|(_, (name, _))| *name);
        }
        let mut names: std::vec::Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }

    pub(crate) fn is_duplicate(&self, name: &str) -> bool {
        self.0.iter().filter(|(field, _)| *field == name).count() > 1
    }
}

/// Reads one value into an arena.
#[derive(Clone, Copy)]
pub(crate) struct JsonSeed<'a>(pub(crate) &'a Bump);

impl<'de: 'a, 'a> DeserializeSeed<'de> for JsonSeed<'a> {
    type Value = Json<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'a>, D::Error> {
        let mut value = Json::Null;
        Slot { arena: self.0, value: &mut value }.deserialize(deserializer)?;
        Ok(value)
    }
}

/// Reads one value to its place. A value that was returned would be copied from frame to frame just after it was written,
/// and processors wait for such a copy: it took an eighth of the time in which a snapshot is read.
struct Slot<'s, 'a> {
    arena: &'a Bump,
    value: &'s mut Json<'a>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Slot<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Slot<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        *self.value = Json::Null;
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        *self.value = Json::Boolean(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        *self.value = Json::Number(Number::Negative(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        *self.value = Json::Number(Number::Unsigned(value));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        *self.value = Json::Number(Number::Double(value));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<(), E> {
        *self.value = Json::Text(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        *self.value = Json::Text(self.arena.alloc_str(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut items = Vec::with_capacity_in(USUAL_LENGTH, self.arena);
        loop {
            items.push(Json::Null);
            let Some(value) = items.last_mut() else { break };
            if list.next_element_seed(Slot { arena: self.arena, value })?.is_none() {
                items.pop();
                break;
            }
        }
        *self.value = Json::List(items.into_bump_slice());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut fields = Vec::with_capacity_in(USUAL_LENGTH, self.arena);
        while let Some(name) = map.next_key_seed(KeySeed(self.arena))? {
            fields.push((name, Json::Null));
            if let Some((_, value)) = fields.last_mut() {
                map.next_value_seed(Slot { arena: self.arena, value })?;
            }
        }
        *self.value = Json::Object(Object(fields.into_bump_slice()));
        Ok(())
    }
}

/// Reads an object's field name into an arena.
#[derive(Clone, Copy)]
pub(crate) struct KeySeed<'a>(pub(crate) &'a Bump);

impl<'de: 'a, 'a> DeserializeSeed<'de> for KeySeed<'a> {
    type Value = &'a str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'a str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for KeySeed<'a> {
    type Value = &'a str;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field name")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<&'a str, E> {
        Ok(value)
    }

    fn visit_str<E>(self, value: &str) -> Result<&'a str, E> {
        Ok(self.0.alloc_str(value))
    }
}
