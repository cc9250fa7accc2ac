//! Reading a document, flag by flag, so that what is too much is noticed before it takes memory.

use flagbit::{MAX_SNAPSHOT_BYTES, Place};
use serde_json::{Map, Value};

use super::{
    content::{Document, FlagAsCode, segment_place},
    value::{self, describe_text},
    weight::{MAX_MEMORY_MIB, Weight},
};
use crate::{
    flags::{
        Changes, KEY_RULE, Limits, Problems, check::Draft, definition, fields::DOCUMENT, is_key, read_segment_as_code,
    },
    quote::quoted,
};

/// The outer shape of the flags, which decides how their places read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The whole document is a list: `[3]`.
    BareList,
    /// `flags[3]`
    List,
    /// `flags["KEY"]`
    Map,
}

/// Reads a document in the order of its text. It finds everything that is wrong.
///
/// A value is handed over as text, which is known to be JSON, and is built only if it has a weight that is allowed.
#[derive(Debug)]
pub(super) struct Reader<'l> {
    limits: &'l Limits,
    document: Document,
    problems: Problems,
    /// The known fields that were there.
    known: Vec<String>,
    /// `None` before the flags.
    shape: Option<Shape>,
    flags: usize,
    segments: usize,
    /// The weight of everything that was read.
    total: Weight,
    /// The bytes that the flags and segments take in a snapshot.
    bytes: usize,
}

