//! The rules engine: a snapshot's text in, answers out.
//!
//! Pure: no I/O, no clock, no thread, no unsafe code. Parsing prepares everything (names, thresholds, sets), so that an
//! evaluation takes no lock and allocates nothing. `SPEC` in the names below is the project's specification.

mod bucket;
mod canonical;
mod context;
mod evaluate;
mod hash;
mod json;
mod name;
mod packed;
mod parse;
mod place;
mod rule;
mod snapshot;
mod text_set;

pub use context::{Attributes, Context, ContextBuilder, ContextError, Value};
pub use evaluate::{Answer, ErrorCode, Reason, evaluate};
pub use name::Name;
pub use packed::{PackedAttributes, PackedError};
pub use parse::MAX_SNAPSHOT_BYTES;
pub use place::{SnapshotError, Warning};
pub use snapshot::{Flag, Snapshot};
