//! Who answers for a flag, and how long it should exist: shared fields, which SDKs do not get.

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database};

const FIELDS: [&str; 3] = ["owner", "lifetime", "expires_at"];

fn of(flag: &Value) -> [&Value; 3] {
    FIELDS.map(|field| &flag[field])
}

fn snapshot(server: &Server, project: &Project<'_>) -> (String, String) {
    let id = project.path().rsplit('/').next().expect("an id");
    let path = format!("/api/v1/snapshot?project_id={id}");
    let answer = server.request("GET", &path).key(&project.api_key).send().expect(200);
    (answer.header("etag").expect("a tag").to_owned(), answer.text())
}

#[test]
fn a_flag_says_who_answers_for_it_and_until_when() {
    on_each_database(|database| {
        let server = Server::start(database);
        let production = Project::new(&server);
        production.done("POST", "/environments", &json!({"name": "staging"}));
        let staging = production.environment("staging");
        let none = Value::Null;
        let created = production.done("POST", "/flags", &json!({"key": "old", "enabled": true}));
        assert_eq!(of(&created), [&none; 3]);
        assert!(FIELDS.iter().all(|field| created.get(field).is_none()), "{created}");
        let before = snapshot(&server, &production);

        // All environments share the fields, and no snapshot has them.
        let fields = json!({"owner": "web", "lifetime": "permanent", "expires_at": "2027-01-31T13:00:00.50+01:00"});
        let changed = production.done("PATCH", "/flags/old", &fields);
        let expected = [&json!("web"), &json!("permanent"), &json!("2027-01-31T12:00:00.5Z")];
        assert_eq!((of(&changed), &changed["environments"]), (expected, &json!(["production", "staging"])));
        assert_eq!(of(&staging.get("/flags/old").json()), expected);
        assert_eq!(of(&production.get("/flags").json()["flags"][0]), expected);
        assert_eq!(snapshot(&server, &production), before);

        // What was read can be written, and is the same flag.
        let read = production.get("/flags/old").json();
        let again = production.done("PUT", "/flags/old", &read);
        assert_eq!((&again["version"], &again["environments"]), (&read["version"], &json!([])));
        let message = staging.refused("PATCH", "/flags/old", &json!({"owner": "api", "lifetime": null}), 409);
        assert!(message.starts_with("owner, lifetime: shared by all environments"), "{message}");

        // Code has them, and so does what comes back from the archive.
        let code = production.get("/snapshot").json();
        assert_eq!(of(&code["flags"][0]), expected);
        let mut later = code.clone();
        later["flags"][0]["expires_at"] = json!("2028-01-31T12:00:00Z");
        let difference = production.done("PUT", "/snapshot", &later);
        assert_eq!(difference["flags"]["updated"], json!([{"key": "old", "fields": ["expires_at"]}]), "{difference}");
        production.done("PUT", "/snapshot", &code);
        let archived = production.request("DELETE", "/flags/old").send().expect(200).json()["archive_id"].clone();
        let entry = production.get(&format!("/archive/{archived}")).json();
        assert_eq!(of(&entry["environments"]["staging"]), expected);
        production.done("POST", &format!("/archive/{archived}/restore"), &json!({}));
        assert_eq!(of(&staging.get("/flags/old").json()), expected);

        // `null` removes them, and the audit has both sides.
        let cleared =
            production.done("PATCH", "/flags/old", &json!({"owner": null, "lifetime": null, "expires_at": null}));
        assert_eq!(of(&cleared), [&none; 3]);
        let audit = production.get("/audit?limit=1").json();
        let entry = &audit["entries"][0];
        assert_eq!((of(&entry["before"]), of(&entry["after"])), (expected, [&none; 3]), "{entry}");
    });
}

#[test]
fn a_wrong_value_is_refused_with_its_place() {
    let server = Server::start(&crate::support::Database::sqlite());
    let project = Project::new(&server);
    project.done("POST", "/flags", &json!({"key": "f", "enabled": true}));
    let time = "expected a time with its zone, such as \"2027-01-31T12:00:00Z\", found";
    for (field, value, expected) in [
        ("owner", json!("x".repeat(257)), "at most 256 characters, found 257".into()),
        ("owner", json!(["web"]), "expected a string, found a list".into()),
        ("lifetime", json!("Permanent"), "expected \"temporary\" or \"permanent\", found \"Permanent\"".into()),
        ("lifetime", json!(true), "expected \"temporary\" or \"permanent\", found true".to_owned()),
        ("expires_at", json!("2027-01-31"), format!("{time} \"2027-01-31\"")),
        ("expires_at", json!("2027-01-31T12:00:00"), format!("{time} \"2027-01-31T12:00:00\"")),
        ("expires_at", json!(1_800_000_000), format!("{time} 1800000000")),
    ] {
        let message = project.refused("PATCH", "/flags/f", &json!({field: value}), 400);
        assert_eq!(message, format!("{field}: {expected}"));
        let document = json!({"flags": [{"key": "f", "enabled": true, field: value}]});
        let message = project.refused("PUT", "/snapshot", &document, 400);
        assert_eq!(message, format!("flags[0].{field}: {expected}"));
    }
}
