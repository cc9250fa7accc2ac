//! Clients over the network, against servers good and bad, over real sockets.

mod bad;
#[cfg(target_os = "linux")]
mod black_hole;
mod cache;
#[cfg(target_os = "linux")]
mod close;
#[cfg(target_os = "linux")]
mod cost;
#[cfg(target_os = "linux")]
mod counts;
mod drip;
mod first;
#[cfg(unix)]
mod fork;
mod forms;

mod isolated;
mod proxy;
#[cfg(target_os = "linux")]
mod resolve;
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "tests that are for Linux alone use the rest"))]
mod server;
mod setup;
mod stream;
mod tls;
mod unreachable;

use std::{
    thread,
    time::{Duration, Instant},
};

use flagbit::{Client, ClientOptions, Context};

pub(crate) const KEY: &str = "fbsrv_0123456789abcdef";
/// Longer than anything takes; a test that waits so long fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn options(server: &server::Server) -> ClientOptions {
    ClientOptions::server(server.url(), KEY)
}

/// A client that has what the server gives.
pub(crate) fn ready(options: ClientOptions) -> Client {
    let client = Client::open(options).unwrap();
    client.ready_within(PATIENCE).unwrap();
    client
}

pub(crate) fn is_on(client: &Client) -> bool {
    client.is_enabled("f", &Context::EMPTY, false)
}

/// Looks again until it holds; what the client says of itself where it never does.
pub(crate) fn eventually(client: &Client, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{:?}", client.status());
        thread::sleep(Duration::from_millis(5));
    }
}
