//! The one thread of a client over the network.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use ureq::Agent;

use super::{
    super::{ClientError, Level, hub::Hub, process, shared::Shared},
    agent::agent,
    cache,
    failure::{Failure, FetchErrorKind},
    fetch::{Fetched, fetch},
    remote::Remote,
    retry::Random,
    stream::Stream,
};
use crate::engine::Snapshot;

/// Reading a snapshot nests as deep as its text may; TLS has large values.
const STACK_BYTES: usize = 512 << 10;
/// A child of a fork that has fresh flags first asks within this, so that many children do not ask at once.
const SECONDS_AFTER_FORK: u32 = 2;

/// Starts the thread.
pub(in crate::client) fn start(shared: &Arc<Shared>, hub: Arc<Hub>) -> Result<(), ClientError> {
    let shared = Arc::clone(shared);
    process::spawn(c"flagbit-refresh", STACK_BYTES, move || {
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
    let stream = cold.connections.take_stream();
    drop(cold);
    hub.wake();
    // The thread may be reading it, and hears nothing else then.
    stream.into_iter().for_each(Agent::shutdown);
    let cold = hub.wait(timeout, |cold| cold.closed || cold.refreshes.is_answered(number));
    match cold.refreshes.failure() {
        _ if cold.closed => Err(ClientError::Closed),
        _ if !cold.refreshes.is_answered(number) => Err(ClientError::Timeout),
        Some(failure) => Err(failure.to_error(remote)),
        None => Ok(()),
    }
}

pub(super) struct Refresher<'c> {
    pub(super) shared: &'c Arc<Shared>,
    pub(super) hub: &'c Hub,
    pub(super) remote: &'c Remote,
    agent: Agent,
    pub(super) random: Random,
    /// How many fetches failed since the last that went well.
    pub(super) failures: u32,
    /// When the last fetch was.
    pub(super) polled: Instant,
    /// When the next one is.
    pub(super) due: Instant,
    /// What the log has on the cache, so as not to repeat itself.
    cache_error: Option<String>,
}

impl<'c> Refresher<'c> {
    fn new(shared: &'c Arc<Shared>, hub: &'c Hub, remote: &'c Remote) -> Self {
        let mut cold = hub.lock();
        let agent = agent(&remote.polling, cold.connections.lookup());
        cold.connections.set_polling(&agent);
        drop(cold);
        let (random, now) = (Random::new(), Instant::now());
        Self { shared, hub, remote, agent, random, failures: 0, polled: now, due: now, cache_error: None }
    }

    fn run(mut self) {
        let mut stream = self.remote.stream().cloned().map(Stream::new);
        self.due = Instant::now() + self.first_wait();
        while self.wait(&stream) {
            let now = Instant::now();
            if now >= self.due || self.hub.lock().refreshes.is_waited_for() {
                self.poll(None);
            }
            if let Some(stream) = stream.as_mut().filter(|stream| self.failures == 0 && now >= stream.due) {
                self.follow(stream);
            }
        }
    }

    /// Nothing to wait for, unless the flags came from a parent a moment ago.
    fn first_wait(&mut self) -> Duration {
        let pace = &self.remote.pace;
        let longest = match self.hub.contact().is_within(pace.interval) {
            true => pace.seconds(SECONDS_AFTER_FORK),
            false => Duration::ZERO,
        };
        self.random.between(Duration::ZERO, longest)
    }

    /// Waits until it is time or somebody asks for a fetch; `false` when the client is closed.
    fn wait(&self, stream: &Option<Stream>) -> bool {
        // After a failure the stream waits for a fetch that goes well.
        let stream = stream.as_ref().filter(|_| self.failures == 0).map(|stream| stream.due);
        let due = stream.map_or(self.due, |due| due.min(self.due));
        let left = due.saturating_duration_since(Instant::now());
        !self.hub.wait(left, |cold| cold.closed || cold.refreshes.is_waited_for()).closed
    }

    /// Fetches, and decides when to fetch again. With a revision, takes none that is older.
    pub(super) fn poll(&mut self, min_revision: Option<u64>) {
        self.polled = Instant::now();
        let asked = self.hub.lock().refreshes.asked();
        // A fault in what reads a server's words must not end refreshing for good.
        let fetched = catch_unwind(AssertUnwindSafe(|| self.fetch(min_revision)));
        let failure = fetched.unwrap_or_else(|_| Err(Failure::fault())).err();
        let pace = &self.remote.pace;
        let pause = match &failure {
            None => {
                if std::mem::take(&mut self.failures) > 0 {
                    self.hub.log(Level::Info, format!("{} answers again", self.remote.place()));
                }
                pace.next(&mut self.random)
            }
            Some(failure) => {
                self.failures = self.failures.saturating_add(1);
                pace.after_failure(failure, self.failures, &mut self.random)
            }
        };
        self.due = Instant::now() + pause;
        let mut cold = self.hub.lock();
        if cold.closed {
            return;
        }
        let is_news = failure.as_ref().is_some_and(|failure| cold.note_failure(&failure.to_error(self.remote)));
        cold.refreshes.answer(asked, failure);
        if is_news {
            self.hub.announce(&mut cold);
        } else {
            self.hub.wake();
        }
    }

    fn fetch(&mut self, min_revision: Option<u64>) -> Result<(), Failure> {
        let validator = self.shared.validator();
        let etag = validator.as_ref().and_then(|validator| validator.etag.as_deref());
        let (text, etag) = match fetch(&self.agent, self.remote, etag, min_revision)? {
            Fetched::New { text, etag } => (text, etag),
            Fetched::Unchanged => {
                self.hub.note_unchanged();
                return Ok(());
            }
        };
        let accepted = self.shared.accept_fetched(&text, etag.clone()).map_err(|error| {
            let message = format!("{} sent a snapshot that is refused: {error}", self.remote.place());
            Failure::new(FetchErrorKind::Snapshot, message)
        })?;
        if let Some(snapshot) = accepted {
            self.save(&snapshot, etag.as_deref(), &text);
        }
        Ok(())
    }

    /// Keeps a snapshot for the next start.
    fn save(&mut self, snapshot: &Snapshot, etag: Option<&str>, text: &[u8]) {
        let Some(path) = &self.remote.cache_path else {
            return;
        };
        let error = cache::write(path, &self.remote.identity, snapshot, etag, text).err();
        let error = error.map(|error| format!("the snapshot is not kept in {}: {error}", path.display()));
        if error != self.cache_error {
            let message = error.clone().unwrap_or_else(|| format!("the snapshot is kept in {} again", path.display()));
            let level = if error.is_some() { Level::Warning } else { Level::Info };
            self.hub.log(level, message);
            self.cache_error = error;
        }
    }
}
