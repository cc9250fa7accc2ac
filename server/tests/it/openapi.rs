//! The API's description, as whoever makes a client of it reads it.

use std::process::Command;

use crate::support::{Database, Server};

#[test]
fn the_description_says_what_it_describes() {
    let server = Server::start(&Database::sqlite());
    let answer = server.request("GET", "/openapi.json").send();
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    let signup = &document["paths"]["/api/v1/signup"]["post"];
    assert_eq!(signup["security"].as_array().map(Vec::len), Some(0));
    for status in ["201", "400", "403", "408", "413", "415", "429", "503"] {
        assert!(signup["responses"].get(status).is_some(), "{status}: {signup:#}");
    }
    assert!(signup["responses"]["429"]["headers"].get("Retry-After").is_some());
}

/// Long, and with a package from PyPI: `cargo test -- --ignored schemathesis`.
#[test]
#[ignore = "takes minutes, and installs schemathesis from PyPI the first time"]
fn schemathesis_finds_nothing_undocumented() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis.sh");
    let status = Command::new(script).arg(env!("CARGO_BIN_EXE_flagbit")).status().expect("the script runs");
    assert!(status.success());
}
