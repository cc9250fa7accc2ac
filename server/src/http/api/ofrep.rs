//! The OpenFeature Remote Evaluation Protocol, as its published clients speak it.
//!
//! They need `value`, `variant` and a standard `reason` in every answer, and `errorCode` and `errorDetails` in every
//! refusal; a context may be missing, null, or without a targeting key.

use axum::{
    Json,
    extract::{FromRequest, Path, Request, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use flagbit::{Answer, Context, Number, PreparedFlag, Reason, VariantValue};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::watched::Watched;
use crate::{
    http::{
        api::{
            auth::Evaluator,
            evaluate::{JsonValue, count, variant_name},
        },
        route::{Purpose, Routes},
        wire::{
            conditional::has_current,
            context::JsonContext,
            error::{ApiError, ApiResult, OfrepErrorBody},
            etag::etag_header,
            json::JsonBody,
        },
    },
    state::pool::Watch,
};

pub(crate) fn routes() -> Routes {
    use axum::routing::post;
    Routes::of(Purpose::Ofrep)
        .routes(routes!(flag))
        .routes(routes!(flags))
        // Clients join URLs in their own ways.
        .alias("/ofrep/v1/evaluate/flags/", post(flags))
        .alias("/ofrep/v1/evaluate/flags/{key}/", post(flag))
}

/// A question of a client. Other fields belong to later versions of the protocol and are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OfrepQuestion)]
struct Question {
    /// The attributes of whoever asks. `targetingKey` becomes `user_id`, unless that is given too.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    context: JsonContext,
}

/// A flag's answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfrepSuccess)]
struct Success<'a> {
    key: &'a str,
    #[schema(value_type = Value)]
    value: JsonValue<'a>,
    /// `STATIC`, `DEFAULT`, `TARGETING_MATCH`, `SPLIT` or `DISABLED`.
    reason: &'static str,
    variant: &'a str,
    metadata: Metadata,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfrepMetadata)]
struct Metadata {
    /// FlagBit's own reason.
    reason: &'static str,
    /// The rule that decided, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<u32>,
    /// The revision of the flags, as text, like in the SDKs' providers. With several flags it stands next to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    /// The revision again, under the name that OpenFeature's telemetry reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

/// One of several flags.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = OfrepOutcome)]
enum Outcome<'a> {
    Success(Success<'a>),
    Failure(Failure<'a>),
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfrepFailure)]
struct Failure<'a> {
    key: &'a str,
    error_code: &'static str,
    error_details: String,
}

/// The answers of all flags.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfrepBulk)]
struct Bulk {
    #[schema(value_type = Vec<Outcome>)]
    flags: Box<RawValue>,
    metadata: BulkMetadata,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfrepBulkMetadata)]
struct BulkMetadata {
    revision: String,
    version: String,
}

impl<'a> Success<'a> {
    fn new(flag: &'a PreparedFlag, answer: &Answer<'a>, revision: Option<String>) -> Self {
        Self {
            key: flag.key(),
            value: value(flag, answer),
            reason: reason(answer),
            variant: variant_name(answer),
            metadata: Metadata {
                reason: answer.reason().name(),
                rule_index: answer.rule_index(),
                version: revision.clone(),
                revision,
            },
        }
    }
}

/// One of the nine reasons that the protocol has; some clients fail on others.
fn reason(answer: &Answer<'_>) -> &'static str {
    match answer.reason() {
        Reason::PercentageRollout => "SPLIT",
        Reason::TargetingMatch => "TARGETING_MATCH",
        Reason::Disabled => "DISABLED",
        Reason::Default if answer.is_static() => "STATIC",
        Reason::Default => "DEFAULT",
        Reason::Error => "ERROR",
    }
}

/// Some clients tell integers from other numbers by the point, so a flag with a value that is no integer has it in all its
/// values.
fn value<'a>(flag: &PreparedFlag, answer: &Answer<'a>) -> JsonValue<'a> {
    let value = JsonValue::new(answer);
    let mut values = flag.variants().iter().map(|variant| variant.value());
    let has_double = values.any(|value| matches!(value, VariantValue::Number(Number::Double(_), _)));
    if has_double { value.with_point() } else { value }
}

