//! Calls of other threads to the client's: they interrupt it, and ask it to fetch now.

use std::{fmt, sync::Arc};

use ureq::Agent;

use super::{failure::Failure, resolver::Lookup};

/// Everything that a request may be waiting in, so that closing the client can interrupt it.
#[derive(Default)]
pub(in crate::client) struct Connections {
    lookup: Arc<Lookup>,
    polling: Option<Agent>,
    stream: Option<Agent>,
}

/// An agent's own output tells too much of how it connects.
impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connections").finish_non_exhaustive()
    }
}

impl Connections {
    pub(super) fn lookup(&self) -> &Arc<Lookup> {
        &self.lookup
    }

    pub(super) fn set_polling(&mut self, agent: &Agent) {
        self.polling = Some(agent.clone());
    }

    pub(super) fn set_stream(&mut self, agent: &Agent) {
        self.stream = Some(agent.clone());
    }

    /// The stream, if any, taken out to be interrupted.
    pub(super) fn take_stream(&mut self) -> Option<Agent> {
        self.stream.take()
    }

    /// Ends all requests and lets no other begin. Takes no lock that is held for long.
    pub(in crate::client) fn shut_down(self) {
        self.lookup.cancel();
        self.polling.into_iter().chain(self.stream).for_each(Agent::shutdown);
    }
}

/// Those who asked for a fetch now, by number: a fetch answers all who asked before it began.
#[derive(Debug, Default)]
pub(in crate::client) struct Refreshes {
    asked: u64,
    answered: u64,
    failure: Option<Failure>,
}

impl Refreshes {
    pub(in crate::client) fn ask(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    pub(in crate::client) fn is_answered(&self, number: u64) -> bool {
        self.answered >= number
    }

    pub(in crate::client) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked
    }

    pub(super) fn is_waited_for(&self) -> bool {
        self.asked > self.answered
    }

    pub(super) fn answer(&mut self, number: u64, failure: Option<Failure>) {
        (self.answered, self.failure) = (number, failure);
    }
}
