//! The text of a document. It is read flag by flag: a tree of the whole would take many times the memory of its text.

use std::fmt;

use serde::{
    Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    content::Document,
    reader::{Reader, Shape},
    syntax::{self, NotJson},
};
use crate::flags::{Limits, Problems};

/// The reason why a document cannot be used.
#[derive(Debug)]
pub(crate) enum Objection {
    NotJson(NotJson),
    /// All that is wrong, by place.
    Wrong(Problems),
}

/// Reads a document of any of the three shapes of a snapshot. The engine has yet to judge it, see [`Document::judge`].
///
/// # Errors
/// Everything that is wrong, with what the engine says of the flags that can be read otherwise.
pub(crate) fn read(text: &[u8], limits: &Limits) -> Result<Document, Objection> {
    let text = syntax::check(text).map_err(Objection::NotJson)?;
    let mut reader = Reader::new(limits);
    // The text is JSON, so nothing fails from here on.
    walk(text, &mut reader).map_err(|error| Objection::NotJson(error.into()))?;
    reader.finish().map_err(Objection::Wrong)
}

fn walk(text: &str, reader: &mut Reader<'_>) -> serde_json::Result<()> {
    match kind(text) {
        Some(b'[') => flags(text, Shape::BareList, reader),
        Some(b'{') => object(text, |name, value| field(name, value, reader)),
        _ => reader.no_document(text),
    }
}

fn field(name: &str, text: &str, reader: &mut Reader<'_>) -> serde_json::Result<()> {
    if !reader.begin_field(name) {
        return Ok(());
    }
    match (name, kind(text)) {
        ("flags", Some(b'[')) => flags(text, Shape::List, reader),
        ("flags", Some(b'{')) => {
            reader.begin_flags(Shape::Map);
            object(text, |key, flag| reader.flag(Some(key), flag))
        }
        ("flags", _) => reader.no_flags(text),
        ("segments", Some(b'{')) => object(text, |key, segment| reader.segment(key, segment)),
        ("segments", _) => reader.no_segments(text),
        _ => reader.label(name, text),
    }
}

fn flags(text: &str, shape: Shape, reader: &mut Reader<'_>) -> serde_json::Result<()> {
    reader.begin_flags(shape);
    serde_json::Deserializer::from_str(text).deserialize_seq(Items(|flag: &RawValue| reader.flag(None, flag.get())))
}

fn object(text: &str, mut each: impl FnMut(&str, &str) -> serde_json::Result<()>) -> serde_json::Result<()> {
    let fields = Fields(|name: String, value: &RawValue| each(&name, value.get()));
    serde_json::Deserializer::from_str(text).deserialize_map(fields)
}

/// The first character, which tells lists, objects and scalars apart.
fn kind(text: &str) -> Option<u8> {
    text.trim_start().bytes().next()
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
