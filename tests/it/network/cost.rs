//! What a client costs: bytes on the wire, memory, a thread; and that nothing adds up.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use flagbit::Client;

use super::{
    PATIENCE, counts, isolated, options, ready,
    server::{Server, good, snapshot, status},
};

#[test]
fn an_unchanged_poll_is_less_than_a_kilobyte() {
    let server = Server::new(good(1, true));
    let client = ready(options(&server));
    // As long as real ones are.
    let etag = format!("\"{}-gzip\"", "0123456789abcdef".repeat(4));
    let headers =
        [("ETag", &*etag), ("Cache-Control", "private, no-cache"), ("Vary", "Authorization, Accept-Encoding")];
    let sent = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&sent);
    let full = status(200, &headers, snapshot(2, true));
    let mut answer = String::from("HTTP/1.1 304 Not Modified\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    for (name, value) in headers {
        answer += &format!("{name}: {value}\r\n");
    }
    answer += "\r\n";
    server.answer(Arc::new(move |request, connection| {
        if request.headers.get("if-none-match") != Some(&etag) {
            return full(request, connection);
        }
        counting.store(answer.len(), Ordering::SeqCst);
        connection.write_all(answer.as_bytes()).map(|()| true)
    }));
    client.refresh(PATIENCE).unwrap();
    client.refresh(PATIENCE).unwrap();
    let (asked, answered) = (server.requests().last().unwrap().bytes, sent.load(Ordering::SeqCst));
    println!("an unchanged poll: {asked} bytes there, {answered} back");
    assert!(answered > 0 && asked + answered < 1_000);
}

#[test]
#[ignore = "run by the test below in a process of its own"]
fn alone() {
    let server = Server::new(good(1, true));
    // The first client pays for what a process has once.
    let first = ready(options(&server));
    first.refresh(PATIENCE).unwrap();
    let (threads, before) = (counts::threads(), counts::resident());
    const CLIENTS: usize = 50;
    let clients: Vec<Client> = (0..CLIENTS).map(|_| ready(options(&server))).collect();
    clients.iter().for_each(|client| client.refresh(PATIENCE).unwrap());
    let each = (counts::resident() - before) / CLIENTS;
    // The server has a thread for each connection, too.
    let threads = (counts::threads() - threads) / CLIENTS - 1;
    println!("a client: {threads} thread, {} kB, the server's end of the connection included", each / 1_000);
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
