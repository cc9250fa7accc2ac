//! The state that every request can reach.

pub(crate) mod budget;
mod by_account;
pub(crate) mod imports;
pub(crate) mod large_reads;
pub(crate) mod listings;
pub(crate) mod metrics;
pub(crate) mod pool;
pub(crate) mod rates;
pub(crate) mod subscribers;
pub(crate) mod usage;
pub(crate) mod uses;

use std::{ops::Deref, sync::Arc, time::Duration};

use tokio::{sync::watch, time::timeout};

use crate::{
    operations::Backend,
    settings::{Audit, Connections, Health, Requests, Settings, Staleness},
    storage::{Missing, Storage},
    world::{Follower, World},
};
use budget::Budget;
use imports::Imports;
use large_reads::LargeReads;
use listings::Listings;
use metrics::Metrics;
use pool::Pool;
use rates::Rates;
use subscribers::Subscribers;
use usage::Usage;
use uses::Uses;

/// The time for writing usage before it is read, or before the server stops.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);

/// The state that every request can reach.
#[derive(Debug, Clone)]
pub(crate) struct App(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) backend: Backend,
    pub(crate) audit: Audit,
    pub(crate) connections: Connections,
    pub(crate) health: Health,
    pub(crate) requests: Requests,
    /// Bodies that are being read.
    pub(crate) bodies: Budget,
    /// Answers that clients have not taken yet.
    pub(crate) answers: Budget,
    pub(crate) imports: Imports,
    pub(crate) large_reads: LargeReads,
    pub(crate) listings: Listings,
    pub(crate) metrics: Metrics,
    pub(crate) rates: Rates,
    /// Evaluations that may take long.
    pub(crate) evaluations: Pool,
    /// The heavy work that strangers may ask for.
    pub(crate) playground: Pool,
    /// `true` once the server stops: streams end.
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) subscribers: Arc<Subscribers>,
    pub(crate) uses: Uses,
    /// What is to be written of how flags are used.
    pub(crate) usage: Usage,
    pub(crate) staleness: Staleness,
}

impl App {
    /// Opens the database, loads it and starts to count.
    pub(crate) async fn open(settings: Settings, stopping: watch::Receiver<bool>) -> anyhow::Result<Self> {
        let Settings { accounts, audit, connections, health, limits, requests, staleness, .. } = settings;
        staleness.check()?;
        let missing = if settings.database_must_exist { Missing::Refuse } else { Missing::Create };
        let follower = Follower::start(Storage::open(&settings.database.url, missing).await?).await?;
        Ok(Self(Arc::new(Parts {
            backend: Backend { follower, accounts, limits },
            bodies: Budget::new(requests.max_bodies_bytes, requests.max_definition_bytes),
            answers: Budget::new(requests.max_answers_bytes, 0),
            imports: Imports::default(),
            large_reads: LargeReads::default(),
            listings: Listings::default(),
            metrics: Metrics::new(settings.metrics.flag_metrics)?,
            rates: Rates::new(&requests),
            evaluations: Pool::new(requests.max_long_evaluations, requests.evaluation_timeout()),
            playground: Pool::new(requests.max_playgrounds, requests.evaluation_timeout()),
            uses: Uses::default(),
            subscribers: Arc::new(Subscribers::new(&settings.streams)),
            usage: Usage::new()?,
            staleness,
            audit,
            connections,
            health,
            requests,
            stopping,
        })))
    }

    pub(crate) fn follower(&self) -> &Arc<Follower> {
        &self.backend.follower
    }

    pub(crate) fn storage(&self) -> &Storage {
        self.backend.follower.storage()
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.backend.follower.world()
    }

    /// Writes the usage that came together, for those who read it. If that takes long, they read what was written before.
    pub(crate) async fn write_usage(&self) {
        _ = timeout(WRITE_TIMEOUT, self.usage.write(self.follower(), &self.metrics)).await;
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
