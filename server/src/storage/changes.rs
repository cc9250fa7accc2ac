//! The lines that a write leaves in the log once it lasts: one for each change, up to a number.

/// The most lines of one write.
const MAX_LINES: usize = 100;

/// The changes of a write in progress.
#[derive(Debug, Default)]
pub(super) struct Changes {
    lines: Vec<Line>,
    left_out: usize,
}

/// A change, for the log.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) action: String,
    pub(super) project_id: Option<i64>,
    pub(super) environment: Option<String>,
    pub(super) target: String,
    pub(super) actor: String,
}

impl Changes {
    /// Adds a change.
    pub(super) fn note(&mut self, line: impl FnOnce() -> Line) {
        if self.lines.len() < MAX_LINES {
            self.lines.push(line());
        } else {
            self.left_out += 1;
        }
    }

    /// Writes the lines. The request's id stands in them by the request's span.
    pub(super) fn log(self) {
        for Line { action, project_id, environment, target, actor } in self.lines {
            // A flag is what people look for.
            let flag = action.starts_with("flag.").then_some(&target);
            let other = flag.is_none().then_some(&target);
            tracing::info!(target: "flagbit::change", action, project_id, environment, flag, target = other, actor, "changed");
        }
        if self.left_out > 0 {
            tracing::info!(target: "flagbit::change", left_out = self.left_out, "changed more; the audit has all");
        }
    }
}
