//! A name server that is silent, in a network of the test's own: the system's resolver hangs, and nothing cuts it short.

use std::{
    fs,
    io::Write,
    net::UdpSocket,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use flagbit::{Client, ClientError, ClientOptions};

use super::{KEY, PATIENCE, counts, isolated, server::snapshot};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the system waits for a name server here.
const RESOLVER: Duration = Duration::from_secs(4);

#[test]
#[ignore = "run by the test below in namespaces of its own"]
fn alone() {
    let silent = UdpSocket::bind("127.0.0.1:53").unwrap();
    let counts = || (counts::threads(), counts::descriptors());
    let before = counts();
    let options = ClientOptions::server("http://flags.example", KEY).connect_timeout(CONNECT_TIMEOUT);
    let client = Client::open(options.bootstrap(snapshot(1, true))).unwrap();
    let start = Instant::now();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    println!("{error}, after {:?}", start.elapsed());
    assert_eq!(error, "the name of http://flags.example was not resolved within 1 s; check DNS");
    assert!(super::is_on(&client));
    // Further attempts wait for the same look-up: the refresher and one more thread, however often it is tried.
    assert!(matches!(client.refresh(Duration::from_millis(200)), Err(ClientError::Timeout)));
    assert_eq!(counts::threads(), before.0 + 2);
    let closing = Instant::now();
    client.close();
    let closing = closing.elapsed();
    drop(client);
    println!("closed after {closing:?}");
    assert!(closing < Duration::from_millis(100), "{closing:?}");
    // The refresher is gone within the connect timeout; the look-up, which nobody can interrupt, when the system gives up.
    let start = Instant::now();
    while counts::threads() > before.0 + 1 {
        assert!(start.elapsed() < CONNECT_TIMEOUT, "the refresher is left");
        thread::sleep(Duration::from_millis(1));
    }
    println!("the refresher gone after {:?}", start.elapsed());
    while counts() > before {
        assert!(start.elapsed() < RESOLVER + CONNECT_TIMEOUT, "the look-up is left");
        thread::sleep(Duration::from_millis(1));
    }
    println!("the look-up gone after {:?}", start.elapsed());
    // It was asked, and it was silent.
    silent.set_nonblocking(true).unwrap();
    assert!(silent.recv(&mut [0; 512]).is_ok());
}

/// Runs a command where the loopback and `/etc/resolv.conf` are its own.
fn apart(resolv_conf: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--net", "--", "sh", "-ec"]);
    command.arg(r#"mount --bind "$0" /etc/resolv.conf && ip link set lo up && exec "$@""#).arg(resolv_conf);
    command
}

#[test]
fn a_name_server_that_is_silent() {
    let path = std::env::temp_dir().join(format!("flagbit-resolv-{}.conf", std::process::id()));
    let mut file = fs::File::create(&path).unwrap();
    writeln!(file, "nameserver 127.0.0.1\noptions timeout:{} attempts:1", RESOLVER.as_secs()).unwrap();
    let resolv_conf = path.to_str().unwrap();
    let may = apart(resolv_conf).arg("true").output().is_ok_and(|output| output.status.success());
    if may {
        isolated::run_by(apart(resolv_conf), "network::resolve::alone", &[]);
    } else {
        // The same is tested of the look-up alone in src/client/network/resolver.rs.
        println!("skipped: it takes root, util-linux and iproute2 to make the system's resolver hang");
    }
    fs::remove_file(&path).unwrap();
}
