//! Failures of requests, in words a person can act on.

use std::{error, io, time::Duration};

use ureq::{Error, Timeout, http::StatusCode};

use super::{
    super::{ClientError, FetchErrorKind, options::Setting},
    certificate,
    place::Place,
    resolver::LookupError,
};

/// The longest part of a server's own words that is repeated, in characters.
const LONGEST_QUOTE: usize = 200;

/// Why a fetch failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::client) struct Failure {
    pub(super) kind: FetchErrorKind,
    message: String,
    /// The time that the server asks to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    /// The key does not get into the message, whatever a server repeats.
    pub(super) fn new(kind: FetchErrorKind, place: &Place, message: &str) -> Self {
        Self { kind, message: place.without_key(message), retry_after: None }
    }

    pub(super) fn unavailable(place: &Place, message: &str) -> Self {
        Self::new(FetchErrorKind::Unavailable, place, message)
    }

    pub(super) fn fault(place: &Place) -> Self {
        Self::unavailable(place, "a fault inside the library was stopped; please report it")
    }

    /// The failure that a status other than 200 and 304 means. `said` has the server's own words, or is empty.
    pub(super) fn of_status(place: &Place, status: StatusCode, said: &str) -> Self {
        let code = status.as_u16();
        let (kind, message) = match code {
            401 => (FetchErrorKind::Refused, format!("{place} does not know the key (401{said}); check the key")),
            403 => {
                let advice = "check what the key may read, and what a proxy or firewall on the way lets through";
                (FetchErrorKind::Refused, format!("{place} forbids reading the flags (403{said}); {advice}"))
            }
            404 => {
                let advice = "check the base URL, and the project where one is named";
                (FetchErrorKind::Refused, format!("{place} has no flags there (404{said}); {advice}"))
            }
            407 => (FetchErrorKind::Unavailable, format!("the proxy on the way to {place} wants a password (407)")),
            429 => {
                let advice = "poll less often, or raise the server's limit";
                (FetchErrorKind::Unavailable, format!("{place} has had too many requests (429{said}); {advice}"))
            }
            500.. => {
                let advice = "look at the server's own log if it lasts";
                (FetchErrorKind::Unavailable, format!("{place} is in trouble ({code}{said}); {advice}"))
            }
            _ => {
                let advice = "check that the base URL is a FlagBit server's";
                (FetchErrorKind::Unavailable, format!("{place} answered {code} instead of a snapshot{said}; {advice}"))
            }
        };
        Self::new(kind, place, &message)
    }

    /// The failure of a stream that was open.
    pub(super) fn of_stream_error(place: &Place, error: Error, limit: Duration) -> Self {
        match error {
            Error::Timeout(_) => {
                let limit = seconds(limit);
                Self::unavailable(place, &format!("the stream of {place} was silent for {limit}"))
            }
            error => Self::of_error(place, &error),
        }
    }

    /// The failure of a request that got no whole answer.
    pub(super) fn of_error(place: &Place, error: &Error) -> Self {
        let message = match error {
            Error::Timeout(Timeout::Resolve) => {
                let limit = seconds(place.connect_timeout);
                format!("the name of {place} was not resolved within {limit}; check DNS")
            }
            Error::Timeout(Timeout::Connect) => {
                let limit = seconds(place.connect_timeout);
                format!("no connection to {place} within {limit}; check the address, firewalls and proxies")
            }
            Error::Timeout(_) => return Self::of_slow_answer(place, place.timeout),
            Error::Io(error) => of_io_error(place, error),
            Error::Rustls(error) => of_tls_error(place, error),
            Error::Other(error) if error.is::<LookupError>() => format!("{place}: {error}"),
            Error::ConnectProxyFailed(reason) => {
                let reason = quote(reason);
                format!("the proxy on the way to {place} makes no connection: {reason}; check the proxy's settings")
            }
            Error::BodyExceedsLimit(limit) => return Self::too_large(place, *limit),
            Error::Protocol(_) | Error::LargeResponseHeader(..) => {
                format!("{place} does not speak HTTP as it should ({}); check the address", quote(&error.to_string()))
            }
            _ => format!("{place}: {}", quote(&error.to_string())),
        };
        Self::unavailable(place, &message)
    }

    /// The failure of a body that could not be read to its end.
    pub(super) fn of_body_error(place: &Place, error: io::Error) -> Self {
        let is_of_connection = inner::<Error>(&error).is_some() || inner::<rustls::Error>(&error).is_some();
        match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if !is_of_connection => {
                Self::unavailable(place, &format!("{place} sent damaged gzip; look at what compresses on the way"))
            }
            _ => Self::of_error(place, &error.into()),
        }
    }

    /// The failure of an answer that did not come within a limit.
    pub(super) fn of_slow_answer(place: &Place, limit: Duration) -> Self {
        let limit = seconds(limit);
        let message =
            format!("{place} did not send a whole answer within {limit}; it or the network is slow, or a proxy stalls");
        Self::unavailable(place, &message)
    }

    pub(super) fn too_large(place: &Place, limit: u64) -> Self {
        let option = place.language.name(Setting::MaxSnapshotBytes);
        let message =
            format!("the snapshot of {place} has more bytes than the limit of {limit}, which {option} can raise");
        Self::new(FetchErrorKind::Snapshot, place, &message)
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn after(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }
}

