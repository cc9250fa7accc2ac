//! Measures clients of a real server. `run.py` starts the server, prepares its flags and calls this program for each
//! table.

mod cost;
mod flips;
mod imports;
mod relay;
mod server;
mod spread;
mod swaps;

use server::Server;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let what = arguments.next().expect("what to measure");
    let count = arguments.next().map_or(0, |count| count.parse().expect("how many or how long"));
    let server = Server::from_environment();
    match &*what {
        "streaming" => flips::streaming(&server, count),
        "polling" => flips::polling(&server, count),
        "imports" => imports::measure(&server, count),
        "swaps" => swaps::measure(&server, count),
        "wire" => cost::wire(&server),
        "polling-clients" => cost::clients(&server, count, false),
        "streaming-clients" => cost::clients(&server, count, true),
        "refreshes" => cost::refreshes(&server, count),
        _ => panic!("nothing is called {what}"),
    }
}
