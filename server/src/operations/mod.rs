//! Operations: everything that can be done to accounts, projects, environments, keys, flags and segments.
//!
//! Each operation is one function. It decides who may, checks what is asked for, writes, records the change in the audit
//! and returns the outcome. The floor knows neither HTTP nor a terminal: whoever calls it brings a [`Who`], plain values and
//! a [`Precondition`], and turns an [`Error`] into their own words for it (a status, an exit code).
//!
//! Rights are checked inside the write's transaction, see [`access`]: a key that is being revoked, or a member who is losing a
//! role, changes nothing afterwards.

pub(crate) mod access;
pub(crate) mod accounts;
pub(crate) mod archive;
mod bring;
mod change;
pub(crate) mod compare;
pub(crate) mod environments;
mod error;
pub(crate) mod flags;
pub(crate) mod history;
pub(crate) mod import;
mod judge;
pub(crate) mod keys;
pub(crate) mod members;
pub(crate) mod names;
mod precondition;
pub(crate) mod projects;
mod references;
pub(crate) mod retention;
pub(crate) mod segments;
pub(crate) mod stale;
pub(crate) mod target;
pub(crate) mod usage;

use std::sync::Arc;

pub(crate) use access::{By, Who};
pub(crate) use error::{Error, Result};
pub(crate) use precondition::{Known, Precondition};

use crate::{flags::Limits, settings::Accounts, world::Follower};

/// The state that operations work on, and the limits that they keep to.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) follower: Arc<Follower>,
    pub(crate) accounts: Accounts,
    pub(crate) limits: Limits,
}
