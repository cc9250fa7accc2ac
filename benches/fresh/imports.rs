//! Measures how long other writes wait while an import of 10,000 flags runs.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Instant,
};

use super::{server::Server, spread::Spread};

const FLAGS: usize = 10_000;

/// Flags with three rules each. Another number gives every flag other rules.
fn flags(number: u64) -> String {
    let flag = |index: usize| {
        format!(
            r#"{{"key": "flag_{index}", "enabled": true, "rules": [
                {{"attribute": "country", "operator": "in", "value": ["AU", "BR", "CA", "CN", "DE", "IN", "JP", "MX"]}},
                {{"attribute": "plan", "operator": "eq", "value": "plan-{number}-{index}"}},
                {{"operator": "percent", "value": 30}}]}}"#
        )
    };
    format!(r#"{{"flags": [{}]}}"#, (0..FLAGS).map(flag).collect::<Vec<_>>().join(","))
}

/// Writes to another project until the imports are over. The longest of these writes is about the time for which an import
/// holds the lock of all writes.
fn others(server: &Server, is_over: &AtomicBool) -> Spread {
    let mut times = Spread::new();
    let mut is_on = false;
    while !is_over.load(Relaxed) {
        is_on = !is_on;
        let start = Instant::now();
        server.switch("other", is_on);
        times.record(start.elapsed());
    }
    times
}

/// Ends the other writes, also where an import fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

pub(crate) fn measure(server: &Server, count: u64) {
    let other = server.other_project();
    other.create("other");
    let (creating, changing) = (flags(0), (1..count).map(flags).collect::<Vec<_>>());
    let nothing = [r#"{"flags": []}"#.to_owned()];
    for (title, documents, removes) in
        [("creates", &[creating][..], 0), ("changes", &changing, 0), ("takes out", &nothing, FLAGS)]
    {
        let is_over = AtomicBool::new(false);
        let mut imports = Spread::new();
        let mut times = thread::scope(|scope| {
            let others = scope.spawn(|| others(&other, &is_over));
            let end = End(&is_over);
            for document in documents {
                let start = Instant::now();
                server.import(document, removes);
                imports.record(start.elapsed());
            }
            drop(end);
            others.join().expect("writes that succeed")
        });
        let (import, half, all) = (imports.milliseconds(0.5), times.milliseconds(0.5), times.milliseconds(1.0));
        println!("| an import that {title} {FLAGS} flags | {} | {import} | {half} | {all} |", documents.len());
    }
}
