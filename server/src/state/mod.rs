//! The state that every request can reach.

pub(crate) mod listings;
pub(crate) mod metrics;
pub(crate) mod rates;
pub(crate) mod subscribers;

use std::{ops::Deref, sync::Arc};

use tokio::sync::watch;

use crate::{
    settings::Settings,
    storage::Storage,
    world::{Follower, World},
};
use listings::Listings;
use metrics::Metrics;
use rates::Rates;
use subscribers::Subscribers;

/// What every request can reach.
#[derive(Debug, Clone)]
pub(crate) struct App(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) settings: Settings,
    pub(crate) storage: Storage,
    pub(crate) follower: Arc<Follower>,
    pub(crate) listings: Listings,
    pub(crate) metrics: Metrics,
    pub(crate) rates: Rates,
    /// `true` once the server stops: streams end.
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) subscribers: Subscribers,
}

impl App {
    pub(crate) async fn open(settings: Settings, stopping: watch::Receiver<bool>) -> anyhow::Result<Self> {
        let storage = Storage::open(&settings.database.url).await?;
        let follower = Follower::start(storage.clone()).await?;
        let metrics = Metrics::new(settings.metrics.flag_metrics)?;
        let rates = Rates::new(&settings.requests);
        let subscribers = Subscribers::new(&settings.streams);
        Ok(Self(Arc::new(Parts {
            settings,
            storage,
            follower,
            listings: Listings::default(),
            metrics,
            rates,
            stopping,
            subscribers,
        })))
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.follower.world()
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
