//! A flag or a segment, built of its text.

use flagbit::Place;
use serde_json::{Map, Value};

use crate::{
    flags::{Problems, describe},
    json::{self, UniqueValue},
    json_place,
};

/// Builds an object of text that is JSON, or says what else it is. A field that an object has twice is a problem.
pub(super) fn object(text: &str, problems: &mut Problems) -> serde_json::Result<Result<Map<String, Value>, String>> {
    let value = match serde_json::from_str(text) {
        Ok(UniqueValue(value)) => value,
        // Keeping track of the place costs more than reading, so only such text is read that way.
        Err(_) => {
            if let Some(place) = duplicate(text) {
                problems.add(place, "duplicate field");
            }
            json::read(text.as_bytes())?
        }
    };
    Ok(match value {
        Value::Object(fields) => Ok(fields),
        other => Err(format!("expected an object, found {}", describe(&other))),
    })
}

/// Describes a value by its text. Of a list or an object, it only says that it is one.
pub(super) fn describe_text(text: &str) -> serde_json::Result<String> {
    Ok(match text.trim_start().bytes().next() {
        Some(b'[') => "a list".into(),
        Some(b'{') => "an object".into(),
        _ => describe(&json::read(text.as_bytes())?),
    })
}

/// The place of the first field that an object has twice.
#[cold]
fn duplicate(text: &str) -> Option<Place> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let error = serde_path_to_error::deserialize::<_, UniqueValue>(&mut reader).err()?;
    Some(json_place::place(error.path()))
}
