//! What a program reports, once it is checked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{HOUR, is_instance, result};
use crate::quote::quoted;

/// The most flags of a report.
pub(crate) const MAX_FLAGS: usize = 10_000;
/// The most unknown keys of a report.
pub(crate) const MAX_UNKNOWN: usize = 100;
/// The most results of one flag in a report.
const MAX_RESULTS: usize = 300;
/// The largest count. Nothing evaluates a flag as often between two reports.
const MAX_COUNT: u64 = 1 << 40;
const MAX_SEQUENCE: i64 = 1 << 53;
/// Characters of the name of an SDK.
const MAX_SDK: usize = 128;
/// The age from which the time of a report is not believed.
const MAX_AGE: i64 = 7 * 24 * HOUR;

/// What has been evaluated since the last report. Other fields are ignored: programs of any age report.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UsageReport)]
pub(crate) struct Report {
    /// Names the client: 1 to 64 of `A-Z a-z 0-9 . _ -`. Each client in each process has its own.
    #[schema(min_length = 1, max_length = 64)]
    pub(crate) instance: String,
    /// Counts the reports of the instance. A report that is sent again has its number again.
    #[schema(minimum = 0)]
    pub(crate) sequence: i64,
    /// The SDK with its version, for people.
    pub(crate) sdk: Option<String>,
    /// When counting began, in RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) from: Option<DateTime<Utc>>,
    /// When it ended. The report counts in this hour, unless it is more than seven days ago or in the future.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) to: Option<DateTime<Utc>>,
    /// Evaluations by flag and result: `on`, `off`, `variant:NAME`, `error:CODE`, `bulk`.
    #[serde(default)]
    pub(crate) flags: BTreeMap<String, BTreeMap<String, u64>>,
    /// Evaluations of keys that the client does not know, at most 100 keys.
    #[serde(default)]
    pub(crate) unknown: BTreeMap<String, u64>,
    /// Evaluations that the client could not count.
    #[serde(default)]
    pub(crate) dropped: u64,
}

/// What is wrong with a report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// A field cannot be taken. The message names it.
    Invalid(String),
    /// There is too much. The message names what.
    TooLarge(String),
}

impl Report {
    /// Checks the report.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(crate) fn check(&self) -> Result<(), Wrong> {
        let invalid = |message: String| Err(Wrong::Invalid(message));
        if !is_instance(&self.instance) {
            return invalid(format!(
                "instance: expected 1 to 64 of A-Z a-z 0-9 . _ -, found {}",
                quoted(&self.instance)
            ));
        }
        if !(0..=MAX_SEQUENCE).contains(&self.sequence) {
            return invalid(format!("sequence: expected an integer from 0 to {MAX_SEQUENCE}, found {}", self.sequence));
        }
        if self.sdk.as_ref().is_some_and(|sdk| sdk.chars().count() > MAX_SDK) {
            return invalid(format!("sdk: at most {MAX_SDK} characters"));
        }
        if self.from.is_some_and(|from| self.to.is_some_and(|to| to < from)) {
            return invalid("to: expected a time that is not before that of from".into());
        }
        for (field, found, most) in
            [("flags", self.flags.len(), MAX_FLAGS), ("unknown", self.unknown.len(), MAX_UNKNOWN)]
        {
            if found > most {
                return Err(Wrong::TooLarge(format!("{field}: at most {most} keys in a report, found {found}")));
            }
        }
        for (key, results) in &self.flags {
            if results.len() > MAX_RESULTS {
                let found = results.len();
                let message = format!("flags[{}]: at most {MAX_RESULTS} results, found {found}", quoted(key));
                return Err(Wrong::TooLarge(message));
            }
            for (name, count) in results {
                let place = || format!("flags[{}][{}]", quoted(key), quoted(name));
                result::check(name).map_err(|message| Wrong::Invalid(format!("{}: {message}", place())))?;
                check_count(*count, place)?;
            }
        }
        for (key, count) in &self.unknown {
            check_count(*count, || format!("unknown[{}]", quoted(key)))?;
        }
        check_count(self.dropped, || "dropped".into())
    }

    /// The time at which the report counts, in seconds since 1970.
    pub(crate) fn at(&self, now: i64) -> i64 {
        let to = self.to.map_or(now, |to| to.timestamp());
        if (now - MAX_AGE..=now).contains(&to) { to } else { now }
    }

    /// The number of counts that the report has.
    pub(crate) fn counts(&self) -> usize {
        self.flags.values().map(BTreeMap::len).sum::<usize>() + self.unknown.len()
    }
}

fn check_count(count: u64, place: impl Fn() -> String) -> Result<(), Wrong> {
    if count <= MAX_COUNT {
        return Ok(());
    }
    Err(Wrong::Invalid(format!("{}: expected a count up to {MAX_COUNT}, found {count}", place())))
}
