//! The client itself: one atomic pointer for evaluations, one lock for everything else.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;

use super::{
    Changes, ClientError, ClientOptions, Evaluation, Level, LogLine, State, Status,
    history::{History, changes_between},
    log::Log,
    options::Source,
    process,
    serving::Serving,
    watcher,
};
use crate::engine::{Attributes, ErrorCode, Flag, Snapshot, Warning};

/// How many flags set aside are named in the log; the others are counted.
const LOGGED_WARNINGS: usize = 20;

/// Answers "is this feature on for this user?" from flags in memory.
///
/// Threads: every method may be called from any number of threads at once. Evaluations take no lock and allocate
/// nothing. After a `fork()` the child goes on with the flags it inherited, and its watching thread starts again with
/// its next call.
#[derive(Debug)]
pub struct Client {
    pub(super) inner: Arc<Inner>,
}

/// What a client shares with its thread and its overrides.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) serving: ArcSwap<Serving>,
    unsupported_values: AtomicU64,
    pub(super) source: Source,
    max_snapshot_bytes: usize,
    /// The forks that `hub` has seen, where evaluations find them.
    forks: AtomicU32,
    hub: ArcSwap<Hub>,
}

/// Everything that has a lock, made afresh in the child of a fork.
///
/// std's locks, since they are all there is of them: parking_lot's share a table of waiting threads, which in the child
/// still names threads of the parent.
#[derive(Debug, Default)]
pub(super) struct Hub {
    forks: u32,
    cold: Mutex<Cold>,
    changed: Condvar,
    /// Held while the source is read, so that an older text never replaces a newer one.
    reading: Mutex<watcher::Reading>,
}

/// What only cold calls read.
#[derive(Debug, Default)]
pub(super) struct Cold {
    /// Counts changes and log lines, for those who wait.
    events: u64,
    history: History,
    log: Log,
    last_success: Option<SystemTime>,
    last_error: Option<String>,
    consecutive_failures: u32,
    pub(super) closed: bool,
}

