//! Everything of a client that has a lock. No evaluation takes it.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    ClientError, FetchErrorKind, Level, State,
    contact::Contact,
    file::Reading,
    history::History,
    log::Log,
    network::{Connections, Refreshes},
    process,
};

/// The pause between attempts to start the thread where the system has none to give.
const THREAD_PAUSE: Duration = Duration::from_millis(100);
/// In place of a time: the thread runs, or none is needed.
const HAS_THREAD: u64 = u64::MAX;

/// Everything that has a lock, made afresh in the child of a fork.
///
/// std's locks, since they are all there is of them: parking_lot's share a table of waiting threads, which in the child
/// still names threads of the parent.
#[derive(Debug)]
pub(super) struct Hub {
    forks: u32,
    cold: Mutex<Cold>,
    changed: Condvar,
    /// Held while the source is read, so that an older text never replaces a newer one.
    reading: Mutex<Reading>,
    /// Without a lock, so that a child goes on with its parent's.
    contact: Arc<Contact>,
    made: Instant,
    /// When to try again to start the thread, in milliseconds after `made`. Without a lock, since evaluations look at it
    /// where the thread is missing.
    thread_due: AtomicU64,
}

/// The state that only cold calls read.
#[derive(Debug, Default)]
pub(super) struct Cold {
    /// Counts changes of the flags and of the state, and log lines, for those who wait.
    pub(super) events: u64,
    /// The state that was last counted among them.
    pub(super) told: State,
    pub(super) history: History,
    pub(super) log: Log,
    pub(super) last_error: Option<String>,
    pub(super) consecutive_failures: u32,
    /// Whether the last failure was the server's refusal.
    pub(super) refused: bool,
    /// Whether a stream tells of changes at this moment.
    pub(super) streaming: bool,
    pub(super) refreshes: Refreshes,
    pub(super) connections: Connections,
    pub(super) closed: bool,
}

impl Hub {
    /// `needs_thread` is for the child of a fork, which has none of its parent's threads.
    pub(super) fn new(closed: bool, needs_thread: bool, contact: Arc<Contact>) -> Self {
        let cold = Mutex::new(Cold { closed, ..Cold::default() });
        Self {
            forks: process::forks(),
            cold,
            changed: Condvar::new(),
            reading: Mutex::default(),
            contact,
            made: Instant::now(),
            thread_due: AtomicU64::new(if needs_thread { 0 } else { HAS_THREAD }),
        }
    }

    /// Not after a fork: then its locks may be held by threads that this process does not have.
    pub(super) fn is_of_this_process(&self) -> bool {
        self.forks == process::forks()
    }

    /// Whether the thread that follows the source runs in this process, or none is needed.
    pub(super) fn has_thread(&self) -> bool {
        self.thread_due.load(Ordering::Relaxed) == HAS_THREAD
    }

    /// Whether the thread is missing and it is time to start it.
    pub(super) fn is_thread_due(&self) -> bool {
        self.made.elapsed().as_millis() >= u128::from(self.thread_due.load(Ordering::Relaxed))
    }

    /// Notes whether the thread could be started.
    pub(super) fn note_thread(&self, started: bool) {
        let later = (self.made.elapsed() + THREAD_PAUSE).as_millis();
        let due = if started { HAS_THREAD } else { u64::try_from(later).unwrap_or_default() };
        self.thread_due.store(due, Ordering::Relaxed);
    }

    /// No panic leaves what is behind the locks half-changed, so poison means nothing.
    pub(super) fn lock(&self) -> MutexGuard<'_, Cold> {
        self.cold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `done` or for `timeout`.
    pub(super) fn wait(&self, timeout: Duration, done: impl Fn(&Cold) -> bool) -> MutexGuard<'_, Cold> {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |cold| !done(cold));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn contact(&self) -> &Contact {
        &self.contact
    }

    /// Notes that the source was read and holds what is in force already.
    pub(super) fn note_unchanged(&self) {
        self.note_success(&mut self.lock());
    }

    pub(super) fn note_success(&self, cold: &mut Cold) {
        self.contact.note();
        // For those who wait for another state.
        self.wake();
        cold.last_error = None;
        cold.consecutive_failures = 0;
        cold.refused = false;
    }

    /// Notes that the source could not be read; gives the error back.
    pub(super) fn note_failure(&self, error: ClientError) -> ClientError {
        let mut cold = self.lock();
        if cold.note_failure(&error) {
            self.announce(&mut cold);
        }
        error
    }

    pub(super) fn log(&self, level: Level, message: String) {
        let mut cold = self.lock();
        cold.log.push(level, message);
        self.announce(&mut cold);
    }

    /// Tells those who wait of a change or a log line.
    pub(super) fn announce(&self, cold: &mut Cold) {
        cold.events += 1;
        self.wake();
    }

    /// Lets those who wait look whether what they wait for is there.
    pub(super) fn wake(&self) {
        self.changed.notify_all();
    }
}

impl Cold {
    /// Notes that the source could not be read; whether that is news.
    pub(super) fn note_failure(&mut self, error: &ClientError) -> bool {
        let message = error.to_string();
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        self.refused = matches!(error, ClientError::Fetch { kind: FetchErrorKind::Refused, .. });
        // A failure that repeats is one line, not one each second.
        let is_news = self.last_error.as_ref() != Some(&message);
        if is_news {
            self.log.push(Level::Warning, format!("{message}; what was in force stays"));
            self.last_error = Some(message);
        }
        is_news
    }
}
