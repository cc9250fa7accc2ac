//! Trust in connections that were open before the network fell silent.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sqlx::{AnyConnection, Connection, pool::PoolConnectionMetadata};
use tokio::time::timeout;

/// The time for a connection that was idle to answer before it is used again.
const PING_TIMEOUT: Duration = Duration::from_secs(1);

/// The moment up to which connections are not trusted. A network that drops one connection in silence has mostly dropped
/// all of them, and asking each whether it still works would take as many timeouts.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust(Arc<Mutex<Option<Instant>>>);

impl Trust {
    /// Notes that a connection fell silent: all that are open by now are closed instead of used again.
    pub(super) fn lose(&self) {
        *self.0.lock() = Some(Instant::now());
    }

    /// Returns whether an idle connection works.
    pub(super) async fn test(&self, connection: &mut AnyConnection, metadata: PoolConnectionMetadata) -> bool {
        let lost = *self.0.lock();
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
