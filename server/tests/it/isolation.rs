//! Rights: one table of all calls that need a key, and of all callers that the server must refuse.

use std::time::Duration;

use serde_json::{Value, json};

use Reach::{Account, Anywhere, First, Part, Project, Second};
use Role::{Admin, Editor, Publisher, Viewer};

use crate::support::{self, Answer, Database, Server, on_each_database, within};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Api,
    Sdk,
    Server,
}

const KINDS: [Kind; 3] = [Kind::Api, Kind::Sdk, Kind::Server];

/// The roles, each of which may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Viewer,
    Editor,
    Publisher,
    Admin,
}

const ROLES: [Role; 4] = [Viewer, Editor, Publisher, Admin];

/// The part of the account that a call is about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reach {
    /// Every caller sees their own part.
    Anywhere,
    Account,
    /// The whole project.
    Project,
    /// Whatever part of the project.
    Part,
    /// The first environment of the project.
    First,
    /// The other environment.
    Second,
}

/// The part of the account where an API key has its role.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scope {
    Account,
    Project,
    OtherProject,
    FirstEnvironment,
    SecondEnvironment,
}

const SCOPES: [Scope; 5] =
    [Scope::Account, Scope::Project, Scope::OtherProject, Scope::FirstEnvironment, Scope::SecondEnvironment];

impl Scope {
    fn has(self, reach: Reach) -> bool {
        match self {
            Self::Account => true,
            Self::Project => reach != Account,
            Self::OtherProject => reach == Anywhere,
            Self::FirstEnvironment => matches!(reach, Anywhere | Part | First),
            Self::SecondEnvironment => matches!(reach, Anywhere | Part | Second),
        }
    }
}

/// A call that needs an API key. The path and the body may name things of the [`House`] in braces. With the role it succeeds.
#[derive(Debug)]
struct Call {
    method: &'static str,
    path: &'static str,
    /// JSON, or nothing.
    body: &'static str,
    role: Role,
    reach: Reach,
}

const fn call(method: &'static str, path: &'static str, body: &'static str, role: Role, reach: Reach) -> Call {
    Call { method, path, body, role, reach }
}

