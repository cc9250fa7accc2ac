//! The rules by which a flag is stale. A wrong accusation is worse than a missing one: whatever is not known speaks for the
//! flag.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    settings::Staleness,
    storage::usage::SeriesRow,
    usage::{HOUR, result, time_text},
};

const DAY: i64 = 24 * HOUR;

/// A reason why a flag can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StaleReason)]
pub(super) struct Reason {
    /// `unused`, `constant` or `overdue`.
    pub(super) code: &'static str,
    /// The reason in words.
    message: String,
    /// The result of a constant flag: `on`, `off` or `variant:NAME`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    result: Option<String>,
}

/// The moments that decide, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    now: i64,
    /// A flag that is evaluated since is not unused.
    pub(super) unused: i64,
    /// A flag that was created or changed since is not unused.
    new: i64,
    /// A flag whose result changed since is not constant.
    pub(super) constant: i64,
}

/// The results of a flag in one environment, each with the times at which it first and last came.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen<'s>(BTreeMap<&'s str, (i64, i64)>);

/// A flag in one environment.
#[derive(Debug, Clone)]
pub(super) struct Place<'s> {
    pub(super) seen: Seen<'s>,
    pub(super) updated_at: i64,
    /// The last moment at which evaluations may have escaped the server.
    pub(super) silent_at: i64,
    /// Whether its answers may change by time alone.
    pub(super) is_timed: bool,
}

/// What is known of a flag.
#[derive(Debug, Clone)]
pub(super) struct Facts<'s> {
    pub(super) created_at: i64,
    pub(super) is_permanent: bool,
    pub(super) expires_at: Option<i64>,
    /// Whether another flag asks it, in any environment.
    pub(super) is_asked: bool,
    /// When a program last asked for its key without knowing the flag, in any environment.
    pub(super) asked_in_vain_at: Option<i64>,
    /// The environments that have it.
    pub(super) places: Vec<Place<'s>>,
}

/// What there is to say of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) reasons: Vec<Reason>,
    /// When it was last evaluated in bulk, if it is evaluated in bulk alone.
    pub(super) only_bulk: Option<i64>,
}

impl Days {
    pub(super) fn new(staleness: &Staleness, now: i64) -> Self {
        let before = |days: u32| now - DAY * i64::from(days);
        Self {
            now,
            unused: before(staleness.unused_days),
            new: before(staleness.new_days),
            constant: before(staleness.constant_days),
        }
    }

    fn of(self, moment: i64) -> i64 {
        (self.now - moment) / DAY
    }
}

impl<'s> Seen<'s> {
    pub(super) fn add(&mut self, row: &'s SeriesRow) {
        self.0.insert(&row.result, (row.first_at, row.last_at));
    }

    /// When a program last asked for the key without knowing the flag.
    pub(super) fn last_unknown(&self) -> Option<i64> {
        self.0.get(result::UNKNOWN).map(|(_, last)| *last)
    }

    fn last_bulk(&self) -> Option<i64> {
        self.0.get(result::BULK).map(|(_, last)| *last)
    }

    /// The results of single evaluations, with their times.
    fn single(&self) -> impl Iterator<Item = (&'s str, (i64, i64))> {
        let is_single = |result: &str| ![result::BULK, result::UNKNOWN].contains(&result);
        self.0.iter().filter(move |(result, _)| is_single(result)).map(|(result, times)| (*result, *times))
    }

    fn last_single(&self) -> Option<i64> {
        self.single().map(|(_, (_, last))| last).max()
    }
}

