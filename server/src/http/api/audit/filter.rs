//! The parameters that say which changes to list.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    http::wire::{
        error::{ApiError, ApiResult},
        page, parameters,
    },
    quote::quoted,
    state::App,
    storage::{
        audit::{ACTIONS, Actor, Selection, Subject, key_actor},
        stored_time,
    },
};

/// Which changes to list. An entry is listed if all filters let it pass.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// The largest number of entries. The default is 100. A page has about 1 MiB, so it may have fewer, and at least one.
    #[param(value_type = Option<usize>, nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// List only entries with lower ids. To go on, give the `next` of the page before.
    #[param(value_type = Option<i64>, nullable = false)]
    before: Option<String>,
    /// List only changes of the flag with this key.
    #[param(nullable = false)]
    flag: Option<String>,
    /// List only changes of the segment with this key.
    #[param(nullable = false)]
    segment: Option<String>,
    /// List only changes by this author: `key:ID`, `signup` or `command_line`.
    #[param(nullable = false)]
    actor: Option<String>,
    /// List only changes with this action, such as `flag.update`.
    #[param(nullable = false)]
    action: Option<String>,
    /// List only changes in the environment with this name.
    #[param(nullable = false)]
    environment: Option<String>,
    /// List only changes at this time or later: a time such as `2026-11-30T12:00:00Z`, or a day, which begins at midnight
    /// UTC.
    #[param(nullable = false)]
    since: Option<String>,
    /// List only changes before this time, given like `since`.
    #[param(nullable = false)]
    until: Option<String>,
}

impl FromRequestParts<App> for Filter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        parameters::query(&parts.uri)
    }
}

impl Filter {
    pub(super) fn limit(&self) -> ApiResult<usize> {
        page::limit(self.limit.as_deref(), 100)
    }

    /// Selects entries of an account, or of one of its projects.
    pub(super) fn select(self, account_id: i64, project_id: Option<i64>) -> ApiResult<Selection> {
        let time =
            |name, text: Option<String>| Ok::<_, ApiError>(parameters::time(name, text.as_deref())?.map(stored_time));
        let (since, until) = (time("since", self.since)?, time("until", self.until)?);
        if since.is_some() && until.is_some() && since >= until {
            return Err(ApiError::invalid("until: expected a time after that of since"));
        }
        let subject = match (key("flag", self.flag)?, key("segment", self.segment)?) {
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid("flag, segment: expected one of them, since no change is of both"));
            }
            (Some(key), None) => Some((Subject::Flag, key)),
            (None, key) => key.map(|key| (Subject::Segment, key)),
        };
        Ok(Selection {
            account_id,
            project_id,
            before: page::id("before", "an entry", self.before.as_deref(), i64::MAX)?,
            subject,
            actor: self.actor.map(|text| actor(&text)).transpose()?,
            action: self.action.map(action).transpose()?,
            environment: key("environment", self.environment)?,
            since,
            until,
        })
    }
}

/// Reads the key of a flag or a segment, or the name of an environment. It may be one that was deleted.
fn key(name: &str, text: Option<String>) -> ApiResult<Option<String>> {
    match text {
        Some(text) if text.is_empty() || text.contains('\0') => {
            Err(ApiError::invalid(format!("{name}: expected a key or a name; leave it out for all")))
        }
        text => Ok(text),
    }
}

/// Reads an author. Returns the text that is stored.
fn actor(text: &str) -> ApiResult<String> {
    let actor = match text {
        "signup" => Some(Actor::Signup.to_string()),
        "command_line" => Some(Actor::CommandLine.to_string()),
        _ => text.strip_prefix("key:").and_then(|id| id.parse().ok()).map(key_actor),
    };
    actor.ok_or_else(|| {
        ApiError::invalid(format!("actor: expected key:ID, signup or command_line, found {}", quoted(text)))
    })
}

fn action(text: String) -> ApiResult<String> {
    if ACTIONS.contains(&text.as_str()) {
        return Ok(text);
    }
    let (known, found) = (ACTIONS.join(", "), quoted(&text));
    Err(ApiError::invalid(format!("action: expected one of {known}, found {found}")))
}
