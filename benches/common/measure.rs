//! Takes many short samples of each cell in turn, so that a busy moment of the machine affects all cells equally.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// One thing that is measured.
pub(crate) struct Cell<'a> {
    pub(crate) name: String,
    /// Runs once for each item, and returns the number of items.
    run: Box<dyn FnMut() -> usize + 'a>,
    samples: Vec<f64>,
}

impl<'a> Cell<'a> {
    /// Measures the time of `evaluate` for one item.
    pub(crate) fn new<I, T>(name: impl Into<String>, items: &'a [I], evaluate: impl Fn(&I) -> T + 'a) -> Self {
        let run = move || {
            for item in items {
                black_box(evaluate(black_box(item)));
            }
            items.len()
        };
        Self { name: name.into(), run: Box::new(run), samples: Vec::new() }
    }

    /// Runs once for each item, and returns the number of items.
    pub(crate) fn run(&mut self) -> usize {
        (self.run)()
    }

    /// Returns the nanoseconds of one item.
    pub(crate) fn numbers(&self) -> Numbers {
        Numbers::of(self.samples.clone())
    }

    fn sample(&mut self, duration: Duration) -> f64 {
        // Fills the caches, which the other cells have emptied.
        self.run();
        let (start, mut items) = (Instant::now(), 0);
        loop {
            items += self.run();
            let passed = start.elapsed();
            if passed >= duration {
                return passed.as_secs_f64() * 1e9 / items as f64;
            }
        }
    }
}

/// How many samples are taken, and how long each takes.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    pub(crate) sample: Duration,
    /// How often a snapshot is loaded.
    pub(crate) loads: usize,
}

impl Effort {
    /// Enough for one of the five runs whose numbers are written down.
    pub(crate) const FULL: Self = Self { rounds: 12, sample: Duration::from_millis(10), loads: 3 };
    /// Enough to see that everything works.
    pub(crate) const SHORT: Self = Self { rounds: 3, sample: Duration::from_millis(1), loads: 1 };
}

pub(crate) fn measure(cells: &mut [Cell<'_>], effort: Effort) {
    for _ in 0..effort.rounds {
        for cell in cells.iter_mut() {
            let sample = cell.sample(effort.sample);
            cell.samples.push(sample);
        }
    }
}

/// The result of several measurements.
pub(crate) struct Numbers {
    pub(crate) median: f64,
    pub(crate) min: f64,
}

impl Numbers {
    pub(crate) fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        Self { median: samples[samples.len() / 2], min: samples[0] }
    }

    /// Formats the result as a cell of a table.
    pub(crate) fn text(&self) -> String {
        format!("{:.1} / {:.1}", self.median, self.min)
    }
}
