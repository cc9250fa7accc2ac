//! The API: a file for each thing, with its routes, its handlers and their documents.

pub(crate) mod auth;
pub(crate) mod conditional;
pub(crate) mod context;
pub(crate) mod error;
pub(crate) mod evaluate;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod ofrep;
pub(crate) mod signup;
pub(crate) mod snapshot;
pub(crate) mod stream;
pub(crate) mod subscribers;
pub(crate) mod target;
pub(crate) mod tools;
