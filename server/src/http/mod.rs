//! The API: a file for each thing, with its routes, its handlers and their documents.

pub(crate) mod auth;
pub(crate) mod edge;
pub(crate) mod error;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod rates;
pub(crate) mod signup;
pub(crate) mod target;
