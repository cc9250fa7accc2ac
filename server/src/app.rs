//! The application: what every request can reach, and its routes.

use std::{ops::Deref, sync::Arc};

use axum::Router;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    http::{self, listing::Listings, metrics::Metrics, rates::Rates, subscribers::Subscribers},
    settings::Settings,
    storage::Storage,
    world::{Follower, World},
};

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

/// All routes and their documents. Which key may do what is each handler's first argument, see [`http::auth`].
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(http::audit::routes())
        .merge(http::environments::routes())
        .merge(http::evaluate::routes())
        .merge(http::health::routes())
        .merge(http::keys::routes())
        .merge(http::ofrep::routes())
        .merge(http::openapi::routes())
        .merge(http::projects::routes())
        .merge(http::signup::routes())
        .merge(http::snapshot::routes())
        .merge(http::stream::routes())
        .merge(http::tools::routes())
        .nest("/api/v1/projects/{id}", in_environment())
        .nest("/api/v1/projects/{id}/environments/{environment}", in_environment())
}

/// What answers requests that are within the limits of [`http::edge`].
pub(crate) fn router(app: App) -> Router {
    let (router, _document) = routes().split_for_parts();
    router.fallback(http::error::no_route).method_not_allowed_fallback(http::error::no_method).with_state(app)
}

/// What is about one environment: that of the path, or the first of the project.
fn in_environment() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(http::flags::routes())
        .merge(http::flags_as_code::routes())
        .merge(http::segments::routes())
}
