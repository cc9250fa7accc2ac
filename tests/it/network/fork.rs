//! Forks in the middle of refreshes: parent and child both go on, and neither disturbs the other.
#![allow(unsafe_code, reason = "fork has no safe interface")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use flagbit::{Client, ClientError, State};

use super::{
    PATIENCE, eventually, is_on, isolated, options, ready,
    server::{Server, good, silence},
};

const FORKS: usize = 200;

/// Runs in a child of a fork; its process id.
fn fork(run: impl FnOnce()) -> i32 {
    // SAFETY: the child calls what a child of a program with threads may: the library says that it is made for that.
    // It ends without what the process does at its exit, and a hang ends it.
    unsafe {
        let pid = libc::fork();
        assert!(pid >= 0);
        if pid == 0 {
            libc::alarm(20);
            libc::_exit(i32::from(catch_unwind(AssertUnwindSafe(run)).is_err()));
        }
        pid
    }
}

fn wait(pid: i32) -> i32 {
    let mut status = -1;
    // SAFETY: the status is a live place.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    status
}

/// The calls of a child with the client that it inherited.
fn child(client: &Client) {
    let before = client.status();
    assert!(is_on(client));
    assert_eq!((before.state, before.revision.as_deref()), (State::Ready, Some("1")));
    assert!(before.last_success.is_some());
    client.refresh(PATIENCE).unwrap();
    client.close();
}

#[test]
#[ignore = "run by the test below in a process of its own"]
fn alone() {
    for stream in [false, true] {
        let server = Server::new(good(1, true));
        let client = ready(options(&server).stream(stream).poll_interval(Duration::from_secs(1)));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    client.refresh(PATIENCE).unwrap();
                }
            });
            let failed = (0..FORKS / 10).any(|_| {
                let children: Vec<_> = (0..10).map(|_| fork(|| child(&client))).collect();
                // All of them, also after one that failed.
                children.into_iter().map(wait).filter(|&status| status != 0).count() > 0
            });
            done.store(true, Ordering::Relaxed);
            assert!(!failed, "a child failed or hung");
        });
        assert!(is_on(&client) && client.status().last_error.is_none());

        // Without being asked, a child follows the server as its parent does.
        let pid = fork(|| {
            assert!(is_on(&client));
            eventually(&client, || !is_on(&client));
        });
        thread::sleep(Duration::from_millis(50));
        server.answer(good(2, false));
        assert_eq!(wait(pid), 0);
        eventually(&client, || !is_on(&client));
        println!("{FORKS} forks during refreshes, stream {stream}");
    }
}

#[test]
fn children_go_on_by_themselves() {
    isolated::run("network::fork::alone", &[]);
}

/// Lets no further thread start in this process, or lets it again. Root has no limit, so the process becomes nobody's.
fn starve(starved: bool) {
    const NOBODY: libc::uid_t = 65_534;
    // SAFETY: the calls read and write this live limit alone, in a process that does nothing else.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        assert_eq!(libc::getrlimit(libc::RLIMIT_NPROC, &raw mut limit), 0);
        limit.rlim_cur = if starved { 0 } else { limit.rlim_max };
        assert_eq!(libc::setrlimit(libc::RLIMIT_NPROC, &raw const limit), 0);
        assert!(libc::getuid() != 0 || libc::setuid(NOBODY) == 0);
    }
}

/// The calls of a child that can start no thread at first.
fn starved_child(client: &Client) {
    starve(true);
    assert!(is_on(client), "the flags stay");
    let now = client.status();
    let error = now.last_error.unwrap_or_default();
    println!("{error}");
    assert!(error.starts_with("cannot start the background thread: "), "{error}");
    assert!(now.consecutive_failures > 0 && now.state == State::Ready);
    assert!(client.take_log().iter().any(|line| line.message.starts_with(&error)), "the log tells of it");
    let start = Instant::now();
    let refreshed = client.refresh(PATIENCE);
    assert!(matches!(refreshed, Err(ClientError::Thread(_))), "{refreshed:?}");
    assert!(start.elapsed() < PATIENCE / 4, "refreshing waits for nothing that cannot come");
    starve(false);
    // Evaluations are calls, too: they alone bring the thread back.
    let start = Instant::now();
    while is_on(client) {
        assert!(start.elapsed() < PATIENCE, "{:?}", client.status());
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(client.status().last_error, None);
}

#[test]
#[ignore = "run by the test below in a process of its own"]
fn starved() {
    let server = Server::new(good(1, true));
    let client = ready(options(&server).poll_interval(Duration::from_secs(1)));
    let pid = fork(|| starved_child(&client));
    thread::sleep(Duration::from_millis(50));
    server.answer(good(2, false));
    assert_eq!(wait(pid), 0);
    // Nobody waits longer for a client that has nothing to serve.
    let client = Client::open(options(&Server::new(silence()))).unwrap();
    let pid = fork(|| {
        starve(true);
        assert!(matches!(client.ready_within(PATIENCE), Err(ClientError::Thread(_))));
    });
    assert_eq!(wait(pid), 0);
}

#[test]
fn a_child_that_can_start_no_thread_says_so_and_tries_again() {
    isolated::run("network::fork::starved", &[]);
}
