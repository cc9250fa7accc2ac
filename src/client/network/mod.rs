//! Flags over the network: one thread a client that keeps them fresh, politely, and is never in the way.
//!
//! [`refresher`] is the thread; everything else is what it needs: [`remote`] is what it is to do, [`retry`] when,
//! [`fetch`] one request, [`connections`] what can be interrupted from outside.

mod address;
mod agent;
mod connections;
mod failure;
mod fetch;
mod options;
mod proxy;
mod refresher;
mod remote;
mod resolver;
mod retry;

pub use failure::FetchErrorKind;

pub(super) use address::Account;
pub(super) use connections::{Connections, Refreshes};
pub(super) use options::NetworkOptions;
pub(super) use refresher::{refresh, start};
pub(super) use remote::Remote;
