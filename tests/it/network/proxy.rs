//! Requests to servers through a proxy.

use flagbit::{Client, ClientOptions};

use super::{
    KEY, PATIENCE, eventually, is_on, isolated, ready,
    server::{Answer, Server, events, good, status},
};

/// A name that only a proxy can resolve.
const NAME: &str = "http://flags.invalid:81";

/// Starts a proxy that forwards requests. Any server can stand for one.
fn forwarding(answer: Answer) -> (Server, ClientOptions) {
    let proxy = Server::new(answer);
    let options = ClientOptions::server(NAME, KEY).proxy(format!("http://user:p%40ss@{}", proxy.address()));
    (proxy, options)
}

#[test]
fn plain_http_is_forwarded_with_the_whole_url() {
    let (proxy, options) = forwarding(good(1, true));
    let client = ready(options);
    client.refresh(PATIENCE).unwrap();
    assert!(is_on(&client));
    for request in proxy.requests() {
        assert_eq!(request.path, format!("{NAME}/api/v1/snapshot"));
        assert_eq!(request.headers["host"], "flags.invalid:81");
        assert_eq!(request.headers["proxy-authorization"], "Basic dXNlcjpwQHNz");
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
        assert_eq!(request.connection, 1, "the connection is kept");
    }
}

#[test]
fn redirects_and_long_heads_are_forwarded() {
    let (proxy, mut options) = forwarding(status(307, &[("Location", "/moved?again")], ""));
    proxy.answer_path("/moved?again", good(1, true));
    // More than one buffer.
    for number in 0..10 {
        options = options.header(format!("X-{number}"), "x".repeat(1_000));
    }
    ready(options);
    let paths: Vec<_> = proxy.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, [format!("{NAME}/api/v1/snapshot"), format!("{NAME}/moved?again")]);
    assert!(
        proxy.requests().iter().all(|request| request.headers["x-9"].len() == 1_000 && request.head.len() > 10_000)
    );
}

#[test]
fn a_stream_is_forwarded() {
    let (proxy, options) = forwarding(good(1, true));
    proxy.stream(events(": hello\n\n"));
    let client = ready(options.stream(true));
    eventually(&client, || client.take_log().iter().any(|line| line.message.ends_with("is open")));
    assert_eq!(proxy.stream_requests()[0].path, format!("{NAME}/api/v1/stream"));
}

#[test]
fn what_a_proxy_does_wrong_is_named() {
    let (proxy, options) = forwarding(status(407, &[], ""));
    let client = Client::open(options).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    let place = format!("{NAME} (through the proxy {})", proxy.address());
    assert_eq!(error, format!("the proxy on the way to {place} wants a password (407)"));
    let client = Client::open(ClientOptions::server(NAME, KEY).proxy("http://127.0.0.1:1")).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("through the proxy 127.0.0.1:1) refuses connections"), "{error}");
    let client = Client::open(ClientOptions::server(NAME, KEY).proxy("http://proxy.invalid")).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("the name proxy.invalid has no address"), "{error}");
}

#[test]
fn a_proxy_that_makes_no_tunnel_is_named() {
    let proxy = Server::new(status(407, &[], ""));
    let options = ClientOptions::server("https://flags.invalid", KEY).proxy(format!("http://{}", proxy.address()));
    let error = Client::open(options).unwrap().refresh(PATIENCE).unwrap_err().to_string();
    let place = format!("https://flags.invalid (through the proxy {})", proxy.address());
    assert!(error.starts_with(&format!("the proxy on the way to {place} makes no connection: ")), "{error}");
    assert!(error.contains("407") && error.ends_with("check the proxy's settings"), "{error}");
}

#[test]
#[ignore = "run by the test below with its environment"]
fn alone() {
    let server = std::env::var("FLAGBIT_TEST_SERVER").unwrap();
    assert!(is_on(&ready(ClientOptions::server(NAME, KEY))));
    assert!(is_on(&ready(ClientOptions::server(server, KEY))), "an exception of no_proxy");
}

#[test]
fn the_environments_proxy_is_used() {
    let server = Server::new(good(1, true));
    let proxy = Server::new(good(1, true));
    for exceptions in ["127.0.0.1", "10.0.0.0/8, 127.0.0.0/8", &server.address().to_string()] {
        let variables =
            [("http_proxy", &*proxy.url()), ("no_proxy", exceptions), ("FLAGBIT_TEST_SERVER", &server.url())];
        isolated::run("network::proxy::alone", &variables);
    }
    assert_eq!((proxy.requests().len(), server.requests().len()), (3, 3));
}
