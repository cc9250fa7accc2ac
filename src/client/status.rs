//! How a client is doing.

use std::time::SystemTime;

use super::State;

/// What a client knows of itself, read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The state.
    pub state: State,
    /// The generation of the flags in force; 0 before the first.
    pub generation: u64,
    /// The revision that the snapshot states.
    pub revision: Option<String>,
    /// Where the flags come from, in words.
    pub source: String,
    /// When the source was last read well.
    pub last_success: Option<SystemTime>,
    /// Why the last read failed; `None` after one that went well.
    pub last_error: Option<String>,
    /// How many reads failed since the last one that went well.
    pub consecutive_failures: u32,
    /// How many flags are in force, those set aside included.
    pub flags: usize,
    /// How many of the snapshot's flags are set aside.
    pub flags_set_aside: usize,
    /// How many attributes with an unsupported value evaluations have seen.
    pub unsupported_values: u64,
}
