//! Flags and segments as they are written, stored and shown. No network and no database in here.
//!
//! The engine alone knows what a flag means: [`check`] asks it about every write.

mod changes;
pub(crate) mod check;
mod compiled;
mod difference;
pub(crate) mod document;
mod fields;
mod flag;
mod lifetime;
mod limits;
mod moment;
mod moved;
mod problems;
pub(crate) mod schema;
mod segment;
mod shape;
mod text;
mod work;

pub(crate) use changes::Changes;
pub(crate) use compiled::Compiled;
pub(crate) use difference::Difference;
pub(crate) use flag::{Flag, Presence, Record, Shared, State, as_code};
pub(crate) use lifetime::Lifetime;
pub(crate) use limits::Limits;
pub(crate) use moved::{Moved, moved};
pub(crate) use problems::{Problem, Problems, describe, lines};
pub(crate) use segment::{
    Segment, SegmentRecord, asked_flags, definition, read_segment, read_segment_as_code, used_segments,
};
pub(crate) use text::{FlagText, Labels, SnapshotText};
pub(crate) use work::Work;

/// Returns whether a text can be the key of a flag or a segment. Paths and messages hold such keys as they are.
pub(crate) fn is_key(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=256).contains(&text.len()) && text.bytes().all(is_allowed) && text.bytes().any(|byte| byte != b'.')
}

/// The rule of [`is_key`], for messages.
pub(crate) const KEY_RULE: &str = "1 to 256 of A-Z a-z 0-9 . _ -, and not only dots";
