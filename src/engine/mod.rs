//! The rules engine: a snapshot's text in, answers out.
//!
//! Pure: no I/O, no clock, no thread, no unsafe code. Parsing prepares everything (names, thresholds, sets), so that an
//! evaluation takes no lock and allocates nothing. "Specification" in comments means `docs/specification.md`.

mod attribute_value;
mod borrowed;
mod bucket;
mod canonical;
mod context;
mod evaluate;
mod explain;
mod fields;
mod hash;
mod json;
mod json_text;
mod links;
mod moment;
mod name;
mod number;
mod operator;
mod packed;
mod parse;
mod pattern;
mod place;
mod problem;
#[cfg(feature = "client")]
mod resolved;
mod rule;
mod segment;
mod semver;
mod snapshot;
mod snapshot_error;
mod text_set;
mod typed;
mod unsupported;
mod variant;
mod warning;
mod work;

#[cfg(feature = "capi")]
pub(crate) use attribute_value::AttributeValue;
pub use borrowed::BorrowedAttributes;
pub use bucket::bucket_of;
#[cfg(feature = "capi")]
pub(crate) use canonical::CanonicalText;
pub use context::{Attributes, Context, ContextBuilder, ContextError, MAX_LIST, Value};
pub use evaluate::{Answer, ErrorCode, Reason};
pub use explain::Explained;
pub use moment::{Clock, Moment};
pub use name::Name;
#[cfg(feature = "capi")]
pub(crate) use name::{WORD, word};
pub use number::Number;
pub use operator::{AttributeUse, Family, Negation, Operator};
#[cfg(feature = "capi")]
pub(crate) use packed::Kind;
pub use packed::{PackedAttributes, PackedError, PackedList, PackedValue};
pub use parse::MAX_SNAPSHOT_BYTES;
#[cfg(feature = "client")]
pub(crate) use parse::scalars;
pub use place::{Place, Step};
pub use problem::ProblemKind;
#[cfg(feature = "client")]
pub(crate) use resolved::Resolved;
pub use snapshot::{PreparedFlag, Snapshot};
pub use snapshot_error::SnapshotError;
#[cfg(feature = "capi")]
pub(crate) use unsupported::{Unsupported, UnsupportedReason};
pub use variant::{Variant, VariantValue};
pub use warning::{Subject, Warning};
