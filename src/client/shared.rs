//! The part of a client that its thread and its overrides share: the flags in force, and how they change.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;

use super::{
    Changes, ClientError, ClientOptions, Level, State,
    contact::Contact,
    history::changes_between,
    hub::{Cold, Hub},
    network::Remote,
    options::Source,
    process,
    serving::{Serving, Validator},
};
use crate::engine::{Attributes, Snapshot};

/// The number of flags set aside that the log names. It counts the others.
const LOGGED_WARNINGS: usize = 20;

/// An evaluation that takes longer was stopped by the system, or asks for all of very many flags; or its thread is in the
/// parent of a fork, and it never ends.
const LONGEST_EVALUATION: Duration = Duration::from_millis(20);

/// The part of a client that its thread and its overrides share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) serving: ArcSwap<Serving>,
    /// Counts what was put into `serving`, after it was put there: whoever reads the same number twice knows that the
    /// flags in force did not change between the two.
    pub(super) version: AtomicU64,
    pub(super) unsupported_values: AtomicU64,
    pub(super) source: Source,
    remote: Option<Remote>,
    max_snapshot_bytes: usize,
    /// The forks that `hub` has seen, where evaluations find them.
    pub(super) forks: AtomicU32,
    hub: ArcSwap<Hub>,
    contact: Arc<Contact>,
    follow: Option<Follow>,
}

/// Starts the thread that follows a source.
pub(super) type Follow = fn(&Arc<Shared>, Arc<Hub>) -> io::Result<()>;

impl Shared {
    /// `follow` is for a source that a thread follows.
    pub(super) fn new(
        source: Source,
        options: &ClientOptions,
        follow: Option<Follow>,
    ) -> Result<Arc<Self>, ClientError> {
        let remote = match &source {
            Source::Remote(account) => Some(Remote::new(account, options)?),
            _ => None,
        };
        process::count_forks();
        let contact = Arc::new(Contact::new());
        Ok(Arc::new(Self {
            serving: ArcSwap::default(),
            version: AtomicU64::new(0),
            unsupported_values: AtomicU64::new(0),
            source,
            remote,
            max_snapshot_bytes: options.max_snapshot_bytes,
            forks: AtomicU32::new(process::forks()),
            hub: ArcSwap::from_pointee(Hub::new(false, false, Arc::clone(&contact))),
            contact,
            follow,
        }))
    }

