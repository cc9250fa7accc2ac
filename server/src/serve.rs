//! `flagbit serve`: the listeners, and stopping.

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, response::Response};
use hyper::{Request, body::Incoming};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tower::Service;

use crate::{
    http::{
        api,
        edge::{Edge, accept, connection},
    },
    logs,
    operations::retention,
    settings::Settings,
    state::App,
    storage,
};

/// Descriptors for the database, the listeners and everything else that a process has open.
const OTHER_DESCRIPTORS: u64 = 64;
/// The most connections to the metrics.
const METRICS_CONNECTIONS: u32 = 64;

impl connection::Answer for Edge {
    async fn answer(&self, peer: SocketAddr, request: Request<Incoming>) -> Response {
        Self::answer(self, peer, request).await
    }
}

/// Answers requests for metrics, which only the operator can reach.
impl connection::Answer for Router {
    async fn answer(&self, _peer: SocketAddr, request: Request<Incoming>) -> Response {
        let Ok(answer) = self.clone().call(request).await;
        answer
    }
}

pub(crate) async fn run(mut settings: Settings) -> anyhow::Result<()> {
    logs::start(&settings.logs)?;
    let mut signals = Signals::new()?;
    settings.connections.max_connections = possible_connections(settings.connections.max_connections);
    let listener = bind(settings.listen, "--listen").await?;
    let metrics_listener = match settings.metrics.metrics_listen.0 {
        Some(address) => Some(bind(address, "--metrics-listen (or off)").await?),
        None => None,
    };
    warn_if_public(&settings);
    let (stop, stopping) = watch::channel(false);
    let app = App::open(settings, stopping.clone()).await?;
    greet(&app, listener.local_addr()?, metrics_listener.as_ref()).await?;

    let background = background(&app);
    let connections = app.connections.clone();
    let mut serving = vec![tokio::spawn(accept::accept(
        listener,
        Edge::new(app.clone(), api::router(app.clone())?),
        Some(app.clone()),
        connections.clone(),
        stopping.clone(),
    ))];
    if let Some(listener) = metrics_listener {
        let connections = connections.at_most(METRICS_CONNECTIONS);
        let router = api::metrics::router(app.clone());
        serving.push(tokio::spawn(accept::accept(listener, router, None, connections, stopping)));
    }

    signals.next().await;
    tracing::info!("stopping: finishing requests");
    stop.send_replace(true);
    let timeout = app.connections.shutdown_timeout();
    tokio::select! {
        outcome = tokio::time::timeout(timeout, futures_util::future::join_all(serving)) => {
            if outcome.is_err() {
                tracing::warn!(after_seconds = timeout.as_secs(), "stopped before all requests had ended");
            }
        }
        () = signals.next() => anyhow::bail!("ended by a second signal, with requests unfinished"),
    }
    background.abort();
    // Nothing that was acknowledged is lost.
    app.write_usage().await;
    let close = async {
        app.uses.write(app.storage()).await;
        app.storage().close().await;
    };
    _ = tokio::time::timeout(Duration::from_secs(2), close).await;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| anyhow::anyhow!("cannot listen on {address}: {error}; choose another with {option}"))
}

/// Tells people the address of the server and what to do next.
async fn greet(app: &App, address: SocketAddr, metrics: Option<&TcpListener>) -> anyhow::Result<()> {
    let mut greeting = format!("listening on http://{address}, {}\n", app.storage().describe());
    if let Some(listener) = metrics {
        greeting += &format!("metrics on http://{}/metrics\n", listener.local_addr()?);
    }
    if !app.storage().has_account().await? {
        greeting += &format!(
            "no account yet; create one with\n  curl -X POST http://{address}/api/v1/signup -H 'Content-Type: application/json' -d '{{\"email\": \"you@example.com\"}}'\n"
        );
    }
    // Nobody may be listening any more.
    _ = std::io::stdout().write_all(greeting.as_bytes());
    tracing::info!(%address, database = app.storage().describe(), version = env!("CARGO_PKG_VERSION"), "listening");
    Ok(())
}

/// Starts the work that goes on next to the requests.
fn background(app: &App) -> tokio::task::JoinHandle<()> {
    let (app, follower) = (app.clone(), Arc::clone(app.follower()));
    tokio::spawn(async move {
        let archive_days = app.backend.accounts.archive_days;
        tokio::join!(
            Arc::clone(&follower).follow(),
            app.rates.tidy(),
            app.uses.keep(app.storage()),
            app.metrics.upkeep(),
            retention::keep(&follower, archive_days, &app.audit, app.staleness.usage_days),
            app.usage.keep(&follower, &app.metrics)
        );
    })
}

fn warn_if_public(settings: &Settings) {
    if storage::is_plain_text(&settings.database.url) {
        tracing::warn!(
            "PostgreSQL is on another machine and the connection to it may be in plain text: anybody on the way can read \
             it. Add ?sslmode=verify-full to --database; deploy/README.md shows how"
        );
    }
    // A server whose settings name a proxy has one.
    if !settings.listen.ip().is_loopback() && settings.connections.trusted_proxies.is_empty() {
        tracing::warn!(
            address = %settings.listen,
            "reachable from other machines without TLS: anybody on the way can read the keys. Put a reverse \
             proxy before it and name that with --trusted-proxies; deploy/README.md shows how"
        );
    }
    let metrics = settings.metrics.metrics_listen.0;
    if let Some(address) = metrics.filter(|address| !address.ip().is_loopback()) {
        tracing::warn!(%address, "metrics need no key: let only Prometheus reach them");
    }
}

/// Lets the process have as many descriptors as the system allows, and fits the connections into them.
fn possible_connections(wanted: u32) -> u32 {
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current else { return wanted };
    let needed = u64::from(wanted) + OTHER_DESCRIPTORS;
    let raised = limit.maximum.map_or(needed, |maximum| maximum.min(needed)).max(current);
    let is_raised = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum }).is_ok();
    let descriptors = if is_raised { raised } else { current };
    if descriptors >= needed {
        return wanted;
    }
    let possible = u32::try_from(descriptors.saturating_sub(OTHER_DESCRIPTORS)).unwrap_or(wanted).max(1);
    tracing::warn!(wanted, possible, "fewer connections than --max-connections: raise the limit of open files");
    possible
}

/// The signals that end the server: the first one gently, the second one at once.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
