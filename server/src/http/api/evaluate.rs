//! Evaluating flags.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use chrono::Utc;
use flagbit::{Answer, Context, ErrorCode, Moment, Number, PreparedFlag, Variant, VariantValue, Warning};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::watched::Watched;
use crate::{
    flags::is_key,
    http::{
        api::auth::Evaluator,
        route::{Purpose, Routes},
        wire::{
            context::JsonContext,
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    state::{pool::Watch, usage::Counted},
    usage::result,
};

/// The most flags that a question may name. To ask for more, name none.
const MAX_FLAG_KEYS: usize = 1_000;
/// The most flags that are evaluated on the threads that answer requests.
const MAX_SHORT: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Evaluation).routes(routes!(evaluate))
}

/// A question: which flags to evaluate, and for what context.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// One flag.
    flag_key: Option<String>,
    /// Several flags. Without this and `flag_key`: all.
    #[schema(max_items = 1000)]
    flag_keys: Option<Vec<String>>,
    /// The attributes of whoever asks: strings, numbers, booleans or flat lists of these. Other values count as absent.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    context: JsonContext,
}

/// A flag's answer.
#[derive(Debug, Serialize, ToSchema)]
struct Evaluation<'a> {
    flag_key: &'a str,
    /// `true` if the feature is on. For a flag with variants: `true` if it is switched on.
    enabled: bool,
    /// `disabled`, `targeting_match`, `percentage_rollout` or `default`.
    reason: &'static str,
    /// The value of the variant. For a flag without variants: `true` if it is on.
    #[schema(value_type = Value)]
    value: JsonValue<'a>,
    /// The variant's name. For a flag without variants: `on` or `off`.
    variant: &'a str,
    /// The rule that decided, counted from 0.
    rule_index: Option<u32>,
}

/// A flag that exists but cannot be evaluated. The caller's own default holds.
#[derive(Debug, Serialize, ToSchema)]
struct Failure<'a> {
    flag_key: &'a str,
    /// `error`.
    reason: &'static str,
    /// `PARSE_ERROR`.
    error_code: &'static str,
    error_message: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Outcome<'a> {
    Evaluation(Evaluation<'a>),
    Failure(Failure<'a>),
}

/// The answers of several flags, by key.
#[derive(Debug, Serialize, ToSchema)]
struct Evaluations<'a> {
    #[serde(serialize_with = "by_key")]
    #[schema(value_type = std::collections::HashMap<String, Outcome>)]
    flags: Vec<(&'a str, Outcome<'a>)>,
}

