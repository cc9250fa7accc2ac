//! The tools that need no key: trying flags out and simulating rollouts. They keep nothing and read nothing of this server.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use flagbit::{Context, ErrorCode, Explained, Snapshot, bucket_of};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    flags::Work,
    http::{
        api::evaluate::{now, set_aside},
        route::{Purpose, Routes},
        wire::{
            context::JsonContext,
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
            parameters::Parameters,
        },
    },
    json::UniqueValue,
    settings::Requests,
    state::{App, pool::Watch},
};

const MAX_FLAGS: usize = 100;
/// Explanations repeat the context, condition by condition.
const MAX_ANSWER_BYTES: usize = 1 << 20;
/// Conditions, each with the bytes of the context that it may look at.
const MAX_CONDITION_BYTES: u64 = 64 << 20;
/// The work of a condition that does not depend on the context, in bytes of it.
const CONDITION_BYTES: u64 = 64;
const MAX_USERS: u32 = 10_000;
const MAX_KEY_BYTES: usize = 256;

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Tool).routes(routes!(playground)).routes(routes!(simulate)).routes(routes!(bucket))
}

/// Flags to try out, and the context to try them with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Play {
    /// Flags by key, or a list of flags with their keys.
    #[schema(value_type = Object)]
    flags: Box<RawValue>,
    /// Segments by name.
    #[schema(value_type = Option<Object>)]
    segments: Option<Box<RawValue>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    context: JsonContext,
}

/// The answers by flag, each with the rules that were tried.
#[derive(Debug, Serialize, ToSchema)]
struct Explanations {
    #[schema(value_type = BTreeMap<String, Object>)]
    flags: BTreeMap<String, Box<RawValue>>,
}

/// Try flags out for a context, without a key. Nothing is kept.
///
/// Each answer says which rules were tried, what they compared and why they did or did not hold. At most 100 flags and
/// 32 KiB; regular expressions may search 64 KiB of text, all together.
#[utoipa::path(post, path = "/api/v1/evaluate-playground", tag = "tools", request_body = Play, responses(
    (status = 200, description = "the answers by flag", body = Explanations),
    (status = 400, description = "the flags or the context cannot be read; the message names the place", body = ErrorBody),
    (status = 413, description = "more than 32 KiB, or an explanation of more than 1 MiB", body = ErrorBody),
))]
async fn playground(State(app): State<App>, JsonBody(play): JsonBody<Play>) -> ApiResult<Json<Explanations>> {
    let pool_of = app.clone();
    pool_of.playground.run(move |watch| explain(play, &app.requests, watch)).await?.map(Json)
}

/// Refuses definitions that would take long: regular expressions of a stranger, conditions that are asked again and again.
fn check_work(play: &Play, settings: &Requests) -> ApiResult<()> {
    let read = |field: &str, text: &RawValue| {
        let value = serde_json::from_str(text.get()).map(|UniqueValue(value)| value);
        value.map_err(|error| ApiError::invalid(format!("{field}: {error}")))
    };
    let segments = play.segments.as_deref().map(|segments| read("segments", segments)).transpose()?;
    let work = Work::of(&read("flags", &play.flags)?, segments.as_ref());
    let bytes = play.context.bytes() as u64;
    let (searched, limit) = (work.searches.saturating_mul(bytes.max(1)), settings.max_playground_search_bytes);
    if searched > limit {
        let searches = work.searches;
        return Err(ApiError::invalid(format!(
            "flags: {searches} searches with regular expressions in a context of {bytes} bytes are more than the {limit} \
             bytes that this server allows (--max-playground-search-bytes)"
        )));
    }
    if work.conditions.saturating_mul(bytes + CONDITION_BYTES) > MAX_CONDITION_BYTES {
        let conditions = work.conditions;
        return Err(ApiError::invalid(format!(
            "flags: {conditions} conditions on a context of {bytes} bytes are too many to try out"
        )));
    }
    Ok(())
}

