//! Measures evaluations while snapshots of 10,000 flags are replaced ten times a second.
//!
//! One thread evaluates without a pause and times each evaluation separately, clock included. Quiet seconds and seconds
//! with changes take turns, so that a busy moment of the machine affects both equally. Changes are real: they are made
//! over the API, and reach the client through its stream. In "apart", the evaluating thread has one processor and
//! everything else, the server included, has the other; so the numbers show the effect of a swap on an evaluation. In
//! "free", the system places the client's threads as it likes; so the numbers also show the competition of a second
//! thread for the processor.

use std::{
    fs,
    hint::black_box,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use flagbit::{Client, Context};

use super::{
    server::{Server, ready},
    spread::Spread,
};

const CHANGED: &str = "flag_5000";
const EVERY: Duration = Duration::from_millis(100);
const PHASE: Duration = Duration::from_secs(1);
const FLAGS: usize = 10_000;
/// Longer than this an evaluation never takes by itself.
const INTERRUPTED: Duration = Duration::from_micros(50);

struct Phases {
    quiet: Spread,
    swapping: Spread,
    swaps: u64,
}

/// Changes a flag ten times a second for as long as `running` is set.
fn change(server: &Server, places: Places, running: &AtomicBool, changing: &AtomicBool) {
    // A new thread starts on the processor of the thread that started it.
    pin_this(places.others);
    let mut enabled = false;
    let mut next = Instant::now();
    while running.load(Ordering::Relaxed) {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next = (next + EVERY).max(Instant::now());
        if changing.load(Ordering::Relaxed) {
            server.switch(CHANGED, enabled);
            enabled = !enabled;
        }
    }
}

fn evaluate(client: &Client, keys: &[String], users: &[Context], times: &mut Spread) {
    let end = Instant::now() + PHASE;
    let mut asking = keys.iter().cycle().zip(users.iter().cycle());
    loop {
        // The end is looked at now and then.
        for (key, user) in asking.by_ref().take(1_000) {
            let start = Instant::now();
            black_box(client.is_enabled(black_box(key), user, false));
            times.record(start.elapsed());
        }
        if Instant::now() >= end {
            return;
        }
    }
}

fn phases(
    server: &Server,
    client: &Client,
    places: Places,
    (keys, users): (&[String], &[Context]),
    seconds: u64,
) -> Phases {
    let mut phases = Phases { quiet: Spread::new(), swapping: Spread::new(), swaps: 0 };
    let (running, changing) = (AtomicBool::new(true), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| change(server, places, &running, &changing));
        for _ in 0..seconds.div_ceil(2) {
            evaluate(client, keys, users, &mut phases.quiet);
            changing.store(true, Ordering::Relaxed);
            // The first change comes through before anything is counted.
            thread::sleep(EVERY * 3);
            let before = client.changes(0).1;
            evaluate(client, keys, users, &mut phases.swapping);
            phases.swaps += client.changes(0).1 - before;
            changing.store(false, Ordering::Relaxed);
            thread::sleep(EVERY * 3);
        }
        running.store(false, Ordering::Relaxed);
    });
    phases
}

/// The processors of the evaluating thread, and those of everything else.
#[derive(Clone, Copy)]
struct Places {
    mine: &'static str,
    others: &'static str,
}

/// Restricts a thread to some processors; returns `false` if the thread has ended.
fn pin(processors: &str, thread: &str) -> bool {
    let mut command = Command::new("taskset");
    command.args(["-cp", processors, thread]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("taskset, of util-linux").success()
}

fn pin_this(processors: &str) {
    let path = fs::read_link("/proc/thread-self").expect("Linux");
    assert!(pin(processors, path.file_name().and_then(|name| name.to_str()).expect("a thread's id")));
}

fn pin_all(places: Places) {
    for task in fs::read_dir("/proc/self/task").expect("Linux").flatten() {
        pin(places.others, &task.file_name().to_string_lossy());
    }
    pin_this(places.mine);
}

fn print(what: &str, mut phases: Phases, seconds: u64) {
    let per_second = phases.swaps as f64 / seconds.div_ceil(2) as f64;
    let parts = [0.5, 0.99, 0.999];
    let quiet = parts.map(|part| phases.quiet.quantile(part));
    let swapping = parts.map(|part| phases.swapping.quantile(part));
    let row = |name: &str, values: [u64; 3], times: &mut Spread| {
        let [half, most, nearly] = values;
        let (all, long) = (times.quantile(1.0) as f64 / 1e3, times.longer_than(INTERRUPTED));
        let millions = times.len() as f64 / 1e6;
        println!("| {what}, {name} | {millions:.1} | {half} | {most} | {nearly} | {all:.0} | {long} |");
    };
    row("quiet", quiet, &mut phases.quiet);
    row(&format!("{per_second:.1} swaps a second"), swapping, &mut phases.swapping);
    let [half, most, nearly] = [0, 1, 2].map(|index| swapping[index] as f64 / quiet[index] as f64);
    println!("| {what}, ratio | | {half:.2} | {most:.2} | {nearly:.2} | | |");
}

pub(crate) fn measure(server: &Server, seconds: u64) {
    let client = ready(server.options(), true);
    let users: Vec<Context> = (0..1_000)
        .map(|index| {
            let plan = ["free", "pro"][index % 2];
            let builder =
                Context::builder().set("user_id", &format!("usr_{index}")).and_then(|it| it.set("plan", plan));
            builder.and_then(|it| it.set("country", "US")).expect("attributes that fit").build()
        })
        .collect();
    let one = [String::from("flag_7")];
    // In steps, so that the next one is not in the cache because the last was.
    let all: Vec<String> = (0..FLAGS - 1).map(|index| format!("flag_{}", index * 7_919 % (FLAGS - 1))).collect();
    // run.py has put the server on processor 1, too.
    for (name, mine, others) in [("apart", "0", "1"), ("free", "0,1", "0,1")] {
        let places = Places { mine, others };
        pin_all(places);
        for (what, keys) in [("one flag", &one[..]), ("10,000 flags in turn", &all[..])] {
            let phases = phases(server, &client, places, (keys, &users), seconds);
            print(&format!("{name}: {what}"), phases, seconds);
        }
    }
}