/// The answer about one flag, or about several.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Answers<'a> {
    One(Evaluation<'a>),
    Several(Evaluations<'a>),
}

fn by_key<S: Serializer>(flags: &[(&str, Outcome<'_>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(flags.iter().map(|(key, outcome)| (key, outcome)))
}

/// The value of a flag, as JSON.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum JsonValue<'a> {
    Boolean(bool),
    Text(&'a str),
    Negative(i64),
    Unsigned(u64),
    Double(f64),
    /// A number that is written in a form of its own.
    Written(Box<RawValue>),
    /// JSON as the engine writes it.
    Raw(&'a RawValue),
}

impl<'a> JsonValue<'a> {
    pub(super) fn new(answer: &Answer<'a>) -> Self {
        match answer.variant().map(|variant| variant.value()) {
            None => Self::Boolean(answer.enabled()),
            Some(VariantValue::String(text)) => Self::Text(text),
            Some(VariantValue::Number(number, _)) => match *number {
                Number::Negative(integer) => Self::Negative(integer),
                Number::Unsigned(integer) => Self::Unsigned(integer),
                Number::Double(double) => Self::Double(double),
            },
            Some(VariantValue::Json(text)) => raw(text).unwrap_or(Self::Text(text)),
        }
    }

    /// The same with `.0` after an integer. The integer keeps all its digits.
    pub(super) fn with_point(self) -> Self {
        let written = match &self {
            Self::Negative(integer) => format!("{integer}.0"),
            Self::Unsigned(integer) => format!("{integer}.0"),
            _ => return self,
        };
        RawValue::from_string(written).map_or(self, Self::Written)
    }
}

/// Reads JSON of the engine; `None` for a text that is not JSON, which would break the answer.
fn raw(text: &str) -> Option<JsonValue<'_>> {
    serde_json::from_str(text).ok().map(JsonValue::Raw)
}

pub(super) fn variant_name<'a>(answer: &Answer<'a>) -> &'a str {
    match answer.variant() {
        Some(variant) => Variant::name(variant),
        None if answer.enabled() => "on",
        None => "off",
    }
}

/// The time for schedules.
pub(super) fn now() -> Moment {
    let now = Utc::now();
    Moment::from_unix(now.timestamp(), now.timestamp_subsec_nanos())
}

/// Tells why a flag is set aside. Client keys may not read rules, not even in messages.
pub(super) fn set_aside(warning: Option<&Warning>, flag_key: &str, is_client: bool) -> String {
    match warning.filter(|_| !is_client) {
        Some(warning) => format!("flag {flag_key:?} is set aside: {warning}"),
        None => format!("flag {flag_key:?} is set aside: its definition cannot be read"),
    }
}

impl Evaluator {
    /// The flag of that key, if the caller may see it.
    pub(super) fn flag(&self, key: &str) -> Option<&PreparedFlag> {
        self.environment.flags.find(key).filter(|flag| self.sees(flag))
    }

    /// All flags that the caller may see, sorted by key.
    pub(super) fn flags(&self) -> impl Iterator<Item = &PreparedFlag> {
        self.environment.flags.flags().filter(|flag| self.sees(flag))
    }

    fn sees(&self, flag: &PreparedFlag) -> bool {
        !self.is_client || self.environment.flags.is_client_visible(flag.key())
    }

    /// Evaluates on a thread for work that may take long, where the flags may search with regular expressions or are many,
    /// and otherwise here. `keys` are the flags; `None` for all.
    pub(super) async fn evaluate<K: AsRef<str>>(
        self,
        keys: Option<&[K]>,
        work: impl FnOnce(&Self, &Watch) -> ApiResult<Response> + Send + 'static,
    ) -> ApiResult<Response> {
        let searching = self.environment.flags.searching();
        let is_short = match keys {
            Some(keys) => keys.len() <= MAX_SHORT && !keys.iter().any(|key| searching.contains(key.as_ref())),
            None => self.environment.flags.flags().len() <= MAX_SHORT && searching.is_empty(),
        };
        if is_short {
            return work(&self, &Watch::without_limit());
        }
        let app = self.app.clone();
        app.evaluations.run(move |watch| work(&self, watch)).await?
    }

    /// Evaluates the one flag that was asked for.
    pub(super) fn one<'a>(
        &'a self,
        key: &str,
        context: &Context,
        watch: &Watch,
    ) -> ApiResult<(&'a PreparedFlag, Answer<'a>)> {
        let flag = self.flag(key).ok_or_else(|| self.not_found(key))?;
        let answer = self.answer(flag, &Watched::new(context, watch));
        if !watch.is_over() {
            let result = match &answer {
                Ok(answer) => result::of_answer(answer),
                Err(code) => format!("error:{}", code.name()).into(),
            };
            self.app.usage.count(self.environment_id, Counted::One { flag: flag.key(), result: &result });
        }
        let answer = answer.map_err(|code| ApiError::flag_set_aside(code.name(), self.set_aside(flag)))?;
        count(1);
        Ok((flag, answer))
    }

    /// Refuses a key that no flag has. Anybody may send any key with a client key, so those are not counted.
    fn not_found(&self, key: &str) -> ApiError {
        if !self.is_client && is_key(key) {
            self.app.usage.count(self.environment_id, Counted::Unknown { key });
        }
        ApiError::flag_not_found(key)
    }

    /// Counts that all flags were asked at once.
    pub(super) fn count_all(&self) {
        let counted = Counted::All { environment: &self.environment, is_client: self.is_client };
        self.app.usage.count(self.environment_id, counted);
    }

    pub(super) fn answer<'a>(&'a self, flag: &'a PreparedFlag, context: &Watched<'_>) -> Result<Answer<'a>, ErrorCode> {
        let answer = self.environment.flags.evaluate(flag, context, now)?;
        self.app.metrics.evaluated(&self.environment, flag.key(), answer.enabled());
        Ok(answer)
    }

    /// Tells why a flag that is set aside does not answer.
    pub(super) fn set_aside(&self, flag: &PreparedFlag) -> String {
        set_aside(self.environment.flags.warning_of(flag.key()), flag.key(), self.is_client)
    }

    fn outcome<'a>(&'a self, flag: &'a PreparedFlag, context: &Watched<'_>) -> (&'a str, Outcome<'a>) {
        let outcome = match self.answer(flag, context) {
            Ok(answer) => Outcome::Evaluation(Evaluation::new(flag.key(), &answer)),
            Err(code) => Outcome::Failure(Failure {
                flag_key: flag.key(),
                reason: "error",
                error_code: code.name(),
                error_message: self.set_aside(flag),
            }),
        };
        (flag.key(), outcome)
    }
}

