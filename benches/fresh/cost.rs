//! Measures a client's cost (bytes on the wire, threads, memory), and shows that nothing accumulates.

use std::fs;

use flagbit::{Client, ClientOptions};

use super::{
    relay::Relay,
    server::{PATIENCE, Server, ready},
};

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("Linux").count()
}

/// Resident memory, in bytes.
fn resident() -> usize {
    let text = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: usize = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096
}

/// An unchanged poll, headers included, over a connection that is kept.
pub(crate) fn wire(server: &Server) {
    let relay = Relay::to(&server.url);
    let client = ready(ClientOptions::server(&relay.url, &server.server_key), false);
    client.refresh(PATIENCE).expect("an answer");
    let (asked, answered) = relay.bytes();
    client.refresh(PATIENCE).expect("an answer");
    let (asked, answered) = (relay.bytes().0 - asked, relay.bytes().1 - answered);
    println!("| a poll that finds nothing new | {} bytes: {asked} there, {answered} back |", asked + answered);
}

/// The threads and the memory of one of many, with a snapshot of one flag.
pub(crate) fn clients(server: &Server, count: u64, stream: bool) {
    let open = || {
        let client = ready(server.options(), stream);
        if !stream {
            // Every client has done this after a while. It would end a stream.
            client.refresh(PATIENCE).expect("an answer");
        }
        client
    };
    // The first client pays the one-time costs of a process.
    let _first = open();
    let (threads_before, before) = (threads(), resident());
    let _clients: Vec<Client> = (0..count).map(|_| open()).collect();
    let kilobytes = resident().saturating_sub(before) as f64 / count as f64 / 1e3;
    let threads = (threads() - threads_before) as f64 / count as f64;
    let name = if stream { "streaming" } else { "polling" };
    println!("| a {name} client, one of {count} | {threads} thread, {kilobytes:.0} kB |");
}

/// A tenth of them brings a change.
pub(crate) fn refreshes(server: &Server, count: u64) {
    let client = ready(server.options(), false);
    let refresh = |count: u64| {
        for index in 0..count {
            if index % 10 == 0 {
                server.switch("flipped", index % 20 == 0);
            }
            client.refresh(PATIENCE).expect("an answer");
            client.take_log();
        }
    };
    refresh(500);
    let before = resident();
    refresh(count);
    let after = resident();
    let (before, after, few) = (before / 1_000, after / 1_000, count / 10);
    println!("| {count} refreshes, {few} of them changes | {before} kB resident before, {after} kB after |");
}