impl Facts<'_> {
    /// Judges the flag. `start` is when counting began.
    pub(super) fn judge(&self, days: &Days, start: i64) -> Judgement {
        let may_be_judged = !self.is_permanent && !self.is_asked && !self.places.is_empty();
        let unused = if may_be_judged { self.unused(days, start) } else { None };
        let only_bulk = unused.as_ref().and_then(|_| self.bulk_since(days.unused));
        let constant = if may_be_judged { self.constant(days) } else { None };
        let reasons = [unused.filter(|_| only_bulk.is_none()), constant, self.overdue(days)];
        Judgement { reasons: reasons.into_iter().flatten().collect(), only_bulk }
    }

    /// Nobody has evaluated it alone, in any environment.
    fn unused(&self, days: &Days, start: i64) -> Option<Reason> {
        let last = self.places.iter().filter_map(|place| place.seen.last_single()).chain(self.asked_in_vain_at).max();
        let is_old = self.created_at < days.new && self.places.iter().all(|place| place.updated_at < days.new);
        let is_known = self.places.iter().all(|place| place.silent_at < days.unused);
        if !is_old || !is_known || last.is_some_and(|last| last >= days.unused) {
            return None;
        }
        let age = days.of(self.created_at);
        let message = match last {
            Some(last) => {
                format!("no environment has evaluated it since {}; it was created {age} days ago", time_text(last))
            }
            None => {
                let since = time_text(start.max(self.created_at));
                format!("no environment has evaluated it at all since {since}; it was created {age} days ago")
            }
        };
        Some(Reason { code: "unused", message, result: None })
    }

    /// Everybody has the same answer, in all environments.
    fn constant(&self, days: &Days) -> Option<Reason> {
        let since = days.constant;
        let is_settled = self.places.iter().all(|place| {
            place.updated_at < since
                && place.silent_at < since
                && !place.is_timed
                && place.seen.last_bulk().is_none_or(|last| last < since)
        });
        if self.created_at >= since || !is_settled || self.asked_in_vain_at.is_some_and(|last| last >= since) {
            return None;
        }
        let mut results = BTreeSet::new();
        for (result, (first, _)) in
            self.places.iter().flat_map(|place| place.seen.single()).filter(|(_, (_, last))| *last >= since)
        {
            if first >= since || !result::is_value(result) {
                return None;
            }
            results.insert(result);
        }
        let mut results = results.into_iter();
        let (Some(result), None) = (results.next(), results.next()) else { return None };
        let message = format!(
            "every evaluation of the last {} days gave {result:?}, and the flag has not changed meanwhile",
            days.of(since)
        );
        Some(Reason { code: "constant", message, result: Some(result.into()) })
    }

    fn overdue(&self, days: &Days) -> Option<Reason> {
        let expires_at = self.expires_at.filter(|expires_at| *expires_at < days.now)?;
        let message = format!("it was to be gone by {}", time_text(expires_at));
        Some(Reason { code: "overdue", message, result: None })
    }

    /// When it was last evaluated in bulk, if that was since a moment.
    fn bulk_since(&self, since: i64) -> Option<i64> {
        self.places.iter().filter_map(|place| place.seen.last_bulk()).max().filter(|last| *last >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn ago(days: i64) -> i64 {
        NOW - days * DAY
    }

    fn seen(results: &[(&'static str, i64, i64)]) -> Seen<'static> {
        Seen(results.iter().map(|(result, first, last)| (*result, (ago(*first), ago(*last)))).collect())
    }

    fn place(results: &[(&'static str, i64, i64)]) -> Place<'static> {
        Place { seen: seen(results), updated_at: ago(60), silent_at: ago(50), is_timed: false }
    }

    fn facts(places: Vec<Place<'static>>) -> Facts<'static> {
        Facts {
            created_at: ago(100),
            is_permanent: false,
            expires_at: None,
            is_asked: false,
            asked_in_vain_at: None,
            places,
        }
    }

    fn codes(facts: &Facts<'_>) -> Vec<&'static str> {
        let days = Days { now: NOW, unused: ago(30), new: ago(14), constant: ago(30) };
        facts.judge(&days, ago(50)).reasons.iter().map(|reason| reason.code).collect()
    }

    type Change = fn(&mut Facts<'static>);

    #[test]
    fn a_flag_is_unused_only_if_nothing_speaks_for_it() {
        let unused = facts(vec![place(&[("on", 90, 40)]), place(&[])]);
        assert_eq!(codes(&unused), ["unused"]);
        let changes: [(&str, Change); 9] = [
            ("evaluated in another environment", |it| it.places[1] = place(&[("off", 1, 1)])),
            ("an error is an evaluation too", |it| it.places[1] = place(&[("error:TYPE_MISMATCH", 1, 1)])),
            ("a variant that is gone is one too", |it| it.places[1] = place(&[("other", 1, 1)])),
            ("asked by a client that does not know it yet", |it| it.asked_in_vain_at = Some(ago(1))),
            ("read by a client that does not report", |it| it.places[1].silent_at = ago(29)),
            ("another flag asks it", |it| it.is_asked = true),
            ("permanent", |it| it.is_permanent = true),
            ("new", |it| it.created_at = ago(13)),
            ("changed in one environment", |it| it.places[0].updated_at = ago(13)),
        ];
        for (why, change) in changes {
            let mut live = unused.clone();
            change(&mut live);
            assert_eq!(codes(&live), <[&str; 0]>::default(), "{why}");
        }
    }

    #[test]
    fn what_only_bulk_has_seen_is_said() {
        let days = Days { now: NOW, unused: ago(30), new: ago(14), constant: ago(30) };
        let judge = |places| facts(places).judge(&days, ago(50));
        let bulk = judge(vec![place(&[("bulk", 90, 1), ("on", 90, 40)])]);
        assert_eq!(bulk, Judgement { reasons: Vec::new(), only_bulk: Some(ago(1)) });
        let old = judge(vec![place(&[("bulk", 90, 31)])]);
        assert_eq!((old.reasons[0].code, old.only_bulk), ("unused", None));
        assert_eq!(judge(vec![place(&[("bulk", 90, 1), ("on", 2, 2)])]).only_bulk, None);
    }

    #[test]
    fn a_flag_is_constant_only_if_it_is_so_for_everybody() {
        let constant = facts(vec![place(&[("on", 40, 0), ("off", 90, 31)]), place(&[("on", 35, 2)]), place(&[])]);
        assert_eq!(codes(&constant), ["constant"]);
        let changes: [(&str, Change); 13] = [
            ("another result in another environment", |it| it.places[1] = place(&[("off", 40, 0)])),
            ("another result lately", |it| it.places[1] = place(&[("on", 40, 0), ("off", 90, 29)])),
            ("an error", |it| it.places[2] = place(&[("error:TYPE_MISMATCH", 40, 0)])),
            ("a variant that is gone", |it| it.places[2] = place(&[("other", 40, 0)])),
            ("not for so long", |it| it.places[1] = place(&[("on", 29, 0)])),
            ("bulk, whose results nobody knows", |it| it.places[2] = place(&[("bulk", 90, 5)])),
            ("read by a client that does not report", |it| it.places[2].silent_at = ago(29)),
            ("changed", |it| it.places[2].updated_at = ago(29)),
            ("new", |it| it.created_at = ago(29)),
            ("another flag asks it", |it| it.is_asked = true),
            ("permanent", |it| it.is_permanent = true),
            ("may change by time", |it| it.places[0].is_timed = true),
            ("asked by a client that does not know it yet", |it| it.asked_in_vain_at = Some(ago(1))),
        ];
        for (why, change) in changes {
            let mut live = constant.clone();
            change(&mut live);
            assert_eq!(codes(&live), <[&str; 0]>::default(), "{why}");
        }
        let only_errors = facts(vec![place(&[("error:PARSE_ERROR", 40, 0)])]);
        assert_eq!(codes(&only_errors), <[&str; 0]>::default());
    }

    #[test]
    fn a_flag_is_overdue_after_its_moment_whatever_else_it_is() {
        let mut flag = facts(vec![place(&[("on", 1, 0)])]);
        (flag.expires_at, flag.is_permanent, flag.is_asked) = (Some(ago(1)), true, true);
        assert_eq!(codes(&flag), ["overdue"]);
        flag.expires_at = Some(NOW + 1);
        assert_eq!(codes(&flag), <[&str; 0]>::default());
    }

    #[test]
    fn reasons_are_said_in_words() {
        let days = Days { now: NOW, unused: ago(30), new: ago(14), constant: ago(30) };
        let said = |facts: Facts<'static>| facts.judge(&days, ago(50)).reasons[0].message.clone();
        assert_eq!(
            said(facts(vec![place(&[("on", 90, 40)])])),
            "no environment has evaluated it since 2026-12-06T08:00:00Z; it was created 100 days ago"
        );
        assert_eq!(
            said(facts(vec![place(&[])])),
            "no environment has evaluated it at all since 2026-11-26T08:00:00Z; it was created 100 days ago"
        );
        assert_eq!(
            said(facts(vec![place(&[("variant:dark", 90, 0)])])),
            "every evaluation of the last 30 days gave \"variant:dark\", and the flag has not changed meanwhile"
        );
    }
}
