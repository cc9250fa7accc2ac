//! A client's life: opening, loading, waiting, closing, and what it tells of itself.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{
    Changes, Client, ClientError, ClientOptions, FetchErrorKind, LogLine, Status,
    hub::Cold,
    network,
    options::Source,
    shared::{Follow, Shared},
    watcher,
};
use crate::engine::{Snapshot, Warning};

/// The delay after which a wait looks whether flags became stale, so that they surely are.
const AS_COARSE_AS_A_CLOCK: Duration = Duration::from_millis(1);
/// So often a wait tries again to start a thread that is missing.
const BETWEEN_THREADS: Duration = Duration::from_secs(1);

impl Client {
    /// Opens a client. Reads the text or file once; a watched file may be missing. Never waits for the network: see
    /// [`Client::wait_until_ready`].
    ///
    /// # Errors
    /// A snapshot that is refused, a file that cannot be read (unless it is watched), options that do not fit, no thread.
    #[allow(clippy::needless_pass_by_value, reason = "options are made for one client")]
    pub fn open(options: ClientOptions) -> Result<Self, ClientError> {
        let source = options.source()?;
        let follow = follower(&source);
        let shared = Shared::new(source, &options, follow)?;
        match &shared.source {
            Source::Values => shared.accept(Snapshot::of_values(options.values.as_deref().unwrap_or_default())?)?,
            Source::Text => shared.load(options.snapshot.as_deref().unwrap_or_default(), None)?,
            Source::File { watch, .. } => {
                // A watched file has time to appear; the status tells how it stands.
                watcher::read_file(&shared, true).or_else(|error| if *watch { Ok(()) } else { Err(error) })?;
            }
            Source::Remote(_) => network::prepare(&shared, options.network.bootstrap.as_deref())?,
        }
        shared.start_thread()?;
        Ok(Self { open: Arc::new(Open(Arc::clone(&shared))), shared })
    }

    /// A client of a snapshot in memory.
    ///
    /// # Errors
    /// A snapshot that is refused.
    pub fn from_snapshot(text: impl Into<Vec<u8>>) -> Result<Self, ClientError> {
        Self::open(ClientOptions::text(text))
    }

    /// A client of a snapshot in a file, read once. See [`ClientOptions::watched_file`] for one that follows changes.
    ///
    /// # Errors
    /// A file that cannot be read, a snapshot that is refused.
    pub fn from_file(path: impl Into<PathBuf>) -> Result<Self, ClientError> {
        Self::open(ClientOptions::file(path))
    }

    /// The keys of the flags in force, sorted, those set aside included.
    pub fn flags(&self) -> Vec<String> {
        self.shared.serving.load().keys().into_iter().map(Into::into).collect()
    }

    /// Why flags of the snapshot in force are set aside, in the order of its text.
    pub fn warnings(&self) -> Vec<Warning> {
        self.shared.serving.load().snapshot.iter().flat_map(|snapshot| snapshot.set_aside()).cloned().collect()
    }

    /// Puts another snapshot in force, in a client that was opened with a text.
    ///
    /// # Errors
    /// A snapshot that is refused: the one in force stays. A client of another source.
    pub fn load(&self, text: &[u8]) -> Result<(), ClientError> {
        match self.shared.source {
            Source::Text => self.shared.load(text, None),
            _ => Err(ClientError::Options("only a client that was opened from a snapshot can load another one".into())),
        }
    }

    /// Fetches the flags now, or reads the file, whether or not there seems to be a change. Nothing to do for a text.
    /// `timeout` is for a fetch, which goes on in the background when it is over.
    ///
    /// # Errors
    /// A fetch that fails, a file that cannot be read, a snapshot that is refused: the one in force stays.
    /// [`ClientError::Timeout`], [`ClientError::Closed`]; [`ClientError::Thread`] in the child of a fork where the system
    /// has no thread to give.
    pub fn refresh(&self, timeout: Duration) -> Result<(), ClientError> {
        let hub = self.shared.open_hub()?;
        match self.shared.source {
            Source::Remote(_) => {
                self.shared.require_thread(&hub)?;
                network::refresh(&hub, timeout)
            }
            _ => watcher::read_file(&self.shared, true),
        }
    }

    /// Waits until there is something to serve: `false` when `timeout` ran out, when the client was closed, and at once
    /// when there is nothing and the server refuses. [`Client::ready_within`] tells these apart.
    pub fn wait_until_ready(&self, timeout: Duration) -> bool {
        self.ready_within(timeout).is_ok()
    }

