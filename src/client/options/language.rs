//! How messages name an option: as the language of the caller's code spells it.

use std::fmt::Display;

use super::{super::ClientError, setting::Setting};

/// The parts of names that Go writes in capitals.
const INITIALISMS: [&str; 4] = ["Api", "Ca", "Id", "Url"];

/// The names that do not follow the rule of their language.
const EXCEPTIONS: &[(Language, Setting, &str)] = &[
    (Language::Node, Setting::Header, "headers"),
    (Language::Python, Setting::Header, "headers="),
    (Language::Python, Setting::Snapshot, "from_snapshot"),
    (Language::Python, Setting::File, "from_file"),
    (Language::Python, Setting::Values, "for_testing"),
    (Language::Rust, Setting::Snapshot, "ClientOptions::text"),
    (Language::Rust, Setting::Watch, "ClientOptions::watched_file"),
    (Language::Rust, Setting::Url, "ClientOptions::server or hosted"),
    (Language::Rust, Setting::ServerKey, "ClientOptions::server"),
    (Language::Rust, Setting::ApiKey, "ClientOptions::hosted"),
    (Language::Rust, Setting::ProjectId, "ClientOptions::hosted"),
];

/// The language of the caller's code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// C, and C++, whose programs set options by their numbers in flagbit.h.
    C,
    Go,
    Node,
    Python,
    #[default]
    Rust,
}

impl Language {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "c" => Self::C,
            "go" => Self::Go,
            "node" => Self::Node,
            "python" => Self::Python,
            _ => return None,
        })
    }

    /// The name of an option in this language: `WithServerKey`.
    pub(crate) fn name(self, setting: Setting) -> String {
        let exception = EXCEPTIONS.iter().find(|(language, of, _)| (*language, *of) == (self, setting));
        if let Some((_, _, name)) = exception {
            return (*name).to_owned();
        }
        let mut words = words(setting);
        // Only C names the unit: other languages have a type for durations, or one usual unit.
        if self != Self::C {
            words.retain(|word| word != "Ms");
        }
        match self {
            Self::C => format!("FLAGBIT_OPTION_{}", words.join("_").to_uppercase()),
            Self::Go => format!("With{}", words.iter().map(|word| capitals(word)).collect::<String>()),
            Self::Node => words[..1].concat().to_lowercase() + &words[1..].concat(),
            Self::Python => words.join("_").to_lowercase() + "=",
            Self::Rust => format!("ClientOptions::{}", words.join("_").to_lowercase()),
        }
    }

    /// The error of an option that has another value than it takes.
    pub(crate) fn takes(self, setting: Setting, wanted: impl Display, found: impl Display) -> ClientError {
        self.wrong(setting, format_args!("takes {wanted}, not {found}"))
    }

    /// The error of an option, which is the subject of the problem.
    pub(crate) fn wrong(self, setting: Setting, problem: impl Display) -> ClientError {
        ClientError::Options(format!("{} {problem}", self.name(setting)))
    }
}

/// `PollIntervalMs` as `Poll`, `Interval` and `Ms`.
fn words(setting: Setting) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in format!("{setting:?}").chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter),
            _ => words.push(letter.into()),
        }
    }
    words
}

fn capitals(word: &str) -> String {
    if INITIALISMS.contains(&word) { word.to_uppercase() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_spelling() {
        for (setting, names) in [
            (Setting::ServerKey, ["FLAGBIT_OPTION_SERVER_KEY", "WithServerKey", "serverKey", "server_key="]),
            (Setting::ApiKey, ["FLAGBIT_OPTION_API_KEY", "WithAPIKey", "apiKey", "api_key="]),
            (Setting::ProjectId, ["FLAGBIT_OPTION_PROJECT_ID", "WithProjectID", "projectId", "project_id="]),
            (Setting::Url, ["FLAGBIT_OPTION_URL", "WithURL", "url", "url="]),
            (Setting::CaFile, ["FLAGBIT_OPTION_CA_FILE", "WithCAFile", "caFile", "ca_file="]),
            (Setting::TimeoutMs, ["FLAGBIT_OPTION_TIMEOUT_MS", "WithTimeout", "timeout", "timeout="]),
            (Setting::Header, ["FLAGBIT_OPTION_HEADER", "WithHeader", "headers", "headers="]),
            (Setting::File, ["FLAGBIT_OPTION_FILE", "WithFile", "file", "from_file"]),
        ] {
            let spelled = [Language::C, Language::Go, Language::Node, Language::Python].map(|one| one.name(setting));
            assert_eq!(spelled, names);
        }
        assert_eq!(Language::Rust.name(Setting::PollIntervalMs), "ClientOptions::poll_interval");
        assert_eq!(Language::Rust.name(Setting::Snapshot), "ClientOptions::text");
    }
}
