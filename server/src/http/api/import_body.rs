//! The body of an import. It is read flag by flag: a tree of the whole would take many times the memory of its text.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    flags::Limits,
    http::wire::{
        error::{ApiError, ApiResult},
        json::read_again,
    },
    json::UniqueValue,
    operations::import::{Document, Reader, Weight},
};

/// Reads the body of an import.
///
/// # Errors
/// All that is wrong, by place.
pub(super) fn read(body: &[u8], limits: &Limits) -> ApiResult<Document> {
    let mut reading = Reading { reader: Reader::new(limits), known: Vec::new(), is_unreadable: false };
    let mut text = serde_json::Deserializer::from_slice(body);
    let outcome = text.deserialize_map(Fields(|name, value| reading.field(name, value)));
    if let Err(error) = outcome.and_then(|()| text.end()) {
        // Everything up to an unreadable flag was within the limits, so reading it again is cheap. That names the place.
        if reading.is_unreadable && reading.reader.is_within_limits() {
            read_again::<Again>(body)?;
        }
        return Err(ApiError::invalid(format!("the body: {error}")));
    }
    reading.reader.finish().map_err(ApiError::invalid)
}

struct Reading<'l> {
    reader: Reader<'l>,
    /// The known fields that were there.
    known: Vec<String>,
    /// Whether a flag or a segment is JSON and cannot be read nevertheless.
    is_unreadable: bool,
}

impl Reading<'_> {
    fn field(&mut self, name: String, value: &RawValue) -> serde_json::Result<()> {
        if !["flags", "segments", "revision", "project", "environment"].contains(&name.as_str()) {
            self.reader.unknown_field(&name);
            return Ok(());
        }
        if self.known.contains(&name) {
            return Err(serde_json::Error::custom(format_args!("duplicate field {name:?}")));
        }
        let mut text = serde_json::Deserializer::from_str(value.get());
        match (name.as_str(), value.get().as_bytes().first()) {
            ("flags", Some(b'[')) => {
                self.reader.begin_flags();
                text.deserialize_seq(Items(|flag| self.flag(flag)))?;
            }
            ("segments", Some(b'{')) => text.deserialize_map(Fields(|key, segment| self.segment(key, segment)))?,
            ("flags", _) => self.reader.no_list_of_flags(&sketch(value)?),
            ("segments", _) if value.get() != "null" => self.reader.no_object_of_segments(&sketch(value)?),
            // A snapshot says the others of itself.
            _ => {}
        }
        self.known.push(name);
        Ok(())
    }

    fn flag(&mut self, text: &RawValue) -> serde_json::Result<()> {
        let outcome = self.reader.flag(Weight::of(text.get()), || value(text));
        self.is_unreadable |= outcome.is_err();
        outcome
    }

    fn segment(&mut self, key: String, text: &RawValue) -> serde_json::Result<()> {
        let outcome = if self.reader.has_segment(&key) {
            Err(serde_json::Error::custom(format_args!("duplicate field {key:?}")))
        } else {
            self.reader.segment(key, Weight::of(text.get()), || value(text))
        };
        self.is_unreadable |= outcome.is_err();
        outcome
    }
}

fn value(text: &RawValue) -> serde_json::Result<Value> {
    serde_json::from_str(text.get()).map(|UniqueValue(value)| value)
}

/// A value to describe: of a list or an object, only that it is one.
fn sketch(text: &RawValue) -> serde_json::Result<Value> {
    match text.get().as_bytes().first() {
        Some(b'[') => Ok(Value::Array(Vec::new())),
        Some(b'{') => Ok(Value::Object(Map::new())),
        _ => value(text),
    }
}

/// Hands over each element of a list as text.
struct Items<F>(F);

impl<'de, F: FnMut(&'de RawValue) -> serde_json::Result<()>> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(item) = list.next_element()? {
            self.0(item).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// Hands over each field of an object, with its value as text.
struct Fields<F>(F);

impl<'de, F: FnMut(String, &'de RawValue) -> serde_json::Result<()>> Visitor<'de> for Fields<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        while let Some((name, value)) = fields.next_entry()? {
            self.0(name, value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// The document, read for the place of its error alone.
#[derive(Deserialize)]
struct Again {
    #[serde(default, rename = "flags")]
    _flags: Each,
    #[serde(default, rename = "segments")]
    _segments: Each,
}

/// Values of a list or an object, of which one at a time is in memory.
#[derive(Default)]
struct Each;

impl<'de> Deserialize<'de> for Each {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Each {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<UniqueValue>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, UniqueValue(_))) = fields.next_entry::<String, _>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format_args!("duplicate field {name:?}")));
            }
        }
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}
