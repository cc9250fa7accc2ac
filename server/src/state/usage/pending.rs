//! Reports in memory, put together for few and small transactions.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use crate::{
    flags::is_key,
    storage::usage::{Batch, Counts, Series},
    usage::{HOUR, Report, report::MAX_UNKNOWN, result},
    world::Environment,
};

/// The most counts of one transaction, which is as many rows at most. It is short then: other writes wait for it on SQLite.
const MAX_ROWS: usize = 500;
/// The most reports of one transaction.
const MAX_REPORTS: usize = 100;
/// The most counts that wait, each of about 16 bytes, besides the names.
const MAX_COUNTS: usize = 2_000_000;

/// There is no more room, because nothing could be written for long.
#[derive(Debug)]
pub(crate) struct Full;

/// What waits to be written.
#[derive(Debug, Default)]
pub(super) struct Pending {
    full: VecDeque<Batch>,
    open: Open,
    /// The counts of all that waits.
    counts: usize,
    /// The unknown keys that were counted today, by environment: at most [`MAX_UNKNOWN`] of each.
    unknown: HashMap<i64, HashSet<String>>,
    /// The day of `unknown`, since 1970.
    day: i64,
}

/// A batch to which more is added.
#[derive(Debug, Default)]
struct Open {
    batch: Batch,
    positions: HashMap<Arc<Series>, u32>,
}

/// Counts by flag and result of one environment that came together.
#[derive(Debug)]
pub(super) struct Together {
    pub(super) environment_id: i64,
    pub(super) instance: String,
    pub(super) sequence: i64,
    pub(super) at: i64,
    pub(super) dropped: u64,
    /// Sorted by flag and result, so that a report is split in the same way wherever it is sent.
    pub(super) counts: Vec<(Series, i64)>,
}

impl Pending {
    /// Adds a report that was checked.
    pub(super) fn accept(
        &mut self,
        environment_id: i64,
        environment: &Environment,
        report: &Report,
        now: i64,
    ) -> Result<(), Full> {
        if self.counts + report.counts() > MAX_COUNTS {
            return Err(Full);
        }
        let series = |flag: &str, result: &str| Series { environment_id, flag: flag.into(), result: result.into() };
        let mut counts = Vec::with_capacity(report.counts());
        for (key, results) in &report.flags {
            // Without a flag, the client has an older snapshot, or this server has. The report is split in the same way.
            let flag = environment.flags.find(key);
            let name = |name| flag.map_or(result::UNKNOWN, |flag| result::counted(flag, name));
            counts.extend(results.iter().map(|(result, count)| (series(key, name(result)), to_signed(*count))));
        }
        counts.extend(report.unknown.iter().map(|(key, count)| (series(key, result::UNKNOWN), to_signed(*count))));
        let at = report.at(now);
        let (instance, dropped) = (report.instance.clone(), report.dropped);
        self.push(Together { environment_id, instance, sequence: report.sequence, at, dropped, counts });
        Ok(())
    }

    /// Adds counts. More than fit into one transaction are parts, which count as reports of their own.
    pub(super) fn push(&mut self, together: Together) {
        let Together { environment_id, instance, sequence, at, dropped, counts } = together;
        let mut parts = counts.chunks(MAX_ROWS);
        let first = parts.next().unwrap_or_default();
        let whole = Counts { environment_id, instance, sequence, at, dropped, counts: Vec::new() };
        for (number, part) in parts.enumerate() {
            // No instance has such a name.
            let instance = format!("{}/{}", whole.instance, number + 1);
            self.push_part(Counts { instance, dropped: 0, ..whole.clone() }, part);
        }
        self.push_part(whole, first);
    }

    fn push_part(&mut self, mut report: Counts, part: &[(Series, i64)]) {
        let is_new = |(series, _): &&(Series, i64)| !self.open.positions.contains_key(series);
        let more = part.iter().filter(is_new).count();
        if self.open.batch.reports.len() >= MAX_REPORTS || self.open.batch.series.len() + more > MAX_ROWS {
            self.close();
        }
        for (series, count) in part {
            if *count == 0 || series.result == result::UNKNOWN && !self.may_be_unknown(series, report.at) {
                continue;
            }
            report.counts.push((self.open.position(series), *count));
        }
        self.counts += report.counts.len() + 1;
        self.open.batch.reports.push(report);
    }

    /// Returns whether an unknown key is counted: it could be a flag's, and is one of the first of the day.
    fn may_be_unknown(&mut self, series: &Series, at: i64) -> bool {
        let day = at / (24 * HOUR);
        if day > self.day {
            (self.day, self.unknown) = (day, HashMap::new());
        }
        let keys = self.unknown.entry(series.environment_id).or_default();
        keys.contains(&series.flag)
            || is_key(&series.flag) && keys.len() < MAX_UNKNOWN && keys.insert(series.flag.clone())
    }

    fn close(&mut self) {
        let Open { batch, .. } = std::mem::take(&mut self.open);
        self.full.extend((!batch.reports.is_empty()).then_some(batch));
    }

    /// Takes a batch to write; `None` where nothing waits.
    pub(super) fn take(&mut self) -> Option<Batch> {
        if self.full.is_empty() {
            self.close();
        }
        let batch = self.full.pop_front()?;
        self.counts = self.counts.saturating_sub(weight(&batch));
        Some(batch)
    }

    /// Takes back a batch that could not be written.
    pub(super) fn give_back(&mut self, batch: Batch) {
        self.counts += weight(&batch);
        self.full.push_front(batch);
    }
}

impl Open {
    fn position(&mut self, series: &Series) -> u32 {
        if let Some(position) = self.positions.get(series) {
            return *position;
        }
        let (series, position) = (Arc::new(series.clone()), self.batch.series.len() as u32);
        self.batch.series.push(Arc::clone(&series));
        self.positions.insert(series, position);
        position
    }
}

fn weight(batch: &Batch) -> usize {
    batch.reports.iter().map(|report| report.counts.len() + 1).sum()
}

fn to_signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
