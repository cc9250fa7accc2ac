//! Trust in the database: when it last answered, and connections that were open before the network fell silent.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sqlx::{AnyConnection, Connection, pool::PoolConnectionMetadata};
use tokio::time::timeout;

/// The time for a connection that was idle to answer before it is used again.
const PING_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Default)]
pub(super) struct Trust(Arc<Mutex<Moments>>);

#[derive(Debug, Default)]
struct Moments {
    /// Up to it, connections are not trusted. A network that drops one connection in silence has mostly dropped all of them,
    /// and asking each whether it still works would take as many timeouts.
    lost: Option<Instant>,
    /// The last answer to a statement.
    answered: Option<Instant>,
}

impl Trust {
    /// Notes that a connection fell silent: all that are open by now are closed instead of used again.
    pub(super) fn lose(&self) {
        self.0.lock().lost = Some(Instant::now());
    }

    /// Notes that the database answered a statement.
    pub(super) fn answered(&self) {
        self.0.lock().answered = Some(Instant::now());
    }

    /// Returns whether the database answered within the last while.
    pub(super) fn has_answered_within(&self, time: Duration) -> bool {
        self.0.lock().answered.is_some_and(|answered| answered.elapsed() <= time)
    }

    /// Returns whether an idle connection works.
    pub(super) async fn test(&self, connection: &mut AnyConnection, metadata: PoolConnectionMetadata) -> bool {
        let lost = self.0.lock().lost;
        if lost.is_some_and(|lost| lost.elapsed() <= metadata.age) {
            return false;
        }
        match timeout(PING_TIMEOUT, connection.ping()).await {
            Ok(outcome) => outcome.is_ok(),
            Err(_) => {
                self.lose();
                false
            }
        }
    }
}
