//! Reading a document, flag by flag, so that what is too much is noticed before it takes memory.

use flagbit::Place;
use serde_json::{Map, Value};

use super::{
    document::{Document, FlagAsCode, flag_place, segment_place},
    weight::{MAX_MEMORY_MIB, Weight},
};
use crate::flags::{Changes, KEY_RULE, Limits, Problems, check::Draft, definition, describe, is_key, read_segment};

/// The number of unknown fields that are named.
const MAX_UNKNOWN: usize = 100;

/// Reads a document in the order of its text. It finds everything that is wrong.
#[derive(Debug)]
pub(crate) struct Reader<'l> {
    limits: &'l Limits,
    document: Document,
    problems: Problems,
    has_flags: bool,
    flags: usize,
    segments: usize,
    unknown: usize,
    has_oversized: bool,
    /// The weight of everything that was read.
    total: Weight,
}

impl<'l> Reader<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            document: Document::default(),
            problems: Problems::default(),
            has_flags: false,
            flags: 0,
            segments: 0,
            unknown: 0,
            has_oversized: false,
            total: Weight::default(),
        }
    }

    /// Notes that there is a list of flags, be it empty.
    pub(crate) fn begin_flags(&mut self) {
        self.has_flags = true;
    }

    /// Notes that the flags are no list.
    pub(crate) fn no_list_of_flags(&mut self, found: &Value) {
        self.has_flags = true;
        self.problems.add("flags", format!("expected a list, found {}", describe(found)));
    }

    /// Notes that the segments are no object.
    pub(crate) fn no_object_of_segments(&mut self, found: &Value) {
        self.problems.add("segments", format!("expected an object, found {}", describe(found)));
    }

    /// Notes a field of the document that is unknown.
    pub(crate) fn unknown_field(&mut self, field: &str) {
        self.unknown += 1;
        if self.unknown <= MAX_UNKNOWN {
            self.problems.add(field, "unknown field; flags as code have flags, segments");
        }
    }

    /// Reads the next flag. `value` builds it, and is called only if the flag has a weight that is allowed.
    ///
    /// # Errors
    /// That of `value`.
    pub(crate) fn flag<E>(&mut self, weight: Weight, value: impl FnOnce() -> Result<Value, E>) -> Result<(), E> {
        let position = self.flags;
        self.flags += 1;
        if position >= self.limits.max_flags {
            return Ok(());
        }
        let place = flag_place(position);
        if !self.is_bearable(weight, &place) {
            return Ok(());
        }
        match value()? {
            Value::Object(fields) => self.read_flag(fields, position, &place),
            other => self.problems.add(place, format!("expected an object, found {}", describe(&other))),
        }
        Ok(())
    }

    /// Reads the next segment, as [`Self::flag`] reads a flag.
    ///
    /// # Errors
    /// That of `value`.
    pub(crate) fn segment<E>(
        &mut self,
        key: String,
        weight: Weight,
        value: impl FnOnce() -> Result<Value, E>,
    ) -> Result<(), E> {
        self.segments += 1;
        if self.segments > self.limits.max_segments {
            return Ok(());
        }
        let place = segment_place(&key);
        if !self.is_bearable(weight, &place) {
            return Ok(());
        }
        match value()? {
            Value::Object(fields) => self.read_segment(key, fields, &place),
            other => self.problems.add(place, format!("expected an object, found {}", describe(&other))),
        }
        Ok(())
    }

    /// Returns whether the document has a segment of this key already.
    pub(crate) fn has_segment(&self, key: &str) -> bool {
        self.document.segments.contains_key(key)
    }

    /// Returns whether nothing was too large so far.
    pub(crate) fn is_within_limits(&self) -> bool {
        self.flags <= self.limits.max_flags && self.segments <= self.limits.max_segments && !self.has_oversized
    }

    /// Returns the document.
    ///
    /// # Errors
    /// All that is wrong, by place. What the engine says of flags that can be read otherwise is in it.
    pub(crate) fn finish(mut self) -> Result<Document, String> {
        let Limits { max_flags, max_segments, .. } = *self.limits;
        if !self.has_flags {
            self.problems.add("flags", "missing");
        }
        for (field, found, limit, setting) in [
            ("flags", self.flags, max_flags, "--max-flags"),
            ("segments", self.segments, max_segments, "--max-segments"),
        ] {
            if found > limit {
                self.problems.add(field, format!("{found} {field}; this server allows {limit} ({setting})"));
            }
        }
        if self.unknown > MAX_UNKNOWN {
            self.problems.add(Place::default(), format!("{} unknown fields", self.unknown));
        }
        if !self.problems.is_empty() {
            self.document.judge(&mut self.problems);
        }
        self.problems.into_result().map(|()| self.document)
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
        self.has_oversized |= is_too_much;
        !is_too_much
    }

    fn read_flag(&mut self, fields: Map<String, Value>, position: usize, place: &Place) {
        let mut found = Problems::default();
        let changes = Changes::read(fields, self.limits, &mut found);
        let (key, shared, mut state) = changes.new_flag(&mut found);
        if let Some(key) = key.filter(|key| is_key(key)) {
            match Draft::default().put_flag(&key, &shared, &state) {
                Ok(bytes) => self.check_size(bytes, place),
                Err(error) => self.problems.add(place.clone(), error.to_string()),
            }
            if !found.is_empty() {
                self.document.faulty.insert(key.clone());
                // Nobody looks at them any more, and they may be large.
                state.rules = Vec::new();
            }
            let flag = FlagAsCode { position, shared, state };
            if let Some(earlier) = self.document.flags.insert(key.clone(), flag) {
                found.add("key", format!("duplicate key {key:?}, already at {}", flag_place(earlier.position)));
            }
        }
        self.problems.add_within(place, found);
    }

    fn read_segment(&mut self, key: String, fields: Map<String, Value>, place: &Place) {
        if !is_key(&key) {
            return self.problems.add(place.clone(), format!("the key of a segment is {KEY_RULE}"));
        }
        let mut found = Problems::default();
        let changes = read_segment(fields, self.limits, &mut found);
        if changes.key.as_ref().is_some_and(|other| *other != key) {
            found.add("key", format!("expected the one it stands under, {key:?}"));
        }
        if !found.is_empty() {
            self.document.faulty_segments.insert(key.clone());
        }
        self.check_size(definition(&changes.rules).to_string().len(), place);
        self.problems.add_within(place, found);
        self.document.segments.insert(key, changes.rules);
    }

    fn check_size(&mut self, bytes: usize, place: &Place) {
        if bytes > self.limits.max_flag_bytes {
            self.refuse_size(bytes, place);
        }
    }

    fn refuse_size(&mut self, bytes: usize, place: &Place) {
        self.has_oversized = true;
        let limit = self.limits.max_flag_bytes;
        self.problems.add(place.clone(), format!("{bytes} bytes; this server allows {limit} (--max-flag-bytes)"));
    }
}