impl<'l> Reader<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            document: Document::default(),
            problems: Problems::default(),
            known: Vec::new(),
            shape: None,
            flags: 0,
            segments: 0,
            total: Weight::default(),
            bytes: 0,
        }
    }

    /// Notes that the document is neither a list nor an object.
    pub(super) fn no_document(&mut self, text: &str) -> serde_json::Result<()> {
        self.shape = Some(Shape::BareList);
        let expected = "expected an object with \"flags\", or a list of flags";
        self.problems.add(Place::default(), format!("{expected}, found {}", describe_text(text)?));
        Ok(())
    }

    /// Begins with a field of the document. Returns whether it is to be read.
    pub(super) fn begin_field(&mut self, name: &str) -> bool {
        if !DOCUMENT.has(name) {
            self.problems.add_ignorable(name, || DOCUMENT.unknown(name));
            return false;
        }
        if self.known.iter().any(|known| known == name) {
            self.problems.add(name, "duplicate field");
            return false;
        }
        self.known.push(name.into());
        true
    }

    /// Begins with the flags, be there none.
    pub(super) fn begin_flags(&mut self, shape: Shape) {
        self.shape = Some(shape);
    }

    /// Notes that the flags are neither a list nor an object.
    pub(super) fn no_flags(&mut self, text: &str) -> serde_json::Result<()> {
        self.shape = Some(Shape::List);
        let expected = "expected a list of flags, or an object of flags by key";
        self.problems.add("flags", format!("{expected}, found {}", describe_text(text)?));
        Ok(())
    }

    /// Notes that the segments are no object, unless they are `null`.
    pub(super) fn no_segments(&mut self, text: &str) -> serde_json::Result<()> {
        if text != "null" {
            self.problems.add("segments", format!("expected an object, found {}", describe_text(text)?));
        }
        Ok(())
    }

    /// Reads a field that a snapshot says of itself, and that an import ignores.
    pub(super) fn label(&mut self, name: &str, text: &str) -> serde_json::Result<()> {
        let is_label = text == "null" || text.starts_with(|first: char| matches!(first, '"' | '-' | '0'..='9'));
        if !is_label {
            self.problems.add(name, format!("expected a string or a number, found {}", describe_text(text)?));
        }
        Ok(())
    }

    /// Reads the next flag. It may stand under a key.
    pub(super) fn flag(&mut self, entry: Option<&str>, text: &str) -> serde_json::Result<()> {
        let position = self.flags;
        self.flags += 1;
        if position >= self.limits.max_flags {
            return Ok(());
        }
        let place = self.flag_place(entry, position);
        if !self.is_bearable(Weight::of(text), &place) {
            return Ok(());
        }
        let mut found = self.problems.of_part();
        match value::object(text, &mut found)? {
            Ok(fields) => self.read_flag(fields, entry, position, place, found),
            Err(message) => self.problems.add(place, message),
        }
        Ok(())
    }

    /// Reads the next segment.
    pub(super) fn segment(&mut self, key: &str, text: &str) -> serde_json::Result<()> {
        self.segments += 1;
        if self.segments > self.limits.max_segments {
            return Ok(());
        }
        let place = segment_place(key);
        if self.document.segments.contains_key(key) {
            self.document.faulty_segments.insert(key.into());
            self.problems.add(place, "duplicate field");
            return Ok(());
        }
        if !self.is_bearable(Weight::of(text), &place) {
            return Ok(());
        }
        let mut found = self.problems.of_part();
        match value::object(text, &mut found)? {
            Ok(fields) => self.read_segment(key, fields, &place, found),
            Err(message) => {
                // Flags that use it have no fault of their own.
                self.document.faulty_segments.insert(key.into());
                self.document.segments.insert(key.into(), Vec::new());
                self.problems.add(place, message);
            }
        }
        Ok(())
    }

    /// Returns the document.
    ///
    /// # Errors
    /// All that is wrong, by place, also what the engine says of flags that can be read otherwise.
    pub(super) fn finish(mut self) -> Result<Document, Problems> {
        let Limits { max_flags, max_segments, .. } = *self.limits;
        if self.shape.is_none() {
            self.problems.add("flags", "missing");
        }
        let flags_place = if self.shape == Some(Shape::BareList) { Place::default() } else { "flags".into() };
        for (place, what, found, limit) in [
            (flags_place, "flags", self.flags, max_flags),
            ("segments".into(), "segments", self.segments, max_segments),
        ] {
            if found > limit {
                self.problems.add(place, format!("{found} {what}; this server allows {limit} (--max-{what})"));
            }
        }
        if self.bytes > MAX_SNAPSHOT_BYTES {
            let message = format!(
                "the flags and segments have {} bytes together; SDKs read snapshots of {MAX_SNAPSHOT_BYTES}",
                self.bytes
            );
            self.problems.add(Place::default(), message);
        }
        if self.problems.is_empty() {
            return Ok(self.document);
        }
        self.document.judge(&mut self.problems);
        Err(self.problems)
    }

    fn flag_place(&self, entry: Option<&str>, position: usize) -> Place {
        match (entry, self.shape) {
            (Some(key), _) => Place::from("flags").entry(key),
            (None, Some(Shape::BareList)) => Place::default().index(position),
            (None, _) => Place::from("flags").index(position),
        }
    }

    /// Returns whether a flag or a segment of this weight may be built.
    fn is_bearable(&mut self, weight: Weight, place: &Place) -> bool {
        if let Some(bytes) = weight.beyond(self.limits.max_flag_bytes) {
            self.refuse_size(bytes, place);
            return false;
        }
        let was_too_much = self.total.takes_too_much_memory();
        self.total += weight;
        let is_too_much = self.total.takes_too_much_memory();
        if is_too_much && !was_too_much {
            let message = format!(
                "with this, reading the document takes more than {MAX_MEMORY_MIB} MiB of memory, which is the most; it \
                 has too many short values"
            );
            self.problems.add(place.clone(), message);
        }
        !is_too_much
    }

    fn read_flag(
        &mut self,
        mut fields: Map<String, Value>,
        entry: Option<&str>,
        position: usize,
        place: Place,
        mut found: Problems,
    ) {
        if let Some(entry) = entry {
            match fields.insert("key".into(), entry.into()) {
                None => {}
                Some(Value::String(key)) if key == entry => {}
                Some(Value::String(key)) => {
                    found.add("key", format!("expected the key it stands under, found {}", quoted(&key)));
                }
                Some(other) => _ = fields.insert("key".into(), other),
            }
        }
        let changes = Changes::read(fields, self.limits, &mut found);
        let (key, shared, mut state) = changes.new_flag(&mut found);
        if let Some(key) = key.filter(|key| is_key(key)) {
            match Draft::default().put_flag(&key, &shared, &state) {
                Ok(bytes) => self.count_bytes(bytes, &place),
                Err(error) => self.problems.add(place.clone(), error.to_string()),
            }
            if !found.is_empty() {
                self.document.faulty.insert(key.clone());
                // Nobody looks at them any more, and they may be large.
                state.rules = Vec::new();
            }
            let flag = FlagAsCode { position, place: place.clone(), shared, state };
            if let Some(earlier) = self.document.flags.insert(key.clone(), flag) {
                found.add(
                    "key",
                    match entry {
                        None => format!("duplicate key {key:?}, already at {}", earlier.place),
                        Some(_) => "duplicate key".into(),
                    },
                );
            }
        }
        self.problems.add_within(&place, found);
    }

    fn read_segment(&mut self, key: &str, fields: Map<String, Value>, place: &Place, mut found: Problems) {
        if !is_key(key) {
            found.add(Place::default(), format!("the key of a segment is {KEY_RULE}"));
        }
        let changes = read_segment_as_code(fields, self.limits, &mut found);
        if changes.key.as_ref().is_some_and(|other| other != key) {
            found.add("key", format!("expected the one it stands under, {}", quoted(key)));
        }
        if !found.is_empty() {
            self.document.faulty_segments.insert(key.into());
        }
        self.count_bytes(definition(&changes.rules).to_string().len(), place);
        self.problems.add_within(place, found);
        self.document.segments.insert(key.into(), changes.rules);
    }

    fn count_bytes(&mut self, bytes: usize, place: &Place) {
        self.bytes += bytes;
        if bytes > self.limits.max_flag_bytes {
            self.refuse_size(bytes, place);
        }
    }

    fn refuse_size(&mut self, bytes: usize, place: &Place) {
        let limit = self.limits.max_flag_bytes;
        self.problems.add(place.clone(), format!("{bytes} bytes; this server allows {limit} (--max-flag-bytes)"));
    }
}
