//! A listener with its limits of connections.

use std::{collections::HashMap, io::Write, net::IpAddr, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

use super::{
    caller::customer,
    connection::{self, Answer},
};
use crate::{settings::Connections, state::App};

/// The answer to a connection beyond the limits.
const REFUSAL: &str = r#"{"error":{"code":"UNAVAILABLE","message":"too many connections; try again"}}"#;

/// Accepts connections until the server stops, then waits until all have ended. The metrics of `counted` count them.
pub(crate) async fn accept(
    listener: TcpListener,
    answer: impl Answer,
    counted: Option<App>,
    settings: Connections,
    mut stopping: watch::Receiver<bool>,
) {
    let max = settings.max_connections;
    let (free, settings) = (Arc::new(Semaphore::new(max as usize)), Arc::new(settings));
    let addresses = Addresses::default();
    let mut is_failing = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Mostly there are no descriptors left. A pause is better than a hot loop.
                if !is_failing {
                    tracing::warn!(%error, "cannot accept a connection");
                }
                is_failing = true;
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        is_failing = false;
        let (Ok(permit), Some(place)) = (Arc::clone(&free).try_acquire_owned(), addresses.enter(peer.ip(), &settings))
        else {
            _ = counted.as_ref().map(|app| app.metrics.refused_connections.increment(1));
            refuse(stream);
            continue;
        };
        let (answer, counted) = (answer.clone(), counted.clone());
        let (settings, stopping) = (Arc::clone(&settings), stopping.clone());
        tokio::spawn(async move {
            let _places = (permit, place, Open::new(counted));
            connection::serve(stream, peer, answer, &settings, stopping).await;
        });
    }
    drop(listener);
    // All places are free when all connections have ended.
    _ = free.acquire_many(max).await;
}

fn refuse(stream: TcpStream) {
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 1\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{REFUSAL}",
        REFUSAL.len()
    );
    // This does not wait: a new connection has room for it.
    _ = stream.into_std().and_then(|mut stream| stream.write(answer.as_bytes()));
}

/// The number of connections of each address.
#[derive(Debug, Default, Clone)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// A connection of an address; `None` for one that is not counted.
struct Place(Option<(Addresses, IpAddr)>);

impl Addresses {
    /// Counts a connection of an address; `None` if the address has too many.
    fn enter(&self, address: IpAddr, settings: &Connections) -> Option<Place> {
        let (address, max) = (address.to_canonical(), settings.max_connections_per_address);
        if max == 0 || settings.trusted_proxies.iter().any(|network| network.contains(&address)) {
            return Some(Place(None));
        }
        let address = customer(address);
        let mut addresses = self.0.lock();
        let count = addresses.entry(address).or_insert(0);
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(Place(Some((self.clone(), address))))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((addresses, address)) = &self.0 else { return };
        let mut addresses = addresses.0.lock();
        if let Some(count) = addresses.get_mut(address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(address);
            }
        }
    }
}

/// An open connection, for the metrics.
struct Open(Option<App>);

impl Open {
    fn new(counted: Option<App>) -> Self {
        _ = counted.as_ref().map(|app| app.metrics.connections.increment(1.0));
        Self(counted)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        _ = self.0.as_ref().map(|app| app.metrics.connections.decrement(1.0));
    }
}
