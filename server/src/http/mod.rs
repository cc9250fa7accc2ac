//! The API: a file for each thing, with its routes, its handlers and their documents.

pub(crate) mod audit;
pub(crate) mod auth;
mod change;
pub(crate) mod environments;
pub(crate) mod error;
pub(crate) mod flags;
pub(crate) mod flags_as_code;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod listing;
mod names;
mod precondition;
pub(crate) mod projects;
pub(crate) mod segments;
pub(crate) mod signup;
pub(crate) mod target;
mod unique;
pub(crate) mod unread;
