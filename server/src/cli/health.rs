//! `flagbit health`: asks a server whether it is ready, in containers that have no other client.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    process::ExitCode,
    time::Duration,
};

use clap::Args;

/// The longest that connecting, sending and each piece of the answer may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The options of `flagbit health`.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 the server is ready; 1 it is not.")]
pub(crate) struct Options {
    /// URL to ask
    #[arg(default_value = "http://127.0.0.1:8080/readyz", env = "FLAGBIT_HEALTH_URL")]
    url: String,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let status = ask(&options.url).map_err(|error| anyhow::anyhow!("{}: {error:#}", options.url))?;
    anyhow::ensure!(status == 200, "{}: status {status}", options.url);
    Ok(ExitCode::SUCCESS)
}

fn ask(url: &str) -> anyhow::Result<u16> {
    let rest = url.strip_prefix("http://").ok_or_else(|| anyhow::anyhow!("expected http://HOST:PORT/PATH"))?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/readyz" } else { path };
    anyhow::ensure!(!path.contains(|char: char| char.is_whitespace() || char.is_control()), "a path without spaces");
    let host = if authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    let mut addresses = host.to_socket_addrs()?;
    let address = addresses.next().ok_or_else(|| anyhow::anyhow!("no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").as_bytes())?;
    // `HTTP/1.1 200`
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    let status = start.strip_prefix(b"HTTP/1.1 ").and_then(|status| str::from_utf8(status).ok()?.parse().ok());
    status.ok_or_else(|| anyhow::anyhow!("no HTTP answer"))
}
