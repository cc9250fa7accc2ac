//! The settings of ureq.

use std::{path::Path, time::Duration};

use ureq::{
    Agent, Error,
    config::Config,
    http::Uri,
    tls::{PemItem, RootCerts, TlsConfig, parse_pem},
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use super::{
    super::{
        ClientError, file,
        options::{Language, NetworkOptions, Setting},
    },
    proxy::Route,
};

/// A request has a few hundred bytes, a snapshot comes in any number of pieces.
const SENDING_BYTES: usize = 4 << 10;
const RECEIVING_BYTES: usize = 16 << 10;
/// Less than the buffer, so that a head that is too long is known from a connection that ended.
const LONGEST_HEADERS: usize = RECEIVING_BYTES - 1;
/// A CA file is small; the system's whole bundle has a quarter of this.
const LONGEST_CA_FILE: usize = 1 << 20;
const USER_AGENT: &str = concat!("flagbit-rust/", env!("CARGO_PKG_VERSION"));

/// The time limits of the requests of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) whole: Option<Duration>,
    /// The time that a connection is kept for the next request.
    pub(super) idle: Duration,
}

/// The settings that all agents of a client share. They are read once, so that the host cannot change them later.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) tls: TlsConfig,
    pub(super) route: Route,
}

impl Transport {
    pub(super) fn config(&self, limits: &Limits) -> Config {
        Agent::config_builder()
            .tls_config(self.tls.clone())
            .proxy(self.route.tunnel().cloned())
            .user_agent(USER_AGENT)
            .http_status_as_error(false)
            // The client looks at the target of a redirect first, because the key may not go everywhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_global(limits.whole)
            .max_idle_age(limits.idle)
            .max_idle_connections(1)
            .max_response_header_size(LONGEST_HEADERS)
            .input_buffer_size(RECEIVING_BYTES)
            .output_buffer_size(SENDING_BYTES)
            .build()
    }
}

/// Lets ureq make now what it makes once in a process, behind a lock. A child of a fork in that very moment would find the
/// lock held and never get it. No server is asked.
pub(super) fn warm_up() {
    #[derive(Debug)]
    struct NoNames;

    impl Resolver for NoNames {
        fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
            Err(Error::HostNotFound)
        }
    }

    let config = Agent::config_builder().proxy(None).build();
    _ = Agent::with_parts(config, DefaultConnector::default(), NoNames).get("http://flags.invalid").call();
}

pub(super) fn tls(network: &NetworkOptions, language: Language) -> Result<TlsConfig, ClientError> {
    let roots = match &network.ca_file {
        Some(_) if network.system_roots => {
            let [file, system] = [Setting::CaFile, Setting::SystemRoots].map(|setting| language.name(setting));
            let message = format!("give either {file} or {system}: each replaces the built-in certificate authorities");
            return Err(ClientError::Options(message));
        }
        Some(path) => read_roots(path, language)?,
        None if network.system_roots => RootCerts::PlatformVerifier,
        None => RootCerts::WebPki,
    };
    Ok(TlsConfig::builder().root_certs(roots).build())
}

fn read_roots(path: &Path, language: Language) -> Result<RootCerts, ClientError> {
    let pem = file::read(path, LONGEST_CA_FILE).map_err(|error| ClientError::File { path: path.into(), error })?;
    // Some editors begin a file with a byte order mark.
    let certificates: Vec<_> = parse_pem(pem.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&pem))
        .filter_map(|item| if let Ok(PemItem::Certificate(certificate)) = item { Some(certificate) } else { None })
        .collect();
    if certificates.is_empty() {
        let problem = format!("takes a file with certificates in PEM form, and {} has none", path.display());
        return Err(language.wrong(Setting::CaFile, problem));
    }
    Ok(certificates.into())
}
