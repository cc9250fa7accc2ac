//! Large answers that are put together from the database: a few at a time, so that their memory does not add up.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// An answer from texts with fewer bytes does not wait.
const LARGE: usize = 256 << 10;
/// The number of large answers that are put together at once.
const AT_ONCE: usize = 2;
/// The time for which a request waits for others.
const WAIT: Duration = Duration::from_secs(10);

/// The large answers of one server.
#[derive(Debug)]
pub(crate) struct LargeReads(Arc<Semaphore>);

/// The turn of a request, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// Other large answers took the whole time.
#[derive(Debug)]
pub(crate) struct Busy;

impl Default for LargeReads {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl LargeReads {
    /// Waits for the turn of an answer from texts of so many bytes. A small answer needs none. Whoever waits holds no
    /// connection to the database.
    pub(crate) async fn turn(&self, bytes: usize) -> Result<Option<Turn>, Busy> {
        if bytes < LARGE {
            return Ok(None);
        }
        match timeout(WAIT, Arc::clone(&self.0).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Some(Turn { _permit: permit })),
            _ => Err(Busy),
        }
    }
}
