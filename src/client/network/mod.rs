//! Flags over the network: one thread a client that keeps them fresh, politely, and is never in the way.
//!
//! [`refresher`] is the thread; everything else is what it needs: [`remote`] is what it is to do, [`retry`] when,
//! [`fetch`] one request, [`stream`] being told of changes, [`connections`] what can be interrupted from outside.

mod address;
mod agent;
mod cache;
mod certificate;
mod connections;
mod encoding;
mod events;
mod failure;
mod fetch;
mod following;
#[cfg(flagbit_fuzz)]
mod fuzz;
mod place;
mod proxy;
mod refresher;
mod remote;
mod replacement;
mod requests;
mod resolver;
mod retry;
mod start;
mod stream;
#[cfg(test)]
mod tests;
mod transport;

pub(super) use connections::{Connections, Refreshes};
#[cfg(flagbit_fuzz)]
pub(crate) use fuzz::read as fuzz;
pub(super) use refresher::{refresh, start};
pub(super) use remote::Remote;
pub(super) use start::prepare;
