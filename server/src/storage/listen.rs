//! Notifications of the writes of other replicas.

use std::time::Duration;

use sqlx::{
    Executor,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::timeout;

use super::Storage;

/// The longest time until a change is seen without a notification: on SQLite, where another process made it, or while the
/// connection that listens is cut.
const POLL: Duration = Duration::from_secs(2);
/// The time for the connection that listens to show that it is alive.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// Tells when it is time to look for writes.
pub(crate) struct Listener {
    postgres: Option<String>,
    connection: Option<PgListener>,
}

impl Storage {
    pub(crate) fn listener(&self) -> Listener {
        Listener { postgres: self.listening.clone(), connection: None }
    }
}

impl Listener {
    /// Returns when there may have been a write: on a notification, after every reconnection, and from time to time.
    pub(crate) async fn changed(&mut self) {
        if timeout(POLL, self.notified()).await.is_err() {
            self.test().await;
        }
    }

    /// Gives up a connection that is silent because the network dropped it. Nobody would hear of changes over it again.
    async fn test(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        if !timeout(PING_TIMEOUT, connection.execute("SELECT 1")).await.is_ok_and(|outcome| outcome.is_ok()) {
            tracing::warn!("the connection that hears of changes is dead");
            self.connection = None;
        }
    }

    async fn notified(&mut self) {
        let Some(url) = &self.postgres else {
            return std::future::pending().await;
        };
        match &mut self.connection {
            // `None` is a connection that was lost and made again. Notifications between the two are lost.
            Some(connection) => {
                if let Err(error) = connection.try_recv().await {
                    tracing::warn!(%error, "lost the connection that hears of changes");
                    self.connection = None;
                }
            }
            None => match connect(url).await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) => {
                    tracing::warn!(%error, "cannot listen for changes; polling meanwhile");
                    std::future::pending().await
                }
            },
        }
    }
}

async fn connect(url: &str) -> sqlx::Result<PgListener> {
    // A pool of its own, so that it never waits for a connection that requests hold.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(POLL).connect(url).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen("flagbit").await?;
    Ok(listener)
}
