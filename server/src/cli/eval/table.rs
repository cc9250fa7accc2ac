//! All flags in a table.

use serde_json::Value;

use super::explanation::{answer, reason};
use crate::cli::output::printable;

/// One line for each flag: key, answer, reason.
pub(super) fn of(explanations: &[(String, Value)]) -> String {
    let rows = explanations
        .iter()
        .map(|(key, explanation)| [printable(key).into_owned(), answer(explanation), reason(explanation)]);
    let rows: Vec<[String; 3]> = [["FLAG", "ANSWER", "REASON"].map(Into::into)].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (first, second) = (width(0).min(60), width(1).min(40));
    rows.iter().map(|[key, answer, reason]| format!("{key:first$}  {answer:second$}  {reason}\n")).collect()
}
