//! The flags of a project that can go, and the keys that no flag has.

mod judge;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Backend, Error, Result, target::ProjectTarget, usage::UnknownUsage};
use crate::{
    flags::Lifetime,
    settings::Staleness,
    storage::usage::{JudgedFlag, JudgedPlace, SeriesRow, Silence},
    usage::{HOUR, nearest, result, time_text},
    world::Environment,
};
use judge::{Days, Facts, Judgement, Place, Reason, Seen};

/// The flags of a project that can go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StalePage {
    /// By key, sorted, with the reasons.
    flags: BTreeMap<String, StaleFlag>,
    /// Flags that are evaluated in bulk alone, by key. Nobody knows whether a program looks at their answers.
    only_bulk: BTreeMap<String, OnlyBulk>,
    /// Keys that programs evaluate and that no environment has in which they do.
    unknown: BTreeMap<String, StaleUnknown>,
    /// The environments whose flags cannot be unused or constant, since not all evaluations in them are known.
    not_judged: Vec<NotJudged>,
    /// The `after` of the next page; `null` on the last page.
    pub(crate) next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StaleFlag {
    reasons: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OnlyBulk {
    last_evaluated_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct StaleUnknown {
    #[serde(flatten)]
    usage: UnknownUsage,
    /// The names of the environments in which it is evaluated.
    environments: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct NotJudged {
    environment: String,
    /// `counting_began` or `client_does_not_report`.
    code: &'static str,
    /// When counting began, or when such a client last read the rules.
    at: String,
    message: String,
}

/// The shared fields that decide. The others are not read.
#[derive(Debug, Deserialize)]
struct Fields {
    owner: Option<String>,
    #[serde(default)]
    lifetime: Lifetime,
    expires_at: Option<String>,
}

/// Judges the flags of a project: one page, sorted by key.
///
/// # Errors
/// The database fails.
pub(crate) async fn read(
    backend: &Backend,
    target: &ProjectTarget,
    staleness: &Staleness,
    after: Option<&str>,
    limit: usize,
) -> Result<StalePage> {
    let (storage, world) = (backend.follower.storage(), backend.follower.world());
    let project = world.project(target.who.account_id, target.project_id);
    let names = &project.ok_or_else(|| Error::no_project(target.project_id))?.environments;
    let environments: Vec<(String, i64, Arc<Environment>)> =
        names.iter().filter_map(|(name, id)| Some((name.clone(), *id, Arc::clone(world.environment(*id)?)))).collect();
    let now = Utc::now().timestamp();
    let days = Days::new(staleness, now);
    let silence = storage.silence(target.project_id, now).await?;
    let series = storage.usage_series(target.project_id).await?;
    let (flags, places) = storage.flags_to_judge(target.project_id).await?;

    let judging = Judging { environments, days, silence, series };
    let judging = tokio::task::spawn_blocking(move || {
        let judged = judging.judge(flags, &places);
        (judging, judged)
    });
    let (judging, judged) = judging.await.map_err(anyhow::Error::from)?;
    let judged = judged?;

    let unknown = judging.unknown();
    let keys: BTreeSet<&str> = judged.keys().map(String::as_str).chain(unknown.keys().copied()).collect();
    let mut keys: Vec<&str> = keys.into_iter().filter(|key| after.is_none_or(|after| *key > after)).collect();
    let has_next = keys.len() > limit;
    keys.truncate(limit);
    let mut page = StalePage {
        flags: BTreeMap::new(),
        only_bulk: BTreeMap::new(),
        unknown: BTreeMap::new(),
        not_judged: judging.not_judged(),
        next: keys.last().filter(|_| has_next).map(|key| (*key).to_owned()),
    };
    let mut counts: HashMap<(i64, &str), u64> = HashMap::new();
    let hours = (days.unused / HOUR, now / HOUR + 1);
    for (_, id, _) in &judging.environments {
        let keys: Vec<&str> = keys.iter().filter(|key| unknown.contains_key(*key)).copied().collect();
        for total in storage.usage_totals(*id, &keys, hours).await? {
            if let (result::UNKNOWN, Some((key, _))) =
                (total.result.as_str(), unknown.get_key_value(total.flag.as_str()))
            {
                counts.insert((*id, key), total.count);
            }
        }
    }
    for key in keys {
        if let Some((Judgement { reasons, only_bulk }, owner)) = judged.get(key) {
            if let Some(at) = only_bulk {
                page.only_bulk.insert(key.into(), OnlyBulk { last_evaluated_at: time_text(*at) });
            }
            if !reasons.is_empty() {
                page.flags.insert(key.into(), StaleFlag { reasons: reasons.clone(), owner: owner.clone() });
            }
        }
        if let Some(ids) = unknown.get(key) {
            let count = ids.iter().filter_map(|id| counts.get(&(*id, key))).sum();
            page.unknown.insert(key.into(), judging.unknown_usage(key, ids, count));
        }
    }
    Ok(page)
}

/// Everything that judging needs.
struct Judging {
    /// Names, ids and flags.
    environments: Vec<(String, i64, Arc<Environment>)>,
    days: Days,
    silence: Silence,
    series: Vec<SeriesRow>,
}

impl Judging {
    /// Judges flags, with the environments that have them. Returns those that there is something to say about.
    fn judge(
        &self,
        flags: Vec<JudgedFlag>,
        places: &[JudgedPlace],
    ) -> anyhow::Result<BTreeMap<String, (Judgement, Option<String>)>> {
        let timed: HashMap<i64, HashSet<&str>> =
            self.environments.iter().map(|(_, id, environment)| (*id, environment.flags.timed())).collect();
        let mut seen: HashMap<(i64, &str), Seen<'_>> = HashMap::new();
        for row in &self.series {
            seen.entry((row.environment_id, &row.flag)).or_default().add(row);
        }
        let mut of_flag: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
        for place in places {
            of_flag.entry(place.flag_id).or_default().push((place.environment_id, seconds(&place.updated_at)));
        }
        let mut judged = BTreeMap::new();
        for JudgedFlag { id, key, shared, created_at } in flags {
            let Fields { owner, lifetime, expires_at } = serde_json::from_str(&shared)?;
            let places = of_flag.remove(&id).unwrap_or_default();
            let place = |(environment_id, updated_at): &(i64, i64)| Place {
                seen: seen.get(&(*environment_id, key.as_str())).cloned().unwrap_or_default(),
                updated_at: *updated_at,
                silent_at: self.silent_at(*environment_id),
                is_timed: timed.get(environment_id).is_some_and(|timed| timed.contains(key.as_str())),
            };
            let last_unknown = |id: &i64| seen.get(&(*id, key.as_str())).and_then(Seen::last_unknown);
            let facts = Facts {
                created_at: seconds(&created_at),
                is_permanent: lifetime == Lifetime::Permanent,
                expires_at: expires_at.as_deref().map(seconds),
                is_asked: self.environments.iter().any(|(_, _, environment)| environment.flags.is_asked(&key)),
                asked_in_vain_at: self.environments.iter().filter_map(|(_, id, _)| last_unknown(id)).max(),
                places: places.iter().map(place).collect(),
            };
            let judgement = facts.judge(&self.days, self.silence.start);
            if !judgement.reasons.is_empty() || judgement.only_bulk.is_some() {
                judged.insert(key, (judgement, owner));
            }
        }
        Ok(judged)
    }

    /// When a client that does not report last read an environment, or counting began.
    fn silent_at(&self, environment_id: i64) -> i64 {
        self.silence.reads.get(&environment_id).copied().unwrap_or_default().max(self.silence.start)
    }

    fn not_judged(&self) -> Vec<NotJudged> {
        let shortest = self.days.unused.max(self.days.constant);
        let mut not_judged = Vec::new();
        for (name, id, _) in &self.environments {
            let at = self.silent_at(*id);
            if at < shortest {
                continue;
            }
            let time = time_text(at);
            let (code, message) = if at > self.silence.start {
                let message = format!(
                    "a client that does not report its usage read the flags at {time}; it may evaluate any of them"
                );
                ("client_does_not_report", message)
            } else {
                (
                    "counting_began",
                    format!("this server counts since {time}; it does not know what was evaluated before"),
                )
            };
            not_judged.push(NotJudged { environment: name.clone(), code, at: time, message });
        }
        not_judged
    }

    /// The keys that are evaluated where no flag has them, with the ids of those environments.
    fn unknown(&self) -> BTreeMap<&str, Vec<i64>> {
        let mut unknown: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for row in &self.series {
            let environment = self.environments.iter().find(|(_, id, _)| *id == row.environment_id);
            let is_missing = environment.is_some_and(|(_, _, environment)| environment.flags.find(&row.flag).is_none());
            if is_missing && row.result == result::UNKNOWN && row.last_at >= self.days.unused {
                unknown.entry(&row.flag).or_default().push(row.environment_id);
            }
        }
        unknown
    }

    fn unknown_usage(&self, key: &str, ids: &[i64], count: u64) -> StaleUnknown {
        let here: Vec<&(String, i64, Arc<Environment>)> =
            self.environments.iter().filter(|(_, id, _)| ids.contains(id)).collect();
        let mut keys =
            here.iter().flat_map(|(_, _, environment)| environment.flags.flags().map(flagbit::PreparedFlag::key));
        let nearest = nearest(key, &mut keys).map(str::to_owned);
        let environments = here.iter().map(|(name, ..)| name.clone()).collect();
        StaleUnknown { usage: UnknownUsage { count, nearest }, environments }
    }
}

/// Reads a time that the server stored.
fn seconds(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).map(|time| time.timestamp()).unwrap_or(i64::MAX)
}
