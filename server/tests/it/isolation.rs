//! Rights: one table of all calls that need a key, and of all callers that the server must refuse.

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Server, on_each_database};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Api,
    Sdk,
    Server,
}

const KINDS: [Kind; 3] = [Kind::Api, Kind::Sdk, Kind::Server];

/// API keys only.
const MANAGER: &[Kind] = &[Kind::Api];

/// A call. The path and the body may name things of the [`House`] in braces. With a key of a kind that may, it succeeds.
#[derive(Debug)]
struct Call {
    method: &'static str,
    path: &'static str,
    /// JSON, or nothing.
    body: &'static str,
    may: &'static [Kind],
}

const fn call(method: &'static str, path: &'static str, body: &'static str, may: &'static [Kind]) -> Call {
    Call { method, path, body, may }
}

/// A new call belongs here, once with each of its paths.
const CALLS: &[Call] = &[
    call("GET", "/api/v1/audit", "", MANAGER),
    call("GET", "/api/v1/keys", "", MANAGER),
    call("POST", "/api/v1/keys", r#"{"name": "ci"}"#, MANAGER),
    call("DELETE", "/api/v1/keys/{api_key}", "", MANAGER),
    call("GET", "/api/v1/projects", "", MANAGER),
    call("POST", "/api/v1/projects", r#"{"name": "second"}"#, MANAGER),
    call("GET", "/api/v1/projects/{project}", "", MANAGER),
    call("PATCH", "/api/v1/projects/{project}", r#"{"name": "other"}"#, MANAGER),
    call("DELETE", "/api/v1/projects/{project}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/archive", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/archive/{entry}", "", MANAGER),
    call("POST", "/api/v1/projects/{project}/archive/{entry}/restore", "", MANAGER),
    call("DELETE", "/api/v1/projects/{project}/archive/{entry}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/audit", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/environments", "", MANAGER),
    call("POST", "/api/v1/projects/{project}/environments", r#"{"name": "third"}"#, MANAGER),
    call("GET", "/api/v1/projects/{project}/environments/compare?from=production&to={environment}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/environments/{environment}", "", MANAGER),
    call("PATCH", "/api/v1/projects/{project}/environments/{environment}", r#"{"name": "test"}"#, MANAGER),
    call("DELETE", "/api/v1/projects/{project}/environments/{environment}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/keys", "", MANAGER),
    call("POST", "/api/v1/projects/{project}/keys", r#"{"kind": "sdk", "name": "web"}"#, MANAGER),
    call("DELETE", "/api/v1/projects/{project}/keys/{key}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/flags", "", MANAGER),
    call("POST", "/api/v1/projects/{project}/flags", r#"{"key": "new", "enabled": true}"#, MANAGER),
    call("GET", "/api/v1/projects/{project}/flags/{flag}", "", MANAGER),
    call("PUT", "/api/v1/projects/{project}/flags/{flag}", r#"{"enabled": false}"#, MANAGER),
    call("PATCH", "/api/v1/projects/{project}/flags/{flag}", r#"{"enabled": false}"#, MANAGER),
    call("DELETE", "/api/v1/projects/{project}/flags/{flag}", "", MANAGER),
    call(
        "POST",
        "/api/v1/projects/{project}/flags/{flag}/promote",
        r#"{"from": "production", "to": "{environment}"}"#,
        MANAGER,
    ),
    call("GET", "/api/v1/projects/{project}/segments", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/segments/{segment}", "", MANAGER),
    call("PUT", "/api/v1/projects/{project}/segments/{segment}", r#"{"rules": []}"#, MANAGER),
    call("DELETE", "/api/v1/projects/{project}/segments/{segment}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/snapshot", "", MANAGER),
    call("PUT", "/api/v1/projects/{project}/snapshot?removes=2", r#"{"flags": []}"#, MANAGER),
    call("GET", "/api/v1/projects/{project}/usage", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/usage", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/stale", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/flags", "", MANAGER),
    call(
        "POST",
        "/api/v1/projects/{project}/environments/{environment}/flags",
        r#"{"key": "new", "enabled": true}"#,
        MANAGER,
    ),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}", "", MANAGER),
    call("PUT", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}", r#"{"enabled": false}"#, MANAGER),
    call(
        "PATCH",
        "/api/v1/projects/{project}/environments/{environment}/flags/{flag}",
        r#"{"enabled": false}"#,
        MANAGER,
    ),
    call("DELETE", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/segments", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}", "", MANAGER),
    call(
        "PUT",
        "/api/v1/projects/{project}/environments/{environment}/segments/{segment}",
        r#"{"rules": []}"#,
        MANAGER,
    ),
    call("DELETE", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}", "", MANAGER),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/snapshot", "", MANAGER),
    call(
        "PUT",
        "/api/v1/projects/{project}/environments/{environment}/snapshot?removes=2",
        r#"{"flags": []}"#,
        MANAGER,
    ),
];

/// An account with something of everything.
struct House {
    account: Account,
    /// A word that all that is in this house has in its name; nobody else ever reads it.
    canary: &'static str,
    /// Of the second environment.
    elsewhere: [(Kind, String); 2],
    /// One of each kind.
    revoked: Vec<String>,
    /// The values for the braces in paths.
    names: Vec<(&'static str, String)>,
}

impl House {
    fn build(server: &Server, canary: &'static str) -> Self {
        let account = server.account();
        let project = format!("/api/v1/projects/{}", account.project);
        let post = |path: &str, body: Value| {
            server.request("POST", path).key(&account.api_key).json(&body).send().expect(201).json()
        };
        let rename = json!({"name": canary});
        server.request("PATCH", &project).key(&account.api_key).json(&rename).send().expect(200);
        let environment = post(&format!("{project}/environments"), json!({"name": format!("{canary}-staging")}));
        let elsewhere = [(Kind::Sdk, text(&environment["sdk_key"])), (Kind::Server, text(&environment["server_key"]))];
        let revoked = [("/api/v1/keys".to_owned(), json!({"name": canary}))]
            .into_iter()
            .chain(["sdk", "server"].map(|kind| (format!("{project}/keys"), json!({"kind": kind, "name": canary}))));
        let revoked = revoked.map(|(path, body)| {
            let created = post(&path, body);
            let path = format!("{path}/{}", created["id"]);
            server.request("DELETE", &path).key(&account.api_key).send().expect(204);
            text(&created["key"])
        });
        let revoked = revoked.collect();
        let flag = json!({"key": canary, "name": canary, "enabled": true});
        post(&format!("{project}/flags"), flag);
        for environment in [String::new(), format!("/environments/{}", text(&environment["name"]))] {
            let path = format!("{project}{environment}/segments/{canary}");
            server.request("PUT", &path).key(&account.api_key).json(&json!({"rules": []})).send().expect(201);
        }
        let archived = format!("{canary}-archived");
        post(&format!("{project}/flags"), json!({"key": archived, "enabled": true}));
        let removed = server.request("DELETE", &format!("{project}/flags/{archived}")).key(&account.api_key);
        let names = vec![
            ("{entry}", removed.send().expect(200).json()["archive_id"].to_string()),
            ("{flag}", canary.to_owned()),
            ("{segment}", canary.to_owned()),
            ("{api_key}", post("/api/v1/keys", json!({"name": canary}))["id"].to_string()),
            ("{environment}", text(&environment["name"])),
            ("{key}", post(&format!("{project}/keys"), json!({"kind": "sdk", "name": canary}))["id"].to_string()),
            ("{project}", account.project.to_string()),
        ];
        Self { account, canary, elsewhere, revoked, names }
    }

    fn key(&self, kind: Kind) -> &str {
        match kind {
            Kind::Api => &self.account.api_key,
            Kind::Sdk => &self.account.sdk_key,
            Kind::Server => &self.account.server_key,
        }
    }

    fn path(&self, call: &Call) -> String {
        self.fill(call.path)
    }

    fn fill(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Makes a call about what is in this house.
    fn ask(&self, server: &Server, call: &Call, headers: &[(&str, &str)]) -> Answer {
        let mut request = server.request(call.method, &self.path(call));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() {
            request = request.header("content-type", "application/json").body(self.fill(call.body));
        }
        request.send()
    }

    /// The call must be refused with this status, in whichever header the key comes.
    #[track_caller]
    fn refuses(&self, server: &Server, call: &Call, key: &str, status: u16) {
        for header in [("x-api-key", key), ("authorization", &format!("Bearer {key}"))] {
            let answer = self.tells_nothing(server, call, &[header]);
            assert_eq!(answer.status, status, "{call:?} with {}: {}", header.0, answer.text());
        }
    }

    /// Whatever the call is answered, nothing of this house is in it.
    #[track_caller]
    fn tells_nothing(&self, server: &Server, call: &Call, headers: &[(&str, &str)]) -> Answer {
        let answer = self.ask(server, call, headers);
        assert!(answer.status < 500 && !answer.text().contains(self.canary), "{call:?}: {}", answer.text());
        answer
    }

    /// How much was ever changed.
    fn changes(&self, server: &Server) -> usize {
        let path = "/api/v1/audit?limit=1000";
        let answer = server.request("GET", path).key(&self.account.api_key).send().expect(200).json();
        answer["entries"].as_array().expect("a list").len()
    }
}

#[test]
fn nobody_gets_through_who_may_not() {
    on_each_database(|database| {
        let server = Server::start(database);
        let (ours, theirs) = (House::build(&server, "ours"), House::build(&server, "theirs"));
        let strangers = Server::start(&Database::sqlite()).account();
        let typo = &ours.account.api_key[..ours.account.api_key.len() - 1];
        let before = ours.changes(&server);
        for call in CALLS {
            let answer = ours.tells_nothing(&server, call, &[]).expect(401);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{call:?}");
            let no_keys = ["", "hello", "fb_", typo, &strangers.api_key, &strangers.sdk_key, &strangers.server_key];
            for key in no_keys.into_iter().chain(ours.revoked.iter().map(String::as_str)) {
                ours.refuses(&server, call, key, 401);
            }
            let elsewhere = ours.elsewhere.iter().map(|(kind, key)| (*kind, key.as_str()));
            let whole = KINDS.into_iter().flat_map(|kind| [(kind, ours.key(kind)), (kind, theirs.key(kind))]);
            for (_, key) in elsewhere.chain(whole).filter(|(kind, _)| !call.may.contains(kind)) {
                ours.refuses(&server, call, key, 403);
            }
            for kind in [Kind::Api, Kind::Server] {
                let from_a_page = [("x-api-key", ours.key(kind)), ("origin", "https://elsewhere.example")];
                ours.tells_nothing(&server, call, &from_a_page).expect(403);
            }
            for kind in call.may {
                let key = theirs.key(*kind);
                if *kind == Kind::Api && call.path.contains('{') {
                    ours.refuses(&server, call, key, 404);
                } else {
                    // It is about what is theirs.
                    ours.tells_nothing(&server, call, &[("x-api-key", key)]);
                }
            }
        }
        assert_eq!(ours.changes(&server), before);
    });
}

#[test]
fn a_parameter_that_a_call_does_not_know_is_refused_and_nothing_happens() {
    let server = Server::start(&Database::sqlite());
    let house = House::build(&server, "ours");
    let before = house.changes(&server);
    for call in CALLS {
        let path = house.path(call);
        let path = format!("{}?dryrun=true&limit=1", path.split('?').next().unwrap_or_default());
        let answer = server.request(call.method, &path).key(house.key(Kind::Api)).body(call.body).send();
        let known = "the query: unknown parameter \"dryrun\"; this call knows ";
        assert!(answer.expect(400).message().starts_with(known), "{call:?}");
    }
    assert_eq!(house.changes(&server), before);
    // Programs of any age ask for evaluations and snapshots, so those ignore what they do not know.
    for path in ["/api/v1/snapshot?nonsense=1", "/openapi.json?nonsense=1"] {
        server.request("GET", path).key(house.key(Kind::Server)).send().expect(200);
    }
    server.request("POST", "/api/v1/evaluate?nonsense=1").key(house.key(Kind::Server)).body("{}").send().expect(200);
}

#[test]
fn everybody_gets_through_who_may() {
    on_each_database(|database| {
        let server = Server::start(database);
        for call in CALLS {
            for kind in call.may {
                let house = House::build(&server, "ours");
                let answer = house.ask(&server, call, &[("x-api-key", house.key(*kind))]);
                assert!((200..300).contains(&answer.status), "{call:?}: {}", answer.text());
            }
        }
    });
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
