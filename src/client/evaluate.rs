//! A client's answers.

use super::{Client, Evaluation, FlagValue, serving::now};
use crate::engine::{Answer, Attributes, Context, ErrorCode, Explained};

impl Client {
    /// Returns whether a flag is on, or `default` if there is no answer.
    #[inline]
    pub fn is_enabled(&self, flag_key: &str, attributes: &impl Attributes, default: bool) -> bool {
        self.is_enabled_bytes(flag_key.as_bytes(), attributes, default)
    }

    /// [`Client::is_enabled`] for a key that was not checked to be UTF-8: one that is not is no flag's key.
    #[inline]
    pub(crate) fn is_enabled_bytes(&self, flag_key: &[u8], attributes: &impl Attributes, default: bool) -> bool {
        self.shared.before_evaluation(attributes);
        self.shared.serving.load().answer(flag_key, attributes).and_then(|answer| answer.boolean()).unwrap_or(default)
    }

    /// Evaluates a flag of any type. If the flag gives no answer, the evaluation has `default`, and its error code says why.
    #[inline]
    pub fn evaluate(&self, flag_key: &str, attributes: &impl Attributes, default: bool) -> Evaluation {
        self.evaluate_with(flag_key.as_bytes(), attributes, |answer, generation| {
            Evaluation::new(answer, default, generation)
        })
    }

    /// Returns the flag's value, or `default` if the flag has no value of that type.
    ///
    /// ```
    /// let client = flagbit::Client::from_snapshot(r#"[{"key": "theme", "enabled": true, "default": "light",
    ///     "variants": {"light": "bright", "dark": "dim"}}]"#)?;
    /// let theme = client.value("theme", &flagbit::Context::EMPTY, String::from("plain"));
    /// assert_eq!(theme, "bright");
    /// # Ok::<(), flagbit::ClientError>(())
    /// ```
    pub fn value<T: FlagValue>(&self, flag_key: &str, attributes: &impl Attributes, default: T) -> T {
        self.evaluate_cold(flag_key.as_bytes(), attributes, |answer, _| {
            answer.ok().and_then(|answer| T::of(answer.enabled(), answer.variant().map(|variant| variant.value())))
        })
        .unwrap_or(default)
    }

    /// Evaluates a flag and hands on its answer while it is still that of the flags in force, for a key that was not
    /// checked to be UTF-8: one that is not is no flag's key.
    #[inline(always)]
    pub(crate) fn evaluate_with<R>(
        &self,
        flag_key: &[u8],
        attributes: &impl Attributes,
        hand_on: impl FnOnce(Result<Answer<'_>, ErrorCode>, u64) -> R,
    ) -> R {
        self.shared.before_evaluation(attributes);
        let serving = self.shared.serving.load();
        hand_on(serving.answer(flag_key, attributes), serving.generation)
    }

    /// The same where code that is there once matters more than a few nanoseconds.
    pub(crate) fn evaluate_cold<R>(
        &self,
        flag_key: &[u8],
        attributes: &impl Attributes,
        hand_on: impl FnOnce(Result<Answer<'_>, ErrorCode>, u64) -> R,
    ) -> R {
        self.shared.before_evaluation(attributes);
        let serving = self.shared.serving.load();
        hand_on(serving.answer_cold(flag_key, attributes), serving.generation)
    }

    /// Evaluates all flags against one state of the client, sorted by key. `default` stands in where a flag gives no
    /// answer. Beside them the generation of the flags.
    pub fn evaluate_all(&self, attributes: &impl Attributes, default: bool) -> (Vec<(String, Evaluation)>, u64) {
        let mut all = Vec::with_capacity(self.most_flags());
        let generation = self.evaluate_each_with(attributes, |key, answer, generation| {
            all.push((key.to_owned(), Evaluation::new(answer, default, generation)));
        });
        (all, generation)
    }

    /// Evaluates all flags against one state of the client, sorted by key, and calls `visit` with each key and answer.
    /// Returns the generation of the flags. Allocates nothing unless there are overrides, but for what sorts the keys of a
    /// snapshot the first time. The flags stay in memory while `visit` runs, whatever replaces them meanwhile.
    ///
    /// ```
    /// let client = flagbit::Client::from_snapshot(r#"[{"key": "a", "enabled": false}, {"key": "b", "enabled": true}]"#)?;
    /// let mut on = 0;
    /// client.evaluate_each(&flagbit::Context::EMPTY, |_key, answer| on += u32::from(answer.is_ok_and(|a| a.enabled())));
    /// assert_eq!(on, 0);
    /// # Ok::<(), flagbit::ClientError>(())
    /// ```
    pub fn evaluate_each(
        &self,
        attributes: &impl Attributes,
        mut visit: impl FnMut(&str, Result<Answer<'_>, ErrorCode>),
    ) -> u64 {
        self.evaluate_each_with(attributes, |key, answer, _| visit(key, answer))
    }

    /// The room that the evaluations of all flags may need.
    pub(crate) fn most_flags(&self) -> usize {
        self.shared.serving.load().most_flags()
    }

    /// [`Client::evaluate_each`] for a caller that needs the generation with each answer.
    pub(crate) fn evaluate_each_with(
        &self,
        attributes: &impl Attributes,
        mut visit: impl FnMut(&str, Result<Answer<'_>, ErrorCode>, u64),
    ) -> u64 {
        self.shared.before_evaluation(attributes);
        let serving = self.shared.serving.load_full();
        let generation = serving.generation;
        serving.for_each_flag(|snapshot, flag| {
            visit(flag.key(), flag.evaluate_cold(snapshot, attributes, now), generation);
        });
        generation
    }

    /// Why a flag answers as it does for who asks, as JSON: each rule that was tried, what it compared and why it did or
    /// did not hold. Holds values of the context: for support and tests, not for logs.
    pub fn explain(&self, flag_key: &str, context: &Context) -> String {
        self.shared.before_evaluation(context);
        let serving = self.shared.serving.load_full();
        let flag = serving.find_cold(flag_key.as_bytes());
        let code = serving.answer_cold(flag_key.as_bytes(), context).err();
        let error_message = code.map(|code| self.error_message(flag_key, code));
        let revision = serving.revision();
        Explained { flag_key, flag, error_message: error_message.as_deref(), revision }.explain(context, now)
    }

    /// Why an evaluation gave no answer, in words a person can act on.
    pub fn error_message(&self, flag_key: &str, code: ErrorCode) -> String {
        let serving = self.shared.serving.load();
        match code {
            ErrorCode::FlagNotFound => format!("no flag {flag_key:?} among the {} in force", serving.keys().len()),
            ErrorCode::ProviderNotReady if serving.closed => "the client is closed".into(),
            ErrorCode::ProviderNotReady => "no snapshot yet, see the client's status".into(),
            ErrorCode::ParseError => {
                match serving.snapshot.as_ref().and_then(|snapshot| snapshot.warning_of(flag_key)) {
                    Some(warning) => format!("flag {flag_key:?} is set aside: {warning}"),
                    None => format!("flag {flag_key:?} is set aside: its definition cannot be read"),
                }
            }
            ErrorCode::TypeMismatch => {
                let type_name = serving.find_cold(flag_key.as_bytes()).map_or("another", |(_, flag)| flag.type_name());
                format!("flag {flag_key:?} is a {type_name} flag, not of the type that was asked for")
            }
            ErrorCode::InvalidContext => "the context cannot be read".into(),
            ErrorCode::General => "the evaluation failed".into(),
        }
    }
}
