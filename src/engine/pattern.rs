//! Regular expressions, searched for in time linear in the text.

use regex_lite::{Regex, RegexBuilder};

/// The longest pattern, in bytes, and the largest program that one may become, about as regex-lite counts it.
pub(crate) const MAX_PATTERN: usize = 1_000;
const MAX_PROGRAM: usize = 64 << 10;

/// A regular expression, compiled when its snapshot is parsed.
#[derive(Debug)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// The pattern, or what is wrong with it.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_PATTERN {
            return Err(format!("a regular expression has at most {MAX_PATTERN} bytes, found {}", pattern.len()));
        }
        let compiled = RegexBuilder::new(pattern).size_limit(MAX_PROGRAM).build();
        compiled.map(Self).map_err(|error| format!("not a regular expression: {pattern:?}: {error}"))
    }

    /// Whether it matches anywhere in the text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        // A clone has working memory of its own. That of the original is behind a lock, which in the child of a fork
        // may stay locked by a thread of the parent.
        str::from_utf8(text).is_ok_and(|text| self.0.clone().is_match(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}
