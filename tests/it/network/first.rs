//! The usual course: a fetch, another request, and the answer that nothing is new.

use flagbit::State;

use super::{
    KEY, PATIENCE, is_on, options, ready,
    server::{Server, good},
};

#[test]
fn flags_are_fetched_and_asked_for_again_by_their_entity_tag() {
    let server = Server::new(good(1, true));
    let client = ready(options(&server));
    assert!(is_on(&client));
    client.refresh(PATIENCE).unwrap();
    let status = client.status();
    assert_eq!((status.state, status.generation, status.revision.as_deref()), (State::Ready, 1, Some("1")));
    assert_eq!((status.last_error, status.consecutive_failures), (None, 0));
    assert_eq!(status.source, format!("server {}", server.url()));
    assert!(status.last_success.is_some());

    server.answer(good(2, false));
    client.refresh(PATIENCE).unwrap();
    assert!(!is_on(&client));
    assert_eq!(client.status().generation, 2);

    let requests = server.requests();
    let asked: Vec<_> = requests.iter().map(|request| request.headers.get("if-none-match").map(|tag| &**tag)).collect();
    assert_eq!(asked, [None, Some("\"1\""), Some("\"1\"")]);
    for request in &requests {
        assert_eq!(request.path, "/api/v1/snapshot");
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
        assert_eq!(request.headers["accept-encoding"], "gzip");
        assert_eq!(request.headers["user-agent"], concat!("flagbit-rust/", env!("CARGO_PKG_VERSION")));
        assert_eq!(request.connection, 1, "the connection is kept");
    }
}
