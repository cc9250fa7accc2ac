//! Starting, signing up, living and stopping.

use serde_json::json;

use crate::support::{Database, Server, on_each_database};

#[test]
fn a_new_server_says_what_to_do_next_and_ends_when_it_is_told() {
    on_each_database(|database| {
        let server = Server::start_with(database, &[]);
        server.wait_for_line("curl -X ");
        for path in ["/healthz", "/readyz"] {
            assert_eq!(server.request("GET", path).send().status, 200);
        }
        server.account();
        let second = server.request("POST", "/api/v1/signup").json(&json!({"email": "other@example.com"})).send();
        assert_eq!((second.status, second.code()), (403, "FORBIDDEN".into()));
        assert!(server.terminate().success());
    });
}

#[test]
fn an_address_that_is_none_is_refused_with_its_field() {
    let server = Server::start(&Database::sqlite());
    for (body, message) in [
        (json!({"email": "nobody"}), "email: expected an address of at most 254 bytes"),
        (json!({"email": 7}), "email: invalid type: integer `7`, expected a string at line 1 column 10"),
        (json!({"email": "a@b", "plan": "pro"}), "plan: unknown field `plan`, expected `email` at line 1 column 21"),
    ] {
        let answer = server.request("POST", "/api/v1/signup").json(&body).send();
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &message.into()));
    }
}