/// The caller, and the context of the request.
async fn read(evaluator: ApiResult<Evaluator>, request: Request) -> ApiResult<(Evaluator, Context)> {
    // The body of a caller who may not ask is not read.
    let evaluator = evaluator?;
    let JsonBody(question) = JsonBody::<Question>::from_request(request, &()).await?;
    let context =
        question.context.with_targeting_key().into_context(evaluator.is_client, &evaluator.app.requests.contexts)?;
    Ok((evaluator, context))
}

/// Evaluate one flag by the OpenFeature Remote Evaluation Protocol.
///
/// A flag that is switched off has the value `false`, or the value of its `off` variant, and the reason `DISABLED`. Some
/// clients return the default of the code instead.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags/{key}", tag = "openfeature", request_body = Question, responses(
    (status = 200, description = "the answer", body = Success),
    (status = 400, description = "`PARSE_ERROR`: the body, or the flag, cannot be read; `INVALID_CONTEXT`", body = OfrepErrorBody),
    (status = 404, description = "`FLAG_NOT_FOUND`: no such flag that the key sees", body = OfrepErrorBody),
))]
async fn flag(key: Result<Path<String>, PathRejection>, evaluator: ApiResult<Evaluator>, request: Request) -> Response {
    // No flag has a key that is not UTF-8.
    let key = key.map_or_else(|_| String::new(), |Path(key)| key);
    let answer = async {
        let (evaluator, context) = read(evaluator, request).await?;
        let asked = key.clone();
        evaluator.evaluate(Some(&[&key]), move |evaluator, watch| one(evaluator, &asked, &context, watch)).await
    };
    answer.await.unwrap_or_else(|error: ApiError| error.into_ofrep(Some(key)))
}

/// Evaluate all flags by the OpenFeature Remote Evaluation Protocol.
///
/// The `ETag` names the answers, not the flags' definitions: with another context, `If-None-Match` gets 304 only where that
/// has the same answers.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags", tag = "openfeature", request_body = Question, params(
    ("If-None-Match" = Option<String>, Header, description = "the `ETag` of the answers that the caller has"),
), responses(
    (status = 200, description = "the answers", body = Bulk, headers(("ETag" = String, description = "names the answers"))),
    (status = 304, description = "the answers that the caller has are current"),
    (status = 400, description = "`PARSE_ERROR`: the body cannot be read; `INVALID_CONTEXT`", body = OfrepErrorBody),
))]
async fn flags(evaluator: ApiResult<Evaluator>, headers: HeaderMap, request: Request) -> Response {
    let answer = async {
        let (evaluator, context) = read(evaluator, request).await?;
        let work = move |evaluator: &Evaluator, watch: &Watch| bulk(evaluator, &context, &headers, watch);
        evaluator.evaluate(None::<&[String]>, work).await
    };
    answer.await.unwrap_or_else(|error| error.into_ofrep(None))
}

fn one(evaluator: &Evaluator, key: &str, context: &Context, watch: &Watch) -> ApiResult<Response> {
    let (flag, answer) = evaluator.one(key, context, watch)?;
    Ok(Json(Success::new(flag, &answer, Some(evaluator.environment.revision.to_string()))).into_response())
}

fn bulk(evaluator: &Evaluator, context: &Context, headers: &HeaderMap, watch: &Watch) -> ApiResult<Response> {
    let context = Watched::new(context, watch);
    let outcome = |flag| match evaluator.answer(flag, &context) {
        Ok(answer) => Outcome::Success(Success::new(flag, &answer, None)),
        Err(code) => {
            let error_details = evaluator.set_aside(flag);
            Outcome::Failure(Failure { key: flag.key(), error_code: code.name(), error_details })
        }
    };
    let flags: Vec<Outcome<'_>> = evaluator.flags().take_while(|_| !watch.is_over()).map(outcome).collect();
    count(flags.len());
    evaluator.count_all();
    let revision = evaluator.environment.revision.to_string();
    let metadata = BulkMetadata { version: revision.clone(), revision };
    // The tag is of the answers alone, and so weak: a change that does not reach them is none to this caller.
    let flags = serde_json::value::to_raw_value(&flags).map_err(anyhow::Error::from)?;
    let hash = Sha256::digest(flags.get())[..8].iter().fold(0_u64, |hash, &byte| hash << 8 | u64::from(byte));
    let etag = format!("W/\"{hash:016x}\"");
    if has_current(headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, etag_header(&etag)).into_response());
    }
    Ok((etag_header(&etag), Json(Bulk { flags, metadata })).into_response())
}
