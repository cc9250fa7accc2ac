//! Modules that the measuring programs share.

pub(crate) mod measure;
pub(crate) mod memory;
pub(crate) mod packed;
pub(crate) mod users;
