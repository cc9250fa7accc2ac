//! Servers with a certificate of a private authority.

use std::{fs, path::PathBuf};

use flagbit::{Client, ClientOptions};
use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::{
    KEY, PATIENCE, is_on, ready,
    server::{Server, good, raw, tunnels_to},
};

/// A server of `localhost`, and the file of its authority, which is removed at the end.
struct TlsServer {
    server: Server,
    ca_file: PathBuf,
}

impl TlsServer {
    fn new(name: &str) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
        Self::with(name, &certificate, &key, &authority.pem())
    }

    /// A server whose own certificate is trusted. With `is_ca` it is like one that a plain `openssl req -x509` makes.
    fn self_signed(name: &str, names: &[&str], is_ca: IsCa) -> Self {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let mut certificate = CertificateParams::new(names).unwrap();
        certificate.is_ca = is_ca;
        let key = KeyPair::generate().unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        Self::with(name, &certificate, &key, &format!("\u{feff}{}", certificate.pem()))
    }

    fn with(name: &str, certificate: &Certificate, key: &KeyPair, trusted: &str) -> Self {
        let keep = |what: &str, pem: &str| {
            let path = std::env::temp_dir().join(format!("flagbit-{}-{name}-{what}.pem", std::process::id()));
            fs::write(&path, pem).unwrap();
            path
        };
        let (certificate, key) = (keep("certificate", &certificate.pem()), keep("key", &key.serialize_pem()));
        let server = Server::tls(&certificate, &key, good(1, true));
        // The server has read them.
        for path in [certificate, key] {
            fs::remove_file(path).unwrap();
        }
        Self { server, ca_file: keep("ca", trusted) }
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.server.address().port())
    }

    fn options(&self, host: &str) -> ClientOptions {
        ClientOptions::server(self.url(host), KEY)
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.ca_file);
    }
}

fn error(options: ClientOptions) -> String {
    Client::open(options).unwrap().refresh(PATIENCE).unwrap_err().to_string()
}

#[test]
fn a_private_authority_is_trusted_when_its_file_is_given() {
    let server = TlsServer::new("trusted");
    let client = ready(server.options("localhost").ca_file(&server.ca_file));
    client.refresh(PATIENCE).unwrap();
    assert!(is_on(&client));
}

#[test]
fn what_is_not_trusted_is_named_with_what_to_do() {
    let server = TlsServer::new("untrusted");
    let unknown = error(server.options("localhost"));
    assert!(
        unknown.contains("is not trusted (") && unknown.contains("give its authority with ClientOptions::ca_file"),
        "{unknown}"
    );
    let other_name = error(server.options("127.0.0.1").ca_file(&server.ca_file));
    assert!(
        other_name.contains("is not trusted (")
            && other_name.ends_with("use a name in the base URL that the certificate has"),
        "{other_name}"
    );
    let other_authority = TlsServer::new("other");
    let foreign = error(server.options("localhost").ca_file(&other_authority.ca_file));
    assert!(foreign.contains("is not trusted ("), "{foreign}");
    // A server without TLS says this to a greeting that it does not understand.
    let plain = Server::new(raw("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"));
    let no_tls = error(ClientOptions::server(format!("https://{}", plain.address()), KEY));
    assert!(no_tls.contains("check that it is an https server"), "{no_tls}");
    println!("{unknown}\n{other_name}\n{no_tls}");
}

#[test]
fn a_certificate_that_signs_itself_is_trusted_or_the_remedy_named() {
    let is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for (name, names, is_ca, advice) in [
        ("leaf", &["localhost"][..], IsCa::ExplicitNoCa, None),
        ("ca", &["localhost"], is_ca, Some("basicConstraints=critical,CA:FALSE")),
        ("nameless", &[], IsCa::ExplicitNoCa, Some("-addext subjectAltName=DNS:HOST")),
        ("plain", &["localhost"], IsCa::NoCa, None),
    ] {
        let server = TlsServer::self_signed(name, names, is_ca);
        let options = server.options("localhost").ca_file(&server.ca_file);
        match advice {
            None => assert!(is_on(&ready(options)), "{name}"),
            Some(advice) => {
                let error = error(options);
                println!("{error}");
                assert!(error.contains("is not trusted (") && error.contains(advice), "{name}: {error}");
            }
        }
    }
}

#[test]
fn https_goes_through_a_tunnel() {
    let server = TlsServer::new("tunnel");
    let proxy = tunnels_to(&server.server);
    let options = ClientOptions::server("https://localhost:81", KEY).ca_file(&server.ca_file);
    let client = ready(options.proxy(format!("http://user:p%40ss@{}", proxy.address())));
    client.refresh(PATIENCE).unwrap();
    assert!(is_on(&client));
    let heads: Vec<_> = proxy.requests().into_iter().map(|request| request.head).collect();
    assert_eq!(heads.len(), 1, "the tunnel is kept: {heads:?}");
    assert!(heads[0].starts_with("CONNECT localhost:81 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads[0].contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{heads:?}");
    assert!(!heads[0].contains(KEY), "a proxy sees no key");
}

#[test]
fn a_proxy_may_speak_tls_itself() {
    let proxy = TlsServer::new("proxy");
    let options = ClientOptions::server("http://flags.invalid", KEY).ca_file(&proxy.ca_file);
    assert!(is_on(&ready(options.proxy(proxy.url("localhost")))));
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by the test below with its environment"]
fn alone() {
    let address = std::env::var("FLAGBIT_TEST_SERVER").unwrap();
    let file = std::env::var("SSL_CERT_FILE").unwrap();
    let options = || ClientOptions::server(&address, KEY);
    assert!(is_on(&ready(options().system_roots(true))));
    const CLIENTS: usize = 50;
    drop(ready(options().ca_file(&file)));
    let before = super::counts::resident();
    let clients: Vec<Client> = (0..CLIENTS).map(|_| ready(options().ca_file(&file))).collect();
    let each = (super::counts::resident() - before) / clients.len();
    println!("a client over TLS: {} kB", each / 1_000);
    // A handshake's frames on the thread's stack are several times as large where nothing is optimised.
    assert!(each < if cfg!(debug_assertions) { 400_000 } else { 200_000 }, "{each} bytes a client");
}

/// Elsewhere no variable says which they are.
#[cfg(target_os = "linux")]
#[test]
fn the_systems_authorities_are_trusted_on_demand() {
    let server = TlsServer::new("system");
    let address = server.url("localhost");
    let roots = server.ca_file.to_str().unwrap();
    super::isolated::run("network::tls::alone", &[("FLAGBIT_TEST_SERVER", &address), ("SSL_CERT_FILE", roots)]);
}
