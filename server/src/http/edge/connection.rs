//! One connection: HTTP on a stream that is watched. hyper by itself has one timeout for both the head of a request and
//! the wait before it. A reverse proxy wants the wait to be long, but a slow client must not have as long for a head.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep_until},
};

use super::pace::{Pace, Paced, Tracked};
use crate::settings::Connections;

/// The largest head of a request and the largest buffer of a connection, in bytes.
const HEAD_BYTES: usize = 32 << 10;
const BUFFER_BYTES: usize = 64 << 10;
/// The time that a request which has begun to arrive still gets once the server stops.
const LAST_HEAD: Duration = Duration::from_secs(1);

/// Answers the requests of a peer.
pub(crate) trait Answer: Clone + Send + Sync + 'static {
    fn answer(&self, peer: SocketAddr, request: Request<Incoming>) -> impl Future<Output = Response> + Send;
}

/// Serves a connection until it ends, is too slow, or the server stops.
pub(crate) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    answer: impl Answer,
    settings: &Connections,
    mut stopping: watch::Receiver<bool>,
) {
    _ = stream.set_nodelay(true);
    let pace = Arc::new(Pace::new(settings));
    let service = service_fn(|request: Request<Incoming>| {
        let busy = Pace::begin(&pace, &request);
        let answered = answer.answer(peer, request);
        async move { Ok::<_, Infallible>(answered.await.map(|body: Body| Tracked::new(body, busy))) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .header_read_timeout(None)
            .max_header_size(HEAD_BYTES)
            .max_buf_size(BUFFER_BYTES)
            .serve_connection(TokioIo::new(Paced::new(stream, Arc::clone(&pace))), service)
    );
    // The timer is looked at when it could be due; moving it with every request would cost more.
    let mut check = pin!(sleep_until(pace.check()));
    let mut stop = pin!(stopping.wait_for(|stopping| *stopping));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            biased;
            outcome = &mut connection => {
                if let Err(error) = outcome {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = &mut check => {
                let is_over = if is_stopping { !pace.is_busy() } else { pace.due() <= Instant::now() };
                if is_over {
                    tracing::debug!("a connection was too slow or idle for too long");
                    return;
                }
                check.as_mut().reset(pace.check());
            }
            _ = &mut stop, if !is_stopping => {
                is_stopping = true;
                pace.do_not_linger();
                connection.as_mut().graceful_shutdown();
                check.as_mut().reset(Instant::now() + LAST_HEAD);
            }
        }
    }
}
