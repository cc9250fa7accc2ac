//! Options and the environment.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::MetadataExt,
    process::{Command, Output, Stdio},
};

use crate::support::{Database, Server, flagbit};

fn output(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    flagbit().args(arguments).envs(environment.iter().copied()).output().expect("it runs")
}

#[test]
fn the_help_explains_every_option_and_shows_no_secret() {
    let url = "postgres://user:hush@localhost/flags";
    let environment = [("DATABASE_URL", url), ("FLAGBIT_DATABASE", url)];
    for help in ["--help", "-h"] {
        let text = String::from_utf8_lossy(&output(&["serve", help], &environment).stdout).into_owned();
        assert!(!text.contains("hush"), "{text}");
        for heading in ["Requests:", "Connections:", "Logs:", "Metrics:"] {
            assert!(text.contains(heading), "{text}");
        }
    }
    let text = String::from_utf8_lossy(&output(&["serve", "--help"], &[]).stdout).into_owned();
    let options: Vec<_> = text.lines().map(str::trim).filter(|line| line.starts_with("--")).collect();
    assert!(options.len() > 10, "{text}");
    for option in options {
        let variable = option.split(' ').next().unwrap_or_default().replace("--", "FLAGBIT_").replace('-', "_");
        assert!(text.contains(&variable.to_uppercase()), "{option} cannot be set in the environment");
    }
}

#[test]
fn what_cannot_be_is_refused_with_the_option() {
    for (arguments, expected) in [
        (&["--listen", "here"][..], "--listen"),
        (&["--database", "mysql://localhost/x"], "--database: expected sqlite://"),
        (&["--database", "postgres://user:hush@[/x"], "--database: not a URL"),
        (&["--trusted-proxies", "10.0.0.0/99"], "expected addresses or networks"),
        (&["--header-timeout-seconds", "0"], "--header-timeout-seconds"),
        (&["--max-connections", "0"], "--max-connections"),
        (&["--metrics-listen", "no"], "expected IP:PORT or off"),
        (&["--log-level", "a=b=c"], "--log-level"),
    ] {
        let output = output(&[&["serve"], arguments].concat(), &[("FLAGBIT_METRICS_LISTEN", "off")]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(expected), "{arguments:?}: {error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[test]
fn an_address_that_is_taken_is_named() {
    let server = Server::start(&Database::sqlite());
    let address = server.address.to_string();
    let output = output(&["serve", "--listen", &address, "--database", "sqlite::memory:"], &[]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains(&format!("cannot listen on {address}: Address already in use")), "{error}");
    assert!(error.contains("--listen"), "{error}");
}

#[test]
fn the_database_url_of_the_platform_is_honoured() {
    let output =
        output(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"], &[("DATABASE_URL", "mysql://x")]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--database: expected"));
}

#[test]
fn listening_beyond_this_machine_is_warned_of() {
    let warning = "without TLS";
    let database = Database::sqlite();
    let public = Server::start_with(&database, &["--listen", "0.0.0.0:0"]);
    public.wait_for_line(warning);
    assert!(public.output().contains("deploy/README.md"), "{}", public.output());
    let behind = Server::start_with(&database, &["--listen", "0.0.0.0:0", "--trusted-proxies", "10.0.0.1"]);
    let local = Server::start_with(&database, &[]);
    for server in [behind, local] {
        assert!(!server.output().contains(warning), "{}", server.output());
    }
}

#[test]
fn a_plain_text_connection_to_another_machine_is_warned_of() {
    // Documentation's address: nobody is there.
    for (url, is_warned_of) in [
        ("postgres://user:hush@192.0.2.1/flags", true),
        ("postgres://user:hush@192.0.2.1/flags?sslmode=verify-full", false),
        ("postgres://user:hush@127.0.0.1:1/flags", false),
        ("postgres://user:hush@localhost:1/flags?sslmode=disable", false),
    ] {
        let output = output(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--database", url], &[]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains("cannot reach the database"), "{error}");
        assert_eq!(error.contains("sslmode=verify-full"), is_warned_of, "{url}: {error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[test]
fn nobody_else_on_the_machine_reads_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/flags.db", folder.path().display());
    let modes = || -> Vec<(String, u32)> {
        let files = fs::read_dir(folder.path()).expect("the folder").map(|file| file.expect("a file"));
        files
            .map(|file| (file.file_name().display().to_string(), file.metadata().expect("its mode").mode() & 0o777))
            .collect()
    };
    // `sh` sets what a careless login has.
    let create = format!("umask 000; exec \"$0\" account create --email a@example.com --database '{url}?mode=rwc'");
    let output = Command::new("sh").args(["-c", &create, env!("CARGO_BIN_EXE_flagbit")]).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    assert!(modes().contains(&("flags.db".into(), 0o600)), "{:?}", modes());
    let mut server = flagbit();
    server.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--database", &url]);
    let mut process = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let seen = modes();
    process.kill().expect("it runs");
    process.wait().expect("it ends");
    assert!(seen.iter().any(|(name, _)| name == "flags.db-wal"), "{seen:?}");
    assert!(seen.iter().all(|(_, mode)| *mode == 0o600), "{seen:?}");
}
