//! What a management call is about: the project and the environment in its path, which must be of the caller's account.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use crate::{
    http::{
        api::auth::Manager,
        wire::error::{ApiError, ApiResult},
    },
    state::App,
    storage::audit,
};

/// A request with an API key about a project: `/projects/{id}/...`.
#[derive(Debug, Clone)]
pub(crate) struct ProjectTarget {
    pub(crate) manager: Manager,
    pub(crate) project_id: i64,
}

/// A request with an API key about an environment: `/projects/{id}/environments/{environment}/...`, or
/// `/projects/{id}/...` for the first.
#[derive(Debug, Clone)]
pub(crate) struct EnvironmentTarget {
    pub(crate) manager: Manager,
    pub(crate) project_id: i64,
    pub(crate) environment: String,
    pub(crate) environment_id: i64,
}

/// The `{key_id}` of a path; whose key it is, is found out with the key. To be extracted after who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyId(pub(crate) i64);

impl ProjectTarget {
    /// The beginning of an entry of the audit.
    pub(crate) fn entry(&self) -> audit::Entry<'_> {
        audit::Entry { project_id: Some(self.project_id), ..self.manager.entry() }
    }
}

impl EnvironmentTarget {
    /// The beginning of an entry of the audit.
    pub(crate) fn entry(&self) -> audit::Entry<'_> {
        let (project_id, environment) = (Some(self.project_id), Some(self.environment.as_str()));
        audit::Entry { project_id, environment, ..self.manager.entry() }
    }
}

impl FromRequestParts<App> for ProjectTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let manager = Manager::from_request_parts(parts, app).await?;
        let params = path_params(parts, app).await?;
        let project_id = project_id(&params)?;
        if app.world().project(manager.account_id, project_id).is_none() {
            return Err(no_project(project_id));
        }
        Ok(Self { manager, project_id })
    }
}

impl FromRequestParts<App> for EnvironmentTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let manager = Manager::from_request_parts(parts, app).await?;
        let params = path_params(parts, app).await?;
        let project_id = project_id(&params)?;
        let world = app.world();
        let project = world.project(manager.account_id, project_id).ok_or_else(|| no_project(project_id))?;
        let name = param(&params, "environment");
        let (environment, environment_id) = match name {
            None => project.environments.first(),
            Some(name) => project.environments.iter().find(|(other, _)| other == name),
        }
        .cloned()
        .ok_or_else(|| ApiError::not_found(format!("project {project_id} has no environment of that name")))?;
        Ok(Self { manager, project_id, environment, environment_id })
    }
}

impl FromRequestParts<App> for KeyId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let params = path_params(parts, app).await?;
        let text = param(&params, "key_id").unwrap_or_default();
        text.parse().map(Self).map_err(|_| ApiError::not_found(format!("no key {text:?}: ids are integers")))
    }
}

async fn path_params(parts: &mut Parts, app: &App) -> ApiResult<RawPathParams> {
    RawPathParams::from_request_parts(parts, app).await.map_err(|_| ApiError::invalid("the path is not UTF-8"))
}

fn param<'p>(params: &'p RawPathParams, name: &str) -> Option<&'p str> {
    params.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
}

fn project_id(params: &RawPathParams) -> ApiResult<i64> {
    let text = param(params, "id").unwrap_or_default();
    text.parse().map_err(|_| ApiError::not_found(format!("no project {text:?}: ids are integers")))
}

/// Also for the project of another account.
pub(crate) fn no_project(project_id: i64) -> ApiError {
    ApiError::not_found(format!("no project {project_id}"))
}

/// The key of a flag or a segment in the path: `.../flags/{key}`.
#[derive(Debug, Clone)]
pub(crate) struct KeyTarget(pub(crate) String);

impl FromRequestParts<App> for KeyTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let params = path_params(parts, app).await?;
        let key = param(&params, "key").unwrap_or_default();
        // What can be no key is not asked of the database, which has its own opinion of some characters.
        let is_key = crate::flags::is_key(key);
        if is_key { Ok(Self(key.into())) } else { Err(ApiError::not_found("nothing can have the key in the path")) }
    }
}
