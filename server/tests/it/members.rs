//! Members, their roles, and the rights that they and their keys hand on.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Account, Answer, Project, Server, on_each_database, run, within};

/// A key of an account, and what is asked with it.
struct Caller<'s> {
    server: &'s Server,
    key: String,
}

impl<'s> Caller<'s> {
    fn owner(server: &'s Server, account: &Account) -> Self {
        Self { server, key: account.api_key.clone() }
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.server.request(method, &format!("/api/v1{path}")).key(&self.key).json(body).send()
    }

    #[track_caller]
    fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.send(method, path, body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text());
        answer.json()
    }

    /// Makes a key with these fields.
    #[track_caller]
    fn key(&self, fields: &Value) -> (i64, Self) {
        let mut body = json!({"name": "n"});
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let created = self.done("POST", "/keys", &body);
        let key = created["key"].as_str().expect("a key").to_owned();
        (created["id"].as_i64().expect("an id"), Self { server: self.server, key })
    }

    fn members(&self) -> Vec<Value> {
        self.done("GET", "/members", &Value::Null)["members"].as_array().expect("a list").clone()
    }

    fn status(&self) -> u16 {
        self.send("GET", "/projects", &Value::Null).status
    }
}

#[test]
fn signing_up_makes_an_admin_and_others_join() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let owner = Caller::owner(&server, &account);
        let [first] = &owner.members()[..] else { panic!("one member") };
        assert_eq!((&first["email"], &first["role"]), (&json!("dev@example.com"), &json!("admin")));

        let added = owner.done("POST", "/members", &json!({"email": "Ana@Example.com", "role": "editor"}));
        assert_eq!((&added["email"], &added["role"]), (&json!("ana@example.com"), &json!("editor")));
        let again = owner.send("POST", "/members", &json!({"email": "ana@example.com", "role": "viewer"})).expect(409);
        assert!(again.message().contains(&format!("the id {}", added["id"])), "{}", again.message());
        let path = format!("/members/{}", added["id"]);
        let roles = json!({"role": "viewer", "projects": {account.project.to_string(): "admin"}});
        let changed = owner.done("PATCH", &path, &roles);
        assert_eq!((&changed["role"], &changed["projects"]), (&roles["role"], &roles["projects"]));
        assert_eq!(owner.members()[1], changed);
        assert_eq!(owner.done("DELETE", &path, &Value::Null), json!({"id": added["id"], "revoked_keys": []}));
        owner.send("DELETE", &path, &Value::Null).expect(404);
        assert_eq!(owner.members().len(), 1);
        // A person who comes back is the same one.
        let back = owner.done("POST", "/members", &json!({"email": "ana@example.com", "role": "viewer"}));
        assert_eq!(back["id"], added["id"]);

        // An address is one person, in whatever account.
        let other = Caller::owner(&server, &server.account());
        assert_eq!(other.members()[0]["id"], first["id"]);
        let joined = other.done("POST", "/members", &json!({"email": "ana@example.com", "role": "admin"}));
        assert_eq!(joined["id"], added["id"]);
        assert_eq!(owner.members()[1]["role"], "viewer");

        let entries = owner.done("GET", "/audit?action=member.change", &Value::Null)["entries"].clone();
        assert_eq!((&entries[0]["target"], &entries[0]["after"]), (&json!(added["id"].to_string()), &roles));
        assert_eq!(entries[0]["actor"]["member"], json!({"id": first["id"], "email": "dev@example.com"}));
        assert!(
            !server.output().contains("ana@example.com")
                && server.output().contains(&format!("of member {}", first["id"]))
        );
    });
}

#[test]
fn the_last_admin_stays() {
    on_each_database(|database| {
        let server = Server::start(database);
        let owner = Caller::owner(&server, &server.account());
        let first = format!("/members/{}", owner.members()[0]["id"]);
        let last = "is the last admin of the account";
        let ana = owner.done("POST", "/members", &json!({"email": "ana@example.com", "role": "publisher"}));
        for (method, body) in [("DELETE", Value::Null), ("PATCH", json!({"role": "editor"})), ("PATCH", json!({}))] {
            let answer = owner.send(method, &first, &body);
            let is_empty = body == json!({});
            assert_eq!(answer.status, if is_empty { 400 } else { 409 });
            assert!(is_empty || answer.message().contains(last), "{}", answer.message());
        }
        owner.done("PATCH", &format!("/members/{}", ana["id"]), &json!({"role": "admin"}));
        owner.done("PATCH", &first, &json!({"role": "viewer"}));
        // The key is worth no more than its maker is now.
        let refused = owner.send("POST", "/projects", &json!({"name": "p"})).expect(403);
        assert!(refused.message().contains("the member who made the key does not have it any more"));
        assert_eq!(owner.status(), 200);
    });
}

