//! The one thread of a client over the network.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use ureq::Agent;

use super::{
    super::{ClientError, hub::Hub, process, shared::Shared},
    agent::agent,
    failure::{Failure, FetchErrorKind},
    fetch::{Fetched, fetch},
    remote::Remote,
    retry::Random,
};

/// Reading a snapshot nests as deep as its text may; TLS has large values.
const STACK_BYTES: usize = 512 << 10;
/// A child of a fork that has fresh flags first asks within this, so that many children do not ask at once.
const SECONDS_AFTER_FORK: u32 = 2;

/// Starts the thread.
pub(in crate::client) fn start(shared: &Arc<Shared>, hub: Arc<Hub>) -> Result<(), ClientError> {
    let shared = Arc::clone(shared);
    process::spawn("flagbit-refresh", STACK_BYTES, move || {
        if let Some(remote) = shared.remote() {
            Refresher::new(&shared, &hub, remote).run();
        }
    })
    .map_err(ClientError::Thread)
}

/// Lets the thread fetch now, and waits for what comes of it.
pub(in crate::client) fn refresh(hub: &Hub, remote: &Remote, timeout: Duration) -> Result<(), ClientError> {
    let mut cold = hub.lock();
    let number = cold.refreshes.ask();
    hub.announce(&mut cold);
    drop(cold);
    let cold = hub.wait(timeout, |cold| cold.closed || cold.refreshes.is_answered(number));
    match cold.refreshes.failure() {
        _ if cold.closed => Err(ClientError::Closed),
        _ if !cold.refreshes.is_answered(number) => Err(ClientError::Timeout),
        Some(failure) => Err(failure.to_error(remote)),
        None => Ok(()),
    }
}

struct Refresher<'c> {
    shared: &'c Arc<Shared>,
    hub: &'c Hub,
    remote: &'c Remote,
    agent: Agent,
    random: Random,
    /// How many fetches failed since the last that went well.
    failures: u32,
}

impl<'c> Refresher<'c> {
    fn new(shared: &'c Arc<Shared>, hub: &'c Hub, remote: &'c Remote) -> Self {
        let mut cold = hub.lock();
        let agent = agent(&remote.polling, cold.connections.lookup());
        cold.connections.add(&agent);
        drop(cold);
        Self { shared, hub, remote, agent, random: Random::new(), failures: 0 }
    }

    fn run(mut self) {
        let mut due = Instant::now() + self.first_wait();
        while self.wait(due) {
            let pause = self.poll(None);
            due = Instant::now() + pause;
        }
    }

    /// Nothing to wait for, unless the flags came from a parent a moment ago.
    fn first_wait(&mut self) -> Duration {
        let is_fresh = self.hub.contact().age().is_some_and(|age| age < self.remote.pace.interval);
        let longest = self.remote.pace.seconds(SECONDS_AFTER_FORK);
        if is_fresh { self.random.between(Duration::ZERO, longest) } else { Duration::ZERO }
    }

    /// Waits until it is time or somebody asks for a fetch; `false` when the client is closed.
    fn wait(&self, due: Instant) -> bool {
        let left = due.saturating_duration_since(Instant::now());
        !self.hub.wait(left, |cold| cold.closed || cold.refreshes.is_waited_for()).closed
    }

    /// Fetches; how long to leave the source alone then.
    fn poll(&mut self, min_revision: Option<u64>) -> Duration {
        let asked = self.hub.lock().refreshes.asked();
        // A fault in what reads a server's words must not end refreshing for good.
        let fetched = catch_unwind(AssertUnwindSafe(|| self.fetch(min_revision)));
        let failure = fetched.unwrap_or_else(|_| Err(Failure::fault())).err();
        let pace = &self.remote.pace;
        let pause = match &failure {
            None => {
                self.failures = 0;
                pace.next(&mut self.random)
            }
            Some(failure) => {
                self.failures = self.failures.saturating_add(1);
                let pause = match failure.kind {
                    FetchErrorKind::Refused => pace.after_refusal(&mut self.random),
                    _ => pace.backoff(self.failures, &mut self.random),
                };
                let wish = failure.retry_after.map(|wish| pace.after_wish(wish, &mut self.random));
                pause.max(wish.unwrap_or_default())
            }
        };
        let mut cold = self.hub.lock();
        if !cold.closed {
            if let Some(failure) = &failure {
                cold.note_failure(&failure.to_error(self.remote));
            }
            cold.refreshes.answer(asked, failure);
            self.hub.announce(&mut cold);
        }
        pause
    }

    fn fetch(&self, min_revision: Option<u64>) -> Result<(), Failure> {
        let validator = self.shared.validator();
        let etag = validator.as_ref().and_then(|validator| validator.etag.as_deref());
        match fetch(&self.agent, self.remote, etag, min_revision)? {
            Fetched::Unchanged => self.hub.note_unchanged(),
            Fetched::New { text, etag } => {
                self.shared.accept_fetched(&text, etag).map_err(|error| {
                    let place = self.remote.place();
                    let message = format!("{place} sent a snapshot that is refused: {error}; what was in force stays");
                    Failure::new(FetchErrorKind::Snapshot, message)
                })?;
            }
        }
        Ok(())
    }
}
