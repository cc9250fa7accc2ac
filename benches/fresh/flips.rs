//! Measures how long it takes until a client's evaluations see a change that is made over the API.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use flagbit::{Client, Context};

use super::{
    server::{PATIENCE, Server, ready},
    spread::Spread,
};

const FLAG: &str = "flipped";

/// Reports for every event the flag's new value and the time when it was seen; ends with the client.
fn watch(client: &Client, seen: &Sender<(bool, Instant)>) {
    let mut event = 0;
    while let Ok(next) = client.wait(event, PATIENCE) {
        event = next.unwrap_or(event);
        let is_on = client.is_enabled(FLAG, &Context::EMPTY, false);
        if seen.send((is_on, Instant::now())).is_err() {
            return;
        }
    }
}

fn wait_for(seen: &Receiver<(bool, Instant)>, wanted: bool) -> Instant {
    loop {
        let (is_on, at) = seen.recv_timeout(PATIENCE).expect("the client sees the change");
        if is_on == wanted {
            return at;
        }
    }
}

/// The times of changes, in milliseconds.
struct Times {
    /// From the first byte of the request to the end of its answer.
    answer: Spread,
    /// From the first byte of the request until the client sees the change.
    from_request: Spread,
    /// From the end of the answer.
    from_answer: Spread,
}

/// Measures changes of the flag, with a pause before each.
fn flip(server: &Server, client: &Client, count: u64, pause: impl Fn(u64) -> Duration) -> Times {
    let (mut answer, mut from_request, mut from_answer) = (Spread::new(), Spread::new(), Spread::new());
    let was_on = client.is_enabled(FLAG, &Context::EMPTY, false);
    thread::scope(|scope| {
        let (sender, seen) = channel();
        scope.spawn(move || watch(client, &sender));
        for index in 0..count {
            thread::sleep(pause(index));
            let wanted = (index % 2 == 0) != was_on;
            let start = Instant::now();
            server.switch(FLAG, wanted);
            let answered = Instant::now();
            let at = wait_for(&seen, wanted);
            answer.record(answered.duration_since(start));
            from_request.record(at.duration_since(start));
            from_answer.record(at.saturating_duration_since(answered));
        }
        client.close();
    });
    Times { answer, from_request, from_answer }
}

fn print(title: &str, count: u64, mut times: Times) {
    for (what, times) in [
        ("the answer, since the request", &mut times.answer),
        ("seen, since the request", &mut times.from_request),
        ("seen, since its answer", &mut times.from_answer),
    ] {
        let [half, most, all] = [0.5, 0.99, 1.0].map(|part| times.milliseconds(part));
        println!("| {title}: {what} | {count} | {half} | {most} | {all} |");
    }
}

pub(crate) fn streaming(server: &Server, count: u64) {
    let client = ready(server.options(), true);
    // Longer than the client keeps fetches apart, and in no step with anything.
    let pause = |index: u64| Duration::from_micros(30_000 + index * 7_919 % 40_000);
    print("streaming", count, flip(server, &client, count, pause));
}

pub(crate) fn polling(server: &Server, count: u64) {
    let client = ready(server.options().poll_interval(Duration::from_secs(1)), false);
    // At any moment of an interval.
    let pause = |index: u64| Duration::from_millis(index * 379 % 1_000);
    print("polling each second", count, flip(server, &client, count, pause));
}
