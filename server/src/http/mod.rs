//! HTTP: what answers a request, from the socket to the handler.
//!
//! [`api`] holds the routes, their handlers and their documents; [`wire`] reads requests and writes answers; [`edge`]
//! holds connections and everything that a request passes before and after its handler.

pub(crate) mod api;
pub(crate) mod edge;
pub(crate) mod route;
pub(crate) mod wire;
