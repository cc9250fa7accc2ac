//! JSON whose field names mean something to the library that reads JSON. The server stores it and gives it back as it is.

use serde_json::json;

use crate::support::{Database, Project, Server, on_each_database, run_with};

const NAMES: [&str; 2] = ["$serde_json::private::RawValue", "$serde_json::private::Number"];
/// Texts that are no JSON, another JSON value, and half a value.
const TEXTS: [&str; 4] = ["oops", "[1]", "{\\\"a\\\":", "12"];

fn flag(key: &str, value: &str) -> String {
    format!(
        r#"{{"key":"{key}","enabled":true,"name":"n","tags":["t"],"client_visible":true,"variants":{{"a":{value},"b":{{"in":[{value}]}}}},"default":"a"}}"#
    )
}

/// Asks everything that reads the flag back. Each answer must be there and hold the value.
fn assert_is_read_back(server: &Server, project: &Project<'_>, key: &str, value: &str) {
    for path in [&format!("/flags/{key}"), "/flags", "/snapshot"] {
        let answer = project.get(path).expect(200);
        // The export is indented.
        let text: String = answer.text().split_whitespace().collect();
        let value: String = value.split_whitespace().collect();
        assert!(text.contains(&value), "{path}: {text}");
    }
    let id = project.path().rsplit('/').next().expect("an id");
    let snapshot = server.request("GET", &format!("/api/v1/snapshot?project_id={id}")).key(&project.api_key);
    assert!(snapshot.send().expect(200).text().contains(value));
    let body = json!({"flag_key": key, "context": {}});
    let evaluate = server.request("POST", &format!("/api/v1/evaluate?project_id={id}")).key(&project.api_key);
    assert!(evaluate.json(&body).send().expect(200).text().contains(value));
    for path in ["/api/v1/audit".to_owned(), format!("{}/audit", project.path())] {
        let audit = server.request("GET", &path).key(&project.api_key).send().expect(200);
        assert!(audit.text().contains(value), "{}", audit.text());
    }
}

#[test]
fn private_names_are_stored_and_read_back_as_they_are() {
    on_each_database(|database| {
        let mut server = Server::start(database);
        let account = server.account();
        for (index, (name, text)) in NAMES.iter().flat_map(|name| TEXTS.map(|text| (name, text))).enumerate() {
            let project = Project::of(&server, &account.api_key, account.project);
            let (key, value) = (format!("f{index}"), format!(r#"{{"{name}":"{text}"}}"#));
            let json = |method: &str, path: &str, body: String| {
                project.request(method, path).header("content-type", "application/json").body(body).send()
            };
            json("POST", "/flags", flag(&key, &value)).expect(201);
            assert_is_read_back(&server, &project, &key, &value);
            // Changed by parts, copied to another environment, imported, and deleted.
            json("PATCH", &format!("/flags/{key}"), r#"{"description":"d"}"#.into()).expect(200);
            project.done("POST", "/environments", &json!({"name": format!("copy{index}")}));
            assert_is_read_back(&server, &project, &key, &value);
            let exported = project.get("/snapshot").expect(200).text();
            json("PUT", "/snapshot", exported).expect(200);
            json("PUT", "/snapshot", format!(r#"{{"flags":[{}]}}"#, flag(&key, &value))).expect(200);
            drop(project);
            // A database that holds such a flag is read by the next server too.
            drop(server);
            server = Server::start(database);
            let project = Project::of(&server, &account.api_key, account.project);
            assert_is_read_back(&server, &project, &key, &value);
            project.request("DELETE", &format!("/flags/{key}")).send().expect(200);
            project.get("/audit").expect(200);
        }
        Project::of(&server, &account.api_key, account.project).request("DELETE", "").send().expect(200);
        server.request("GET", "/api/v1/audit").key(&account.api_key).send().expect(200);
    });
}

#[test]
fn rules_and_segments_with_private_names_are_refused_or_read_back() {
    let server = Server::start(&Database::sqlite());
    let project = Project::new(&server);
    for name in NAMES {
        let value = format!(r#"{{"{name}":"oops"}}"#);
        let rule = format!(r#"{{"attribute":"a","operator":"eq","value":{value}}}"#);
        for (method, path, body) in [
            ("POST", "/flags", format!(r#"{{"key":"r","enabled":true,"rules":[{rule}]}}"#)),
            ("POST", "/flags", format!(r#"{{"key":"s","enabled":true,"rules":[{value}]}}"#)),
            ("PUT", "/segments/s", format!(r#"{{"rules":[{rule}]}}"#)),
            ("PUT", "/snapshot", format!(r#"{{"flags":[],"segments":{{"t":{{"rules":[{rule}]}}}}}}"#)),
            ("PUT", "/snapshot", format!(r#"{{"flags":[{value}]}}"#)),
            ("PUT", "/snapshot", value.clone()),
        ] {
            let answer = project.request(method, path).header("content-type", "application/json").body(body).send();
            assert!([200, 201, 400].contains(&answer.status), "{}", answer.text());
            for path in ["/flags", "/segments", "/snapshot", "/audit"] {
                project.get(path).expect(200);
            }
        }
    }
}

#[test]
fn commands_read_private_names_as_they_are() {
    for name in NAMES {
        let flags = format!(r#"{{"flags":[{}]}}"#, flag("f", &format!(r#"{{"{name}":"oops"}}"#)));
        let checked = run_with(&["check", "-"], flags.replace("\"enabled\"", "\"enabeld\":1,\"enabled\"").as_bytes());
        assert!(checked.output.contains("did you mean \"enabled\""), "{checked:?}");
        for arguments in [&["eval", "-", "f"][..], &["eval", "-"], &["eval", "-", "f", "--json"]] {
            let ran = run_with(arguments, flags.as_bytes());
            assert!(ran.status == 0 && ran.output.contains("private"), "{arguments:?}: {ran:?}");
        }
    }
}
