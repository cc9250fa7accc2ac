//! The application: what every request can reach, and its routes.

use std::{ops::Deref, sync::Arc};

use axum::{Router, middleware};
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    http,
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
    /// `true` once the server stops: streams end.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl App {
    pub(crate) async fn open(settings: Settings, stopping: watch::Receiver<bool>) -> anyhow::Result<Self> {
        let storage = Storage::open(&settings.database.url).await?;
        let follower = Follower::start(storage.clone()).await?;
        Ok(Self(Arc::new(Parts { settings, storage, follower, stopping })))
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

/// All routes. Which key may do what is each handler's first argument, see [`http::auth`].
pub(crate) fn router(app: App) -> Router {
    let (router, _document) = OpenApiRouter::new()
        .merge(http::audit::routes())
        .merge(http::environments::routes())
        .merge(http::health::routes())
        .merge(http::keys::routes())
        .merge(http::projects::routes())
        .merge(http::signup::routes())
        .split_for_parts();
    router
        .fallback(http::error::no_route)
        .method_not_allowed_fallback(http::error::no_method)
        .layer(middleware::from_fn(http::unread::read_the_rest))
        .with_state(app)
}