    /// Waits until there is something to serve.
    ///
    /// # Errors
    /// [`ClientError::Timeout`]; [`ClientError::Closed`]; [`ClientError::Fetch`] with [`FetchErrorKind::Refused`] when
    /// there is nothing to serve and the server refuses (401, 403, 404); [`ClientError::Thread`] when there is nothing to
    /// serve and, in the child of a fork, the system has no thread to give.
    pub fn ready_within(&self, timeout: Duration) -> Result<(), ClientError> {
        let hub = self.shared.hub();
        let ready = || self.shared.serving.load().is_ready();
        if !ready() {
            self.shared.require_thread(&hub)?;
        }
        let cold = hub.wait(timeout, |cold| cold.closed || cold.refused || ready());
        match &cold.last_error {
            _ if ready() => Ok(()),
            _ if cold.closed => Err(ClientError::Closed),
            Some(message) if cold.refused => {
                Err(ClientError::Fetch { kind: FetchErrorKind::Refused, message: message.clone() })
            }
            _ => Err(ClientError::Timeout),
        }
    }

    /// Waits for a change of the flags or of the state, or a log line, after the event `seen`; the number of the latest
    /// event. `None` when `timeout` ran out. 0 is before all events.
    ///
    /// # Errors
    /// [`ClientError::Closed`] as soon as the client is closed.
    pub fn wait(&self, seen: u64, timeout: Duration) -> Result<Option<u64>, ClientError> {
        let start = Instant::now();
        loop {
            let hub = self.shared.hub();
            let left = timeout.saturating_sub(start.elapsed());
            // Flags become stale by the passing of time. No event tells of that, so the call that waits notices it.
            let fresh = self.shared.fresh_for().map_or(left, |fresh| fresh.saturating_add(AS_COARSE_AS_A_CLOCK));
            let news = |cold: &Cold| cold.closed || cold.events != seen || cold.told != self.shared.state(cold);
            // A thread that is missing is tried again meanwhile.
            let attempt = if hub.has_thread() { left } else { BETWEEN_THREADS };
            let mut cold = hub.wait(left.min(fresh).min(attempt), news);
            if cold.closed {
                return Err(ClientError::Closed);
            }
            let state = self.shared.state(&cold);
            if cold.told != state {
                cold.told = state;
                hub.announce(&mut cold);
            }
            if cold.events != seen || left.is_zero() {
                return Ok((cold.events != seen).then_some(cold.events));
            }
        }
    }

    /// Wakes those who [wait](Client::wait), as a change would.
    pub fn wake(&self) {
        let hub = self.shared.hub();
        let mut cold = hub.lock();
        hub.announce(&mut cold);
    }

    /// The flags that changed after a generation, and the generation now in force.
    pub fn changes(&self, since: u64) -> (Changes, u64) {
        let hub = self.shared.hub();
        let cold = hub.lock();
        let now = self.shared.serving.load().generation;
        (cold.history.since(since, now), now)
    }

    /// The revision that the snapshot of a generation stated, if it did. `None` if the generation is forgotten: evaluate
    /// again to get the revision of an evaluation.
    pub fn revision(&self, generation: u64) -> Option<Option<String>> {
        let serving = self.shared.serving.load();
        if serving.generation == generation {
            return Some(serving.revision().map(Into::into));
        }
        self.shared.hub().lock().history.revision(generation).map(|revision| revision.map(Into::into))
    }

    /// Takes the lines for the host's log.
    pub fn take_log(&self) -> Vec<LogLine> {
        self.shared.hub().lock().log.take()
    }

    /// Returns the client's status, read at one moment.
    pub fn status(&self) -> Status {
        let hub = self.shared.hub();
        let cold = hub.lock();
        let serving = self.shared.serving.load();
        Status {
            state: self.shared.state(&cold),
            generation: serving.generation,
            revision: serving.revision().map(Into::into),
            source: self.shared.source.describe(),
            last_success: hub.contact().time(),
            last_error: cold.last_error.clone(),
            consecutive_failures: cold.consecutive_failures,
            flags: serving.keys().len(),
            flags_set_aside: serving.snapshot.as_ref().map_or(0, |snapshot| snapshot.set_aside().len()),
            unsupported_values: self.shared.unsupported_values.load(Ordering::Relaxed),
        }
    }

    /// Closes the client: from here on every evaluation gives its default, and those who wait return. You may call
    /// it more than once and at any time. It returns at once.
    pub fn close(&self) {
        self.shared.close();
    }
}

/// The function that starts the thread of a source that is followed.
fn follower(source: &Source) -> Option<Follow> {
    match source {
        Source::File { watch: true, .. } => Some(watcher::start),
        Source::Remote(_) => Some(network::start),
        _ => None,
    }
}

/// Held by a client and by its flags: the last of them closes the client.
#[derive(Debug)]
pub(super) struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}
