//! The places of errors in JSON, as messages show them.

use flagbit::Place;
use serde_path_to_error::{Path, Segment};

/// The fields whose values are objects with names that people choose.
const NAMED: &[&str] = &["flags", "segments", "variants", "context"];

/// Returns the place of an error, up to the last step that is known.
pub(crate) fn place(path: &Path) -> Place {
    let mut place = Place::default();
    let mut is_named = false;
    for segment in path.iter() {
        place = match segment {
            Segment::Seq { index } => place.index(*index),
            Segment::Map { key } if is_named => place.entry(key),
            Segment::Map { key } => place.field(key),
            Segment::Enum { variant } => place.field(variant),
            Segment::Unknown => break,
        };
        is_named = matches!(segment, Segment::Map { key } if !is_named && NAMED.contains(&key.as_str()));
    }
    place
}