impl Client {
    /// Opens a client. Reads the text or file once; a watched file may be missing.
    ///
    /// # Errors
    /// A snapshot that is refused, a file that cannot be read (unless it is watched), no thread for watching.
    pub fn open(options: ClientOptions) -> Result<Self, ClientError> {
        process::count_forks();
        let inner = Arc::new(Inner {
            serving: ArcSwap::default(),
            unsupported_values: AtomicU64::new(0),
            source: options.source,
            max_snapshot_bytes: options.max_snapshot_bytes,
            forks: AtomicU32::new(process::forks()),
            hub: ArcSwap::from_pointee(Hub { forks: process::forks(), ..Hub::default() }),
        });
        match &inner.source {
            Source::Values => inner.accept(Snapshot::of_values(&options.text)?)?,
            Source::Text => inner.load(&options.text, None)?,
            Source::File { watch, .. } => {
                // A watched file has time to appear; the status tells how it stands.
                inner.read_file(true).or_else(|error| if *watch { Ok(()) } else { Err(error) })?;
            }
        }
        inner.start_watching()?;
        Ok(Self { inner })
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

    /// Whether a flag is on; `default` where there is no answer.
    #[inline]
    pub fn is_enabled(&self, flag_key: &str, attributes: &impl Attributes, default: bool) -> bool {
        self.is_enabled_bytes(flag_key.as_bytes(), attributes, default)
    }

    /// [`Client::is_enabled`] for a key that was not checked to be UTF-8: one that is not is no flag's key.
    #[inline]
    pub(crate) fn is_enabled_bytes(&self, flag_key: &[u8], attributes: &impl Attributes, default: bool) -> bool {
        self.before_evaluation(attributes);
        self.inner.serving.load().answer(flag_key, attributes).map_or(default, |answer| answer.enabled)
    }

    /// Evaluates a flag. `default` is the answer where the flag gives none; the error code tells why.
    #[inline]
    pub fn evaluate(&self, flag_key: &str, attributes: &impl Attributes, default: bool) -> Evaluation {
        self.evaluate_bytes(flag_key.as_bytes(), attributes, default)
    }

    /// [`Client::evaluate`] for a key that was not checked to be UTF-8: one that is not is no flag's key.
    #[inline]
    pub(crate) fn evaluate_bytes(&self, flag_key: &[u8], attributes: &impl Attributes, default: bool) -> Evaluation {
        self.before_evaluation(attributes);
        self.inner.serving.load().evaluate(flag_key, attributes, default)
    }

    /// Evaluates all flags against one state of the client, sorted by key. `default` stands in where a flag gives no
    /// answer. Beside them the generation of the flags.
    pub fn evaluate_all(&self, attributes: &impl Attributes, default: bool) -> (Vec<(String, Evaluation)>, u64) {
        self.before_evaluation(attributes);
        let serving = self.inner.serving.load_full();
        let evaluate = |flag: &Flag| Evaluation::new(flag.evaluate(attributes), default, serving.generation);
        let flags = serving.flags().into_iter();
        (flags.map(|flag| (flag.key().to_owned(), evaluate(flag))).collect(), serving.generation)
    }

    /// Why an evaluation gave no answer, in words a person can act on.
    pub fn error_message(&self, flag_key: &str, code: ErrorCode) -> String {
        let serving = self.inner.serving.load();
        match code {
            ErrorCode::FlagNotFound => format!("no flag {flag_key:?} among the {} in force", serving.flags().len()),
            ErrorCode::ProviderNotReady if serving.closed => "the client is closed".into(),
            ErrorCode::ProviderNotReady => "no snapshot yet, see the client's status".into(),
            ErrorCode::ParseError => {
                let warnings = serving.snapshot.iter().flat_map(|snapshot| snapshot.warnings());
                let place = warnings.filter(|warning| warning.flag_key() == flag_key).map(Warning::message).next();
                format!("flag {flag_key:?} is set aside: {}", place.unwrap_or("its definition cannot be read"))
            }
            ErrorCode::TypeMismatch => format!("flag {flag_key:?} has another type than was asked for"),
            ErrorCode::InvalidContext => "the context cannot be read".into(),
            ErrorCode::General => "the evaluation failed".into(),
        }
    }

    /// The keys of the flags in force, sorted, those set aside included.
    pub fn flags(&self) -> Vec<String> {
        self.inner.serving.load().flags().into_iter().map(|flag| flag.key().to_owned()).collect()
    }

    /// The flags of the snapshot in force that are set aside.
    pub fn warnings(&self) -> Vec<Warning> {
        self.inner.serving.load().snapshot.iter().flat_map(|snapshot| snapshot.warnings()).cloned().collect()
    }

    /// Puts another snapshot in force, in a client that was opened with a text.
    ///
    /// # Errors
    /// A snapshot that is refused: the one in force stays. A client of another source.
    pub fn load(&self, text: &[u8]) -> Result<(), ClientError> {
        match self.inner.source {
            Source::Text => self.inner.load(text, None),
            _ => Err(ClientError::Options("only a client that was opened with a text can load another".into())),
        }
    }

    /// Reads the file now, whether or not it seems to have changed. Nothing to do for a text.
    ///
    /// # Errors
    /// A file that cannot be read, a snapshot that is refused: the one in force stays.
    pub fn refresh(&self) -> Result<(), ClientError> {
        self.inner.open_hub()?;
        self.inner.read_file(true)
    }

    /// Waits until there is something to serve: `false` when `timeout` ran out, or when the client was closed.
    pub fn wait_until_ready(&self, timeout: Duration) -> bool {
        let hub = self.inner.hub();
        let ready = || self.inner.serving.load().is_ready();
        drop(hub.wait(timeout, |cold| cold.closed || ready()));
        ready()
    }

    /// Waits for a change of the flags or a log line after the event `seen`; the number of the latest event.
    /// `None` when `timeout` ran out. 0 is before all events.
    ///
    /// # Errors
    /// [`ClientError::Closed`] as soon as the client is closed.
    pub fn wait(&self, seen: u64, timeout: Duration) -> Result<Option<u64>, ClientError> {
        let hub = self.inner.hub();
        let cold = hub.wait(timeout, |cold| cold.closed || cold.events != seen);
        if cold.closed {
            return Err(ClientError::Closed);
        }
        Ok((cold.events != seen).then_some(cold.events))
    }

    /// Wakes those who [wait](Client::wait), as a change would.
    pub fn wake(&self) {
        let hub = self.inner.hub();
        let mut cold = hub.lock();
        hub.announce(&mut cold);
    }

    /// The flags that changed after a generation, and the generation now in force.
    pub fn changes(&self, since: u64) -> (Changes, u64) {
        let hub = self.inner.hub();
        let cold = hub.lock();
        let now = self.inner.serving.load().generation;
        (cold.history.since(since, now), now)
    }

    /// The revision of a generation; `None` where it stated none or is long gone.
    pub fn revision(&self, generation: u64) -> Option<String> {
        let serving = self.inner.serving.load();
        if serving.generation == generation {
            return serving.revision().map(Into::into);
        }
        self.inner.hub().lock().history.revision(generation).flatten().map(Into::into)
    }

    /// Takes the lines for the host's log.
    pub fn take_log(&self) -> Vec<LogLine> {
        self.inner.hub().lock().log.take()
    }

    /// How the client is doing.
    pub fn status(&self) -> Status {
        let hub = self.inner.hub();
        let cold = hub.lock();
        let serving = self.inner.serving.load();
        let state = match () {
            () if serving.closed => State::Closed,
            () if serving.is_ready() => State::Ready,
            () if cold.last_error.is_some() => State::Error,
            () => State::Initializing,
        };
        Status {
            state,
            generation: serving.generation,
            revision: serving.revision().map(Into::into),
            source: self.inner.source.describe(),
            last_success: cold.last_success,
            last_error: cold.last_error.clone(),
            consecutive_failures: cold.consecutive_failures,
            flags: serving.flags().len(),
            flags_set_aside: serving.snapshot.as_ref().map_or(0, |snapshot| snapshot.warnings().len()),
            unsupported_values: self.inner.unsupported_values.load(Ordering::Relaxed),
        }
    }

    /// Closes the client: from here on every evaluation gives its default, and those who wait return. May be called
    /// more than once and beside anything else; returns at once.
    pub fn close(&self) {
        self.inner.close();
    }

    /// What every evaluation looks at first: two relaxed loads.
    #[inline]
    fn before_evaluation(&self, attributes: &impl Attributes) {
        if self.inner.forks.load(Ordering::Relaxed) != process::forks() {
            self.inner.hub();
        }
        if attributes.unsupported() > 0 {
            self.note_unsupported(attributes.unsupported());
        }
    }

    #[cold]
    fn note_unsupported(&self, count: u32) {
        if self.inner.unsupported_values.fetch_add(count.into(), Ordering::Relaxed) == 0 {
            let message = "a context has an attribute of an unsupported type, which counts as absent; build a Context \
                           of it to learn which (further ones are only counted in the status)";
            self.inner.hub().log(Level::Warning, message.into());
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close();
    }
}

impl Inner {
    /// The part with the locks. In the child of a fork it is made afresh and the thread is started again.
    pub(super) fn hub(self: &Arc<Self>) -> Arc<Hub> {
        let hub = self.hub.load_full();
        if hub.forks == process::forks() { hub } else { self.after_fork(hub) }
    }

    #[cold]
    fn after_fork(self: &Arc<Self>, old: Arc<Hub>) -> Arc<Hub> {
        let closed = self.serving.load().closed;
        let fresh =
            Hub { forks: process::forks(), cold: Mutex::new(Cold { closed, ..Cold::default() }), ..Hub::default() };
        let first = Arc::ptr_eq(&self.hub.compare_and_swap(&old, Arc::new(fresh)), &old);
        // Never dropped: its locks may be held for ever by threads that this process does not have.
        std::mem::forget(old);
        self.forks.store(process::forks(), Ordering::Relaxed);
        let hub = self.hub.load_full();
        if first && let Err(error) = self.start_watching() {
            hub.log(Level::Warning, format!("after a fork: {error}; the flags stay as they are"));
        }
        hub
    }

    fn open_hub(self: &Arc<Self>) -> Result<Arc<Hub>, ClientError> {
        let hub = self.hub();
        let closed = hub.lock().closed;
        if closed { Err(ClientError::Closed) } else { Ok(hub) }
    }

    /// Puts the snapshot of a text in force, or of a file that holds it.
    pub(super) fn load(self: &Arc<Self>, text: &[u8], path: Option<&Path>) -> Result<(), ClientError> {
        let hub = self.open_hub()?;
        let refused = |error| ClientError::Snapshot { path: path.map(Into::into), error };
        match Snapshot::parse(text, self.max_snapshot_bytes).map_err(refused) {
            Ok(snapshot) => self.accept(snapshot),
            Err(error) => Err(hub.note_failure(error)),
        }
    }

    pub(super) fn max_snapshot_bytes(&self) -> usize {
        self.max_snapshot_bytes
    }

    /// Puts a snapshot in force.
    fn accept(self: &Arc<Self>, snapshot: Snapshot) -> Result<(), ClientError> {
        let hub = self.hub();
        for warning in snapshot.warnings().iter().take(LOGGED_WARNINGS) {
            hub.log(Level::Warning, format!("flag {:?} is set aside: {}", warning.flag_key(), warning.message()));
        }
        if let Some(more) = snapshot.warnings().len().checked_sub(LOGGED_WARNINGS).filter(|&more| more > 0) {
            hub.log(Level::Warning, format!("{more} more flags are set aside"));
        }
        self.publish(|serving, cold| {
            let changes = changes_between(serving.snapshot.as_deref(), &snapshot);
            serving.snapshot = Some(Arc::new(snapshot));
            cold.note_success();
            changes
        })
    }

    /// Changes what is served, as a whole and in order.
    pub(super) fn publish(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Serving, &mut Cold) -> Changes,
    ) -> Result<(), ClientError> {
        let hub = self.hub();
        let mut cold = hub.lock();
        if cold.closed {
            return Err(ClientError::Closed);
        }
        let mut serving = Serving::clone(&self.serving.load());
        let changes = change(&mut serving, &mut cold);
        serving.generation += 1;
        cold.history.record(serving.generation, changes, serving.revision());
        self.serving.store(Arc::new(serving));
        hub.announce(&mut cold);
        Ok(())
    }

    fn close(self: &Arc<Self>) {
        let hub = self.hub();
        let mut cold = hub.lock();
        cold.closed = true;
        let generation = self.serving.load().generation;
        self.serving.store(Arc::new(Serving { generation, closed: true, ..Serving::default() }));
        hub.announce(&mut cold);
    }
}

impl Hub {
    /// No panic leaves what is behind the locks half-changed, so poison means nothing.
    fn lock(&self) -> MutexGuard<'_, Cold> {
        self.cold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reading(&self) -> MutexGuard<'_, watcher::Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `done` or for `timeout`.
    pub(super) fn wait(&self, timeout: Duration, done: impl Fn(&Cold) -> bool) -> MutexGuard<'_, Cold> {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |cold| !done(cold));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Notes that the source was read and holds what is in force already.
    pub(super) fn note_unchanged(&self) {
        self.lock().note_success();
    }

    /// Notes that the source could not be read; gives the error back.
    pub(super) fn note_failure(&self, error: ClientError) -> ClientError {
        let mut cold = self.lock();
        let message = error.to_string();
        cold.consecutive_failures = cold.consecutive_failures.saturating_add(1);
        // A failure that repeats is one line, not one each second.
        if cold.last_error.as_ref() != Some(&message) {
            cold.log.push(Level::Warning, format!("{message}; what was in force stays"));
            cold.last_error = Some(message);
            self.announce(&mut cold);
        }
        error
    }

    fn log(&self, level: Level, message: String) {
        let mut cold = self.lock();
        cold.log.push(level, message);
        self.announce(&mut cold);
    }

    fn announce(&self, cold: &mut Cold) {
        cold.events += 1;
        self.changed.notify_all();
    }
}

impl Cold {
    fn note_success(&mut self) {
        self.last_success = Some(SystemTime::now());
        self.last_error = None;
        self.consecutive_failures = 0;
    }
}
