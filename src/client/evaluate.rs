//! A client's answers.

use std::sync::atomic::Ordering;

use super::{Client, Evaluation, Level, process};
use crate::engine::{Attributes, ErrorCode, Flag, Warning};

impl Client {
    /// Whether a flag is on; `default` where there is no answer.
    #[inline]
    pub fn is_enabled(&self, flag_key: &str, attributes: &impl Attributes, default: bool) -> bool {
        self.is_enabled_bytes(flag_key.as_bytes(), attributes, default)
    }

    /// [`Client::is_enabled`] for a key that was not checked to be UTF-8: one that is not is no flag's key.
    #[inline]
    pub(crate) fn is_enabled_bytes(&self, flag_key: &[u8], attributes: &impl Attributes, default: bool) -> bool {
        self.before_evaluation(attributes);
        self.shared.serving.load().answer(flag_key, attributes).map_or(default, |answer| answer.enabled)
    }

    /// Evaluates a flag. `default` is the answer where the flag gives none; the error code tells why.
    #[inline]
    pub fn evaluate(&self, flag_key: &str, attributes: &impl Attributes, default: bool) -> Evaluation {
        self.evaluate_bytes(flag_key.as_bytes(), attributes, default)
    }

    /// [`Client::evaluate`] for a key that was not checked to be UTF-8: one that is not is no flag's key.
    #[inline]
    pub(crate) fn evaluate_bytes(&self, flag_key: &[u8], attributes: &impl Attributes, default: bool) -> Evaluation {
        self.before_evaluation(attributes);
        self.shared.serving.load().evaluate(flag_key, attributes, default)
    }

    /// Evaluates all flags against one state of the client, sorted by key. `default` stands in where a flag gives no
    /// answer. Beside them the generation of the flags.
    pub fn evaluate_all(&self, attributes: &impl Attributes, default: bool) -> (Vec<(String, Evaluation)>, u64) {
        self.before_evaluation(attributes);
        let serving = self.shared.serving.load_full();
        let evaluate = |flag: &Flag| Evaluation::new(flag.evaluate(attributes), default, serving.generation);
        let flags = serving.flags().into_iter();
        (flags.map(|flag| (flag.key().to_owned(), evaluate(flag))).collect(), serving.generation)
    }

    /// Why an evaluation gave no answer, in words a person can act on.
    pub fn error_message(&self, flag_key: &str, code: ErrorCode) -> String {
        let serving = self.shared.serving.load();
        match code {
            ErrorCode::FlagNotFound => format!("no flag {flag_key:?} among the {} in force", serving.flags().len()),
            ErrorCode::ProviderNotReady if serving.closed => "the client is closed".into(),
            ErrorCode::ProviderNotReady => "no snapshot yet, see the client's status".into(),
            ErrorCode::ParseError => {
                let warnings = serving.snapshot.iter().flat_map(|snapshot| snapshot.warnings());
                let place = warnings.filter(|warning| warning.flag_key() == flag_key).map(Warning::message).next();
                format!("flag {flag_key:?} is set aside: {}", place.unwrap_or("its definition cannot be read"))
            }
            ErrorCode::TypeMismatch => format!("flag {flag_key:?} has another type than was asked for"),
            ErrorCode::InvalidContext => "the context cannot be read".into(),
            ErrorCode::General => "the evaluation failed".into(),
        }
    }

    /// What every evaluation looks at first: two relaxed loads.
    #[inline]
    fn before_evaluation(&self, attributes: &impl Attributes) {
        if self.shared.forks.load(Ordering::Relaxed) != process::forks() {
            self.shared.hub();
        }
        if attributes.unsupported() > 0 {
            self.note_unsupported(attributes.unsupported());
        }
    }

    #[cold]
    fn note_unsupported(&self, count: u32) {
        if self.shared.unsupported_values.fetch_add(count.into(), Ordering::Relaxed) == 0 {
            let message = "a context has an attribute of an unsupported type, which counts as absent; build a Context \
                           of it to learn which (further ones are only counted in the status)";
            self.shared.hub().log(Level::Warning, message.into());
        }
    }
}
