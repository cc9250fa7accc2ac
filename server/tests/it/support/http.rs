//! Requests.

use std::{sync::OnceLock, time::Duration};

use serde_json::Value;
use ureq::{Agent, Body, http};

/// A request that is being put together.
pub(crate) struct Request {
    builder: http::request::Builder,
    body: Vec<u8>,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: http::HeaderMap,
    body: Vec<u8>,
}

pub(crate) fn request(method: &str, url: &str) -> Request {
    Request { builder: http::Request::builder().method(method).uri(url), body: Vec::new() }
}

impl Request {
    pub(crate) fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it; any status is an answer.
    pub(crate) fn send(self) -> Answer {
        self.try_send().expect("the server answers")
    }

    pub(crate) fn try_send(self) -> Result<Answer, ureq::Error> {
        let mut response = agent().run(self.builder.body(self.body).expect("a request"))?;
        let body = Body::with_config(response.body_mut()).limit(1 << 30).read_to_vec()?;
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
    }
}

impl Answer {
    /// This answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The path of the next page, from the header `Link`.
    pub(crate) fn next_page(&self) -> Option<String> {
        let link = self.header("link")?.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
        Some(link.expect("a link").to_owned())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The message of an error.
    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The code of an error.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn agent() -> &'static Agent {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(120)));
        config.build().into()
    })
}
