//! `flagbit serve`: the listener, and stopping.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    app::{self, App},
    settings::Settings,
};

/// A client that takes longer to say what it wants is cut off; so is a connection that was idle for as long.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long requests that are being answered may take once the server stops.
const GRACE: Duration = Duration::from_secs(10);

pub(crate) async fn run(settings: Settings) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|error| anyhow::anyhow!("cannot listen on {}: {error}", settings.listen))?;
    let address = listener.local_addr()?;
    let (stop, stopping) = watch::channel(false);
    let app = App::open(settings, stopping).await?;
    println!("listening on http://{address}, {}", app.storage.describe());
    if !app.storage.has_account().await? {
        println!(
            "no account yet; create one with\n  curl -X POST http://{address}/api/v1/signup -H 'Content-Type: application/json' -d '{{\"email\": \"you@example.com\"}}'"
        );
    }
    let following = tokio::spawn(Arc::clone(&app.follower).follow());
    accept(listener, app::router(app.clone()), stop).await;
    following.abort();
    app.storage.close().await;
    Ok(())
}

/// Serves until SIGTERM or SIGINT, then lets requests end.
async fn accept(listener: TcpListener, router: Router, stop: watch::Sender<bool>) {
    let graceful = GracefulShutdown::new();
    let mut terminated = std::pin::pin!(terminated());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => serve(stream, router.clone(), &graceful),
                Err(error) => {
                    // Out of descriptors, mostly: better a moment later than in a hot loop.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = &mut terminated => break,
        }
    }
    drop(listener);
    stop.send_replace(true);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

fn serve(stream: TcpStream, router: Router, graceful: &GracefulShutdown) {
    _ = stream.set_nodelay(true);
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

async fn terminated() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("cannot hear signals; end the server with SIGKILL");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