impl<'a> Evaluation<'a> {
    fn new(flag_key: &'a str, answer: &Answer<'a>) -> Self {
        Self {
            flag_key,
            enabled: answer.enabled(),
            reason: answer.reason().name(),
            value: JsonValue::new(answer),
            variant: variant_name(answer),
            rule_index: answer.rule_index(),
        }
    }
}

/// Evaluate one flag, several or all for a context.
///
/// With `flag_key` the answer is that flag's; with `flag_keys` or neither it is `{"flags": {KEY: ANSWER}}`, where unknown
/// names are left out. Client keys see only flags that are `client_visible`. A flag that is set aside, because this
/// server does not understand its definition, is 409 `PARSE_ERROR`, and among several an entry with an `error_code`
/// instead of an answer: the caller's own default holds.
#[utoipa::path(post, path = "/api/v1/evaluate", tag = "evaluation", request_body = Question, responses(
    (status = 200, description = "the answer, or the answers by key", body = Answers),
    (status = 400, description = "the body cannot be read; the message names the field", body = ErrorBody),
    (status = 404, description = "`FLAG_NOT_FOUND`: no such flag that the key sees", body = ErrorBody),
    (status = 409, description = "`PARSE_ERROR`: the flag is set aside", body = ErrorBody),
))]
async fn evaluate(evaluator: Evaluator, JsonBody(question): JsonBody<Question>) -> ApiResult<Response> {
    let context = question.context.into_context(evaluator.is_client, &evaluator.app.requests.contexts)?;
    match (question.flag_key, question.flag_keys) {
        (Some(_), Some(_)) => Err(ApiError::invalid("flag_keys: give this or flag_key, not both")),
        (Some(key), None) => {
            let asked = [key.clone()];
            evaluator.evaluate(Some(&asked), move |evaluator, watch| one(evaluator, &key, &context, watch)).await
        }
        (None, Some(keys)) => {
            let keys = distinct(keys)?;
            let asked = keys.clone();
            let work = move |evaluator: &Evaluator, watch: &Watch| {
                let flags = keys.iter().filter_map(|key| evaluator.flag(key)).inspect(|flag| {
                    evaluator.app.usage.count(evaluator.environment_id, Counted::OfSeveral { flag: flag.key() });
                });
                several(evaluator, flags, &context, watch)
            };
            evaluator.evaluate(Some(&asked), work).await
        }
        (None, None) => {
            let work = move |evaluator: &Evaluator, watch: &Watch| {
                evaluator.count_all();
                several(evaluator, evaluator.flags(), &context, watch)
            };
            evaluator.evaluate(None::<&[String]>, work).await
        }
    }
}

fn one(evaluator: &Evaluator, key: &str, context: &Context, watch: &Watch) -> ApiResult<Response> {
    let (flag, answer) = evaluator.one(key, context, watch)?;
    Ok(Json(Answers::One(Evaluation::new(flag.key(), &answer))).into_response())
}

fn several<'a>(
    evaluator: &'a Evaluator,
    flags: impl Iterator<Item = &'a PreparedFlag>,
    context: &Context,
    watch: &Watch,
) -> ApiResult<Response> {
    let context = Watched::new(context, watch);
    let flags = flags.take_while(|_| !watch.is_over());
    let flags: Vec<_> = flags.map(|flag| evaluator.outcome(flag, &context)).collect();
    count(flags.len());
    Ok(Json(Answers::Several(Evaluations { flags })).into_response())
}

/// The keys of several flags. A key that is given more than once is one field of the answer.
fn distinct(mut keys: Vec<String>) -> ApiResult<Vec<String>> {
    if keys.len() > MAX_FLAG_KEYS {
        return Err(ApiError::invalid(format!(
            "flag_keys: at most {MAX_FLAG_KEYS}, found {}; without the field all answer",
            keys.len()
        )));
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// Counts flags that answered, for the metrics.
pub(super) fn count(flags: usize) {
    metrics::counter!("flagbit_evaluations_total").increment(flags as u64);
}
