//! How requests are read and answers are written.

pub(crate) mod body;
pub(crate) mod conditional;
pub(crate) mod context;
pub(crate) mod error;
pub(crate) mod etag;
pub(crate) mod json;
pub(crate) mod page;
pub(crate) mod parameters;
pub(crate) mod precondition;
pub(crate) mod prepared;
pub(crate) mod reason;
