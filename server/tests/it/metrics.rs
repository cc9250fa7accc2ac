//! The metrics for Prometheus.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::support::{Database, Server, flagbit, on_each_database, request};

fn value(metrics: &str, series: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{metrics}")).parse().expect("a number")
}

#[test]
fn requests_are_counted_by_route_method_and_status() {
    on_each_database(|database| {
        let server = Server::start(database);
        for _ in 0..3 {
            server.request("GET", "/healthz").send();
        }
        server.account();
        for path in ["/a", "/b", "/c?d"] {
            server.request("BREW", path).send();
        }
        assert_eq!(server.request("GET", "/api/v1/projects").send().status, 401);
        let metrics = server.metrics();
        let requests = "flagbit_http_requests_total";
        assert_eq!(value(&metrics, &format!(r#"{requests}{{route="/healthz",method="GET",status="200"}}"#)), 3.0);
        assert_eq!(
            value(&metrics, &format!(r#"{requests}{{route="/api/v1/signup",method="POST",status="201"}}"#)),
            1.0
        );
        assert_eq!(value(&metrics, &format!(r#"{requests}{{route="unmatched",method="OTHER",status="404"}}"#)), 3.0);
        let duration = "flagbit_http_request_duration_seconds";
        assert_eq!(value(&metrics, &format!(r#"{duration}_bucket{{route="/healthz",method="GET",le="5"}}"#)), 3.0);
        assert_eq!(value(&metrics, &format!(r#"{duration}_count{{route="/healthz",method="GET"}}"#)), 3.0);
        assert_eq!(value(&metrics, "flagbit_failed_authentications_total"), 1.0);
        assert_eq!(value(&metrics, "flagbit_environments"), 1.0);
        assert!(value(&metrics, "flagbit_revision") >= 1.0);
        assert!(value(&metrics, "flagbit_connections") >= 1.0);
        for idle in ["flagbit_evaluations_total", "flagbit_stream_subscribers", "flagbit_rate_limited_total"] {
            assert_eq!(value(&metrics, idle), 0.0);
        }
        assert!(metrics.contains(&format!(r#"flagbit_build_info{{version="{}"}} 1"#, env!("CARGO_PKG_VERSION"))));
        for line in metrics.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(name.starts_with("flagbit_"), "{line}");
            assert!(metrics.contains(&format!("# HELP {family} ")), "{family} is not described");
        }
    });
}

#[test]
fn the_age_of_the_snapshot_grows_while_the_database_is_away() {
    let database = Database::postgres();
    let server = Server::start(&database);
    let age = || value(&server.metrics(), "flagbit_snapshot_age_seconds");
    thread::sleep(Duration::from_secs(3));
    assert!(age() < 2.5, "{}", age());
    database.refuse_connections(true);
    database.cut_connections();
    thread::sleep(Duration::from_secs(4));
    assert!(age() > 3.0, "{}", age());
    database.refuse_connections(false);
    let deadline = Instant::now() + Duration::from_secs(20);
    while age() > 2.5 {
        assert!(Instant::now() < deadline, "{}", age());
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn metrics_have_an_address_of_their_own_or_none() {
    let server = Server::start(&Database::sqlite());
    assert_eq!(server.request("GET", "/metrics").send().status, 404);
    let url = server.wait_for_line("metrics on ");
    assert_eq!(request("GET", &url.replace("/metrics", "/healthz")).send().status, 404);
    assert_eq!(request("POST", &url).send().status, 405);

    let off = Server::start_with(&Database::sqlite(), &["--metrics-listen", "off"]);
    assert_eq!(off.request("GET", "/healthz").send().status, 200);
    assert!(!off.output().contains("metrics on "), "{}", off.output());

    let taken = url.trim_start_matches("http://").trim_end_matches("/metrics");
    let output = flagbit()
        .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", taken, "--database", "sqlite::memory:"])
        .output()
        .expect("it runs");
    let error = String::from_utf8_lossy(&output.stderr);
    let expected = format!("cannot listen on {taken}: Address already in use");
    assert!(!output.status.success() && error.contains(&expected) && error.contains("--metrics-listen"), "{error}");
}
