//! The project, the environment and the thing in a path.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::auth::Claim;
use crate::{
    http::wire::error::{ApiError, ApiResult},
    operations::target::{EnvironmentTarget, ProjectTarget},
    quote::quoted,
    state::App,
};

/// The `{key_id}` of a path. Extract it after the caller. The operation finds out whose key it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyId(pub(crate) i64);

/// The `{member_id}` of a path. Extract it after the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MemberId(pub(crate) i64);

/// A request with an API key about a project: `/projects/{id}/...`.
impl FromRequestParts<App> for ProjectTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let claim = Claim::of(parts, app)?;
        let project_id = project_id(&path_params(parts, app).await?)?;
        let target = Self::find(&app.world(), claim.who_in(project_id)?, project_id)?;
        Ok(Self { who: claim.who(Some(project_id), None)?, ..target })
    }
}

/// A request with an API key about an environment: `/projects/{id}/environments/{environment}/...`, or
/// `/projects/{id}/...` for the first.
impl FromRequestParts<App> for EnvironmentTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let claim = Claim::of(parts, app)?;
        let params = path_params(parts, app).await?;
        let (project_id, name) = (project_id(&params)?, param(&params, "environment"));
        let target = Self::find(&app.world(), claim.who_in(project_id)?, project_id, name)?;
        Ok(Self { who: claim.who(Some(project_id), Some(target.environment_id))?, ..target })
    }
}

impl FromRequestParts<App> for KeyId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        id(&path_params(parts, app).await?, "key_id", "key").map(Self)
    }
}

impl FromRequestParts<App> for MemberId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        id(&path_params(parts, app).await?, "member_id", "member").map(Self)
    }
}

async fn path_params(parts: &mut Parts, app: &App) -> ApiResult<RawPathParams> {
    RawPathParams::from_request_parts(parts, app).await.map_err(|_| ApiError::invalid("the path is not UTF-8"))
}

fn param<'p>(params: &'p RawPathParams, name: &str) -> Option<&'p str> {
    params.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
}

/// Reads an id in a path; `thing` says in an error of what.
fn id(params: &RawPathParams, name: &str, thing: &str) -> ApiResult<i64> {
    let text = param(params, name).unwrap_or_default();
    text.parse().map_err(|_| ApiError::not_found(format!("no {thing} {}: ids are integers", quoted(text))))
}

fn project_id(params: &RawPathParams) -> ApiResult<i64> {
    id(params, "id", "project")
}

/// The key of a flag or a segment in the path: `.../flags/{key}`.
#[derive(Debug, Clone)]
pub(crate) struct KeyTarget(pub(crate) String);

impl FromRequestParts<App> for KeyTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let params = path_params(parts, app).await?;
        let key = param(&params, "key").unwrap_or_default();
        // The database never sees a text that can be no key: it treats some characters in its own way.
        let is_key = crate::flags::is_key(key);
        if is_key { Ok(Self(key.into())) } else { Err(ApiError::not_found("nothing can have the key in the path")) }
    }
}
