//! The reports of an instance that were counted.

/// The reports of one instance that were counted: the highest number, and those shortly before it. Lower numbers count as
/// counted, so nothing counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// The highest number; -1 before the first report.
    pub(crate) sequence: i64,
    /// Bit n: whether the report n + 1 before it was counted.
    pub(crate) earlier: u64,
}

impl Window {
    /// Notes a report. Returns whether it is new.
    pub(crate) fn claim(&mut self, sequence: i64) -> bool {
        if sequence > self.sequence {
            let distance = u32::try_from(sequence - self.sequence).unwrap_or(u32::MAX);
            let known = self.earlier.checked_shl(distance).unwrap_or(0);
            let previous = if self.sequence < 0 { 0 } else { 1_u64.checked_shl(distance - 1).unwrap_or(0) };
            *self = Self { sequence, earlier: known | previous };
            return true;
        }
        let bit = u32::try_from(self.sequence - sequence).ok().and_then(|distance| distance.checked_sub(1));
        let Some(bit) = bit.and_then(|bit| 1_u64.checked_shl(bit)) else { return false };
        let is_new = self.earlier & bit == 0;
        self.earlier |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_report_counts_once_in_any_order() {
        let mut window = Window { sequence: -1, earlier: 0 };
        for (sequence, is_new) in [
            (0, true),
            (0, false),
            (3, true),
            (1, true),
            (0, false),
            (2, true),
            (2, false),
            (3, false),
            (66, true),
            (3, false),
            (4, true),
            (65, true),
            (65, false),
            // So far back that nobody knows.
            (1, false),
            (1000, true),
            (66, false),
            (936, true),
            (936, false),
            (935, false),
            (1064, true),
            (1000, false),
            (1_i64 << 53, true),
            (1064, false),
        ] {
            assert_eq!(window.claim(sequence), is_new, "{sequence} in {window:?}");
        }
    }
}
