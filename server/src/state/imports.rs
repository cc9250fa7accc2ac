//! Imports, which take much memory and time: one at a time, and a few that wait, not all of one account.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::by_account::ByAccount;

/// The number of imports that run or wait. Each of them holds its body in memory.
const PLACES: usize = 4;
/// The number of these that one account may have.
const PLACES_OF_ACCOUNT: usize = 2;
/// The time for which an import waits for those before it.
const WAIT: Duration = Duration::from_secs(10);

/// The imports of one server. They begin to count when their bodies are complete, so that nobody keeps others from importing
/// with a body that never comes.
#[derive(Debug)]
pub(crate) struct Imports {
    places: Arc<Semaphore>,
    accounts: ByAccount,
    turn: Arc<Semaphore>,
}

/// The turn of the one import that runs, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _permits: [OwnedSemaphorePermit; 3],
}

/// Other imports are running.
#[derive(Debug)]
pub(crate) enum Busy {
    /// As many as may wait, or for too long.
    All,
    /// As many of the account as it may have.
    Account,
}

impl Default for Imports {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            accounts: ByAccount::new(PLACES_OF_ACCOUNT),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Imports {
    /// Waits for the turn.
    pub(crate) async fn turn(&self, account_id: i64) -> Result<Turn, Busy> {
        let of_account = self.accounts.take(account_id, 1).ok_or(Busy::Account)?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Busy::All)?;
        match timeout(WAIT, Arc::clone(&self.turn).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Turn { _permits: [of_account, place, turn] }),
            _ => Err(Busy::All),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_account_leaves_places_to_others() {
        let imports = Arc::new(Imports::default());
        let start = |account_id| {
            let imports = Arc::clone(&imports);
            tokio::spawn(async move { imports.turn(account_id).await })
        };
        let running = imports.turn(1).await.expect("the first turn");
        let waiting = start(1);
        while imports.places.available_permits() > PLACES - 2 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(imports.turn(1).await, Err(Busy::Account)));
        let of_others = [start(2), start(3)];
        while imports.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(imports.turn(4).await, Err(Busy::All)));
        drop(running);
        for turn in [waiting].into_iter().chain(of_others) {
            turn.await.expect("it runs").expect("its turn");
        }
    }
}
