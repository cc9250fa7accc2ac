//! The one thread of a client over the network.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use ureq::{Agent, http::Uri};

use super::{
    super::{ClientError, FetchErrorKind, Level, hub::Hub, process, shared::Shared},
    cache::Cache,
    failure::Failure,
    fetch::{Fetched, fetch},
    following::{Following, News},
    remote::Remote,
    requests::Requests,
    retry::Random,
    stream::Stream,
};

/// Reading a snapshot nests as deep as its text may; TLS has large values.
const STACK_BYTES: usize = 512 << 10;
/// A child of a fork that has fresh flags first asks within this, so that many children do not ask at once.
const SECONDS_AFTER_FORK: u32 = 2;
/// A stream that lasted so long was a good one: what ends it is no sign that the next one fails.
const SECONDS_OF_A_GOOD_STREAM: u32 = 60;
/// However much a stream tells, the server is not asked more often.
const LEAST_PAUSE: Duration = Duration::from_millis(20);
/// A stream that is alive may still have lost an event, so the server is asked now and then.
const INTERVALS_BETWEEN_POLLS: u32 = 10;

/// Starts the thread.
pub(in crate::client) fn start(shared: &Arc<Shared>, hub: Arc<Hub>) -> io::Result<()> {
    let shared = Arc::clone(shared);
    process::spawn(c"flagbit-refresh", STACK_BYTES, move || {
        if let Some(remote) = shared.remote() {
            Refresher::new(&shared, &hub, remote).run();
        }
    })
}

/// Lets the thread fetch now, and waits for the outcome.
pub(in crate::client) fn refresh(hub: &Hub, timeout: Duration) -> Result<(), ClientError> {
    let mut cold = hub.lock();
    let number = cold.refreshes.ask();
    let stream = cold.connections.take_stream();
    drop(cold);
    hub.wake();
    // The thread may be reading it, and hears nothing else then.
    stream.into_iter().for_each(Agent::shutdown);
    let cold = hub.wait(timeout, |cold| cold.closed || cold.refreshes.is_answered(number));
    match cold.refreshes.failure() {
        _ if cold.closed => Err(ClientError::Closed),
        _ if !cold.refreshes.is_answered(number) => Err(ClientError::Timeout),
        Some(failure) => Err(failure.into()),
        None => Ok(()),
    }
}

struct Refresher<'c> {
    shared: &'c Arc<Shared>,
    hub: &'c Hub,
    remote: &'c Remote,
    requests: Requests,
    cache: Option<Cache<'c>>,
    random: Random,
    /// The number of fetches that failed since the last success.
    failures: u32,
    /// When the last fetch was.
    polled: Instant,
    /// When the next one is.
    due: Instant,
}

/// The end of a connection to the stream.
enum End {
    /// Somebody closed the client or asked for a fetch, or a fetch failed, which has waits of its own.
    Ours,
    Failed(Failure),
}

impl<'c> Refresher<'c> {
    fn new(shared: &'c Arc<Shared>, hub: &'c Hub, remote: &'c Remote) -> Self {
        let requests = polling(hub, remote);
        let cache = remote.cache_path.as_deref().map(|path| Cache::new(path, &remote.identity));
        let (random, now) = (Random::new(), Instant::now());
        Self { shared, hub, remote, requests, cache, random, failures: 0, polled: now, due: now }
    }

    fn run(mut self) {
        let mut following = self.remote.stream().cloned().map(Following::new);
        self.due = Instant::now() + self.first_wait();
        while self.wait(&following) {
            let now = Instant::now();
            if now >= self.due || self.hub.lock().refreshes.is_waited_for() {
                self.poll(None);
            }
            if let Some(following) = following.as_mut().filter(|following| self.failures == 0 && now >= following.due) {
                self.follow(following);
            }
        }
    }

    /// Nothing to wait for, unless the flags came from a parent a moment ago.
    fn first_wait(&mut self) -> Duration {
        let pace = &self.remote.pace;
        let longest = match self.hub.contact().is_within(pace.interval) {
            true => pace.seconds(SECONDS_AFTER_FORK),
            false => Duration::ZERO,
        };
        self.random.between(Duration::ZERO, longest)
    }

    /// Waits until it is time or somebody asks for a fetch; `false` when the client is closed.
    fn wait(&self, following: &Option<Following>) -> bool {
        // After a failure the stream waits for a fetch that goes well.
        let stream = following.as_ref().filter(|_| self.failures == 0).map(|following| following.due);
        let due = stream.map_or(self.due, |due| due.min(self.due));
        let left = due.saturating_duration_since(Instant::now());
        !self.hub.wait(left, |cold| cold.closed || cold.refreshes.is_waited_for()).closed
    }

    /// Fetches, and decides when to fetch again. With a revision, takes none that is older.
    fn poll(&mut self, min_revision: Option<u64>) {
        self.polled = Instant::now();
        let asked = self.hub.lock().refreshes.asked();
        // A fault in what reads a server's words must not end refreshing for good.
        let fetched = catch_unwind(AssertUnwindSafe(|| self.fetch(min_revision)));
        let failure = fetched.unwrap_or_else(|_| Err(Failure::fault(&self.remote.place))).err();
        let pace = &self.remote.pace;
        let pause = match &failure {
            None => {
                if std::mem::take(&mut self.failures) > 0 {
                    self.hub.log(Level::Info, format!("{} answers again", self.remote.place));
                }
                pace.next(&mut self.random)
            }
            Some(failure) => {
                self.failures = self.failures.saturating_add(1);
                pace.after_failure(failure.kind, failure.retry_after, self.failures, &mut self.random)
            }
        };
        self.due = Instant::now() + pause;
        let mut cold = self.hub.lock();
        if cold.closed {
            return;
        }
        let is_news = failure.as_ref().is_some_and(|failure| cold.note_failure(&failure.into()));
        cold.refreshes.answer(asked, failure);
        if is_news {
            self.hub.announce(&mut cold);
        } else {
            self.hub.wake();
        }
    }

