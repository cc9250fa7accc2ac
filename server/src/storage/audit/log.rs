//! The lines that a write leaves in the log once it lasts: one for each change, up to a number.

use super::StoredEntry;

/// The most lines of one write.
const MAX_LINES: usize = 100;

/// The changes of a write in progress.
#[derive(Debug, Default)]
pub(in crate::storage) struct Changes {
    lines: Vec<Line>,
    left_out: usize,
}

#[derive(Debug)]
struct Line {
    action: String,
    project_id: Option<i64>,
    environment: Option<String>,
    target: String,
    actor: String,
}

impl Changes {
    pub(super) fn note(&mut self, entry: &StoredEntry) {
        if self.lines.len() == MAX_LINES {
            self.left_out += 1;
            return;
        }
        self.lines.push(Line {
            action: entry.action.clone(),
            project_id: entry.project_id,
            environment: entry.environment.clone(),
            target: entry.target.clone(),
            actor: entry.actor.clone(),
        });
    }

    /// Writes the lines. The request's id stands in them by the request's span.
    pub(in crate::storage) fn log(self) {
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
