//! Metrics, as Prometheus reads them.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::http::{Method, StatusCode};
use metrics::{Counter, Gauge, Histogram, Key, Label, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use parking_lot::Mutex;

use crate::world::{Environment, Follower};

/// Seconds: from what memory answers in up to what a database waits for.
const BUCKETS: [f64; 14] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// The time between two sweeps that count samples into their buckets. Until then each sample takes memory.
const UPKEEP: Duration = Duration::from_secs(1);

const METADATA: Metadata<'static> = Metadata::new("flagbit", metrics::Level::INFO, None);

/// All metrics of a server.
///
/// The handles that every request needs are made once and kept: looking them up by their labels each time, as the macros of
/// `metrics` do, takes longer than an evaluation.
pub(crate) struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    /// By route; in a route by method and status.
    requests: ArcSwap<HashMap<String, Vec<Series>>>,
    flags: Option<Flags>,
    /// What SDKs reported, by environment.
    reported: Mutex<HashMap<i64, Counter>>,
    dropped: Counter,
    pub(crate) failed_authentications: Counter,
    pub(crate) rate_limited: Counter,
    pub(crate) refused_connections: Counter,
    pub(crate) connections: Gauge,
    snapshot_age: Gauge,
    revision: Gauge,
    flag_count: Gauge,
    environment_count: Gauge,
}

/// The requests of one kind.
#[derive(Clone)]
struct Series {
    method: Method,
    status: StatusCode,
    count: Counter,
    duration: Histogram,
}