#[test]
fn nobody_grants_more_than_they_hold() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let owner = Caller::owner(&server, &account);
        let here = account.project;
        let project = Project::of(&server, &account.api_key, here);
        project.done("POST", "/environments", &json!({"name": "staging"}));
        let there = owner.done("POST", "/projects", &json!({"name": "there"}))["id"].as_i64().expect("an id");
        let (_, of_project) = owner.key(&json!({"role": "admin", "projects": [here]}));
        let (_, of_staging) = owner.key(&json!({"role": "admin", "projects": [here], "environments": ["staging"]}));
        let (admin_key, _) = owner.key(&json!({}));

        let only_here = json!({"projects": {here.to_string(): "admin"}});
        let with = |base: &Value, email: &str| {
            let mut body = base.clone();
            body["email"] = email.into();
            body
        };
        for (caller, body, status) in [
            (&of_project, json!({"role": "viewer"}), 403),
            (&of_project, json!({"role": "viewer", "projects": [there]}), 403),
            (&of_project, json!({"role": "admin", "projects": [here, there]}), 403),
            (&of_project, json!({"role": "admin", "projects": [here]}), 201),
            (&of_project, json!({"role": "editor", "projects": [here], "environments": ["staging"]}), 201),
            (&of_staging, json!({"role": "viewer", "projects": [here]}), 403),
            (&of_staging, json!({"role": "viewer", "projects": [here], "environments": ["production"]}), 403),
            (&of_staging, json!({"role": "admin", "projects": [here], "environments": ["staging"]}), 201),
            (&owner, json!({"role": "viewer", "projects": [99999]}), 400),
            (&owner, json!({"role": "viewer", "projects": []}), 400),
            (&owner, json!({"role": "viewer", "environments": ["staging"]}), 400),
            (&owner, json!({"role": "viewer", "projects": [there], "environments": ["staging"]}), 400),
            (&owner, json!({"role": "owner"}), 400),
            (&owner, json!({"ends_at": "2020-01-01T00:00:00Z"}), 400),
            (&owner, json!({"ends_at": "tomorrow"}), 400),
        ] {
            let mut body = body;
            body["name"] = "n".into();
            let answer = caller.send("POST", "/keys", &body);
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
        }
        for (caller, body, status) in [
            (&of_project, json!({"role": "viewer"}), 403),
            (&of_project, json!({"projects": {there.to_string(): "viewer"}}), 403),
            // A member has no environments, so that a key for some cannot grant a role.
            (&of_staging, only_here.clone(), 403),
            (&of_project, only_here.clone(), 201),
        ] {
            let answer = caller.send("POST", "/members", &with(&body, "new@example.com"));
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
        }
        // Nor does anybody take away what they do not hold.
        let ana = owner.done("POST", "/members", &json!({"email": "ana@example.com", "role": "viewer"}));
        let ana = format!("/members/{}", ana["id"]);
        let new = owner.members().into_iter().find(|member| member["email"] == "new@example.com").expect("a member");
        let new = format!("/members/{}", new["id"]);
        of_project.send("DELETE", &ana, &Value::Null).expect(403);
        of_project.send("PATCH", &ana, &only_here).expect(403);
        of_project.send("PATCH", &new, &json!({"role": "viewer"})).expect(403);
        of_staging.send("DELETE", &new, &Value::Null).expect(403);
        of_project.send("DELETE", &format!("/keys/{admin_key}"), &Value::Null).expect(403);
        of_project.done("PATCH", &new, &json!({"projects": {here.to_string(): "viewer"}}));
        of_project.done("DELETE", &new, &Value::Null);
        // Keys of SDKs need the right in their environment.
        let keys = format!("/projects/{here}/keys");
        of_staging.send("POST", &keys, &json!({"kind": "server", "name": "n"})).expect(403);
        let staging = json!({"kind": "server", "name": "n", "environment": "staging"});
        let created = of_staging.done("POST", &keys, &staging);
        of_staging.send("DELETE", &format!("{keys}/{}", created["id"]), &Value::Null).expect(204);
    });
}

