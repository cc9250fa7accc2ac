//! Servers that are asked through a proxy.

use flagbit::{Client, ClientOptions};
use serde_json::json;

use super::{
    KEY, PATIENCE, is_on, isolated, ready,
    server::{Server, good, status},
};

/// A proxy that knows one server, whatever name it is asked for.
fn proxy_of(target: &Server) -> Server {
    let proxy = Server::new(status(404, &[], ""));
    proxy.answer_path("CONNECT", json!({"tunnel": target.address().port()}));
    proxy
}

/// A name that only a proxy can resolve.
const NAME: &str = "http://flags.invalid:81";

#[test]
fn a_proxy_is_asked_for_a_tunnel() {
    let server = Server::new(good(1, true));
    let proxy = proxy_of(&server);
    let url = format!("http://user:p%40ss@{}", proxy.address());
    let client = ready(ClientOptions::server(NAME, KEY).proxy(url));
    client.refresh(PATIENCE).unwrap();
    assert!(is_on(&client));
    let heads: Vec<_> = proxy.requests().into_iter().map(|request| request.head).collect();
    assert_eq!(heads.len(), 1, "the tunnel is kept: {heads:?}");
    assert!(heads[0].starts_with("CONNECT flags.invalid:81 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads[0].contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{heads:?}");
    assert!(!heads[0].contains(KEY), "a proxy sees no key");
    assert_eq!(server.requests()[0].headers["host"], "flags.invalid:81");
}

#[test]
fn what_a_proxy_does_wrong_is_named() {
    let proxy = Server::new(status(407, &[], ""));
    let client = Client::open(ClientOptions::server(NAME, KEY).proxy(format!("http://{}", proxy.address()))).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    let place = format!("{NAME} (through the proxy {})", proxy.address());
    assert!(error.starts_with(&format!("the proxy on the way to {place} makes no connection: ")), "{error}");
    assert!(error.contains("407") && error.ends_with("check the proxy's settings"), "{error}");
    let client = Client::open(ClientOptions::server(NAME, KEY).proxy("http://127.0.0.1:1")).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("through the proxy 127.0.0.1:1) refuses connections"), "{error}");
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
    let proxy = proxy_of(&server);
    let url = format!("http://{}", proxy.address());
    let variables = [("http_proxy", &*url), ("no_proxy", "127.0.0.1"), ("FLAGBIT_TEST_SERVER", &server.url())];
    isolated::run("network::proxy::alone", &variables);
    assert_eq!(proxy.requests().len(), 1);
}
