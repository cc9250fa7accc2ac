//! Servers that are asked through a proxy.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use flagbit::{Client, ClientOptions};

use super::{
    KEY, PATIENCE, is_on, isolated, ready,
    server::{Server, good},
};

/// A proxy that knows one server, whatever name it is asked for.
struct Proxy {
    address: SocketAddr,
    /// The heads of the requests.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn new(target: SocketAddr, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, heads) = (listener.local_addr().unwrap(), Arc::default());
        let proxy = Self { address, heads: Arc::clone(&heads) };
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let heads = Arc::clone(&heads);
                thread::spawn(move || tunnel(connection, target, answer, &heads));
            }
        });
        proxy
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn tunnel(mut client: TcpStream, target: SocketAddr, answer: &str, heads: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap() == 0 {
            return;
        }
    }
    heads.lock().unwrap().push(head);
    client.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).unwrap();
    if !answer.starts_with("200") {
        return;
    }
    let mut server = TcpStream::connect(target).unwrap();
    let (mut back, mut forth) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let backward = thread::spawn(move || io::copy(&mut back, &mut forth).map(|_| forth.shutdown(Shutdown::Both)));
    _ = io::copy(&mut reader, &mut server);
    _ = server.shutdown(Shutdown::Both);
    _ = backward.join();
}

/// A name that only a proxy can resolve.
const NAME: &str = "http://flags.invalid:81";

#[test]
fn a_proxy_is_asked_for_a_tunnel() {
    let server = Server::new(good(1, true));
    let proxy = Proxy::new(server.address(), "200 OK");
    let url = format!("http://user:p%40ss@{}", proxy.address);
    let client = ready(ClientOptions::server(NAME, KEY).proxy(url));
    client.refresh(PATIENCE).unwrap();
    assert!(is_on(&client));
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "the tunnel is kept: {heads:?}");
    assert!(heads[0].starts_with("CONNECT flags.invalid:81 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads[0].contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{heads:?}");
    assert!(!heads[0].contains(KEY), "a proxy sees no key");
    assert_eq!(server.requests()[0].headers["host"], "flags.invalid:81");
}

#[test]
fn what_a_proxy_does_wrong_is_named() {
    let server = Server::new(good(1, true));
    let proxy = Proxy::new(server.address(), "407 Proxy Authentication Required");
    let client = Client::open(ClientOptions::server(NAME, KEY).proxy(format!("http://{}", proxy.address))).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    let place = format!("{NAME} (through the proxy {})", proxy.address);
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
    let proxy = Proxy::new(server.address(), "200 OK");
    let url = format!("http://{}", proxy.address);
    let variables = [("http_proxy", &*url), ("no_proxy", "127.0.0.1"), ("FLAGBIT_TEST_SERVER", &server.url())];
    isolated::run("network::proxy::alone", &variables);
    assert_eq!(proxy.heads().len(), 1);
}