    pub(super) fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }

    /// Starts the thread of a source that is followed.
    pub(super) fn start_thread(self: &Arc<Self>) -> Result<(), ClientError> {
        self.follow.map_or(Ok(()), |follow| follow(self, self.hub())).map_err(ClientError::Thread)
    }

    /// Comes before every evaluation and costs two relaxed loads.
    #[inline]
    pub(super) fn before_evaluation(self: &Arc<Self>, attributes: &impl Attributes) {
        if self.forks.load(Ordering::Relaxed) != process::forks() {
            self.hub();
        }
        if attributes.unsupported() > 0 {
            self.note_unsupported(attributes.unsupported());
        }
    }

    #[cold]
    fn note_unsupported(self: &Arc<Self>, count: u32) {
        if self.unsupported_values.fetch_add(count.into(), Ordering::Relaxed) == 0 {
            let message = "a context has an attribute of an unsupported type, which counts as absent; build a Context \
                           of it to learn which (further ones are only counted in the status)";
            self.hub().log(Level::Warning, message.into());
        }
    }

    /// The part with the locks. In the child of a fork it is made afresh and the thread is started again; where the system
    /// has no thread to give, each later call tries again.
    pub(super) fn hub(self: &Arc<Self>) -> Arc<Hub> {
        let hub = self.hub.load_full();
        let hub = if hub.is_of_this_process() { hub } else { self.after_fork(hub) };
        if hub.is_thread_due() {
            // The status and the log tell of a failure.
            _ = self.require_thread(&hub);
        }
        hub
    }

    /// Starts the thread in the child of a fork, unless it runs.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub(super) fn require_thread(self: &Arc<Self>, hub: &Arc<Hub>) -> Result<(), ClientError> {
        if hub.has_thread() {
            return Ok(());
        }
        let mut cold = hub.lock();
        // Another call may have started it meanwhile.
        if hub.has_thread() || cold.closed {
            return Ok(());
        }
        let started = self.follow.map_or(Ok(()), |follow| follow(self, Arc::clone(hub))).map_err(ClientError::Thread);
        hub.note_thread(started.is_ok());
        match &started {
            // From here on evaluations find that all is done.
            Ok(()) => self.forks.store(process::forks(), Ordering::Relaxed),
            Err(error) if cold.note_failure(error) => hub.announce(&mut cold),
            Err(_) => {}
        }
        started
    }

    #[cold]
    fn after_fork(self: &Arc<Self>, old: Arc<Hub>) -> Arc<Hub> {
        let closed = self.serving.load().closed;
        let needs_thread = self.follow.is_some() && !closed;
        let fresh = Hub::new(closed, needs_thread, Arc::clone(&self.contact));
        self.hub.compare_and_swap(&old, Arc::new(fresh));
        // Never dropped: its locks may be held by threads that this process does not have.
        std::mem::forget(old);
        if !needs_thread {
            self.forks.store(process::forks(), Ordering::Relaxed);
        }
        self.hub.load_full()
    }

    pub(super) fn open_hub(self: &Arc<Self>) -> Result<Arc<Hub>, ClientError> {
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

    /// The marks of the snapshot in force, if it came over the network.
    pub(super) fn validator(&self) -> Option<Arc<Validator>> {
        self.serving.load().validator.clone()
    }

    /// Puts the snapshot that a server sent in force, unless it is there already; `None` then.
    pub(super) fn accept_fetched(
        self: &Arc<Self>,
        text: &[u8],
        etag: Option<Box<str>>,
    ) -> Result<Option<Arc<Snapshot>>, ClientError> {
        let validator = Validator::new(text, etag);
        if self.validator().is_some_and(|known| known.digest == validator.digest) {
            self.revalidate(validator);
            return Ok(None);
        }
        let snapshot = Snapshot::parse(text, self.max_snapshot_bytes)?;
        self.put(snapshot, Some(validator), Hub::note_success).map(Some)
    }

    /// Puts a snapshot in force that serves until the source is reached.
    pub(super) fn accept_meanwhile(
        self: &Arc<Self>,
        snapshot: Snapshot,
        validator: Option<Validator>,
    ) -> Result<(), ClientError> {
        self.put(snapshot, validator, |_, _| ()).map(drop)
    }

    /// Notes what the server now calls the snapshot in force.
    fn revalidate(self: &Arc<Self>, validator: Validator) {
        let hub = self.hub();
        let mut cold = hub.lock();
        if !cold.closed {
            let serving = Serving { validator: Some(Arc::new(validator)), ..Serving::clone(&self.serving.load()) };
            self.serving.store(Arc::new(serving));
            hub.note_success(&mut cold);
        }
    }

    pub(super) fn state(&self, cold: &Cold) -> State {
        let serving = self.serving.load();
        let is_fresh = |remote: &Remote| cold.streaming || self.contact.is_within(remote.stale_after);
        match &self.remote {
            _ if serving.closed => State::Closed,
            remote if serving.is_ready() && remote.as_ref().is_none_or(is_fresh) => State::Ready,
            _ if serving.is_ready() => State::Stale,
            remote if cold.refused || remote.is_none() && cold.last_error.is_some() => State::Error,
            _ => State::Initializing,
        }
    }

    /// Returns how long the flags stay fresh if the source is not reached again. `None` if nothing becomes stale.
    pub(super) fn fresh_for(&self) -> Option<Duration> {
        self.contact.left_of(self.remote.as_ref()?.stale_after)
    }

    pub(super) fn max_snapshot_bytes(&self) -> usize {
        self.max_snapshot_bytes
    }

    /// Puts a snapshot in force that was read from the source.
    pub(super) fn accept(self: &Arc<Self>, snapshot: Snapshot) -> Result<(), ClientError> {
        self.put(snapshot, None, Hub::note_success).map(drop)
    }

    /// Puts a snapshot in force and notes what that means.
    fn put(
        self: &Arc<Self>,
        mut snapshot: Snapshot,
        validator: Option<Validator>,
        note: impl FnOnce(&Hub, &mut Cold),
    ) -> Result<Arc<Snapshot>, ClientError> {
        number_variants(&mut snapshot);
        let snapshot = Arc::new(snapshot);
        let hub = self.hub();
        let set_aside = snapshot.set_aside();
        for warning in set_aside.iter().take(LOGGED_WARNINGS) {
            let key = warning.flag_key().unwrap_or_default();
            hub.log(Level::Warning, format!("flag {key:?} is set aside: {warning}"));
        }
        if let Some(more) = set_aside.len().checked_sub(LOGGED_WARNINGS).filter(|&more| more > 0) {
            hub.log(Level::Warning, format!("{more} more flags are set aside"));
        }
        self.publish(|serving, cold| {
            let changes = changes_between(serving.snapshot.as_deref(), &snapshot);
            serving.snapshot = Some(Arc::clone(&snapshot));
            serving.validator = validator.map(Arc::new);
            note(&hub, cold);
            changes
        })?;
        Ok(snapshot)
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
        let old = self.serve(serving);
        hub.announce(&mut cold);
        drop(cold);
        free(old);
        Ok(())
    }

    /// Replaces the flags in force. The caller holds the lock.
    fn serve(&self, serving: Serving) -> Arc<Serving> {
        let old = self.serving.swap(Arc::new(serving));
        self.version.fetch_add(1, Ordering::Release);
        old
    }

    pub(super) fn close(self: &Arc<Self>) {
        let hub = self.hub();
        let mut cold = hub.lock();
        cold.closed = true;
        let generation = self.serving.load().generation;
        let old = self.serve(Serving { generation, closed: true, ..Serving::default() });
        hub.announce(&mut cold);
        let connections = std::mem::take(&mut cold.connections);
        drop(cold);
        connections.shut_down();
        free(old);
    }
}

/// Frees flags that are no longer in force, once no evaluation reads them: the last one would have to free them itself,
/// and for 10,000 flags that takes as long as thousands of evaluations.
fn free(old: Arc<Serving>) {
    let start = Instant::now();
    while Arc::strong_count(&old) > 1 && start.elapsed() < LONGEST_EVALUATION {
        thread::sleep(Duration::from_micros(50));
    }
    drop(old);
}

/// Gives the variants of a snapshot numbers that no other variant in this process has.
pub(super) fn number_variants(snapshot: &mut Snapshot) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    snapshot.number_variants(|count| NEXT.fetch_add(count, Ordering::Relaxed));
}
