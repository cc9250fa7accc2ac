//! The measured server, and changes of its flags over its API.

use std::{env, time::Duration};

use flagbit::{Client, ClientOptions};
use ureq::Agent;

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
        let url = format!("{}/api/v1/projects/{}/flags/{flag}", self.url, self.project);
        let request = self.agent.patch(url).header("Authorization", format!("Bearer {}", self.api_key));
        let request = request.header("Content-Type", "application/json");
        let mut answer = request.send(format!(r#"{{"enabled": {enabled}}}"#)).expect("a change of a flag");
        // Read to its end, so that the connection can be used again.
        answer.body_mut().read_to_vec().expect("the flag");
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
