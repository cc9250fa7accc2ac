//! Clients of files, read once and watched.

use std::{
    env, fs,
    path::PathBuf,
    process, thread,
    time::{Duration, Instant},
};

use flagbit::{Client, ClientOptions, Context, State};

const OFF: &str = r#"{"flags": [{"key": "f", "enabled": false}]}"#;
const ON: &str = r#"{"flags": [{"key": "f", "enabled": true, "default_enabled": true}]}"#;

/// A path that is removed at the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("flagbit-{}-{name}.json", process::id())))
    }

    fn write(&self, text: &str) {
        fs::write(&self.0, text).unwrap();
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
    }
}

/// Looks again until it holds; what the client says of itself where it never does.
fn eventually(client: &Client, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{:?}", client.status());
        thread::sleep(Duration::from_millis(20));
    }
}

fn is_on(client: &Client) -> bool {
    client.is_enabled("f", &Context::EMPTY, false)
}

#[test]
fn a_file_is_read_once_and_again_on_request() {
    let file = Temporary::new("once");
    file.write(OFF);
    let client = Client::from_file(&file.0).unwrap();
    assert!(!is_on(&client));
    file.write(ON);
    client.refresh(Duration::ZERO).unwrap();
    assert!(is_on(&client));
    let generation = client.status().generation;
    client.refresh(Duration::ZERO).unwrap();
    assert_eq!(client.status().generation, generation, "the same text is no change");
    assert_eq!(client.status().source, format!("file {}", file.0.display()));
}

#[test]
fn a_missing_or_odd_file_is_an_error_that_names_it() {
    let missing = Temporary::new("missing");
    let error = Client::from_file(&missing.0).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot read {}: ", missing.0.display())), "{error}");
    let error = Client::from_file(env::temp_dir()).unwrap_err().to_string();
    assert!(error.ends_with("not a regular file"), "{error}");
    let broken = Temporary::new("broken");
    broken.write("{");
    let error = Client::from_file(&broken.0).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: the snapshot is not JSON: line 1", broken.0.display())), "{error}");
}

#[test]
fn a_watched_file_is_followed_and_a_half_written_one_is_tried_again() {
    let file = Temporary::new("watched");
    file.write(OFF);
    let client = Client::open(ClientOptions::watched_file(&file.0)).unwrap();
    file.write(ON);
    eventually(&client, || is_on(&client));

    file.write(&OFF[..20]);
    eventually(&client, || client.status().last_error.is_some());
    assert!(is_on(&client), "a half-written file must not disturb");
    assert_eq!(client.status().state, State::Ready);

    file.write(OFF);
    eventually(&client, || !is_on(&client) && client.status().last_error.is_none());

    fs::remove_file(&file.0).unwrap();
    eventually(&client, || client.status().last_error.is_some_and(|error| error.starts_with("cannot read ")));
    assert!(!client.is_enabled("f", &Context::EMPTY, true), "the last snapshot serves on");
}

#[test]
fn a_watched_file_may_appear_later() {
    let file = Temporary::new("later");
    let client = Client::open(ClientOptions::watched_file(&file.0)).unwrap();
    assert_eq!(client.status().state, State::Error);
    assert!(!client.wait_until_ready(Duration::from_millis(10)));
    file.write(ON);
    assert!(client.wait_until_ready(Duration::from_secs(20)));
    assert!(is_on(&client));
}
