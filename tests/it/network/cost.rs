//! The cost of a client: bytes on the wire, memory, a thread. None of them grows with time.

use flagbit::Client;
use serde_json::json;

use super::{
    PATIENCE, counts, isolated, options, ready,
    server::{Server, good, snapshot},
};

#[test]
fn an_unchanged_poll_is_less_than_a_kilobyte() {
    let server = Server::new(good(1, true));
    let client = ready(options(&server));
    // The entity tag is as long as real ones.
    let etag = format!("\"{}-gzip\"", "0123456789abcdef".repeat(4));
    server.answer(json!({
        "body": snapshot(2, true),
        "etag": etag,
        "headers": {
            "Cache-Control": "private, no-cache",
            "Date": "Sun, 06 Nov 1994 08:49:37 GMT",
            "Vary": "Authorization, Accept-Encoding",
        },
    }));
    client.refresh(PATIENCE).unwrap();
    client.refresh(PATIENCE).unwrap();
    let unchanged = server.requests().pop().unwrap();
    let (asked, answered) = (unchanged.head.len() + "\r\n".len(), unchanged.sent);
    println!("an unchanged poll: {asked} bytes there, {answered} back");
    assert_eq!(unchanged.status, 304);
    assert!(answered > 0 && asked + answered < 1_000);
}

#[test]
#[ignore = "run by the test below in a process of its own"]
fn alone() {
    let server = Server::new(good(1, true));
    // The first client pays the one-time costs of a process.
    let first = ready(options(&server));
    first.refresh(PATIENCE).unwrap();
    let (threads, before) = (counts::threads(), counts::resident());
    const CLIENTS: usize = 50;
    let clients: Vec<Client> = (0..CLIENTS).map(|_| ready(options(&server))).collect();
    clients.iter().for_each(|client| client.refresh(PATIENCE).unwrap());
    let each = (counts::resident() - before) / CLIENTS;
    let threads = (counts::threads() - threads) / CLIENTS;
    println!("a client: {threads} thread, {} kB", each / 1_000);
    assert_eq!(threads, 1);
    assert!(each < 200_000, "{each} bytes a client");
    drop(clients);

    let refresh = |count: u64| {
        for revision in 0..count {
            if revision % 10 == 0 {
                server.answer(good(revision, revision % 20 == 0));
            }
            first.refresh(PATIENCE).unwrap();
            server.forget_requests();
            first.take_log();
        }
    };
    let count = std::env::var("FLAGBIT_REFRESHES").map_or(1_000, |count| count.parse().unwrap());
    refresh(500);
    let before = counts::resident();
    refresh(count);
    let growth = counts::resident().saturating_sub(before);
    println!("{count} refreshes, a tenth of them changes: {} kB more memory", growth / 1_000);
    assert!(growth < 500_000, "{growth} bytes more");
}

#[test]
fn a_client_is_one_thread_and_little_memory_and_does_not_grow() {
    isolated::run("network::cost::alone", &[]);
}
