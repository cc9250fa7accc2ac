//! Unreachable servers: the flags stay, the messages help, and nothing waits longer than its limit.

use std::{thread, time::Duration};

use flagbit::{Client, ClientError, ClientOptions, Context, ErrorCode, State};

use super::{
    KEY, PATIENCE, eventually, is_on, options, ready,
    server::{Server, good, silence, snapshot, status},
};

#[test]
fn a_server_that_is_down_and_comes_back() {
    let server = Server::new(good(1, true));
    let address = server.address();
    let client = ready(options(&server));
    drop(server);
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(is_on(&client) && client.status().state == State::Ready);
    println!("{error}");
    // The connection that was kept may notice first.
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert_eq!(error, format!("http://{address} refuses connections; check that the server runs, and the address"));
    let _server = Server::on(address.port(), good(2, false));
    eventually(&client, || !is_on(&client) && client.status().last_error.is_none());
}

#[test]
fn a_name_without_an_address() {
    let client = Client::open(ClientOptions::server("https://flags.invalid", KEY)).unwrap();
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.starts_with("https://flags.invalid: the name flags.invalid has no address ("), "{error}");
    assert!(error.ends_with("; check the address, and DNS"), "{error}");
    assert_eq!(client.status().state, State::Initializing);
    assert!(matches!(client.ready_within(Duration::ZERO), Err(ClientError::Timeout)));
}

#[test]
fn with_overrides_a_client_without_flags_knows_which_flags_there_are() {
    let client = Client::open(ClientOptions::server("https://flags.invalid", KEY)).unwrap();
    let code = |key: &str| client.evaluate(key, &Context::EMPTY, false).error_code;
    assert_eq!((code("a"), code("b")), (Some(ErrorCode::ProviderNotReady), Some(ErrorCode::ProviderNotReady)));
    let _override = client.override_flags([("a", true)]).unwrap();
    assert_eq!((code("a"), code("b")), (None, Some(ErrorCode::FlagNotFound)));
}

#[test]
fn a_name_is_looked_up() {
    let server = Server::new(good(1, true));
    let url = format!("http://localhost:{}", server.address().port());
    assert!(is_on(&ready(ClientOptions::server(url, KEY))));
}

#[test]
fn waiting_ends_at_once_where_a_server_refuses_and_there_is_nothing() {
    for code in [401, 403, 404] {
        let server = Server::new(status(code, &[], ""));
        let client = Client::open(options(&server)).unwrap();
        let error = client.ready_within(Duration::from_secs(600)).unwrap_err();
        assert!(error.to_string().contains(&code.to_string()), "{error}");
        assert!(!client.wait_until_ready(Duration::from_secs(600)));
        assert_eq!(client.status().state, State::Error);
        server.answer(good(1, true));
        client.refresh(PATIENCE).unwrap();
        assert!(client.wait_until_ready(Duration::ZERO));

        let server = Server::new(status(code, &[], ""));
        let client = Client::open(options(&server).bootstrap(snapshot(1, true))).unwrap();
        client.refresh(PATIENCE).unwrap_err();
        assert!(client.wait_until_ready(Duration::ZERO), "the bootstrap serves");
        assert_eq!(client.status().state, State::Stale);
    }
}

#[test]
fn a_client_that_hears_nothing_for_a_while_is_stale() {
    let server = Server::new(good(1, true));
    let client = ready(options(&server).stale_after(Duration::from_millis(200)));
    assert_eq!(client.status().state, State::Ready);
    eventually(&client, || client.status().state == State::Stale);
    client.refresh(PATIENCE).unwrap();
    assert_eq!(client.status().state, State::Ready);
}

#[test]
fn who_waits_hears_of_each_state() {
    let server = Server::new(good(1, true));
    let client = ready(options(&server).stale_after(Duration::from_millis(200)));
    let mut seen = 0;
    let mut next = |state| {
        while client.status().state != state {
            seen = client.wait(seen, PATIENCE).unwrap().expect("an event before patience ends");
        }
    };
    // Nothing happens but that time passes.
    next(State::Stale);
    client.refresh(PATIENCE).unwrap();
    next(State::Ready);
    next(State::Stale);
    let latest = client.wait(0, Duration::ZERO).unwrap().unwrap();
    assert_eq!(client.wait(latest, Duration::from_millis(50)).unwrap(), None, "a state that stays is told once");
}

#[test]
fn refreshes_of_many_threads_are_one_request_at_a_time() {
    let server = Server::new(good(1, true));
    let client = ready(options(&server));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..20).for_each(|_| client.refresh(PATIENCE).unwrap()));
        }
    });
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.in_flight == 1));
    assert!(requests.len() <= 162, "those who ask together are answered together: {}", requests.len());
}

#[test]
fn closing_wakes_whoever_waits() {
    let server = Server::new(silence());
    let client = Client::open(options(&server)).unwrap();
    thread::scope(|scope| {
        let refreshing = scope.spawn(|| client.refresh(Duration::from_secs(600)));
        let waiting = scope.spawn(|| client.ready_within(Duration::from_secs(600)));
        thread::sleep(Duration::from_millis(50));
        client.close();
        assert!(matches!(refreshing.join().unwrap(), Err(ClientError::Closed)));
        assert!(matches!(waiting.join().unwrap(), Err(ClientError::Closed)));
    });
    assert!(matches!(client.refresh(PATIENCE), Err(ClientError::Closed)));
}
