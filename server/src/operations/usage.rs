//! Reading how flags are used.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Backend, Error, Result, target::EnvironmentTarget};
use crate::{
    storage::{Storage, usage::Total},
    usage::{HOUR, nearest, result, time_text},
};

/// The bytes of a page, about.
const MAX_PAGE_BYTES: usize = 1 << 20;
/// The keys that are read at a time.
const STEP: usize = 100;
/// The days that listings show.
const LISTED_DAYS: i64 = 7;

/// What to read.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// One key alone.
    pub(crate) key: Option<String>,
    /// Keys after this one.
    pub(crate) after: Option<String>,
    pub(crate) limit: usize,
    /// In hours since 1970.
    pub(crate) since: i64,
    /// The first hour that does not count.
    pub(crate) until: i64,
}

/// The evaluations of a flag.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct FlagUsage {
    /// Evaluations by result: `on`, `off`, `variant:NAME`, `error:CODE`, or `other` for a variant that the flag does not have
    /// any more.
    results: BTreeMap<String, u64>,
    /// Evaluations among several flags at once, whose results are not told apart.
    bulk: u64,
    /// The last evaluation at any time besides those in bulk, as long as usage is kept.
    last_evaluated_at: Option<String>,
}

/// The evaluations of a key that the environment does not have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnknownUsage {
    pub(super) count: u64,
    /// The flag's key that was probably meant.
    pub(super) nearest: Option<String>,
}

/// How the flags of an environment are used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsagePage {
    /// By key, sorted. Flags that nobody evaluates are there too.
    flags: BTreeMap<String, FlagUsage>,
    /// Keys that programs evaluate and that the environment does not have.
    unknown: BTreeMap<String, UnknownUsage>,
    /// The beginning of the first hour that counts.
    since: String,
    /// The end of the last hour that counts.
    until: String,
    /// The `after` of the next page; `null` on the last page.
    pub(crate) next: Option<String>,
}

impl FlagUsage {
    fn add(&mut self, total: Total) {
        let Total { result, last_at, count, .. } = total;
        match result.as_str() {
            result::BULK => self.bulk = count,
            result::UNKNOWN => {}
            _ => {
                let last = time_text(last_at);
                if self.last_evaluated_at.as_ref().is_none_or(|known| *known < last) {
                    self.last_evaluated_at = Some(last);
                }
                if count > 0 {
                    self.results.insert(result, count);
                }
            }
        }
    }

    /// The bytes that it takes in an answer, about.
    fn bytes(&self) -> usize {
        128 + self.results.keys().map(|name| name.len() + 16).sum::<usize>()
    }
}

/// Reads how the flags of an environment are used: one page, sorted by key.
///
/// # Errors
/// The environment was deleted; the database fails.
pub(crate) async fn read(backend: &Backend, target: &EnvironmentTarget, wanted: &Wanted) -> Result<UsagePage> {
    let storage = backend.follower.storage();
    let environment_id = target.environment_id;
    let world = backend.follower.world();
    let environment =
        world.environment(environment_id).ok_or_else(|| Error::NotFound("the environment was deleted".into()))?;
    let unknown = storage.keys_with_result(environment_id, result::UNKNOWN).await?;
    let flags = environment.flags.flags().map(flagbit::PreparedFlag::key);
    let keys: BTreeSet<&str> = flags
        .chain(unknown.iter().map(String::as_str))
        .filter(|key| wanted.key.as_ref().is_none_or(|wanted| wanted == key))
        .filter(|key| wanted.after.as_ref().is_none_or(|after| *key > after.as_str()))
        .collect();
    let keys: Vec<&str> = keys.into_iter().collect();

    let mut page = UsagePage {
        flags: BTreeMap::new(),
        unknown: BTreeMap::new(),
        since: time_text(wanted.since * HOUR),
        until: time_text(wanted.until * HOUR),
        next: None,
    };
    let (mut bytes, mut count) = (0, 0);
    'pages: for step in keys.chunks(STEP) {
        let totals = storage.usage_totals(environment_id, step, (wanted.since, wanted.until)).await?;
        let mut by_key: HashMap<String, Vec<Total>> = HashMap::new();
        for total in totals {
            by_key.entry(total.flag.clone()).or_default().push(total);
        }
        for key in step {
            if count == wanted.limit || bytes > MAX_PAGE_BYTES {
                break 'pages;
            }
            let totals = by_key.remove(*key).unwrap_or_default();
            if environment.flags.find(key).is_some() {
                let mut usage = FlagUsage::default();
                totals.into_iter().for_each(|total| usage.add(total));
                bytes += key.len() + usage.bytes();
                page.flags.insert((*key).into(), usage);
            } else {
                let of_unknown = totals.iter().filter(|total| total.result == result::UNKNOWN);
                let sum = of_unknown.map(|total| total.count).sum();
                bytes += 2 * key.len() + 64;
                page.unknown.insert((*key).into(), UnknownUsage { count: sum, nearest: None });
            }
            count += 1;
        }
    }
    page.next = keys.get(count).and_then(|_| keys.get(count.checked_sub(1)?)).map(|key| (*key).to_owned());
    page.unknown.retain(|_, usage| usage.count > 0);
    let environment = environment.clone();
    // Comparing many keys takes a while.
    let named = tokio::task::spawn_blocking(move || {
        for (key, usage) in &mut page.unknown {
            usage.nearest = nearest(key, environment.flags.flags().map(flagbit::PreparedFlag::key)).map(str::to_owned);
        }
        page
    });
    Ok(named.await.map_err(anyhow::Error::from)?)
}

/// Reads how the flags of an environment were used in the last days, by key, for a listing.
///
/// # Errors
/// The database fails.
pub(crate) async fn of_listing(
    storage: &Storage,
    environment_id: i64,
    keys: &[&str],
) -> Result<HashMap<String, FlagUsage>> {
    let until = Utc::now().timestamp() / HOUR + 1;
    let mut usage: HashMap<String, FlagUsage> = HashMap::with_capacity(keys.len());
    for total in storage.usage_totals(environment_id, keys, (until - 24 * LISTED_DAYS, until)).await? {
        usage.entry(total.flag.clone()).or_default().add(total);
    }
    Ok(usage)
}
