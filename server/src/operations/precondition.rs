//! Preconditions: two editors do not overwrite each other.

use super::{Error, Result};

/// The version that a change is made from. The default is any version, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Precondition {
    /// The thing must exist, at one of these versions.
    pub(crate) known: Option<Known>,
    /// The thing must not exist yet.
    pub(crate) is_new: bool,
}

/// Versions that the caller knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    Any,
    /// The tags of versions, see [`tag`] and [`super::import::Export`].
    OneOf(Vec<String>),
}

/// The tag of a flag's or a segment's version.
pub(super) fn tag(version: i64) -> String {
    version.to_string()
}

impl Precondition {
    /// Refuses a change that was made from another version than the present one. `at` names the present one, as in "the
    /// flag is at version 3".
    pub(super) fn check(&self, present: &str, at: impl FnOnce() -> String) -> Result<()> {
        match &self.known {
            Some(Known::OneOf(tags)) if !tags.iter().any(|tag| tag == present) => Err(outdated(&at())),
            _ => Ok(()),
        }
    }

    /// Refuses to create what must exist, and to replace what must not.
    pub(super) fn check_existence(&self, exists: bool) -> Result<()> {
        if exists && self.is_new {
            return Err(Error::Outdated("it exists already".into()));
        }
        if !exists && self.known.is_some() {
            return Err(Error::Outdated("it does not exist any more".into()));
        }
        Ok(())
    }
}

/// [`Precondition::check`] for the version in a document.
pub(super) fn check_version(given: Option<i64>, present: i64, at: impl FnOnce() -> String) -> Result<()> {
    match given {
        Some(version) if version != present => Err(outdated(&at())),
        _ => Ok(()),
    }
}

fn outdated(at: &str) -> Error {
    Error::Outdated(format!("{at}, since somebody else changed it first; read it again and repeat the change"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_made_from_a_known_version_or_refused() {
        let known = |tags: &[&str]| Some(Known::OneOf(tags.iter().map(|tag| (*tag).to_owned()).collect()));
        for (known, matches) in [
            (None, true),
            (Some(Known::Any), true),
            (known(&["3"]), true),
            (known(&["2", "3"]), true),
            (known(&["2"]), false),
            (known(&[]), false),
        ] {
            let precondition = Precondition { known, is_new: false };
            let outcome = precondition.check("3", String::new);
            assert_eq!(outcome.is_ok(), matches, "{precondition:?}");
            assert!(matches!(outcome, Ok(()) | Err(Error::Outdated(_))));
            assert_eq!(precondition.check_existence(false).is_ok(), precondition.known.is_none());
            assert!(precondition.check_existence(true).is_ok());
        }
        let new = Precondition { known: None, is_new: true };
        assert!(new.check_existence(false).is_ok() && new.check_existence(true).is_err());
    }
}
