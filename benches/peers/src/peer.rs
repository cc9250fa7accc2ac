//! The interface of every peer.

use std::path::PathBuf;

use crate::common::users::{User, users};

pub(crate) const RULES: &str = "flag_0";
pub(crate) const PLAIN: &str = "plain_on";

/// An SDK's engine with a snapshot.
pub(crate) trait Peer: Sized {
    /// The peer's name in the tables.
    const NAME: &'static str;
    /// The name of its snapshots.
    const FORMAT: &'static str;
    /// A user, in the form that is cheapest to evaluate.
    type Context;

    /// Loads an engine that answers from the file on disk.
    fn load(path: PathBuf) -> Self;

    fn context(user: &User) -> Self::Context;

    fn is_on(&self, flag: &str, context: &Self::Context) -> bool;

    /// One evaluation for a context that is made for it.
    fn is_on_for(&self, flag: &str, user: &User) -> bool {
        self.is_on(flag, &Self::context(user))
    }

    fn load_flags(flags: usize) -> Self {
        let file = format!("{}/data/{}_{flags}.json", env!("CARGO_MANIFEST_DIR"), Self::FORMAT);
        Self::load(file.into())
    }

    /// Returns for how many of the 1,000 users the workload's flag is on, which shows that its rules were understood.
    fn on(&self) -> usize {
        let on = users().iter().filter(|user| self.is_on(RULES, &Self::context(user))).count();
        assert!((620..680).contains(&on), "{}: on for {on} of 1,000 users", Self::NAME);
        on
    }
}
