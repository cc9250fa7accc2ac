//! Who reads the rules of an environment, and whether it will be known which flags that client evaluates.

use axum::http::{HeaderMap, HeaderName};

use crate::{state::App, usage::is_instance};

/// Names the client, which reports its usage under this name.
const INSTANCE: HeaderName = HeaderName::from_static("x-flagbit-instance");
/// `no` says that nobody evaluates what is read.
const EVALUATES: HeaderName = HeaderName::from_static("x-flagbit-evaluates");

/// A client that reads rules.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    evaluates: bool,
    /// `None` for a client that does not report its usage.
    instance: Option<String>,
}

impl Reader {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let evaluates = text(EVALUATES).is_none_or(|text| !text.eq_ignore_ascii_case("no"));
        Self { evaluates, instance: text(INSTANCE).filter(|text| is_instance(text)).map(str::to_owned) }
    }

    /// Notes that the client reads the rules of an environment now.
    pub(super) fn note(&self, app: &App, environment_id: i64) {
        if self.evaluates {
            app.usage.read(environment_id, self.instance.as_deref());
        }
    }
}
