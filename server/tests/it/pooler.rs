//! PgBouncer between the servers and PostgreSQL.

use std::{
    fs,
    io::Write,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Database, Project, Server, flagbit, is_root, within};

/// A real PgBouncer that pools transactions, on a free port; ends with the test.
struct Pooler {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Pooler {
    fn start(database: &Database, settings: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port();
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("pgbouncer.ini");
        let mut configuration = fs::File::create(&file).expect("a file");
        writeln!(
            configuration,
            "[databases]\n* = host=127.0.0.1 port={} user=flagbit\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = 3\n{settings}",
            database.port()
        )
        .expect("it is written");
        let mut command = Command::new("pgbouncer");
        if is_root() {
            // It refuses to be run by root, and reads its settings before it becomes somebody else.
            command.args(["--user", "postgres"]);
        }
        let process = command.arg("--quiet").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.expect("PgBouncer: apt-get install pgbouncer");
        let pooler = Self { process, port, _folder: folder };
        within(Duration::from_secs(20), || TcpStream::connect(("127.0.0.1", port)).is_ok());
        pooler
    }

    fn url(&self, database: &Database) -> String {
        database.url().replace(&format!(":{}/", database.port()), &format!(":{}/", self.port))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

#[test]
fn servers_work_through_a_pooler_of_transactions() {
    let database = Database::postgres();
    let pooler = Pooler::start(&database, "ignore_startup_parameters = extra_float_digits");
    let url = pooler.url(&database);
    let one = Server::start_at(&url, &database);
    let other = Server::start_at(&url, &database);
    one.wait_for_line("a pooler between this server and PostgreSQL shares sessions");
    let project = Project::new(&one);
    within(Duration::from_secs(20), || {
        other.request("GET", "/api/v1/projects").key(&project.api_key).send().status == 200
    });
    let id = project.path().rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let elsewhere = Project::of(&other, &project.api_key, id);
    thread::scope(|scope| {
        for (name, through) in [("one", &project), ("other", &elsewhere)] {
            for client in 0..3 {
                scope.spawn(move || {
                    for number in 0..10 {
                        let key = format!("{name}-{client}-{number}");
                        through.done("POST", "/flags", &json!({"key": key, "enabled": true}));
                        through.get("/flags").expect(200);
                        through.get("/environments").expect(200);
                    }
                });
            }
        }
    });
    for server in [&one, &other] {
        let path = format!("/api/v1/snapshot?project_id={id}");
        let flags = || server.request("GET", &path).key(&project.api_key).send().json()["flags"].clone();
        within(Duration::from_secs(20), || flags().as_array().is_some_and(|flags| flags.len() == 60));
    }
}

#[test]
fn a_pooler_that_refuses_the_settings_of_a_connection_is_named_with_the_remedy() {
    let database = Database::postgres();
    let pooler = Pooler::start(&database, "");
    let mut command = flagbit();
    command.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
    let output = command.args(["--database", &pooler.url(&database)]).output().expect("it runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("ignore_startup_parameters = extra_float_digits"), "{error}");
}
