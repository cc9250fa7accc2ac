//! Databases for tests: a file, or a database of its own in a PostgreSQL that all tests share.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

/// An empty database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    url: String,
    /// Of a database in a file; it stays while anything uses it.
    _folder: Option<Arc<TempDir>>,
    /// `None` for a file, and in the PostgreSQL that all tests share.
    cluster: Option<Arc<Cluster>>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("sqlite://{}/flagbit.db", folder.path().display());
        Self { url, _folder: Some(Arc::new(folder)), cluster: None }
    }

    pub(crate) fn postgres() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let cluster = Cluster::shared();
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
        Self { url: cluster.url(&name), _folder: None, cluster: None }
    }

    /// In a PostgreSQL of its own, which can be stopped.
    pub(crate) fn postgres_of_its_own() -> Self {
        let cluster = Cluster::start();
        cluster.sql("postgres", "CREATE DATABASE own");
        Self { url: cluster.url("own"), _folder: None, cluster: Some(Arc::new(cluster)) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Cuts every connection to this database, as a network or a restarted database does.
    pub(crate) fn cut_connections(&self) {
        let name = self.url.rsplit('/').next().expect("a name");
        let statement = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        self.cluster.as_deref().unwrap_or_else(|| Cluster::shared()).sql("postgres", &statement);
    }

    /// Stops the PostgreSQL of its own.
    pub(crate) fn stop(&self) {
        self.cluster.as_ref().expect("a PostgreSQL of its own").stop();
    }

    /// Starts it again.
    pub(crate) fn start_again(&self) {
        self.cluster.as_ref().expect("a PostgreSQL of its own").run();
    }
}

impl Database {
    /// The bytes that its tables and indexes take on disk. Pages of SQLite that are free are used again.
    pub(crate) fn bytes(&self) -> i64 {
        self.number(if self.url.starts_with("sqlite") {
            "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        } else {
            "SELECT CAST(SUM(pg_total_relation_size(oid)) AS BIGINT) FROM pg_class \
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        })
    }

    /// Lets PostgreSQL make what it keeps about the free space of each table, which it otherwise makes at any time.
    pub(crate) fn settle(&self) {
        if !self.url.starts_with("sqlite") {
            self.execute("VACUUM".into());
        }
    }

    /// Asks the database for a number.
    pub(crate) fn number(&self, statement: &'static str) -> i64 {
        self.run(async |mut connection| sqlx::query_scalar(statement).fetch_one(&mut connection).await)
    }

    /// The texts that a query finds.
    pub(crate) fn texts(&self, query: &'static str) -> Vec<String> {
        self.run(async |mut connection| sqlx::query_scalar(query).fetch_all(&mut connection).await)
    }

    /// Runs statements.
    pub(crate) fn execute(&self, statements: String) {
        self.run(async |mut connection| {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await.map(|_| ())
        });
    }

    fn run<T>(&self, work: impl AsyncFnOnce(AnyConnection) -> sqlx::Result<T>) -> T {
        sqlx::any::install_default_drivers();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let url = self.url.replace(".db", ".db?mode=rwc");
            work(AnyConnection::connect(&url).await.expect("it connects")).await.expect("the statement is right")
        })
    }

    /// The file of a database that is one.
    pub(crate) fn path(&self) -> &Path {
        Path::new(self.url.strip_prefix("sqlite://").expect("a file"))
    }

    /// The port of PostgreSQL.
    pub(crate) fn port(&self) -> u16 {
        self.cluster.as_deref().unwrap_or_else(|| Cluster::shared()).port
    }

    /// Lets nobody write any more, or again, as a standby does.
    pub(crate) fn refuse_writes(&self, refuse: bool) {
        let name = self.url.rsplit('/').next().expect("a name");
        let value = if refuse { "on" } else { "off" };
        Cluster::shared()
            .sql("postgres", &format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}"));
        self.cut_connections();
    }

    /// Copies the database as it is, as a standby has it that hears of nothing from here on.
    pub(crate) fn copy_to_standby(&self) {
        let name = self.url.rsplit('/').next().expect("a name");
        self.refuse_connections(true);
        self.cut_connections();
        Cluster::shared().sql("postgres", &format!("CREATE DATABASE {name}_standby TEMPLATE {name}"));
        self.refuse_connections(false);
    }

    /// Lets the standby take over: writes since the copy never were.
    pub(crate) fn fail_over(&self) {
        let name = self.url.rsplit('/').next().expect("a name");
        Cluster::shared().sql("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
        Cluster::shared().sql("postgres", &format!("ALTER DATABASE {name}_standby RENAME TO {name}"));
    }

    /// Undoes a migration of a server, as if only an older one had been here.
    pub(crate) fn forget_migration(&self, version: i64, undo: &str) {
        let statement = format!("{undo}; DELETE FROM _sqlx_migrations WHERE version = {version}");
        let name = self.url.rsplit('/').next().expect("a name");
        Cluster::shared().sql(name, &statement);
    }

    /// Lets nobody connect any more, or again.
    pub(crate) fn refuse_connections(&self, refuse: bool) {
        let name = self.url.rsplit('/').next().expect("a name");
        let statement = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {}", !refuse);
        Cluster::shared().sql("postgres", &statement);
    }
}

/// A real PostgreSQL from the system's packages, on a free port of the loopback, gone with the test process.
#[derive(Debug)]
struct Cluster {
    port: u16,
    binaries: PathBuf,
    user: Option<(u32, u32)>,
    folder: TempDir,
}

impl Cluster {
    fn shared() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port();
        let folder = TempDir::new().expect("a temporary folder");
        let cluster = Self { port, binaries: binaries(), user: user(), folder };
        if let Some((user, group)) = cluster.user {
            chown(cluster.folder.path(), Some(user), Some(group)).expect("root gives folders away");
        }
        let mut command = setpriv(cluster.user);
        command.arg(cluster.binaries.join("initdb"));
        command.args(["--auth=trust", "--username=flagbit", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"]);
        let output = command.arg(cluster.data()).output().expect("initdb runs");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        cluster.run();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self) {
        let log = File::options().append(true).create(true).open(self.folder.path().join("log")).expect("a log");
        let mut command = setpriv(self.user);
        // Statics are not dropped: the death of the tests ends the database.
        command.arg("--pdeathsig=INT").arg(self.binaries.join("postgres"));
        command.args(["-h", "127.0.0.1", "-k", "", "-c", "max_connections=200", "-c", "fsync=off"]);
        command.args(["-p", &self.port.to_string(), "-D"]).arg(self.data()).stdout(Stdio::null()).stderr(log);
        keep(command);
        self.wait();
    }

    fn stop(&self) {
        let mut command = setpriv(self.user);
        command.arg(self.binaries.join("pg_ctl")).args(["stop", "--mode=fast", "--wait", "--silent", "-D"]);
        _ = command.arg(self.data()).stderr(Stdio::null()).status();
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

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL: apt-get install postgresql");
    let newest = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).max();
    newest.filter(|folder| folder.join("postgres").exists()).expect("PostgreSQL: apt-get install postgresql")
}

pub(crate) fn is_root() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|text| text.contains("\nUid:\t0\t"))
}

/// The user that runs PostgreSQL, because it refuses to run as root; `None` means the user that runs the tests.
fn user() -> Option<(u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut users = passwd.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let &["postgres", _, user, group, ..] = fields.as_slice() else { return None };
        Some((user.parse().ok()?, group.parse().ok()?))
    });
    is_root().then(|| users.next().expect("the user postgres: apt-get install postgresql"))
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
        _ = command.spawn().expect("postgres starts").wait();
    });
}
