//! A flag that is resolved once and asked many times.

use std::sync::{Arc, atomic::Ordering};

use super::{Client, Evaluation, FlagValue, life::Open, serving::now, shared::Shared};
use crate::engine::{Answer, Attributes, ErrorCode, Resolved};

/// One flag of a client, for code that asks it again and again: an evaluation looks up no key.
///
/// It answers as its [`Client`] does for the flag's key, whatever the flags in force are meanwhile: a new snapshot, an
/// override, a flag that appears later or disappears. It gives the default after the client is
/// closed. It keeps its client open: dropping a client closes it only if no flag of it is left.
///
/// A flag of on and off whose rules have the operators `eq`, `neq`, `in`, `contains` and `percent` is evaluated from what
/// this object keeps. Flags with other operators, segments, prerequisites or variants by rules are evaluated as the client
/// does it. This object keeps the rules of its flag and no snapshot, even if it is never asked again.
///
/// Threads: one at a time uses an object. Another thread takes a clone, which costs two allocations.
///
/// ```
/// let client = flagbit::Client::from_snapshot(r#"[{"key": "beta", "enabled": true, "default_enabled": true}]"#)?;
/// let mut beta = client.flag("beta");
/// let on = (0..1_000_000).filter(|_| beta.is_enabled(&flagbit::Context::EMPTY, false)).count();
/// assert_eq!(on, 1_000_000);
/// # Ok::<(), flagbit::ClientError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Flag {
    shared: Arc<Shared>,
    _open: Arc<Open>,
    key: Box<str>,
    /// Of what `found` was read, see [`Shared::version`].
    version: u64,
    generation: u64,
    found: Found,
}

/// What the flags in force have under the key.
#[derive(Debug, Clone)]
enum Found {
    Resolved(Resolved),
    /// The client's own evaluation answers.
    Unresolved,
    Error(ErrorCode),
}

impl Client {
    /// Resolves a flag, which need not exist yet.
    pub fn flag(&self, flag_key: &str) -> Flag {
        let (shared, _open) = (Arc::clone(&self.shared), Arc::clone(&self.open));
        // No state has this version, so that the first evaluation resolves the flag.
        Flag { shared, _open, key: flag_key.into(), version: u64::MAX, generation: 0, found: Found::Unresolved }
    }
}

impl Flag {
    /// The flag's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns whether the flag is on, or `default` if there is no answer.
    #[inline]
    pub fn is_enabled(&mut self, attributes: &impl Attributes, default: bool) -> bool {
        self.evaluate_with(attributes, |answer, _| answer.and_then(|answer| answer.boolean()).unwrap_or(default))
    }

    /// Evaluates the flag, of any type. If it gives no answer, the evaluation has `default`, and its error code says why.
    #[inline]
    pub fn evaluate(&mut self, attributes: &impl Attributes, default: bool) -> Evaluation {
        self.evaluate_with(attributes, |answer, generation| Evaluation::new(answer, default, generation))
    }

    /// Returns the flag's value, or `default` if the flag has no value of that type.
    pub fn value<T: FlagValue>(&mut self, attributes: &impl Attributes, default: T) -> T {
        self.evaluate_with(attributes, |answer, _| {
            answer.ok().and_then(|answer| T::of(answer.enabled(), answer.variant().map(|variant| variant.value())))
        })
        .unwrap_or(default)
    }

    /// Evaluates the flag and hands on its answer while it is still that of the flags in force.
    #[inline(always)]
    pub(crate) fn evaluate_with<R>(
        &mut self,
        attributes: &impl Attributes,
        hand_on: impl FnOnce(Result<Answer<'_>, ErrorCode>, u64) -> R,
    ) -> R {
        self.shared.before_evaluation(attributes);
        if self.shared.version.load(Ordering::Acquire) != self.version {
            self.resolve();
        }
        match &self.found {
            Found::Resolved(resolved) => hand_on(Ok(resolved.answer(&self.key, attributes)), self.generation),
            Found::Error(code) => hand_on(Err(*code), self.generation),
            Found::Unresolved => {
                let serving = self.shared.serving.load();
                hand_on(serving.answer_cold(self.key.as_bytes(), attributes), serving.generation)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn resolve(&mut self) {
        // The version comes first: if the flags change in between, the next evaluation resolves again.
        let version = self.shared.version.load(Ordering::Acquire);
        let serving = self.shared.serving.load();
        let resolved = serving.find_cold(self.key.as_bytes()).and_then(|(snapshot, flag)| flag.resolve(snapshot, now));
        self.found = match resolved {
            Ok(Some(resolved)) => Found::Resolved(resolved),
            Ok(None) => Found::Unresolved,
            Err(code) => Found::Error(code),
        };
        (self.version, self.generation) = (version, serving.generation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;

    const BY_RULES: &str = r#"[{"key": "f", "enabled": true,
        "rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}]"#;

    #[test]
    fn an_idle_flag_keeps_no_snapshot() {
        let typed = r#"[{"key": "f", "enabled": true, "default": "a", "variants": {"a": 1, "b": 2}}]"#;
        for text in [BY_RULES, typed, "[]"] {
            let client = Client::from_snapshot(text).unwrap();
            let mut flag = client.flag("f");
            flag.evaluate(&Context::EMPTY, false);
            let snapshot = client.shared.serving.load().snapshot.as_ref().map(Arc::downgrade).unwrap();
            assert!(snapshot.upgrade().is_some());
            client.load(b"[]").unwrap();
            assert!(snapshot.upgrade().is_none());
        }
    }

    #[test]
    fn what_takes_the_snapshot_is_not_resolved() {
        let rule = |rule: &str| format!(r#"{{"key": "f", "enabled": true, "rules": [{rule}]}}"#);
        let typed = r#"{"key": "f", "enabled": true, "default": "a", "variants": {"a": 1, "b": 2}, "rules": [
            {"conditions": [], "value": "b"}]}"#;
        let eq = r#"{"attribute": "plan", "operator": "eq", "value": "pro"}"#;
        let general = r#"{"attribute": "plan", "operator": "starts_with", "value": "p"}"#;
        let timed = r#"{"attribute": "@now", "operator": "after", "value": "2026-01-01T00:00:00Z"}"#;
        for (flag, is_resolved) in [
            (rule(eq), true),
            (rule(""), true),
            (rule(general), false),
            (rule(&format!("{eq}, {general}")), false),
            (rule(timed), false),
            (typed.to_owned(), false),
            (typed.replace("true", "false"), true),
        ] {
            let client = Client::from_snapshot(format!("[{flag}]")).unwrap();
            let mut handle = client.flag("f");
            assert_eq!(handle.evaluate(&Context::EMPTY, false).error_code, None, "{flag}");
            assert_eq!(matches!(handle.found, Found::Resolved(_)), is_resolved, "{flag}");
        }
    }
}
