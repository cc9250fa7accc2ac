//! The API: a file for each thing, with its routes, its handlers and their documents.

pub(crate) mod audit;
pub(crate) mod auth;
mod change;
pub(crate) mod edge;
pub(crate) mod environments;
pub(crate) mod error;
pub(crate) mod flags;
pub(crate) mod flags_as_code;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod listing;
pub(crate) mod metrics;
mod names;
pub(crate) mod openapi;
mod precondition;
pub(crate) mod projects;
pub(crate) mod rates;
pub(crate) mod segments;
pub(crate) mod signup;
pub(crate) mod target;
mod unique;
