//! Following the database: after each write of this replica, and when there was one elsewhere.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use tokio::{
    sync::{Mutex, watch},
    time::timeout,
};

use super::{
    World,
    load::{JudgedEnvironments, JudgedWrite, load},
};
use crate::storage::{self, Mark, Outage, Storage, Write};

/// The time that a write or its answer waits for the newest state. It is shorter than the time for which PostgreSQL lets a
/// transaction be idle.
const WRITER_TIMEOUT: Duration = Duration::from_secs(4);

/// Keeps the newest state of the database in memory.
#[derive(Debug)]
pub(crate) struct Follower {
    storage: Storage,
    world: ArcSwap<World>,
    /// The sequence of `world`, for those who wait for changes.
    sequence: watch::Sender<i64>,
    /// The time when the newest state was last loaded.
    seen: ArcSwap<Option<Instant>>,
    loading: Mutex<()>,
    /// The environments of the write that was committed last, until they are served.
    judged: parking_lot::Mutex<JudgedWrite>,
}

impl Follower {
    /// A follower that has loaded nothing yet. It loads when a change needs the state before it, and not for the sake of
    /// serving: for commands that write once.
    pub(crate) fn idle(storage: Storage) -> Self {
        Self {
            storage,
            world: ArcSwap::default(),
            sequence: watch::Sender::new(0),
            seen: ArcSwap::default(),
            loading: Mutex::default(),
            judged: parking_lot::Mutex::default(),
        }
    }

    /// Loads everything; from here on there is something to serve.
    pub(crate) async fn start(storage: Storage) -> anyhow::Result<Arc<Self>> {
        let follower = Self::idle(storage);
        follower.catch_up().await?;
        Ok(Arc::new(follower))
    }

    /// The database that is followed.
    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The present state.
    pub(crate) fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// Returns a receiver of the sequence of each new state.
    pub(crate) fn subscribe(&self) -> watch::Receiver<i64> {
        self.sequence.subscribe()
    }

    /// Returns the time since the newest state was last loaded; `None` before the first time.
    pub(crate) fn age(&self) -> Option<Duration> {
        self.seen.load().map(|seen| seen.elapsed())
    }

    /// Loads everything that was written up to now.
    async fn catch_up(&self) -> anyhow::Result<()> {
        let _one_at_a_time = self.loading.lock().await;
        let old = self.world.load_full();
        let judged = std::mem::take(&mut *self.judged.lock());
        if let Some(world) = load(&self.storage, &old, judged).await? {
            let sequence = world.mark.sequence;
            self.world.store(Arc::new(world));
            self.sequence.send_replace(sequence);
        }
        self.seen.store(Arc::new(Some(Instant::now())));
        Ok(())
    }

    /// Loads what was written up to now, as fast as a write would.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn refresh(&self) -> anyhow::Result<()> {
        timeout(WRITER_TIMEOUT, self.catch_up()).await.map_err(|_| storage::Error::from(Outage::Away))?
    }

    /// Returns the state at a write: the one before a write in progress, which that write changes.
    pub(crate) async fn world_at(&self, mark: Mark) -> anyhow::Result<Arc<World>> {
        if self.world().mark != mark {
            self.refresh().await?;
        }
        let world = self.world();
        anyhow::ensure!(world.mark == mark, "the state at write {} could not be loaded", mark.sequence);
        Ok(world)
    }

    /// Makes a write last, and serves it from here on: who wrote reads it afterwards.
    ///
    /// # Errors
    /// Nothing was written. A write that lasts but cannot be read back is no error: it is served once it can.
    pub(crate) async fn commit(&self, write: Write) -> Result<(), storage::Error> {
        self.commit_judged(write, JudgedEnvironments::new()).await
    }

    /// [`Self::commit`] of a write for which the engine judged environments. They are, byte for byte, what is committed, and
    /// are served without reading them back.
    pub(crate) async fn commit_judged(&self, write: Write, judged: JudgedEnvironments) -> Result<(), storage::Error> {
        let is_idle = self.seen.load().is_none();
        if !is_idle {
            // Before the commit, since a notification of it may come before this goes on.
            *self.judged.lock() = JudgedWrite { mark: write.mark(), environments: judged };
        }
        write.commit().await?;
        if !is_idle {
            match timeout(WRITER_TIMEOUT, self.catch_up()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "written, but not read back yet"),
                Err(_) => tracing::warn!("written, but the database does not answer: not read back yet"),
            }
        }
        Ok(())
    }

    /// Follows until the task is dropped. While the database is away, what is in memory is served.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut listener = self.storage.listener();
        let mut is_failing = false;
        loop {
            listener.changed().await;
            let outcome = self.catch_up().await;
            self.storage.tidy().await;
            if let Err(error) = &outcome
                && !is_failing
            {
                tracing::warn!(%error, "cannot follow the database; serving what is in memory");
            } else if outcome.is_ok() && is_failing {
                tracing::info!("following the database again");
            }
            is_failing = outcome.is_err();
        }
    }
}
