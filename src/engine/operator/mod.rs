//! Operators: the part of a condition that asks something of an attribute, of a segment or of another flag.
//!
//! [`table`] has one row for each operator. Each family of operators has a file, with the reading of a rule's value,
//! the question whether an operator holds, and the description of a prepared value for explanations.

mod comparison;
mod described;
mod flag;
mod list;
mod number;
mod percent;
mod prepared;
mod segment;
mod semver;
mod table;
mod text;
mod time;
mod value;

pub(super) use described::Described;
pub(super) use flag::{FlagIs, Outcome};
pub(super) use prepared::{Asked, Test};
pub(super) use segment::Link;
pub(super) use table::Source;
pub use table::{AttributeUse, Family, Negation, Operator};
pub(super) use time::NOW;
pub(super) use value::AnyOf;

/// The bucketing attribute of a percentage or a split that names none.
pub(super) const USER_ID: &str = "user_id";
