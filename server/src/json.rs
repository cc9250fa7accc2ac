//! JSON that people wrote: one reader for bodies, files and stored texts.
//!
//! The reader of [`serde_json::Value`] takes an object whose first field has a certain private name for a message to
//! itself, and reads the text in it instead. Anybody can write such a field. The reader here knows no magic names, so what
//! it accepts is stored and comes back as it was.

use std::{convert::Infallible, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::quote::quoted;

/// An object without duplicate fields, at any depth. The usual readers keep the last one of two and hide that something
/// else was meant too.
#[derive(Debug)]
pub(crate) struct UniqueObject(pub(crate) Map<String, Value>);

/// A value, as [`read`] reads it.
#[derive(Debug)]
pub(crate) struct Json(pub(crate) Value);

/// A value without duplicate fields, at any depth.
#[derive(Debug)]
pub(crate) struct UniqueValue(pub(crate) Value);

/// Reads JSON. Of two fields with the same name, the last one counts.
///
/// # Errors
/// The text is not JSON.
pub(crate) fn read(text: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(text).map(|Json(value)| value)
}

/// Reads the field of a stored text that is a list.
pub(crate) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Value>, D::Error> {
    let items = Vec::<Json>::deserialize(deserializer)?;
    Ok(items.into_iter().map(|Json(item)| item).collect())
}

/// Reads the field of a stored text that is an object, or nothing.
pub(crate) fn optional_object<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Map<String, Value>>, D::Error> {
    match Json::deserialize(deserializer)?.0 {
        Value::Null => Ok(None),
        Value::Object(fields) => Ok(Some(fields)),
        _ => Err(D::Error::custom("expected an object")),
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { is_unique: false }.deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for UniqueValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { is_unique: true }.deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for UniqueObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Map<String, Value>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Reader { is_unique: true }.read_map(map)
            }
        }

        deserializer.deserialize_map(ObjectVisitor).map(Self)
    }
}

/// Reads a value.
#[derive(Clone, Copy)]
struct Reader {
    /// Refuses objects with duplicate fields.
    is_unique: bool,
}

impl Reader {
    fn read_map<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Map<String, Value>, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if self.is_unique && fields.contains_key(&name) {
                match map.next_value_seed(Duplicate(&name))? {}
            }
            let value = map.next_value_seed(self)?;
            fields.insert(name, value);
        }
        Ok(fields)
    }
}

/// Refuses the value of a field that was there before, so that readers who keep track of places name the field.
struct Duplicate<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Duplicate<'_> {
    type Value = Infallible;

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<Infallible, D::Error> {
        Err(D::Error::custom(format_args!("duplicate field {}", quoted(self.0))))
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        self.read_map(map).map(Value::Object)
    }
}
