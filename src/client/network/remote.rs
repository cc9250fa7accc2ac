//! A source over the network as the options describe it: checked once, never changed.

use std::{path::PathBuf, time::Duration};

use ureq::{
    config::Config,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
};

use super::{
    super::{
        ClientError, ClientOptions,
        options::{Account, Language, NetworkOptions, Secret, Setting},
    },
    address::Address,
    agent::{Limits, Transport, tls, warm_up},
    place::Place,
    proxy::Route,
    retry::Pace,
};

const INTERVAL: Duration = Duration::from_secs(30);
const LEAST_INTERVAL: Duration = Duration::from_secs(1);
const LEAST_HOSTED_INTERVAL: Duration = Duration::from_secs(60);
/// Longer ones are mistakes, and would overflow somewhere.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(30);
/// A server sends something over a stream each 15 s, if only a comment.
const SECONDS_TO_STALL: u32 = 45;
/// The headers that the client sends itself, and those that would change how it reads an answer.
const OWN_HEADERS: [HeaderName; 9] = [
    header::AUTHORIZATION,
    header::HOST,
    header::IF_NONE_MATCH,
    header::ACCEPT_ENCODING,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::RANGE,
    header::UPGRADE,
];

#[derive(Debug)]
pub(in crate::client) struct Remote {
    pub(super) address: Address,
    pub(super) place: Place,
    /// Sensitive, so that nothing prints them.
    pub(super) headers: HeaderMap,
    pub(super) polling: Config,
    pub(super) streaming: Config,
    pub(super) route: Route,
    /// Whether the client follows the stream.
    stream: bool,
    pub(super) cache_path: Option<PathBuf>,
    /// The source that a cached snapshot must be from.
    pub(super) identity: String,
    pub(super) pace: Pace,
    pub(in crate::client) stale_after: Duration,
    pub(super) max_snapshot_bytes: usize,
    /// The first lines of the log.
    pub(in crate::client) warnings: Vec<String>,
}

impl Remote {
    pub(in crate::client) fn new(account: &Account, options: &ClientOptions) -> Result<Self, ClientError> {
        let (network, language) = (&options.network, options.language());
        let (key, address) = (account.key(language)?, Address::new(account, language)?);
        if network.stream && address.stream.is_none() {
            let problem =
                format!("does not go with {}: a hosted project has no stream", language.name(Setting::ApiKey));
            return Err(language.wrong(Setting::Stream, problem));
        }
        let transport = Transport {
            tls: tls(network, language)?,
            route: Route::choose(network.proxy.as_ref(), &address, language)?,
        };
        warm_up();
        let interval = interval(account, network, language)?;
        let duration = |setting, value, default| duration(setting, value, default, language);
        let connect_timeout = duration(Setting::ConnectTimeoutMs, network.connect_timeout, CONNECT_TIMEOUT)?;
        let timeout = duration(Setting::TimeoutMs, network.timeout, TIMEOUT)?;
        let polling = Limits {
            connect: connect_timeout,
            whole: Some(timeout),
            // Beyond the next request, which then needs no handshake.
            idle: interval * 2,
        };
        let pace = Pace { interval, second: network.second.unwrap_or(Duration::from_secs(1)) };
        let stall_timeout = pace.seconds(SECONDS_TO_STALL);
        let streaming = Limits { connect: connect_timeout, ..Limits::default() };
        let name = match transport.route.describe() {
            None => address.origin.clone(),
            Some(proxy) => format!("{} (through the proxy {proxy})", address.origin),
        };
        let proxy_authorization = transport.route.authorization();
        let warnings = warnings(account, &address);
        Ok(Self {
            place: Place { name, key: Secret(key.to_owned()), connect_timeout, timeout, stall_timeout, language },
            headers: headers(key, proxy_authorization.as_deref(), &network.headers, language)?,
            polling: transport.config(&polling),
            streaming: transport.config(&streaming),
            route: transport.route,
            stream: network.stream,
            cache_path: network.cache_path.clone(),
            identity: account.describe(),
            pace,
            stale_after: duration(Setting::StaleAfterMs, network.stale_after, interval * 3)?,
            max_snapshot_bytes: options.max_snapshot_bytes,
            warnings,
            address,
        })
    }

    /// The stream's URL, where it is to be followed.
    pub(super) fn stream(&self) -> Option<&Uri> {
        self.address.stream.as_ref().filter(|_| self.stream)
    }
}

fn interval(account: &Account, network: &NetworkOptions, language: Language) -> Result<Duration, ClientError> {
    let is_hosted = account.project_id().is_some();
    let (least, usual) = match is_hosted {
        true => (LEAST_HOSTED_INTERVAL, LEAST_HOSTED_INTERVAL),
        false => (LEAST_INTERVAL, INTERVAL),
    };
    let interval = duration(Setting::PollIntervalMs, network.poll_interval, usual, language)?;
    if interval < least {
        let with = if is_hosted { format!(" with {}", language.name(Setting::ApiKey)) } else { String::new() };
        let wanted = format!("{} s or more{with}", least.as_secs());
        return Err(language.takes(Setting::PollIntervalMs, wanted, format_args!("{interval:?}")));
    }
    Ok(interval)
}

fn duration(
    setting: Setting,
    value: Option<Duration>,
    default: Duration,
    language: Language,
) -> Result<Duration, ClientError> {
    match value {
        None => Ok(default),
        Some(value) if !value.is_zero() && value <= LONGEST => Ok(value),
        Some(value) => Err(language.takes(setting, "more than 0 s and at most a year", format_args!("{value:?}"))),
    }
}

fn headers(
    key: &str,
    proxy_authorization: Option<&str>,
    further: &[(String, Secret)],
    language: Language,
) -> Result<HeaderMap, ClientError> {
    let invalid =
        |name: &str, problem: &str| language.wrong(Setting::Header, format_args!("cannot set {name:?}: {problem}"));
    let sensitive = |name: &str, value: &str| {
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| invalid(name, "its value has a character that no header may have"))?;
        value.set_sensitive(true);
        Ok::<_, ClientError>(value)
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, sensitive("Authorization", &format!("Bearer {key}"))?);
    if let Some(value) = proxy_authorization {
        headers.insert(header::PROXY_AUTHORIZATION, sensitive("Proxy-Authorization", value)?);
    }
    for (name, value) in further {
        let parsed =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid(name, "this is not the name of a header"))?;
        if OWN_HEADERS.contains(&parsed) {
            return Err(invalid(name, "the client sets this header itself"));
        }
        headers.append(parsed, sensitive(name, &value.0)?);
    }
    Ok(headers)
}

fn warnings(account: &Account, address: &Address) -> Vec<String> {
    let mut warnings = Vec::new();
    if !address.is_https() && !address.is_loopback() {
        let origin = &address.origin;
        warnings.push(format!("{origin} is asked over http, which shows the key to the network: use https"));
    }
    if account.project_id().is_some() {
        let message = "an API key (fb_...) may do everything in its account and is now in this process: a FlagBit \
                       server of your own needs only a server key (fbsrv_...)";
        warnings.push(message.into());
    }
    warnings
}
