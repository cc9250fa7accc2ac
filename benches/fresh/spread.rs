//! How times are spread: exactly, up to 20 µs in a count for each nanosecond, beyond that each for itself.

use std::time::Duration;

const COUNTED: usize = 20_000;

pub(crate) struct Spread {
    counts: Vec<u64>,
    longer: Vec<u64>,
    len: u64,
}

impl Spread {
    pub(crate) fn new() -> Self {
        // Room enough that recording never allocates for long.
        Self { counts: vec![0; COUNTED], longer: Vec::with_capacity(1 << 20), len: 0 }
    }

    #[inline(always)]
    pub(crate) fn record(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match self.counts.get_mut(nanoseconds as usize) {
            Some(count) => *count += 1,
            None => self.longer.push(nanoseconds),
        }
        self.len += 1;
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Returns how many took longer.
    pub(crate) fn longer_than(&self, time: Duration) -> usize {
        self.longer.iter().filter(|&&nanoseconds| u128::from(nanoseconds) > time.as_nanos()).count()
    }

    /// Returns a quantile in nanoseconds; a part of 1.0 gives the longest time.
    pub(crate) fn quantile(&mut self, part: f64) -> u64 {
        assert!(self.len > 0, "nothing was measured");
        let mut rank = ((part * self.len as f64).ceil() as u64).clamp(1, self.len);
        for (nanoseconds, &count) in self.counts.iter().enumerate() {
            if rank <= count {
                return nanoseconds as u64;
            }
            rank -= count;
        }
        self.longer.sort_unstable();
        self.longer[rank as usize - 1]
    }

    /// Formats a quantile in milliseconds, for a table.
    pub(crate) fn milliseconds(&mut self, part: f64) -> String {
        format!("{:.1}", self.quantile(part) as f64 / 1e6)
    }
}
