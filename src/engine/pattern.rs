//! Regular expressions, searched for in time linear in the text.

use std::cell::Cell;

use regex_lite::{Regex, RegexBuilder};

use super::problem::{Problem, ProblemKind};

/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 1_000;

/// The largest size of one pattern, in bytes.
const MAX_SIZE: u64 = 64 << 10;

/// The smallest size that a pattern counts with, in bytes.
const MIN_SIZE: u64 = 1 << 10;

/// The largest sum of the sizes of the patterns that one answer may search with, in bytes.
const MAX_ANSWER_SIZE: u64 = 128 << 10;

/// The largest sum of the sizes of all patterns of a snapshot, in bytes.
const MAX_SNAPSHOT_SIZE: u64 = 32 << 20;

/// A regular expression, compiled when its snapshot is parsed.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    size: u64,
}

/// The sizes of the patterns that were compiled so far.
#[derive(Debug, Default)]
pub(crate) struct PatternSizes {
    /// Those of the snapshot.
    all: Cell<u64>,
    /// Those of the flag or segment that is being read.
    current: Cell<u64>,
}

impl PatternSizes {
    /// Begins with another flag or segment.
    pub(crate) fn begin(&self) {
        self.current.set(0);
    }

    /// Adds a pattern's size.
    fn add(&self, size: u64) -> Result<(), Problem> {
        self.all.set(self.all.get().saturating_add(size));
        self.current.set(self.current.get().saturating_add(size));
        check_answer(self.current.get())?;
        self.check_snapshot()
    }

    /// Succeeds if the patterns of the snapshot are not too large together.
    fn check_snapshot(&self) -> Result<(), Problem> {
        if self.all.get() > MAX_SNAPSHOT_SIZE {
            return Err(too_much("a snapshot", MAX_SNAPSHOT_SIZE, self.all.get()));
        }
        Ok(())
    }
}

/// Succeeds if the patterns that one answer may search with are not too large together.
pub(crate) fn check_answer(size: u64) -> Result<(), Problem> {
    if size > MAX_ANSWER_SIZE {
        return Err(too_much("a flag, with the segments and flags that it asks,", MAX_ANSWER_SIZE, size));
    }
    Ok(())
}

#[cold]
fn too_much(whole: &str, limit: u64, found: u64) -> Problem {
    let message = format!(
        "the regular expressions of {whole} take at most {limit} bytes compiled, found {found}; use fewer or simpler \
         ones, or contains, starts_with or ends_with"
    );
    Problem::new(ProblemKind::Limit, message)
}

impl Pattern {
    /// Compiles a pattern, and adds its size to those before it.
    pub(crate) fn new(pattern: &str, sizes: &PatternSizes) -> Result<Self, Problem> {
        if pattern.len() > MAX_PATTERN {
            let message = format!("a regular expression has at most {MAX_PATTERN} bytes, found {}", pattern.len());
            return Err(Problem::new(ProblemKind::Limit, message));
        }
        // What is refused anyway is not compiled.
        sizes.check_snapshot()?;
        let compiled = Self::compile(pattern);
        let size = match &compiled {
            Ok(pattern) => pattern.size,
            // To find out took the time of the largest.
            Err(_) => MAX_SIZE,
        };
        let is_within = sizes.add(size);
        compiled.and_then(|pattern| is_within.map(|()| pattern))
    }

    /// The library does not say how large a program is. So the limits double until the program fits, which takes less than
    /// twice the time of compiling it once.
    fn compile(pattern: &str) -> Result<Self, Problem> {
        let compile = |limit: u64| RegexBuilder::new(pattern).size_limit(limit as usize).build();
        let mut size = MIN_SIZE;
        loop {
            let error = match compile(size) {
                Ok(regex) => return Ok(Self { regex, size }),
                Err(error) => error,
            };
            // Nothing fits into no bytes, so a pattern that is too large has the same error as an empty one.
            let is_too_large = RegexBuilder::new("").size_limit(0).build().err() == Some(error.clone());
            if !is_too_large {
                return Err(Problem::new(
                    ProblemKind::Value,
                    format!("not a regular expression: {pattern:?}: {error}"),
                ));
            }
            if size == MAX_SIZE {
                let message = format!("a regular expression takes at most {MAX_SIZE} bytes compiled, found more");
                return Err(Problem::new(ProblemKind::Limit, message));
            }
            size *= 2;
        }
    }

    /// The pattern's size: the smallest power of two, from 1,024, of the bytes that hold the compiled pattern.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Whether it matches anywhere in the text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        // A clone has working memory of its own. That of the original is behind a lock, which in the child of a fork
        // may stay locked by a thread of the parent.
        str::from_utf8(text).is_ok_and(|text| self.regex.clone().is_match(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.regex.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(problem: Problem) -> (ProblemKind, String) {
        let (_, kind, message) = problem.into_parts();
        (kind, message)
    }

    #[test]
    fn a_pattern_has_the_size_that_holds_it() {
        for (pattern, size) in
            [("a", 1), ("[a-z]{20}z", 1), ("[a-z]{60}z", 4), ("[a-z]{300}z", 16), ("[a-z]{0,500}z", 64)]
        {
            assert_eq!(Pattern::compile(pattern).unwrap().size(), size << 10, "{pattern}");
        }
    }

    #[test]
    fn what_is_too_large_is_told_from_what_is_no_pattern() {
        let (kind, text) = message(Pattern::compile("a{1000}{1000}").unwrap_err());
        assert_eq!(
            (kind, text.as_str()),
            (ProblemKind::Limit, "a regular expression takes at most 65536 bytes compiled, found more")
        );
        for pattern in ["(", "a{2,1}", "(?=a)"] {
            let (kind, text) = message(Pattern::compile(pattern).unwrap_err());
            assert_eq!(kind, ProblemKind::Value, "{text}");
            assert!(text.starts_with(&format!("not a regular expression: {pattern:?}: ")), "{text}");
        }
    }

    #[test]
    fn patterns_that_cannot_be_used_count_too() {
        let sizes = PatternSizes::default();
        let last = (0..=MAX_SNAPSHOT_SIZE / MAX_SIZE).map(|_| message(Pattern::new("(", &sizes).unwrap_err()));
        assert!(last.last().is_some_and(|(kind, _)| kind == ProblemKind::Value));
        let (kind, text) = message(Pattern::new("a", &sizes).unwrap_err());
        assert_eq!(kind, ProblemKind::Limit, "{text}");
    }

    #[test]
    fn a_snapshot_has_a_budget_for_all_patterns() {
        let sizes = PatternSizes::default();
        let count = MAX_SNAPSHOT_SIZE / MAX_SIZE;
        for _ in 0..count {
            sizes.begin();
            sizes.add(MAX_SIZE).unwrap();
        }
        sizes.begin();
        let (kind, text) = message(sizes.add(MIN_SIZE).unwrap_err());
        assert_eq!(kind, ProblemKind::Limit);
        assert!(text.starts_with(
            "the regular expressions of a snapshot take at most 33554432 bytes compiled, found 33555456;"
        ));
    }
}
