//! Bodies that the server does not read, because the answer is clear before.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use crate::support::{Database, Server};

#[test]
fn a_connection_lives_on_after_a_short_body_and_ends_after_a_long_one() {
    let server = Server::start(&Database::sqlite());
    let mut stream = server.connect();
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    write!(stream, "POST /api/v1/projects HTTP/1.1\r\nhost: x\r\ncontent-length: 13\r\n\r\n").expect("it reads");
    // The body comes when the server has long known its answer.
    thread::sleep(Duration::from_millis(100));
    stream.write_all(b"{\"name\": \"a\"}").expect("it reads");
    let head = answer(&mut reader);
    assert!(head.starts_with("HTTP/1.1 401 ") && !head.contains("connection: close"), "{head}");
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").expect("it reads");
    assert!(answer(&mut reader).starts_with("HTTP/1.1 200 "));

    write!(stream, "POST /api/v1/projects HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n").expect("it reads");
    let head = answer(&mut reader);
    assert!(head.starts_with("HTTP/1.1 401 ") && head.contains("connection: close"), "{head}");
    assert_eq!(reader.read(&mut [0]).expect("the end"), 0);
}

/// The head of an answer, whose body is read too.
fn answer(reader: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("a line"), 0, "{head}");
    }
    let (_, length) = head.split_once("content-length: ").expect("a length");
    let length = length.split("\r\n").next().and_then(|text| text.parse().ok()).expect("a number");
    reader.read_exact(&mut vec![0; length]).expect("a body");
    head
}
