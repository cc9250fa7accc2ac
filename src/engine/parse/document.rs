//! The outer shapes of a snapshot, read flag by flag so that the whole text is never held as a tree.

use std::{collections::HashSet, fmt};

use bumpalo::Bump;
use foldhash::fast::RandomState;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::error::Category;

use super::{
    super::{
        Place, Snapshot, SnapshotError,
        json::{Json, JsonSeed, KeySeed},
        snapshot::Origin,
    },
    flags::{Flags, Shape},
    segments::Segments,
    tables::Tables,
};

pub(super) fn read(text: &[u8]) -> Result<Snapshot, SnapshotError> {
    let mut document = Document::default();
    read_json(text, |reader| DocumentVisitor(&mut document).deserialize(reader)).map_err(|failure| {
        document
            .refusal
            .take()
            .unwrap_or_else(|| failure.at(if document.in_flags { "flags".into() } else { Place::default() }))
    })?;
    let flags = document.flags.ok_or_else(|| SnapshotError::shape("flags".into(), "missing"))?;
    flags.into_snapshot(document.origin, document.segments)
}

pub(super) fn read_values(text: &[u8]) -> Result<Snapshot, SnapshotError> {
    let arena = Bump::new();
    let json =
        read_json(text, |reader| JsonSeed(&arena).deserialize(reader)).map_err(|failure| failure.at("flags".into()))?;
    let Json::Object(values) = json else {
        return Err(SnapshotError::shape("flags".into(), format!("expected an object, found {}", json.describe())));
    };
    let mut flags = Flags::new(Shape::Map);
    for (key, value) in values.fields() {
        flags.add_value(key, value)?;
    }
    flags.into_snapshot(Origin::default(), Segments::default())
}

/// The canonical text of each scalar that stands at one of these paths in some other JSON; `None` where it is none.
///
/// This reads the small JSON around snapshots in answers and files. Another reader would share code with this one, which
/// would make reading a snapshot slower.
#[cfg(feature = "client")]
pub(crate) fn scalars<const COUNT: usize>(text: &[u8], paths: [&[&str]; COUNT]) -> Option<[Option<String>; COUNT]> {
    let arena = Bump::new();
    let json = read_json(text, |reader| JsonSeed(&arena).deserialize(reader)).ok()?;
    let field = |json, name: &&str| if let Json::Object(fields) = json { fields.get(name) } else { None };
    let find = |path: &[&str]| path.iter().try_fold(json, field)?.canonical().map(Into::into);
    Some(paths.map(find))
}

/// An error of the reader itself: text that is not JSON, or a value of the wrong type.
enum Failure {
    Json(SnapshotError),
    Type(String),
}

impl Failure {
    fn at(self, place: Place) -> SnapshotError {
        match self {
            Self::Json(error) => error,
            Self::Type(message) => SnapshotError::shape(place, message),
        }
    }
}

fn read_json<'a, T>(
    text: &'a [u8],
    read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'a>>) -> serde_json::Result<T>,
) -> Result<T, Failure> {
    // A str lets the reader borrow its strings without checking each again.
    let text = str::from_utf8(text).map_err(|error| Failure::Json(not_utf8(text, error.valid_up_to())))?;
    // Some editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_str(text);
    read(&mut reader).and_then(|value| reader.end().map(|()| value)).map_err(|error| failure(&error))
}

#[cold]
fn failure(error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let message = text.strip_suffix(&suffix).unwrap_or(&text);
    if error.classify() == Category::Data {
        return Failure::Type(message.into());
    }
    let (line, column) = (error.line(), error.column());
    // The reader tells this apart in words alone.
    Failure::Json(if message == "recursion limit exceeded" {
        SnapshotError::TooDeep { line, column }
    } else {
        SnapshotError::Json { line, column, message: message.into() }
    })
}

#[cold]
fn not_utf8(text: &[u8], valid: usize) -> SnapshotError {
    let before = &text[..valid];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    SnapshotError::Json {
        line: before.iter().filter(|&&byte| byte == b'\n').count() + 1,
        column: valid - line_start + 1,
        message: "the text is not UTF-8".into(),
    }
}

/// The parts of a snapshot's text that mean something.
#[derive(Default)]
struct Document {
    flags: Option<Flags>,
    segments: Segments,
    tables: Tables,
    origin: Origin,
    /// Whether the reader is inside the flags, for the place of its own errors.
    in_flags: bool,
    refusal: Option<SnapshotError>,
}

impl Document {
    /// Ends reading; the reader's own error only carries the refusal out.
    #[cold]
    fn refuse<E: Error>(&mut self, refusal: SnapshotError) -> E {
        self.refusal = Some(refusal);
        E::custom("refused")
    }

    /// `revision` and the like: canonical text, or nothing.
    fn label<E: Error>(&mut self, name: &'static str, value: Json<'_>) -> Result<Option<Box<str>>, E> {
        match value {
            Json::Null => Ok(None),
            Json::Text(_) | Json::Number(_) => Ok(value.canonical().map(Into::into)),
            _ => {
                let message = format!("expected a string or a number, found {}", value.describe());
                Err(self.refuse(SnapshotError::shape(name.into(), message)))
            }
        }
    }
}

struct DocumentVisitor<'d>(&'d mut Document);

impl<'de> DeserializeSeed<'de> for DocumentVisitor<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DocumentVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with \"flags\", or a list of flags")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        FlagsVisitor { document: self.0, list: Shape::BareList }.visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let document = self.0;
        let arena = Bump::new();
        let mut seen = HashSet::<&str, RandomState>::default();
        while let Some(name) = map.next_key_seed(KeySeed(&arena))? {
            if !seen.insert(name) {
                return Err(document.refuse(SnapshotError::shape(name.into(), "duplicate field")));
            }
            match name {
                "flags" => {
                    document.in_flags = true;
                    map.next_value_seed(FlagsVisitor { document: &mut *document, list: Shape::List })?;
                }
                "revision" => {
                    document.origin.revision = document.label("revision", map.next_value_seed(JsonSeed(&arena))?)?
                }
                "project" => {
                    document.origin.project = document.label("project", map.next_value_seed(JsonSeed(&arena))?)?
                }
                "environment" => {
                    document.origin.environment =
                        document.label("environment", map.next_value_seed(JsonSeed(&arena))?)?
                }
                "segments" => {
                    document.segments = Segments::read(map.next_value_seed(JsonSeed(&arena))?, &mut document.tables);
                }
                _ => _ = map.next_value_seed(JsonSeed(&arena))?,
            }
        }
        Ok(())
    }
}

/// The flags, as a list or by key.
struct FlagsVisitor<'d> {
    document: &'d mut Document,
    /// The shape of the snapshot if the flags are a list.
    list: Shape,
}

impl<'de> DeserializeSeed<'de> for FlagsVisitor<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FlagsVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of flags, or an object of flags by key")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut flags = Flags::new(self.list);
        let mut arena = Bump::new();
        while let Some(flag) = list.next_element_seed(JsonSeed(&arena))? {
            flags.add(None, flag, &mut self.document.tables).map_err(|refusal| self.document.refuse(refusal))?;
            arena.reset();
        }
        self.document.flags = Some(flags);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut flags = Flags::new(Shape::Map);
        let mut arena = Bump::new();
        while let Some(key) = map.next_key_seed(KeySeed(&arena))? {
            let flag = map.next_value_seed(JsonSeed(&arena))?;
            flags.add(Some(key), flag, &mut self.document.tables).map_err(|refusal| self.document.refuse(refusal))?;
            arena.reset();
        }
        self.document.flags = Some(flags);
        Ok(())
    }
}