    fn fetch(&mut self, min_revision: Option<u64>) -> Result<(), Failure> {
        let validator = self.shared.validator();
        let etag = validator.as_ref().and_then(|validator| validator.etag.as_deref());
        let (text, etag) = match fetch(&self.requests, self.remote, etag, min_revision)? {
            Fetched::New { text, etag } => (text, etag),
            Fetched::Unchanged => {
                self.hub.note_unchanged();
                return Ok(());
            }
        };
        let place = &self.remote.place;
        let accepted = self.shared.accept_fetched(&text, etag.clone()).map_err(|error| {
            let message = format!("{place} sent a snapshot that is refused: {error}");
            Failure::new(FetchErrorKind::Snapshot, place, &message)
        })?;
        let saved = accepted.zip(self.cache.as_mut());
        if let Some((level, message)) =
            saved.and_then(|(snapshot, cache)| cache.save(&snapshot, etag.as_deref(), &text))
        {
            self.hub.log(level, message);
        }
        Ok(())
    }

    /// Follows the stream until it ends, and decides when to try again.
    fn follow(&mut self, following: &mut Following) {
        let start = Instant::now();
        // As in `poll`: a fault in what reads a server's words must not end refreshing.
        let end = catch_unwind(AssertUnwindSafe(|| self.follow_once(following)));
        let end = end.unwrap_or_else(|_| End::Failed(Failure::fault(&self.remote.place)));
        self.hub.lock().streaming = false;
        self.hub.wake();
        let now = Instant::now();
        let End::Failed(failure) = end else {
            following.due = now;
            return;
        };
        // The network that lost the stream may have lost the connection that is kept for fetches, too.
        self.requests = polling(self.hub, self.remote);
        let pace = &self.remote.pace;
        let was_good = start.elapsed() >= pace.seconds(SECONDS_OF_A_GOOD_STREAM);
        following.failures = if was_good { 1 } else { following.failures.saturating_add(1) };
        let pause = pace.after_failure(failure.kind, failure.retry_after, following.failures, &mut self.random);
        following.due = now + pause;
        // Clients of a server that went away come back one after the other.
        let longest = (pace.interval / 3).max(pace.seconds(2));
        self.due = now + self.random.between(pace.second, longest);
        self.say(following, Level::Warning, format!("{}; polling meanwhile", failure.message()));
    }

    fn follow_once(&mut self, following: &mut Following) -> End {
        let mut stream = match self.open_stream(&following.uri) {
            Some(Ok(stream)) => stream,
            Some(Err(failure)) => return End::Failed(failure),
            None => return End::Ours,
        };
        let mut news = News::new(self.revision());
        loop {
            let told = stream.next();
            if self.is_interrupted() {
                return End::Ours;
            }
            let latest = match told {
                Ok(told) => news.of(told),
                Err(failure) => return End::Failed(failure),
            };
            self.note_alive(following);
            let is_time = self.polled.elapsed() >= self.remote.pace.interval * INTERVALS_BETWEEN_POLLS;
            if latest.is_none() && !is_time {
                continue;
            }
            self.pause();
            let least = latest.or(news.known);
            self.poll(least);
            if self.failures > 0 {
                return End::Ours;
            }
            news.known = self.revision().max(least);
        }
    }

    /// Opens the stream; `None` where there is something else to do first.
    fn open_stream(&self, uri: &Uri) -> Option<Result<Stream<'c>, Failure>> {
        let mut cold = self.hub.lock();
        if cold.closed || cold.refreshes.is_waited_for() {
            return None;
        }
        let requests = Requests::new(&self.remote.streaming, self.remote.route.forwarder(), cold.connections.lookup());
        cold.connections.set_stream(requests.agent());
        drop(cold);
        // Nothing is polled meanwhile.
        let limit = self.remote.place.timeout.min(self.remote.pace.interval.max(self.remote.place.connect_timeout));
        let stream = Stream::open(requests, self.remote, uri, limit);
        if self.is_interrupted() { None } else { Some(stream) }
    }

    fn is_interrupted(&self) -> bool {
        let cold = self.hub.lock();
        cold.closed || cold.refreshes.is_waited_for()
    }

    fn note_alive(&self, following: &mut Following) {
        let mut cold = self.hub.lock();
        cold.streaming = true;
        self.hub.note_success(&mut cold);
        drop(cold);
        self.say(following, Level::Info, format!("the stream of {} is open", self.remote.place));
    }

    fn say(&self, following: &mut Following, level: Level, message: String) {
        if following.said.as_ref() != Some(&message) {
            self.hub.log(level, message.clone());
            following.said = Some(message);
        }
    }

    /// Keeps fetches apart.
    fn pause(&self) {
        let left = LEAST_PAUSE.saturating_sub(self.polled.elapsed());
        drop(self.hub.wait(left, |cold| cold.closed));
    }

    /// The revision in force, where it is a number.
    fn revision(&self) -> Option<u64> {
        self.shared.serving.load().revision().and_then(|revision| revision.parse().ok())
    }
}

/// The requests for snapshots, over fresh connections.
fn polling(hub: &Hub, remote: &Remote) -> Requests {
    let mut cold = hub.lock();
    let requests = Requests::new(&remote.polling, remote.route.forwarder(), cold.connections.lookup());
    if cold.closed {
        requests.agent().clone().shutdown();
    }
    cold.connections.set_polling(requests.agent());
    requests
}
