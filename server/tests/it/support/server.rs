//! The real server as a process.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{Database, Proxy, Raw, Request, request};

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    output: Arc<Mutex<String>>,
    /// As long as the server.
    _database: Database,
}

/// The answer to signing up.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) project: i64,
    pub(crate) api_key: String,
    pub(crate) sdk_key: String,
    pub(crate) server_key: String,
}

/// The command line of the binary, without any settings from the environment of the tests.
pub(crate) fn flagbit() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flagbit"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FLAGBIT_")) {
        command.env_remove(name);
    }
    command
}

impl Server {
    /// With the settings that most tests want: anybody may sign up.
    pub(crate) fn start(database: &Database) -> Self {
        Self::start_with(database, &["--signup"])
    }

    pub(crate) fn start_with(database: &Database, settings: &[&str]) -> Self {
        Self::launch(flagbit(), database, database.url(), settings)
    }

    /// By another URL of the same database.
    pub(crate) fn start_at(url: &str, database: &Database) -> Self {
        Self::launch(flagbit(), database, url, &["--signup"])
    }

    /// Through a proxy, which can fall silent.
    pub(crate) fn start_through(proxy: &Proxy, database: &Database, settings: &[&str]) -> Self {
        Self::launch(flagbit(), database, &proxy.url(database), settings)
    }

    /// With files that cannot grow once [`Self::fill_disk`] was called. The system would end a process that is not told
    /// to ignore the signal.
    pub(crate) fn start_on_a_disk_that_fills(database: &Database) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(env!("CARGO_BIN_EXE_flagbit"));
        Self::launch(command, database, database.url(), &["--signup"])
    }

    /// Lets no file grow beyond this size, as on a full disk; `None` makes room again.
    pub(crate) fn fill_disk(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".into(), |bytes| bytes.to_string());
        let id = self.process.id().to_string();
        let ran = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={limit}:")]).status();
        assert!(ran.expect("prlimit runs").success());
    }

    fn launch(mut command: Command, database: &Database, url: &str, settings: &[&str]) -> Self {
        command.args(["serve", "--database", url]).args(settings);
        // The limits that tests set as options.
        command.envs([
            ("FLAGBIT_LISTEN", "127.0.0.1:0"),
            ("FLAGBIT_METRICS_LISTEN", "127.0.0.1:0"),
            ("FLAGBIT_KEY_REQUESTS_PER_SECOND", "0"),
            ("FLAGBIT_ADDRESS_REQUESTS_PER_SECOND", "0"),
            ("FLAGBIT_KEYLESS_REQUESTS_PER_HOUR", "0"),
            ("FLAGBIT_FAILED_AUTHENTICATIONS_PER_MINUTE", "0"),
        ]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the server starts");
        let output = Arc::default();
        collect(process.stderr.take().expect("a pipe"), Arc::clone(&output));
        collect(process.stdout.take().expect("a pipe"), Arc::clone(&output));
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { process, address, output, _database: database.clone() };
        server.address = server.wait_for_line("listening on http://").parse().expect("an address");
        server
    }

    /// The text that follows `start` in the output, up to a space, a comma or the line's end.
    pub(crate) fn wait_for_line(&self, start: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let output = self.output();
            if let Some((_, rest)) = output.split_once(start)
                && let Some(end) = rest.find([' ', ',', '\n'])
            {
                return rest[..end].to_owned();
            }
            assert!(Instant::now() < deadline, "no {start:?} in what the server says:\n{output}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Everything that the server has printed.
    pub(crate) fn output(&self) -> String {
        self.output.lock().expect("no panic meanwhile").clone()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request without a key.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        request(method, &self.url(path))
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).expect("the server accepts")
    }

    /// A connection for a client that does not keep to the rules.
    pub(crate) fn raw(&self) -> Raw {
        Raw::new(self.connect())
    }

    /// The metrics for Prometheus.
    pub(crate) fn metrics(&self) -> String {
        let url = self.wait_for_line("metrics on ");
        let answer = request("GET", &url).send();
        assert_eq!(answer.status, 200);
        answer.text()
    }

    /// The most memory that the server has had since it started or [`Self::forget_peak_memory`], in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
    }

    pub(crate) fn forget_peak_memory(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5").expect("its owner may");
    }

    /// Sends a signal to the server.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill runs").success());
    }

    /// Waits until the server has ended.
    #[track_caller]
    pub(crate) fn wait(mut self, limit: Duration) -> ExitStatus {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.process.try_wait().expect("it can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.output());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Signs up.
    pub(crate) fn account(&self) -> Account {
        let answer = self.request("POST", "/api/v1/signup").json(&json!({"email": "dev@example.com"})).send();
        assert_eq!(answer.status, 201, "{}", answer.text());
        let account = answer.json();
        let text = |field: &str| account[field].as_str().expect("a key").to_owned();
        Account {
            project: account["project"]["id"].as_i64().expect("an id"),
            api_key: text("api_key"),
            sdk_key: text("sdk_key"),
            server_key: text("server_key"),
        }
    }

    /// Waits until the server has heard of a revision.
    pub(crate) fn wait_for_revision(&self, server_key: &str, revision: i64) {
        let path = format!("/api/v1/snapshot?min_revision={revision}");
        let asked = || self.request("GET", &path).key(server_key).send().status;
        // A poll comes every 2 seconds, and so does an answer.
        assert!(std::iter::repeat_with(asked).take(5).any(|status| status == 200), "no revision {revision}");
    }

    /// Ends the server as a power cut does.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Asks the server to end with SIGTERM, and waits until it has.
    pub(crate) fn terminate(self) -> ExitStatus {
        self.signal("TERM");
        self.wait(Duration::from_secs(30))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn collect(pipe: impl Read + Send + 'static, output: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut output = output.lock().expect("no panic meanwhile");
            output.push_str(&line);
            output.push('\n');
        }
    });
}
