//! The log: on standard error, for people or as JSON.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::{EnvFilter, filter::Directive};

use crate::settings::{LogFormat, Logs};

/// Never logged, at any level: statements would show readers of the log how flags are stored.
const SILENT: [&str; 1] = ["sqlx::query=off"];

/// Starts to log. Panics are logged too.
pub(crate) fn start(settings: &Logs) -> anyhow::Result<()> {
    let mut filter = EnvFilter::builder()
        .parse(&settings.log_level)
        .context("--log-level: expected error, warn, info, debug, trace or off, also by part")?;
    for directive in SILENT {
        filter = filter.add_directive(directive.parse::<Directive>()?);
    }
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, panic = panic.payload_as_str().unwrap_or_default(), "a defect of the server");
    }));
    Ok(())
}