fn explain(play: Play, settings: &Requests, watch: &Watch) -> ApiResult<Explanations> {
    check_work(&play, settings)?;
    let context = play.context.into_context(false, &settings.contexts)?;
    let segments = play.segments.map(|segments| format!(r#","segments":{segments}"#)).unwrap_or_default();
    let text = format!(r#"{{"flags":{}{segments}}}"#, play.flags);
    let snapshot =
        Snapshot::parse(text.as_bytes(), usize::MAX).map_err(|error| ApiError::invalid(error.to_string()))?;
    let count = snapshot.flags().len();
    if count > MAX_FLAGS {
        return Err(ApiError::invalid(format!("flags: at most {MAX_FLAGS}, found {count}")));
    }
    let mut flags = BTreeMap::new();
    let mut bytes = 0;
    for flag in snapshot.flags().take_while(|_| !watch.is_over()) {
        let explanation = explanation(&snapshot, flag.key(), &context);
        bytes += explanation.len();
        if bytes > MAX_ANSWER_BYTES {
            return Err(ApiError::too_large(format!(
                "the answer has more than {MAX_ANSWER_BYTES} bytes; ask for less"
            )));
        }
        flags.insert(flag.key().to_owned(), RawValue::from_string(explanation).map_err(anyhow::Error::from)?);
    }
    Ok(Explanations { flags })
}

fn explanation(snapshot: &Snapshot, flag_key: &str, context: &Context) -> String {
    let answer = snapshot.evaluate(flag_key, context, now);
    let error_message =
        (answer == Err(ErrorCode::ParseError)).then(|| set_aside(snapshot.warning_of(flag_key), flag_key, false));
    let found = snapshot.find(flag_key.as_bytes()).ok_or(ErrorCode::FlagNotFound);
    let flag = answer.and(found).map(|flag| (snapshot, flag));
    Explained { flag_key, flag, error_message: error_message.as_deref(), revision: None }.explain(context, now)
}

/// The rollout to simulate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Simulation {
    flag_key: String,
    percentage: f64,
    #[serde(default = "usual_count")]
    count: u32,
}

fn usual_count() -> u32 {
    100
}

/// The users `user-1`, `user-2`, ..., each with whether the rollout includes them.
#[derive(Debug, Serialize, ToSchema)]
struct Simulated {
    flag_key: String,
    percentage: f64,
    total_users: u32,
    included_count: usize,
    excluded_count: usize,
    users: Vec<SimulatedUser>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SimulatedUser {
    id: String,
    /// From 0 to 100. The user is inside if this is less than the percentage.
    bucket: f64,
    included: bool,
}

/// Simulate a percentage rollout, without a key.
#[utoipa::path(get, path = "/api/v1/rollout/simulate", tag = "tools", params(
    ("flag_key" = String, Query, description = "the flag's key, which is hashed with each user", min_length = 1, max_length = 256),
    ("percentage" = f64, Query, description = "fractions are allowed", minimum = 0, maximum = 100),
    ("count" = Option<u32>, Query, description = "the number of users; the default is 100", minimum = 1, maximum = 10000),
), responses(
    (status = 200, description = "the users, each with whether the rollout includes them", body = Simulated),
    (status = 400, description = "a parameter is missing or cannot be read", body = ErrorBody),
))]
async fn simulate(Parameters(simulation): Parameters<Simulation>) -> ApiResult<Json<Simulated>> {
    let Simulation { flag_key, percentage, count } = simulation;
    check_text("flag_key", &flag_key)?;
    if !(0.0..=100.0).contains(&percentage) {
        return Err(ApiError::invalid("percentage: expected a number from 0 to 100"));
    }
    if !(1..=MAX_USERS).contains(&count) {
        return Err(ApiError::invalid(format!("count: expected a number from 1 to {MAX_USERS}")));
    }
    let user = |number: u32| {
        let id = format!("user-{number}");
        let bucket = bucket_of(&id, &flag_key);
        SimulatedUser { id, bucket, included: bucket < percentage }
    };
    let users: Vec<SimulatedUser> = (1..=count).map(user).collect();
    let included_count = users.iter().filter(|user| user.included).count();
    let excluded_count = users.len() - included_count;
    Ok(Json(Simulated { flag_key, percentage, total_users: count, included_count, excluded_count, users }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketOf {
    flag_key: String,
    user_id: String,
}

/// The place of a user in a rollout.
#[derive(Debug, Serialize, ToSchema)]
struct Bucket {
    flag_key: String,
    user_id: String,
    /// From 0 to 100. The user is inside a rollout if this is less than its percentage.
    bucket: f64,
}

/// Find a user's bucket in a flag's rollouts, without a key.
#[utoipa::path(get, path = "/api/v1/rollout/bucket", tag = "tools", params(
    ("flag_key" = String, Query, description = "the flag's key, which is hashed with each user", min_length = 1, max_length = 256),
    ("user_id" = String, Query, description = "the user", max_length = 256),
), responses(
    (status = 200, description = "the bucket", body = Bucket),
    (status = 400, description = "a parameter is missing or cannot be read", body = ErrorBody),
))]
async fn bucket(Parameters(BucketOf { flag_key, user_id }): Parameters<BucketOf>) -> ApiResult<Json<Bucket>> {
    check_text("flag_key", &flag_key)?;
    if user_id.len() > MAX_KEY_BYTES {
        return Err(ApiError::invalid(format!("user_id: at most {MAX_KEY_BYTES} bytes, found {}", user_id.len())));
    }
    Ok(Json(Bucket { bucket: bucket_of(&user_id, &flag_key), flag_key, user_id }))
}

fn check_text(field: &str, text: &str) -> ApiResult<()> {
    if text.is_empty() || text.len() > MAX_KEY_BYTES {
        return Err(ApiError::invalid(format!("{field}: expected 1 to {MAX_KEY_BYTES} bytes, found {}", text.len())));
    }
    Ok(())
}