/// A new call belongs here, once with each of its paths.
#[rustfmt::skip]
const CALLS: &[Call] = &[
    call("GET", "/api/v1/audit", "", Viewer, Account),
    call("GET", "/api/v1/keys", "", Admin, Anywhere),
    call("POST", "/api/v1/keys", r#"{"name": "ci"}"#, Admin, Account),
    call("DELETE", "/api/v1/keys/{api_key}", "", Admin, Account),
    call("GET", "/api/v1/members", "", Viewer, Anywhere),
    call("POST", "/api/v1/members", r#"{"email": "new@example.com", "role": "viewer"}"#, Admin, Account),
    call("PATCH", "/api/v1/members/{member}", r#"{"role": "editor"}"#, Admin, Account),
    call("DELETE", "/api/v1/members/{member}", "", Admin, Account),
    call("GET", "/api/v1/projects", "", Viewer, Anywhere),
    call("POST", "/api/v1/projects", r#"{"name": "second"}"#, Admin, Account),
    call("GET", "/api/v1/projects/{project}", "", Viewer, Part),
    call("PATCH", "/api/v1/projects/{project}", r#"{"name": "other"}"#, Admin, Project),
    call("DELETE", "/api/v1/projects/{project}", "", Admin, Project),
    call("GET", "/api/v1/projects/{project}/archive", "", Viewer, Project),
    call("GET", "/api/v1/projects/{project}/archive/{entry}", "", Viewer, Project),
    call("POST", "/api/v1/projects/{project}/archive/{entry}/restore", "", Editor, Project),
    call("DELETE", "/api/v1/projects/{project}/archive/{entry}", "", Admin, Project),
    call("GET", "/api/v1/projects/{project}/audit", "", Viewer, Project),
    call("GET", "/api/v1/projects/{project}/environments", "", Viewer, Part),
    call("POST", "/api/v1/projects/{project}/environments", r#"{"name": "third"}"#, Admin, Project),
    call("GET", "/api/v1/projects/{project}/environments/compare?from=production&to={environment}", "", Viewer, Project),
    call("GET", "/api/v1/projects/{project}/environments/{environment}", "", Viewer, Second),
    call("PATCH", "/api/v1/projects/{project}/environments/{environment}", r#"{"name": "test"}"#, Admin, Second),
    call("DELETE", "/api/v1/projects/{project}/environments/{environment}", "", Admin, Second),
    call("GET", "/api/v1/projects/{project}/keys", "", Admin, Project),
    call("POST", "/api/v1/projects/{project}/keys", r#"{"kind": "sdk", "name": "web"}"#, Admin, First),
    call("DELETE", "/api/v1/projects/{project}/keys/{key}", "", Admin, First),
    call("GET", "/api/v1/projects/{project}/flags", "", Viewer, First),
    call("POST", "/api/v1/projects/{project}/flags", r#"{"key": "new", "enabled": true}"#, Editor, Project),
    call("GET", "/api/v1/projects/{project}/flags/{flag}", "", Viewer, First),
    call("PUT", "/api/v1/projects/{project}/flags/{flag}", r#"{"enabled": false}"#, Editor, First),
    call("PATCH", "/api/v1/projects/{project}/flags/{flag}", r#"{"enabled": false}"#, Editor, First),
    call("DELETE", "/api/v1/projects/{project}/flags/{flag}", "", Editor, Project),
    call("POST", "/api/v1/projects/{project}/flags/{flag}/promote", r#"{"from": "production", "to": "{environment}"}"#, Editor, Project),
    call("GET", "/api/v1/projects/{project}/segments", "", Viewer, First),
    call("GET", "/api/v1/projects/{project}/segments/{segment}", "", Viewer, First),
    call("PUT", "/api/v1/projects/{project}/segments/{segment}", r#"{"rules": []}"#, Editor, First),
    call("DELETE", "/api/v1/projects/{project}/segments/{segment}", "", Editor, First),
    call("GET", "/api/v1/projects/{project}/snapshot", "", Viewer, First),
    call("PUT", "/api/v1/projects/{project}/snapshot?removes=2", r#"{"flags": []}"#, Editor, First),
    call("GET", "/api/v1/projects/{project}/usage", "", Viewer, First),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/usage", "", Viewer, Second),
    call("GET", "/api/v1/projects/{project}/stale", "", Viewer, Project),
    call("GET", "/api/v1/projects/{project}/flags/{flag}/history", "", Viewer, First),
    call("GET", "/api/v1/projects/{project}/flags/{flag}/history/1", "", Viewer, First),
    call("POST", "/api/v1/projects/{project}/flags/{flag}/restore", r#"{"version": 1}"#, Editor, First),
    call("GET", "/api/v1/projects/{project}/segments/{segment}/history", "", Viewer, First),
    call("GET", "/api/v1/projects/{project}/segments/{segment}/history/1", "", Viewer, First),
    call("POST", "/api/v1/projects/{project}/segments/{segment}/restore", r#"{"version": 1}"#, Editor, First),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}/history", "", Viewer, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}/history/1", "", Viewer, Second),
    call("POST", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}/restore", r#"{"version": 1}"#, Editor, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}/history", "", Viewer, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}/history/1", "", Viewer, Second),
    call("POST", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}/restore", r#"{"version": 1}"#, Editor, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/flags", "", Viewer, Second),
    call("POST", "/api/v1/projects/{project}/environments/{environment}/flags", r#"{"key": "new", "enabled": true}"#, Editor, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}", "", Viewer, Second),
    call("PUT", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}", r#"{"enabled": false}"#, Editor, Second),
    call("PATCH", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}", r#"{"enabled": false}"#, Editor, Second),
    call("DELETE", "/api/v1/projects/{project}/environments/{environment}/flags/{flag}", "", Editor, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/segments", "", Viewer, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}", "", Viewer, Second),
    call("PUT", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}", r#"{"rules": []}"#, Editor, Second),
    call("DELETE", "/api/v1/projects/{project}/environments/{environment}/segments/{segment}", "", Editor, Second),
    call("GET", "/api/v1/projects/{project}/environments/{environment}/snapshot", "", Viewer, Second),
    call("PUT", "/api/v1/projects/{project}/environments/{environment}/snapshot?removes=2", r#"{"flags": []}"#, Editor, Second),
];

/// An account with something of everything.
struct House {
    account: support::Account,
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
        let member = json!({"email": format!("{canary}@example.com"), "role": "viewer"});
        let member = post("/api/v1/members", member)["id"].to_string();
        let other = post("/api/v1/projects", json!({"name": canary}))["id"].to_string();
        let archived = format!("{canary}-archived");
        post(&format!("{project}/flags"), json!({"key": archived, "enabled": true}));
        let removed = server.request("DELETE", &format!("{project}/flags/{archived}")).key(&account.api_key);
        let names = vec![
            ("{entry}", removed.send().expect(200).json()["archive_id"].to_string()),
            ("{flag}", canary.to_owned()),
            ("{segment}", canary.to_owned()),
            ("{member}", member),
            ("{other}", other),
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

    fn name(&self, brace: &str) -> &str {
        self.names.iter().find(|(name, _)| *name == brace).map(|(_, value)| value.as_str()).expect("a name")
    }

    /// A new API key.
    fn scoped_key(&self, server: &Server, role: Role, scope: Scope) -> String {
        let role = format!("{role:?}").to_lowercase();
        let mut body = json!({"name": "scoped", "role": role});
        let other: i64 = self.name("{other}").parse().expect("an id");
        let projects = if scope == Scope::OtherProject { other } else { self.account.project };
        if scope != Scope::Account {
            body["projects"] = json!([projects]);
        }
        match scope {
            Scope::FirstEnvironment => body["environments"] = json!(["production"]),
            Scope::SecondEnvironment => body["environments"] = json!([self.name("{environment}")]),
            _ => {}
        }
        let created = server.request("POST", "/api/v1/keys").key(&self.account.api_key).json(&body).send();
        text(&created.expect(201).json()["key"])
    }

    /// An API key whose time is over.
    fn ended_key(&self, server: &Server) -> String {
        let ends_at = (chrono::Utc::now() + chrono::TimeDelta::milliseconds(1500)).to_rfc3339();
        let body = json!({"name": self.canary, "ends_at": ends_at});
        let created = server.request("POST", "/api/v1/keys").key(&self.account.api_key).json(&body).send().expect(201);
        let key = text(&created.json()["key"]);
        let status = || server.request("GET", "/api/v1/projects").key(&key).send().status;
        assert_eq!(status(), 200);
        within(Duration::from_secs(5), || status() == 401);
        key
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
        let ended = ours.ended_key(&server);
        let typo = &ours.account.api_key[..ours.account.api_key.len() - 1];
        let before = ours.changes(&server);
        for call in CALLS {
            let answer = ours.tells_nothing(&server, call, &[]).expect(401);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{call:?}");
            let no_keys =
                ["", "hello", "fb_", typo, &strangers.api_key, &strangers.sdk_key, &strangers.server_key, &ended];
            for key in no_keys.into_iter().chain(ours.revoked.iter().map(String::as_str)) {
                ours.refuses(&server, call, key, 401);
            }
            let elsewhere = ours.elsewhere.iter().map(|(kind, key)| (*kind, key.as_str()));
            let whole = KINDS.into_iter().flat_map(|kind| [(kind, ours.key(kind)), (kind, theirs.key(kind))]);
            for (_, key) in elsewhere.chain(whole).filter(|(kind, _)| *kind != Kind::Api) {
                ours.refuses(&server, call, key, 403);
            }
            for kind in [Kind::Api, Kind::Server] {
                let from_a_page = [("x-api-key", ours.key(kind)), ("origin", "https://elsewhere.example")];
                ours.tells_nothing(&server, call, &from_a_page).expect(403);
            }
            if call.path.contains('{') {
                ours.refuses(&server, call, &theirs.account.api_key, 404);
            } else {
                // It is about what is theirs.
                ours.tells_nothing(&server, call, &[("x-api-key", &theirs.account.api_key)]);
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

/// With every role in every scope, each call does what the table says: it succeeds, or it is refused and changes nothing.
#[test]
fn each_call_needs_its_role_where_it_acts() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--signup", "--max-keys", "1000"]);
        let house = House::build(&server, "ours");
        let keys: Vec<(Role, Scope, String)> = callers(|role, scope| house.scoped_key(&server, role, scope));
        let before = house.changes(&server);
        for call in CALLS {
            for (role, scope, key) in &keys {
                let may = *role >= call.role && scope.has(call.reach);
                if may && call.method != "GET" {
                    continue;
                }
                let answer = house.ask(&server, call, &[("x-api-key", key)]);
                let hides = *scope == Scope::OtherProject && call.path.contains("{project}");
                let expected = if may {
                    200
                } else if hides {
                    404
                } else {
                    403
                };
                assert_eq!(answer.status, expected, "{call:?} as {role:?} of {scope:?}: {}", answer.text());
            }
        }
        assert_eq!(house.changes(&server), before);

        // What changes something finds another house each time. The roles between behave as the lowest that may.
        for call in CALLS.iter().filter(|call| call.method != "GET") {
            let may = SCOPES.into_iter().filter(|scope| scope.has(call.reach));
            for scope in may {
                let house = House::build(&server, "ours");
                let key = house.scoped_key(&server, call.role, scope);
                let answer = house.ask(&server, call, &[("x-api-key", &key)]);
                assert!((200..300).contains(&answer.status), "{call:?} of {scope:?}: {}", answer.text());
            }
        }
    });
}

/// What an API key asks about an environment, without the parameters that name it.
const QUESTIONS: [(&str, &str, &str); 5] = [
    ("GET", "/api/v1/snapshot", ""),
    ("POST", "/api/v1/evaluate", r#"{"context": {}}"#),
    ("POST", "/ofrep/v1/evaluate/flags", r#"{"context": {}}"#),
    ("POST", "/ofrep/v1/evaluate/flags/ours", r#"{"context": {}}"#),
    ("POST", "/api/v1/usage", r#"{"instance": "i", "sequence": 1}"#),
];

#[test]
fn evaluating_with_an_api_key_needs_a_role_in_the_environment() {
    let server = Server::start(&Database::sqlite());
    let house = House::build(&server, "ours");
    let keys: Vec<(Role, Scope, String)> = callers(|role, scope| house.scoped_key(&server, role, scope));
    let environment = house.name("{environment}");
    for (parameters, reach) in [(String::new(), First), (format!("&environment={environment}"), Second)] {
        for (method, path, body) in QUESTIONS {
            let path = format!("{path}?project_id={}{parameters}", house.account.project);
            for (role, scope, key) in &keys {
                let request = server.request(method, &path).header("content-type", "application/json").body(body);
                let answer = request.key(key).send();
                let expected = match scope {
                    Scope::OtherProject => 404,
                    scope if scope.has(reach) => 200,
                    _ => 403,
                };
                let status = if answer.status < 300 { 200 } else { answer.status };
                assert_eq!(status, expected, "{path} as {role:?} of {scope:?}: {}", answer.text());
            }
        }
        let path = format!("/api/v1/stream?project_id={}{parameters}", house.account.project);
        for (_, scope, key) in keys.iter().filter(|(_, scope, _)| !scope.has(reach)) {
            let status = server.request("GET", &path).key(key).send().status;
            assert_eq!(status, if *scope == Scope::OtherProject { 404 } else { 403 });
        }
    }
}

/// A route that is in no table here would be tried by nobody.
#[test]
fn the_tables_have_every_call_that_needs_a_key() {
    let server = Server::start(&Database::sqlite());
    let document = server.request("GET", "/openapi.json").send().expect(200).json();
    let mut known: Vec<(String, String)> = CALLS.iter().map(|call| template(call.method, call.path)).collect();
    known.extend(QUESTIONS.iter().map(|(method, path, _)| template(method, &path.replace("/ours", "/{flag}"))));
    known.push(template("GET", "/api/v1/stream"));
    let mut needs_key = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if operation["security"].as_array().is_none_or(Vec::is_empty) {
                continue;
            }
            needs_key += 1;
            let call = (method.to_uppercase(), path.clone());
            assert!(known.contains(&call), "{call:?} is missing in CALLS");
            known.retain(|other| *other != call);
        }
    }
    assert!(needs_key > 40, "{needs_key}");
    assert_eq!(known, [], "no such calls");
}

/// A call as the document names it.
fn template(method: &str, path: &str) -> (String, String) {
    let mut path = path.split('?').next().unwrap_or_default().to_owned();
    for (name, documented) in [
        ("{project}", "{id}"),
        ("/history/1", "/history/{version}"),
        ("/keys/{key}", "/keys/{key_id}"),
        ("{api_key}", "{key_id}"),
        ("{member}", "{member_id}"),
        ("{flag}", "{key}"),
        ("{segment}", "{key}"),
    ] {
        path = path.replace(name, documented);
    }
    (method.to_owned(), path)
}

/// Something for each role and scope.
fn callers<T>(of: impl Fn(Role, Scope) -> T) -> Vec<(Role, Scope, T)> {
    ROLES.into_iter().flat_map(|role| SCOPES.map(|scope| (role, scope, of(role, scope)))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
