//! Imports, which take much memory and time: one at a time, and a few that wait.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// The number of imports that run or wait. Each of them holds its body in memory.
const PLACES: usize = 4;
/// The time for which an import waits for those before it.
const WAIT: Duration = Duration::from_secs(10);

/// The imports of one server. They begin to count when their bodies are complete, so that nobody keeps others from importing
/// with a body that never comes.
#[derive(Debug)]
pub(crate) struct Imports {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

/// The turn of the one import that runs, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

/// Other imports are running.
#[derive(Debug)]
pub(crate) struct Busy;

impl Default for Imports {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Imports {
    /// Waits for the turn.
    pub(crate) async fn turn(&self) -> Result<Turn, Busy> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Busy)?;
        match timeout(WAIT, Arc::clone(&self.turn).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Turn { _place: place, _turn: turn }),
            _ => Err(Busy),
        }
    }
}
