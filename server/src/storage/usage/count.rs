//! Adding up.

use std::collections::{BTreeMap, HashMap};

use sqlx::Row;

use super::{Batch, Series};
use crate::{
    storage::{
        Storage,
        rows::{Cell, Many},
        session::Session,
    },
    usage::{HOUR, Window},
};

const CLAIM: Many = Many {
    begin: "INSERT INTO usage_instances (environment_id, instance, reported_at)",
    end: "ON CONFLICT (environment_id, instance) DO UPDATE SET reported_at = excluded.reported_at \
          RETURNING environment_id, instance, sequence, earlier",
};
const NOTE: Many = Many {
    begin: "INSERT INTO usage_instances (environment_id, instance, sequence, earlier)",
    end: "ON CONFLICT (environment_id, instance) DO UPDATE SET sequence = excluded.sequence, earlier = excluded.earlier",
};
const SERIES: Many = Many {
    begin: "INSERT INTO usage_series (id, environment_id, flag, result, first_at, last_at)",
    end: "ON CONFLICT (environment_id, flag, result) DO UPDATE SET \
          first_at = CASE WHEN excluded.first_at < usage_series.first_at THEN excluded.first_at \
          ELSE usage_series.first_at END, \
          last_at = CASE WHEN excluded.last_at > usage_series.last_at THEN excluded.last_at ELSE usage_series.last_at END \
          RETURNING id, environment_id, flag, result",
};
const HOURS: Many = Many {
    begin: "INSERT INTO usage_hours (series_id, hour, count)",
    end: "ON CONFLICT (series_id, hour) DO UPDATE SET count = usage_hours.count + excluded.count",
};

/// The new counts of a series.
#[derive(Debug, Default)]
struct Sum {
    by_hour: BTreeMap<i64, i64>,
    first_at: i64,
    last_at: i64,
}

impl Storage {
    /// Adds counts up, those of each report once, however often and to whichever server it was sent. Returns for each report
    /// of the batch whether it is new. A batch that failed, or was not confirmed, can be added again.
    ///
    /// Replicas change rows in one order, so that none waits for another in a circle.
    pub(crate) async fn add_usage(&self, batch: &Batch, now: i64) -> sqlx::Result<Vec<bool>> {
        let mut session = self.counting().await?;
        let is_new = claim(&mut session, batch, now).await?;
        let sums = sums(batch, &is_new);
        let ids = series(&mut session, &sums).await?;
        let mut hours = BTreeMap::new();
        for (series, sum) in &sums {
            if let Some(id) = ids.get(series) {
                hours.extend(sum.by_hour.iter().map(|(hour, count)| ((*id, *hour), *count)));
            }
        }
        let rows = hours.into_iter().map(|((id, hour), count)| [Cell::from(id), hour.into(), count.into()]);
        session.many(HOURS, rows.collect()).await?;
        session.commit("COMMIT").await?;
        Ok(is_new)
    }
}

/// Notes the reports by their numbers. Returns which are new.
async fn claim(session: &mut Session, batch: &Batch, now: i64) -> sqlx::Result<Vec<bool>> {
    let instances: BTreeMap<(i64, &str), ()> =
        batch.reports.iter().map(|report| ((report.environment_id, report.instance.as_str()), ())).collect();
    let rows = instances
        .keys()
        .map(|(environment_id, instance)| [Cell::from(*environment_id), (*instance).into(), now.into()]);
    let mut windows: BTreeMap<(i64, String), Window> = BTreeMap::new();
    for row in session.find_many(CLAIM, rows.collect()).await? {
        let window =
            Window { sequence: row.try_get("sequence")?, earlier: row.try_get::<i64, _>("earlier")?.cast_unsigned() };
        windows.insert((row.try_get("environment_id")?, row.try_get("instance")?), window);
    }
    let mut is_new = Vec::with_capacity(batch.reports.len());
    for report in &batch.reports {
        let window = windows.get_mut(&(report.environment_id, report.instance.clone()));
        is_new.push(window.is_some_and(|window| window.claim(report.sequence)));
    }
    let rows = windows.iter().map(|((environment_id, instance), window)| {
        [Cell::from(*environment_id), instance.into(), window.sequence.into(), window.earlier.cast_signed().into()]
    });
    session.many(NOTE, rows.collect()).await?;
    Ok(is_new)
}

fn sums<'b>(batch: &'b Batch, is_new: &[bool]) -> BTreeMap<&'b Series, Sum> {
    let mut sums: BTreeMap<&Series, Sum> = BTreeMap::new();
    for (report, _) in batch.reports.iter().zip(is_new).filter(|(_, is_new)| **is_new) {
        for (position, count) in &report.counts {
            let Some(series) = batch.series.get(*position as usize) else { continue };
            let sum =
                sums.entry(series).or_insert_with(|| Sum { first_at: report.at, last_at: report.at, ..Sum::default() });
            sum.first_at = sum.first_at.min(report.at);
            sum.last_at = sum.last_at.max(report.at);
            *sum.by_hour.entry(report.at / HOUR).or_default() += count;
        }
    }
    sums
}

/// Notes when the series were last counted. Returns their ids.
async fn series(session: &mut Session, sums: &BTreeMap<&Series, Sum>) -> sqlx::Result<HashMap<Series, i64>> {
    let mut rows = Vec::with_capacity(sums.len());
    for (series, sum) in sums {
        let id = (getrandom::u64().map_err(|error| sqlx::Error::Io(error.into()))? >> 1).cast_signed();
        let Series { environment_id, flag, result } = series;
        let (first_at, last_at) = (sum.first_at.into(), sum.last_at.into());
        rows.push([Cell::from(id), (*environment_id).into(), flag.into(), result.into(), first_at, last_at]);
    }
    let mut ids = HashMap::with_capacity(rows.len());
    for row in session.find_many(SERIES, rows).await? {
        let series = Series {
            environment_id: row.try_get("environment_id")?,
            flag: row.try_get("flag")?,
            result: row.try_get("result")?,
        };
        ids.insert(series, row.try_get("id")?);
    }
    Ok(ids)
}
