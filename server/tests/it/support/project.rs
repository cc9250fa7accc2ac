//! A project of a new account, and what its owner does with it.

use flagbit::{Context, Moment, Snapshot};
use serde_json::Value;

use super::{Answer, Request, Server};

/// A project, in its first environment or another.
#[derive(Clone)]
pub(crate) struct Project<'s> {
    server: &'s Server,
    pub(crate) api_key: String,
    path: String,
}

impl<'s> Project<'s> {
    /// Signs up.
    pub(crate) fn new(server: &'s Server) -> Self {
        let account = server.account();
        Self::of(server, &account.api_key, account.project)
    }

    pub(crate) fn of(server: &'s Server, api_key: &str, id: i64) -> Self {
        Self { server, api_key: api_key.into(), path: format!("/api/v1/projects/{id}") }
    }

    /// Another environment of it.
    pub(crate) fn environment(&self, name: &str) -> Self {
        Self { path: format!("{}/environments/{name}", self.path), ..self.clone() }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        self.server.request(method, &format!("{}{path}", self.path)).key(&self.api_key)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send()
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.request(method, path).json(body).send()
    }

    /// Sends what must succeed; the answer.
    #[track_caller]
    pub(crate) fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.send(method, path, body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// Sends what must be refused with this status; the message.
    #[track_caller]
    pub(crate) fn refused(&self, method: &str, path: &str, body: &Value, status: u16) -> String {
        let answer = self.send(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        answer.json()["error"]["message"].as_str().expect("a message").to_owned()
    }

    /// The listing, read by the engine, and the snapshot that SDKs download; both must have every flag.
    #[track_caller]
    pub(crate) fn snapshot(&self) -> Snapshot {
        let listing = self.get("/flags");
        assert_eq!(listing.status, 200, "{}", listing.text());
        let snapshot = Snapshot::parse(listing.bytes(), usize::MAX).expect("the listing is a snapshot");
        assert_eq!(snapshot.warnings(), [], "the engine reads every flag");
        let mut parts = self.path.trim_start_matches("/api/v1/projects/").split("/environments/");
        let mut query = format!("?project_id={}", parts.next().expect("an id"));
        if let Some(environment) = parts.next() {
            query += &format!("&environment={environment}");
        }
        let served = self.server.request("GET", &format!("/api/v1/snapshot{query}")).key(&self.api_key).send();
        let served = Snapshot::parse(served.bytes(), usize::MAX).expect("a snapshot");
        assert!(snapshot.flags().eq(served.flags()), "the listing and the snapshot differ");
        snapshot
    }

    /// The answer of a flag for a user: `on`, `off` or a variant's name.
    #[track_caller]
    pub(crate) fn answer(&self, flag: &str, user: &[(&str, &str)]) -> String {
        let mut context = Context::builder();
        for (name, value) in user {
            context = context.set(name, *value).expect("a text");
        }
        let snapshot = self.snapshot();
        let now = || Moment::from_unix(1_800_000_000, 0);
        let answer = snapshot.evaluate(flag, &context.build(), now).expect("the flag answers");
        match answer.variant() {
            Some(variant) => variant.name().to_owned(),
            None if answer.enabled() => "on".to_owned(),
            None => "off".to_owned(),
        }
    }
}
