//! How flags are used: what programs report, and what becomes of it.

pub(super) mod read;
pub(super) mod report;