#[test]
fn the_keys_of_a_member_who_leaves_stop_and_those_of_programs_stay() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let owner = Caller::owner(&server, &account);
        let ana = owner.done("POST", "/members", &json!({"email": "ana@example.com", "role": "admin"}));
        let first = owner.members()[0]["id"].clone();
        owner.done("PATCH", &format!("/members/{}", ana["id"]), &json!({"role": "admin"}));
        let made = run(&["key", "create", "--email", "ana@example.com", "--json", "--database", database.url()]);
        let made = made.json();
        let of_ana = Caller { server: &server, key: made["key"].as_str().expect("a key").to_owned() };
        within(Duration::from_secs(5), || of_ana.status() == 200);
        let listed = owner.done("GET", "/keys", &Value::Null)["keys"].as_array().expect("a list").last().cloned();
        assert_eq!(listed.expect("a key")["maker"], json!({"id": ana["id"], "email": "ana@example.com"}));

        let removed = of_ana.done("DELETE", &format!("/members/{first}"), &Value::Null);
        let ids: Vec<&Value> = removed["revoked_keys"].as_array().expect("a list").iter().collect();
        assert_eq!(ids.len(), 1);
        assert_eq!((owner.status(), of_ana.status()), (401, 200));
        // A program goes on.
        server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().expect(200);
        let keys = of_ana.done("GET", &format!("/projects/{}/keys", account.project), &Value::Null);
        assert_eq!(keys["keys"][0]["maker"]["email"], "dev@example.com");
    });
}

/// A role that is taken away counts for what is on its way, too.
#[test]
fn a_key_that_loses_its_role_while_it_writes_changes_nothing_afterwards() {
    on_each_database(|database| {
        let server = Server::start_with(database, &["--signup", "--max-keys", "10000"]);
        let account = server.account();
        let owner = Caller::owner(&server, &account);
        owner.done("POST", "/members", &json!({"email": "ana@example.com", "role": "admin"}));
        let made = run(&["key", "create", "--email", "ana@example.com", "--json", "--database", database.url()]);
        let ana = Caller { server: &server, key: made.json()["key"].as_str().expect("a key").to_owned() };
        within(Duration::from_secs(5), || ana.status() == 200);
        let first = format!("/members/{}", owner.members()[0]["id"]);
        let count = || {
            ana.done("GET", "/audit?action=flag.update&limit=1000", &Value::Null)["entries"].as_array().map(Vec::len)
        };
        let project = Project::of(&server, &account.api_key, account.project);
        project.done("POST", "/flags", &json!({"key": "f", "enabled": true}));
        std::thread::scope(|scope| {
            let write = |offset: usize| {
                (0..).find_map(|turn: usize| {
                    let body = json!({"enabled": (turn + offset).is_multiple_of(2)});
                    let status = project.send("PATCH", "/flags/f", &body).status;
                    (status != 200).then_some(status)
                })
            };
            let loops: Vec<_> = (0..4).map(|offset| scope.spawn(move || write(offset))).collect();
            within(Duration::from_secs(10), || count() > Some(5));
            ana.done("PATCH", &first, &json!({"role": "viewer"}));
            let before = count();
            for thread in loops {
                assert_eq!(thread.join().expect("no panic"), Some(403));
            }
            assert_eq!(count(), before, "changed after the role was taken away");
        });
        project.get("/flags/f").expect(200);
    });
}

#[test]
fn the_last_use_of_a_key_is_shown_by_the_hour() {
    on_each_database(|database| {
        let server = Server::start(database);
        let account = server.account();
        let owner = Caller::owner(&server, &account);
        let keys = |path: &str| owner.done("GET", path, &Value::Null)["keys"].as_array().expect("a list").clone();
        let of_project = format!("/projects/{}/keys", account.project);
        assert!(keys(&of_project).iter().all(|key| key["last_used_at"].is_null()));
        let sequence = || database.number("SELECT sequence FROM meta");
        let before = sequence();
        for _ in 0..3 {
            server.request("GET", "/api/v1/snapshot").key(&account.server_key).send().expect(200);
        }
        let used = || keys(&of_project).into_iter().filter(|key| !key["last_used_at"].is_null()).collect::<Vec<_>>();
        within(Duration::from_secs(15), || !used().is_empty());
        let [key] = &used()[..] else { panic!("one key was used") };
        assert_eq!(key["kind"], "server");
        let hour = key["last_used_at"].as_str().expect("a time");
        assert!(hour.ends_with(":00:00.000Z") && hour > "2020", "{hour}");
        assert!(keys("/keys")[0]["last_used_at"].is_string());
        // It is no write that others would have to read.
        assert_eq!((sequence(), database.number("SELECT COUNT(*) FROM key_uses")), (before, 2));
    });
}
