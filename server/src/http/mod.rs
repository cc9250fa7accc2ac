//! The API: a file for each thing, with its routes, its handlers and their documents.

pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod environments;
pub(crate) mod error;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod keys;
mod names;
pub(crate) mod projects;
pub(crate) mod signup;
pub(crate) mod target;
pub(crate) mod unread;
