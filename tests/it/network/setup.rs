//! Options: values that are refused at once, and secrets that never appear.

use std::time::Duration;

use flagbit::{Client, ClientError, ClientOptions, State};

use super::{
    KEY, PATIENCE, is_on, options, ready,
    server::{Server, good, snapshot},
};

fn refusal(options: ClientOptions) -> String {
    match Client::open(options) {
        Err(ClientError::Options(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn server() -> ClientOptions {
    ClientOptions::server("http://127.0.0.1:1", KEY)
}

#[test]
fn options_that_do_not_fit_are_named() {
    let hour = Duration::from_secs(3_600);
    for (options, part) in [
        (
            server().poll_interval(Duration::from_millis(999)),
            "ClientOptions::poll_interval takes 1 s or more, not 999ms",
        ),
        (server().poll_interval(Duration::MAX), "poll_interval takes more than 0 s and at most a year, not "),
        (server().connect_timeout(Duration::ZERO), "connect_timeout takes more than 0 s"),
        (server().timeout(Duration::MAX), "timeout takes more than 0 s"),
        (server().stale_after(Duration::ZERO), "stale_after takes more than 0 s"),
        (
            server().header("Authorization", "x"),
            "header cannot set \"Authorization\": the client sets this header itself",
        ),
        (server().header("bad name", "x"), "header cannot set \"bad name\": this is not the name of a header"),
        (server().header("X-Token", "a\nb"), "header cannot set \"X-Token\": its value has a character"),
        (server().proxy("http://"), "proxy takes a URL such as"),
        (server().proxy("ftp://user:secret@x"), "proxy takes a URL such as"),
        (server().ca_file("Cargo.toml"), "ca_file takes a file with certificates in PEM form, and Cargo.toml has none"),
        (
            server().ca_file("Cargo.toml").system_roots(true),
            "either ClientOptions::ca_file or ClientOptions::system_roots",
        ),
        (ClientOptions::server("127.0.0.1:1", KEY), "ClientOptions::server or hosted takes a URL such as https://"),
        (
            ClientOptions::server("http://127.0.0.1:1", "fbsdk_secret"),
            "ClientOptions::server takes a key that begins with",
        ),
        (
            ClientOptions::hosted("https://127.0.0.1:1", KEY, 1),
            "ClientOptions::hosted takes a key that begins with fb_",
        ),
        (
            ClientOptions::hosted("https://127.0.0.1:1", "fb_1", 1).poll_interval(hour / 61),
            "poll_interval takes 60 s or more with ClientOptions::hosted, not ",
        ),
        (ClientOptions::hosted("https://127.0.0.1:1", "fb_1", 1).stream(true), "stream does not go with"),
        (
            ClientOptions::text("[]").poll_interval(hour),
            "ClientOptions::poll_interval needs the source ClientOptions::server or hosted, and the source of this client \
             is ClientOptions::text",
        ),
        (ClientOptions::text("[]").bootstrap("[]"), "ClientOptions::bootstrap needs the source "),
        (ClientOptions::file("x").cache_path("y"), "ClientOptions::cache_path needs the source "),
        (ClientOptions::values("{}").header("a", "b"), "ClientOptions::header needs the source "),
        (ClientOptions::watched_file("x").stream(true), "ClientOptions::stream needs the source "),
        (ClientOptions::values("{}").system_roots(true), "ClientOptions::system_roots needs the source "),
    ] {
        let message = refusal(options);
        assert!(message.contains(part) && !message.contains("secret"), "{part}: {message}");
    }
    let error = Client::open(server().ca_file("no such file")).unwrap_err().to_string();
    assert!(error.starts_with("cannot read no such file: "), "{error}");
}

#[test]
fn further_headers_are_sent_and_a_user_agent_replaced() {
    let server = Server::new(good(1, true));
    ready(options(&server).header("X-Team", "shop").header("User-Agent", "shop/2"));
    let headers = &server.requests()[0].headers;
    assert_eq!((&*headers["x-team"], &*headers["user-agent"]), ("shop", "shop/2"));
}

#[test]
fn the_hosted_listing_is_read_by_its_project() {
    let server =
        Server::new(super::server::status(200, &[], r#"[{"key": "f", "enabled": true, "default_enabled": true}]"#));
    let client = ready(ClientOptions::hosted(server.url() + "/", "fb_key", 42));
    assert!(is_on(&client));
    assert_eq!(server.requests()[0].path, "/api/v1/projects/42/flags");
    assert_eq!(client.status().source, format!("project 42 of {}", server.url()));
    let log = client.take_log();
    assert!(log.iter().any(|line| line.message.contains("may do everything in its account")), "{log:?}");
}

#[test]
fn a_key_over_http_beyond_this_machine_is_warned_of() {
    let warned = |url: &str| {
        let client = Client::open(ClientOptions::server(url, KEY)).unwrap();
        client.take_log().iter().any(|line| line.message.contains("use https"))
    };
    assert!(warned("http://flags.invalid"));
    assert!(!warned("https://flags.invalid"));
    assert!(!warned("http://localhost:1") && !warned("http://[::1]:1") && !warned("http://127.0.0.9:1"));
}

#[test]
fn nothing_shows_a_secret() {
    let secret = "fbsrv_topsecret";
    let options = ClientOptions::server("http://127.0.0.1:1", secret)
        .header("X-Token", "topsecret")
        .proxy("http://user:topsecret@127.0.0.1:1")
        .bootstrap(snapshot(1, true));
    assert!(!format!("{options:?}").contains("topsecret"), "{options:?}");
    let client = Client::open(options).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err();
    for text in [format!("{client:?}"), format!("{:?}", client.status()), format!("{error:?}")] {
        assert!(!text.contains("topsecret"), "{text}");
    }
    assert_eq!(client.status().state, State::Stale);
    assert!(client.take_log().iter().all(|line| !line.message.contains("topsecret")));
}
