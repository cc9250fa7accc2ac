//! The measured server, and changes of its flags over its API.

use std::{env, time::Duration};

use flagbit::{Client, ClientOptions};
use ureq::{Agent, RequestBuilder, typestate::WithBody};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) server_key: String,
    api_key: String,
    project: String,
    agent: Agent,
}

impl Server {
    pub(crate) fn from_environment() -> Self {
        let get =
            |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run scripts/bench/fresh.sh"));
        Self {
            url: get("BENCH_URL"),
            server_key: get("BENCH_SERVER_KEY"),
            api_key: get("BENCH_API_KEY"),
            project: get("BENCH_PROJECT"),
            agent: Agent::new_with_defaults(),
        }
    }

    pub(crate) fn options(&self) -> ClientOptions {
        ClientOptions::server(&self.url, &self.server_key)
    }

    /// Switches a flag; returns once the server has answered.
    pub(crate) fn switch(&self, flag: &str, enabled: bool) {
        let url = self.of_project(&format!("/flags/{flag}"));
        self.send(self.agent.patch(url), &format!(r#"{{"enabled": {enabled}}}"#));
    }

    /// Creates a flag.
    pub(crate) fn create(&self, flag: &str) {
        self.send(self.agent.post(self.of_project("/flags")), &format!(r#"{{"key": "{flag}", "enabled": false}}"#));
    }

    /// Makes the flags those of a document, which takes out this many.
    pub(crate) fn import(&self, document: &str, removes: usize) {
        self.send(self.agent.put(self.of_project(&format!("/snapshot?removes={removes}"))), document);
    }

    /// Another project on the same server.
    pub(crate) fn other_project(&self) -> Self {
        let answer = self.send(self.agent.post(format!("{}/api/v1/projects", self.url)), r#"{"name": "other"}"#);
        let id = answer.split(r#""id":"#).nth(1).and_then(|rest| rest.split(',').next()).expect("an id");
        let (url, server_key, api_key) = (self.url.clone(), self.server_key.clone(), self.api_key.clone());
        Self { url, server_key, api_key, project: id.into(), agent: Agent::new_with_defaults() }
    }

    fn of_project(&self, path: &str) -> String {
        format!("{}/api/v1/projects/{}{path}", self.url, self.project)
    }

    fn send(&self, request: RequestBuilder<WithBody>, body: &str) -> String {
        let request = request.header("Authorization", format!("Bearer {}", self.api_key));
        let request = request.header("Content-Type", "application/json");
        let mut answer = request.send(body).expect("a write that succeeds");
        // Read to its end, so that the connection can be used again.
        answer.body_mut().read_to_string().expect("an answer")
    }
}

/// A client that has flags, and whose stream is open if it has one.
pub(crate) fn ready(options: ClientOptions, stream: bool) -> Client {
    let client = Client::open(options.stream(stream)).expect("options that fit");
    client.ready_within(PATIENCE).expect("a server that answers");
    let mut seen = 0;
    while stream && !client.take_log().iter().any(|line| line.message.ends_with("is open")) {
        seen = client.wait(seen, PATIENCE).expect("an open client").expect("a stream");
    }
    client
}
