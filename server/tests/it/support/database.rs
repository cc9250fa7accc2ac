//! Databases for tests: a file, or a database of its own in a PostgreSQL that all tests share.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::fs::chown,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// An empty database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    url: String,
    /// Of a database in a file; it stays while anything uses it.
    _folder: Option<Arc<TempDir>>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("sqlite://{}/flagbit.db", folder.path().display());
        Self { url, _folder: Some(Arc::new(folder)) }
    }

    pub(crate) fn postgres() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let cluster = Cluster::shared();
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
        Self { url: cluster.url(&name), _folder: None }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Cuts every connection to this database, as a network or a restarted database does.
    pub(crate) fn cut_connections(&self) {
        let name = self.url.rsplit('/').next().expect("a name");
        let statement = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        Cluster::shared().sql("postgres", &statement);
    }
}

/// A real PostgreSQL from the system's packages, on a free port of the loopback, gone with the test process.
struct Cluster {
    port: u16,
    binaries: PathBuf,
    _folder: TempDir,
}

impl Cluster {
    fn shared() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let binaries = binaries();
        let folder = TempDir::new().expect("a temporary folder");
        let data = folder.path().join("data");
        let log = File::create(folder.path().join("log")).expect("a log");
        let user = user();
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).expect("root gives folders away");
        }
        let mut command = setpriv(user);
        command.arg(binaries.join("initdb"));
        command.args(["--auth=trust", "--username=flagbit", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"]);
        let output = command.arg(&data).output().expect("initdb runs");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));

        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port();
        let mut command = setpriv(user);
        // Statics are not dropped: the death of the tests ends the database.
        command.arg("--pdeathsig=INT").arg(binaries.join("postgres"));
        command.args(["-h", "127.0.0.1", "-k", "", "-c", "max_connections=200", "-c", "fsync=off"]);
        command.args(["-p", &port.to_string(), "-D"]).arg(&data).stdout(Stdio::null()).stderr(log);
        keep(command);
        let cluster = Self { port, binaries, _folder: folder };
        cluster.wait();
        cluster
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.psql("postgres", "SELECT 1").status().is_ok_and(|status| status.success()) {
            assert!(Instant::now() < deadline, "PostgreSQL does not start");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://flagbit@127.0.0.1:{}/{database}", self.port)
    }

    fn psql(&self, database: &str, statement: &str) -> Command {
        let mut command = Command::new(self.binaries.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--command", statement, &self.url(database)]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn sql(&self, database: &str, statement: &str) {
        assert!(self.psql(database, statement).status().expect("psql runs").success(), "{statement}");
    }
}

fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL: apt-get install postgresql");
    let newest = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).max();
    newest.filter(|folder| folder.join("postgres").exists()).expect("PostgreSQL: apt-get install postgresql")
}

/// Who runs the database, which refuses to be run by root; `None` for whoever runs the tests.
fn user() -> Option<(u32, u32)> {
    let is_root = fs::read_to_string("/proc/self/status").is_ok_and(|text| text.contains("\nUid:\t0\t"));
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut users = passwd.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let &["postgres", _, user, group, ..] = fields.as_slice() else { return None };
        Some((user.parse().ok()?, group.parse().ok()?))
    });
    is_root.then(|| users.next().expect("the user postgres: apt-get install postgresql"))
}

/// A command line that goes on with the program to run.
fn setpriv(user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some((user, group)) = user {
        command.args(["--reuid", &user.to_string(), "--regid", &group.to_string(), "--clear-groups"]);
    }
    command.env("LC_ALL", "C").current_dir("/");
    command
}

/// Starts a process from a thread that lives as long as this process: a parent's death is that of the thread.
fn keep(mut command: Command) {
    thread::spawn(move || {
        let _process = command.spawn().expect("postgres starts");
        loop {
            thread::park();
        }
    });
}
