//! A port in front of the server, which counts what goes through it.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

pub(crate) struct Relay {
    pub(crate) url: String,
    asked: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
}

impl Relay {
    pub(crate) fn to(url: &str) -> Self {
        let behind = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let relay = Self {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            asked: Arc::default(),
            answered: Arc::default(),
        };
        let (asked, answered) = (Arc::clone(&relay.asked), Arc::clone(&relay.answered));
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let far = TcpStream::connect(&behind).expect("the server");
                copy(near.try_clone().expect("a handle"), far.try_clone().expect("a handle"), &asked);
                copy(far, near, &answered);
            }
        });
        relay
    }

    /// The bytes that were asked and answered until now.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        (self.asked.load(Ordering::SeqCst), self.answered.load(Ordering::SeqCst))
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, count: &Arc<AtomicUsize>) {
    let count = Arc::clone(count);
    thread::spawn(move || {
        let mut piece = [0; 65_536];
        while let Ok(read @ 1..) = from.read(&mut piece) {
            // Counted before the bytes go on, so that their receiver finds them counted.
            count.fetch_add(read, Ordering::SeqCst);
            if to.write_all(&piece[..read]).is_err() {
                return;
            }
        }
    });
}
