//! Work that may take long, on threads apart from those that answer requests, a few pieces at a time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

/// The number of pieces that may wait for each that runs. More would only wait until their time is over.
const WAITING: usize = 16;

/// Threads for work that may take long.
#[derive(Debug)]
pub(crate) struct Pool {
    free: Arc<Semaphore>,
    places: Arc<Semaphore>,
    timeout: Duration,
}

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum NoResult {
    /// As many pieces run and wait as may.
    Busy,
    /// The work took longer than this.
    TooLong(Duration),
    /// The work panicked. The log says where.
    Panicked,
}

/// Tells work when nobody wants its result any more.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    is_abandoned: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Watch {
    /// A watch for short work, which ends by itself.
    pub(crate) fn without_limit() -> Self {
        Self { is_abandoned: Arc::default(), deadline: None }
    }

    /// Returns whether the caller has gone or the time is over. The result is then thrown away, whatever it is.
    pub(crate) fn is_over(&self) -> bool {
        self.is_abandoned.load(Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Ends the work when the request is dropped, as hyper does when the client hangs up.
struct Abandon(Watch);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.is_abandoned.store(true, Relaxed);
    }
}

impl Pool {
    /// `timeout` bounds the time of a piece of work, and the time for which it waits for a thread.
    pub(crate) fn new(threads: u16, timeout: Duration) -> Self {
        let threads = usize::from(threads);
        Self {
            free: Arc::new(Semaphore::new(threads)),
            places: Arc::new(Semaphore::new(threads * (1 + WAITING))),
            timeout,
        }
    }

    /// Runs work on a thread of the pool. The work has to look at its watch again and again, and end when that says so.
    /// A thread that is not free yet stays taken until then, also when the request has ended.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Watch) -> T + Send + 'static,
    ) -> Result<T, NoResult> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| NoResult::Busy)?;
        let free = tokio::time::timeout(self.timeout, Arc::clone(&self.free).acquire_owned()).await;
        let Ok(Ok(permit)) = free else { return Err(NoResult::Busy) };
        let watch = Watch { is_abandoned: Arc::default(), deadline: Some(Instant::now() + self.timeout) };
        let _abandon = Abandon(watch.clone());
        let result = tokio::task::spawn_blocking(move || {
            let _taken = (permit, place);
            let result = work(&watch);
            (result, watch.is_over())
        });
        match result.await {
            Ok((result, false)) => Ok(result),
            Ok((_, true)) => Err(NoResult::TooLong(self.timeout)),
            Err(_) => Err(NoResult::Panicked),
        }
    }
}
