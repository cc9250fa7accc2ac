//! The size of a difference.

use std::io;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The fields, rules and parts of rules that a difference lists.
const MAX_CHANGES: usize = 200;
/// The bytes of JSON that the values in a difference have together.
const MAX_BYTES: usize = 64 << 10;
/// The bytes of JSON of a value that is shown whole.
const MAX_VALUE: usize = 4 << 10;
/// The bytes that are shown of a longer value.
const MAX_EXCERPT: usize = 200;
/// The elements that are shown of those that a list got or lost.
const MAX_ELEMENTS: usize = 20;

/// The beginning of a value that is too long to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Excerpt {
    /// The beginning of the value as JSON. It is not complete JSON.
    pub(crate) text: String,
    /// The bytes of the whole value as JSON.
    pub(crate) bytes: usize,
}

/// What a difference may still show.
#[derive(Debug)]
pub(super) struct Budget {
    changes: usize,
    bytes: usize,
    max_value: usize,
    max_elements: usize,
    omitted: usize,
}

/// A value as a difference shows it: whole, or by its beginning.
pub(super) type Shown = (Option<Value>, Option<Excerpt>);

impl Default for Budget {
    fn default() -> Self {
        Self { changes: MAX_CHANGES, bytes: MAX_BYTES, max_value: MAX_VALUE, max_elements: MAX_ELEMENTS, omitted: 0 }
    }
}

impl Budget {
    /// A budget that shows everything.
    #[cfg(test)]
    pub(super) fn unlimited() -> Self {
        let all = usize::MAX;
        Self { changes: all, bytes: all, max_value: all, max_elements: all, omitted: 0 }
    }

    /// Takes the place of one change. Without a place left, the change is counted as omitted.
    pub(super) fn take(&mut self) -> bool {
        let has_place = self.changes > 0 && self.bytes > 0;
        if has_place {
            self.changes -= 1;
        } else {
            self.omitted += 1;
        }
        has_place
    }

    /// The number of changes that found no place.
    pub(super) fn omitted(&self) -> usize {
        self.omitted
    }

    /// Shows a value, whole or by its beginning.
    pub(super) fn show(&mut self, value: Option<&Value>) -> Shown {
        let Some(value) = value else { return (None, None) };
        let limit = self.max_value.min(self.bytes);
        let mut writer = Beginning { bytes: 0, kept: Vec::new() };
        // Writing to memory does not fail, and what was read as JSON can be written.
        let _ = serde_json::to_writer(&mut writer, value);
        let is_whole = writer.bytes <= limit;
        self.bytes = self.bytes.saturating_sub(if is_whole { writer.bytes } else { MAX_EXCERPT });
        if is_whole {
            return (Some(value.clone()), None);
        }
        let kept = String::from_utf8_lossy(&writer.kept);
        // A character that the end cut in half is left out.
        let text = kept.trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned();
        (None, Some(Excerpt { text, bytes: writer.bytes }))
    }

    /// Shows the first elements. Returns also the number of the others.
    pub(super) fn show_elements(&mut self, elements: &[&Value]) -> (Vec<Value>, usize) {
        let mut shown = Vec::new();
        for element in elements.iter().take(self.max_elements) {
            let (Some(value), None) = self.show(Some(element)) else { break };
            shown.push(value);
        }
        let rest = elements.len() - shown.len();
        (shown, rest)
    }
}

/// Counts what is written and keeps its beginning.
struct Beginning {
    bytes: usize,
    kept: Vec<u8>,
}

impl io::Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        let room = MAX_EXCERPT - self.kept.len();
        self.kept.extend(bytes.iter().take(room));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
