//! The server that flags come from, and the key that it is asked with.

use std::fmt;

use super::{super::ClientError, language::Language, setting::Setting};

/// A text that no output shows.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::client) struct Secret(pub(in crate::client) String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// The options that say who asks, as they were given.
#[derive(Debug, Clone, Default)]
pub(in crate::client) struct Keys {
    pub(super) server_key: Option<Secret>,
    pub(super) api_key: Option<Secret>,
    /// The hosted listing needs it; the snapshot endpoint knows the project by the key.
    pub(super) project_id: Option<u64>,
}

/// A server and the keys for it.
#[derive(Debug, Clone)]
pub(in crate::client) struct Account {
    pub(in crate::client) base_url: String,
    keys: Keys,
}

impl Account {
    pub(in crate::client) fn new(base_url: &str, keys: &Keys) -> Self {
        Self { base_url: base_url.trim().trim_end_matches('/').to_owned(), keys: keys.clone() }
    }

    /// A description for the status, which is also the identity of a cached snapshot. It does not show a URL that may
    /// hold a password.
    pub(in crate::client) fn describe(&self) -> String {
        let base_url = if self.base_url.contains('@') { "(a URL with a user name)" } else { &self.base_url };
        match self.keys.project_id {
            None => format!("server {base_url}"),
            Some(id) => format!("project {id} of {base_url}"),
        }
    }

    /// The project of a hosted account.
    pub(in crate::client) fn project_id(&self) -> Option<u64> {
        self.keys.project_id
    }

    /// The key, if it is one that can read rules from this source.
    pub(in crate::client) fn key(&self, language: Language) -> Result<&str, ClientError> {
        let Keys { server_key, api_key, project_id } = &self.keys;
        let (setting, key, prefix) = match (server_key, api_key, project_id) {
            (Some(key), None, None) => (Setting::ServerKey, &*key.0, "fbsrv_"),
            (None, Some(key), Some(_)) => (Setting::ApiKey, &*key.0, "fb_"),
            _ => {
                let [server_key, api_key, project_id] =
                    [Setting::ServerKey, Setting::ApiKey, Setting::ProjectId].map(|setting| language.name(setting));
                let needed = format!("needs either {server_key}, or both {api_key} and {project_id}");
                return Err(language.wrong(Setting::Url, needed));
            }
        };
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let problem = "has a character that no key has; look for a space or a line break at its end";
            return Err(language.wrong(setting, problem));
        }
        let found = if key.is_empty() {
            "an empty text"
        } else if key.starts_with("fbsdk_") {
            "an SDK key (fbsdk_...), which cannot read rules"
        } else if !key.starts_with(prefix) {
            "a key of another kind"
        } else {
            return Ok(key);
        };
        Err(language.takes(setting, format_args!("a key that begins with {prefix}"), found))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ClientOptions, *};

    fn key(options: &ClientOptions) -> Result<String, String> {
        let account = Account::new("http://x", &options.keys);
        account.key(Language::Python).map(Into::into).map_err(|error| error.to_string())
    }

    #[test]
    fn keys_are_checked_and_never_repeated() {
        let server = |key| ClientOptions::server("http://x", key);
        let hosted = |key| ClientOptions::hosted("http://x", key, 1);
        for (options, part) in [
            (server(""), "server_key= takes a key that begins with fbsrv_, not an empty text"),
            (server("fbsdk_secret"), "cannot read rules"),
            (hosted("fbsdk_secret"), "cannot read rules"),
            (server("fb_secret"), "server_key= takes a key that begins with fbsrv_, not a key of another kind"),
            (hosted("fbsrv_secret"), "api_key= takes a key that begins with fb_, not a key of another kind"),
            (server("fbsrv_secret\n"), "line break"),
            (server("fbsrv_sécret"), "no key has"),
            (ClientOptions::empty().with_api_key("fb_secret"), "url= needs either server_key=, or both api_key= and"),
            (
                server("fbsrv_secret").with_project_id(1),
                "url= needs either server_key=, or both api_key= and project_id=",
            ),
        ] {
            let error = key(&options).unwrap_err();
            assert!(error.contains(part) && !error.contains("secret") && !error.contains("sécret"), "{part}: {error}");
        }
        assert_eq!((key(&server("fbsrv_1")), key(&hosted("fb_1"))), (Ok("fbsrv_1".into()), Ok("fb_1".into())));
        assert!(!format!("{:?}", server("fbsrv_secret")).contains("fbsrv_secret"));
    }
}