impl From<&Failure> for ClientError {
    fn from(failure: &Failure) -> Self {
        Self::Fetch { kind: failure.kind, message: failure.message.clone() }
    }
}

fn of_io_error(place: &Place, error: &io::Error) -> String {
    if let Some(error) = inner::<rustls::Error>(error) {
        return of_tls_error(place, error);
    }
    let text = quote(&error.to_string());
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            format!("{place} refuses connections; check that the server runs, and the address")
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => cut_off(place),
        _ => format!("{place} cannot be reached ({text}); check the network"),
    }
}

fn of_tls_error(place: &Place, error: &rustls::Error) -> String {
    let text = quote(&error.to_string());
    match error {
        rustls::Error::InvalidCertificate(error) => {
            format!(
                "the certificate of {place} is not trusted ({text}); {}",
                certificate::advice(error, place.language)
            )
        }
        _ => format!("no TLS with {place} ({text}); check that it is an https server"),
    }
}

/// The error of a library in an error of reading or writing.
fn inner<E: error::Error + 'static>(error: &io::Error) -> Option<&E> {
    error.get_ref()?.downcast_ref()
}

fn cut_off(place: &Place) -> String {
    format!("{place} ended the connection in the middle of its answer; it or a proxy may be restarting")
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// Somebody else's words on one line, and not many of them.
pub(super) fn quote(text: &str) -> String {
    let printable = |character: char| if character.is_control() { ' ' } else { character };
    let mut quoted: String = text.chars().take(LONGEST_QUOTE).map(printable).collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::options::{Language, Secret},
        *,
    };

    /// Reading a body fails with one kind of error for damaged gzip and for what goes wrong on the connection.
    #[test]
    fn damaged_gzip_is_told_from_an_error_of_the_connection() {
        let limit = Duration::from_secs(1);
        let place = Place {
            name: "the server".into(),
            key: Secret("fbsrv_secret".into()),
            connect_timeout: limit,
            timeout: limit,
            stall_timeout: limit,
            language: Language::default(),
        };
        for kind in [io::ErrorKind::InvalidData, io::ErrorKind::InvalidInput] {
            let message = |error: io::Error| Failure::of_body_error(&place, error).message;
            assert!(message(io::Error::new(kind, "corrupt deflate stream")).contains("sent damaged gzip"));
            let of_connection =
                [io::Error::new(kind, Error::ConnectionFailed), io::Error::new(kind, rustls::Error::DecryptError)];
            for error in of_connection {
                let message = message(error);
                assert!(!message.contains("gzip"), "{message}");
            }
        }
    }
}
