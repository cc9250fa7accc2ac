//! The status of a client.

use std::time::SystemTime;

use super::State;

/// The status of a client, read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The state.
    pub state: State,
    /// The generation of the flags in force; 0 before the first.
    pub generation: u64,
    /// The revision that the snapshot states.
    pub revision: Option<String>,
    /// The source of the flags, in words.
    pub source: String,
    /// When the source was last read well.
    pub last_success: Option<SystemTime>,
    /// Why the last read failed; `None` after one that went well.
    pub last_error: Option<String>,
    /// The number of reads that failed since the last success.
    pub consecutive_failures: u32,
    /// The number of flags in force, including those set aside.
    pub flags: usize,
    /// The number of the snapshot's flags that are set aside.
    pub flags_set_aside: usize,
    /// The number of attributes with an unsupported value that evaluations have seen.
    pub unsupported_values: u64,
}
