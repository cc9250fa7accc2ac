//! The load of many clients on one server, on a simulated clock.

use std::time::Duration;

use super::super::retry::{Pace, Random};
use crate::FetchErrorKind;

const CLIENTS: u64 = 1_000;
const INTERVAL: u64 = 30;

/// The server's behaviour in a second: it answers, or it fails and may ask clients to wait.
type Server = fn(second: usize) -> Result<(), Option<Duration>>;

/// How many requests of clients that all start at once arrive in each second.
fn requests(server: Server, seconds: usize) -> Vec<u32> {
    let pace = Pace { interval: Duration::from_secs(INTERVAL), second: Duration::from_secs(1) };
    let mut requests = vec![0; seconds];
    for client in 0..CLIENTS {
        let (mut random, mut now, mut failures) = (Random(client), 0.0, 0);
        while let Some(count) = requests.get_mut(now as usize) {
            *count += 1;
            let pause = match server(now as usize) {
                Ok(()) => {
                    failures = 0;
                    pace.next(&mut random)
                }
                Err(wish) => {
                    failures += 1;
                    pace.after_failure(FetchErrorKind::Unavailable, wish, failures, &mut random)
                }
            };
            assert!(pause >= Duration::from_secs(1), "a client in a hurry");
            now += pause.as_secs_f64();
        }
    }
    requests
}

/// The busiest second of each part.
fn peaks(requests: &[u32], seconds: usize) -> Vec<u32> {
    requests.chunks(seconds).map(|part| part.iter().copied().max().unwrap_or_default()).collect()
}

fn print(what: &str, requests: &[u32]) {
    println!("{what}: requests in the busiest second of each half minute");
    println!("  {:?}", peaks(requests, 30));
}

#[test]
fn clients_that_start_together_drift_apart() {
    let requests = requests(|_| Ok(()), 3_600);
    print("1,000 clients of a healthy server", &requests);
    assert_eq!(requests[0], 1_000);
    let peaks = peaks(&requests, 60);
    assert!(requests[1..60].iter().max() < Some(&250), "the second round is spread over six seconds");
    assert!(peaks[10..20].iter().all(|&peak| peak < 100), "{peaks:?}");
    assert!(peaks[50..].iter().all(|&peak| peak < 67), "at last twice the mean of 33: {peaks:?}");
}

#[test]
fn clients_of_a_dead_server_leave_it_alone_and_come_back_one_by_one() {
    const DEAD: usize = 1_800;
    let server: Server = |second| if second < DEAD { Err(None) } else { Ok(()) };
    let requests = requests(server, 3_600);
    print("1,000 clients of a server that is dead for half an hour", &requests);
    let minutes: Vec<u32> = requests.chunks(60).map(|minute| minute.iter().sum()).collect();
    println!("  in each minute: {minutes:?}");
    assert!(minutes[0] < 8_000, "about 6 attempts a client in the first minute: {minutes:?}");
    assert!(minutes[10..30].iter().all(|&minute| minute < 700), "every client once in three minutes: {minutes:?}");
    assert!(requests[DEAD..].iter().all(|&second| second < 100), "no herd when it is back");
    let back: u32 = requests[DEAD..DEAD + 300].iter().sum();
    assert!(back >= 1_000, "within five minutes all are back");
}

#[test]
fn clients_that_are_sent_away_do_not_return_together() {
    let server: Server = |second| {
        if second < 60 { Err(Some(Duration::from_secs(60))) } else { Ok(()) }
    };
    let requests = requests(server, 300);
    print("1,000 clients that are told to wait for a minute", &requests);
    assert_eq!((requests[0], requests[1..60].iter().sum::<u32>()), (1_000, 0), "nobody comes earlier");
    assert!(requests[60..].iter().all(|&second| second < 250), "{:?}", &requests[60..70]);
}