/// The series of single flags.
struct Flags {
    counters: Mutex<HashMap<(i64, String, String), [Counter; 2]>>,
    max_series: usize,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// `max_flag_series`: 0 for no series of single flags.
    pub(crate) fn new(max_flag_series: usize) -> anyhow::Result<Self> {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(DURATION.into()), &BUCKETS)?;
        let recorder = Arc::new(builder.build_recorder());
        // Counts of handlers, made with the macros of `metrics`, arrive here too.
        metrics::set_global_recorder(Arc::clone(&recorder))?;
        let counter = |name: &'static str, description: &'static str| {
            recorder.describe_counter(name.into(), None, description.into());
            recorder.register_counter(&Key::from_static_name(name), &METADATA)
        };
        let gauge = |name: &'static str, description: &'static str| {
            recorder.describe_gauge(name.into(), None, description.into());
            recorder.register_gauge(&Key::from_static_name(name), &METADATA)
        };
        let metrics = Self {
            requests: ArcSwap::default(),
            flags: (max_flag_series > 0).then(|| Flags { counters: Mutex::default(), max_series: max_flag_series }),
            reported: Mutex::default(),
            dropped: counter("flagbit_usage_dropped_total", "Evaluations that SDKs could not count."),
            failed_authentications: counter(
                "flagbit_failed_authentications_total",
                "Requests with a missing, wrong or revoked key.",
            ),
            rate_limited: counter("flagbit_rate_limited_total", "Requests that were told to come later."),
            refused_connections: counter(
                "flagbit_refused_connections_total",
                "Connections that were refused because there were too many, in all or from their address.",
            ),
            connections: gauge("flagbit_connections", "Open connections."),
            snapshot_age: gauge(
                "flagbit_snapshot_age_seconds",
                "Time since this server last saw the newest state of the database.",
            ),
            revision: gauge("flagbit_revision", "Number of the last write to the database that this server serves."),
            flag_count: gauge("flagbit_flags", "Flags in all environments."),
            environment_count: gauge("flagbit_environments", "Environments of all projects."),
            recorder: Arc::clone(&recorder),
        };
        // Counted where they happen; there from the start, so that a rate of none is 0 and not a gap.
        _ = counter("flagbit_evaluations_total", "Flags evaluated.");
        _ = counter(
            "flagbit_unsupported_attributes_total",
            "Attributes of contexts that conditions cannot read: lists, objects.",
        );
        _ = gauge("flagbit_stream_subscribers", "Open streams of changes.");
        recorder.describe_counter(REQUESTS.into(), None, "Requests answered.".into());
        recorder.describe_histogram(DURATION.into(), Some(Unit::Seconds), "Time until the head of the answer.".into());
        recorder.describe_counter(REPORTED.into(), None, "Evaluations that SDKs reported.".into());
        if metrics.flags.is_some() {
            recorder.describe_counter(FLAG_EVALUATIONS.into(), None, "Evaluations of single flags.".into());
        }
        let build = Key::from_parts("flagbit_build_info", vec![Label::new("version", env!("CARGO_PKG_VERSION"))]);
        recorder.describe_gauge("flagbit_build_info".into(), None, "The version of this server.".into());
        recorder.register_gauge(&build, &METADATA).set(1.0);
        Ok(metrics)
    }

    /// Counts a request.
    pub(crate) fn answered(&self, route: &str, method: &Method, status: StatusCode, duration: Duration) {
        let method = known(method);
        let is_same = |series: &&Series| series.status == status && series.method == method;
        let requests = self.requests.load();
        let found = requests.get(route).and_then(|series| series.iter().find(is_same));
        let new;
        let series = if let Some(found) = found {
            found
        } else {
            new = self.new_series(route, method, status);
            &new
        };
        series.count.increment(1);
        series.duration.record(duration);
    }

    fn new_series(&self, route: &str, method: Method, status: StatusCode) -> Series {
        let mut labels = vec![Label::new("route", route.to_owned()), Label::new("method", method.to_string())];
        let duration = self.recorder.register_histogram(&Key::from_parts(DURATION, labels.clone()), &METADATA);
        labels.push(Label::new("status", status.as_u16().to_string()));
        let count = self.recorder.register_counter(&Key::from_parts(REQUESTS, labels), &METADATA);
        let series = Series { method, status, count, duration };
        self.requests.rcu(|requests| {
            let mut requests = HashMap::clone(requests);
            let all = requests.entry(route.to_owned()).or_default();
            // Another thread may have been as fast; both have the same counters.
            if !all.iter().any(|other| other.status == status && other.method == series.method) {
                all.push(series.clone());
            }
            requests
        });
        series
    }

    /// Counts an evaluation of a flag, if the settings say so.
    pub(crate) fn evaluated(&self, environment: &Environment, flag: &str, enabled: bool) {
        let Some(flags) = &self.flags else { return };
        let key = (environment.project_id, environment.name.clone(), flag.to_owned());
        let mut counters = flags.counters.lock();
        if counters.len() * 2 >= flags.max_series && !counters.contains_key(&key) {
            return;
        }
        let [off, on] = counters.entry(key).or_insert_with_key(|(project_id, environment, flag)| {
            ["false", "true"].map(|enabled| {
                let labels = vec![
                    Label::new("project", project_id.to_string()),
                    Label::new("environment", environment.clone()),
                    Label::new("flag", flag.clone()),
                    Label::new("enabled", enabled),
                ];
                self.recorder.register_counter(&Key::from_parts(FLAG_EVALUATIONS, labels), &METADATA)
            })
        });
        if enabled { on } else { off }.increment(1);
    }

    /// Counts evaluations that an SDK reported. Beyond a number of environments, the others have one series.
    pub(crate) fn reported(&self, environment_id: i64, environment: &Environment, count: u64, dropped: u64) {
        let mut reported = self.reported.lock();
        let id = if reported.len() >= MAX_ENVIRONMENTS && !reported.contains_key(&environment_id) {
            OTHERS
        } else {
            environment_id
        };
        let counter = reported.entry(id).or_insert_with(|| {
            let (project, name) = match id {
                OTHERS => ("other".into(), "other".into()),
                _ => (environment.project_id.to_string(), environment.name.clone()),
            };
            let labels = vec![Label::new("project", project), Label::new("environment", name)];
            self.recorder.register_counter(&Key::from_parts(REPORTED, labels), &METADATA)
        });
        counter.increment(count);
        self.dropped.increment(dropped);
    }

    /// Counts samples into their buckets until the task is dropped.
    pub(crate) async fn upkeep(&self) {
        let handle = self.recorder.handle();
        loop {
            tokio::time::sleep(UPKEEP).await;
            handle.run_upkeep();
        }
    }

    /// Returns all metrics in Prometheus' text format.
    pub(crate) fn render(&self, follower: &Follower) -> String {
        let world = follower.world();
        if let Some(age) = follower.age() {
            self.snapshot_age.set(age.as_secs_f64());
        }
        self.revision.set(world.mark.sequence as f64);
        self.flag_count.set(world.flags() as f64);
        self.environment_count.set(world.environments() as f64);
        self.recorder.handle().render()
    }
}

const REQUESTS: &str = "flagbit_http_requests_total";
const DURATION: &str = "flagbit_http_request_duration_seconds";
const REPORTED: &str = "flagbit_usage_evaluations_total";
/// The most environments that have a series of their own.
const MAX_ENVIRONMENTS: usize = 1000;
/// No environment has this id.
const OTHERS: i64 = 0;
const FLAG_EVALUATIONS: &str = "flagbit_flag_evaluations_total";

/// Returns a method of HTTP, and one and the same for all others: anybody can make up methods.
pub(crate) fn known(method: &Method) -> Method {
    let all = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    if all.contains(method) { method.clone() } else { Method::from_bytes(b"OTHER").unwrap_or_default() }
}
