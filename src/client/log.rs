//! A bounded ring of lines that the host takes into its own log.

use std::collections::VecDeque;

/// Lines beyond this are dropped, oldest first, and counted.
const LINES: usize = 256;

/// The level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something a person may want to know.
    Info,
    /// Something a person should look at.
    Warning,
}

impl Level {
    /// The level's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
        }
    }
}

/// A line for the host's log. Never holds a key, a token or a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The level.
    pub level: Level,
    /// The text.
    pub message: String,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    lines: VecDeque<LogLine>,
    dropped: u64,
}

impl Log {
    pub(super) fn push(&mut self, level: Level, message: String) {
        if self.lines.len() == LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(LogLine { level, message });
    }

    /// Takes all lines out.
    pub(super) fn take(&mut self) -> Vec<LogLine> {
        let mut lines = Vec::with_capacity(self.lines.len() + 1);
        if self.dropped > 0 {
            let message = format!("{} log lines were dropped, nobody took them", self.dropped);
            lines.push(LogLine { level: Level::Warning, message });
            self.dropped = 0;
        }
        lines.extend(self.lines.drain(..));
        lines
    }
}
