//! Authentication. Each handler takes one of these extractors as its first argument, which says what key it needs.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Query},
    http::{HeaderMap, header, request::Parts},
};
use serde::Deserialize;

use super::reader::Reader;
use crate::{
    http::{
        edge::Caller,
        route::Needs,
        wire::{
            body::BodyLimit,
            error::{ApiError, ApiResult},
            parameters, reason,
        },
    },
    key::{self, Hash, Kind, NoKey},
    operations::{self, By, Who, access},
    quote::quoted,
    rights::{Held, Need, Place, Role},
    state::App,
    storage::cause::Cause,
    world::{Environment, KeyEntry, World},
};

/// A request with a valid key of any kind.
#[derive(Debug)]
struct Identity<'w> {
    key: &'w KeyEntry,
    hash: Hash,
}

/// A request of somebody who manages the account, with the rights that its route needs.
#[derive(Debug, Clone)]
pub(crate) struct Manager {
    pub(crate) who: Who,
    pub(crate) held: Held,
}

/// A request of somebody who manages something, before it is known in which place.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// With a need whose place is not known yet.
    who: Who,
    held: Held,
    needs: Needs,
}

/// A request that may evaluate, with the environment that it asks.
#[derive(Debug, Clone)]
pub(crate) struct Evaluator {
    pub(crate) environment: Arc<Environment>,
    /// The id by which its evaluations are counted.
    pub(crate) environment_id: i64,
    /// `true` for client keys, which see only the flags that are visible to clients, and may not set attributes that begin
    /// with `@`.
    pub(crate) is_client: bool,
    /// Counts the evaluations.
    pub(crate) app: App,
}

/// A request that may read rules, with the environment that it asks.
#[derive(Debug, Clone)]
pub(crate) struct RuleReader {
    pub(crate) environment: Arc<Environment>,
    /// The id by which to find newer states of the environment.
    pub(crate) environment_id: i64,
    pub(crate) key_id: i64,
    /// The hash of the key, by which to find out later whether it still opens anything.
    pub(crate) key_hash: Hash,
    pub(crate) reader: Reader,
}

/// A request that may report how flags are used, with the environment that it is about.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    pub(crate) environment: Arc<Environment>,
    pub(crate) environment_id: i64,
    pub(crate) key_id: i64,
}

impl FromRequestParts<App> for Manager {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let claim = Claim::of(parts, app)?;
        let who = claim.who(None, None)?;
        Ok(Self { who, held: claim.held })
    }
}

impl Claim {
    pub(super) fn of(parts: &Parts, app: &App) -> ApiResult<Self> {
        let world = app.world();
        let key = authenticate(parts, app, &world)?.key;
        if key.kind != Kind::Api {
            return Err(wrong_kind(key.kind, "an API key (fb_...)"));
        }
        check_query(parts)?;
        let held = held(&world, key)?;
        let member_id = key.maker_id.ok_or_else(ApiError::internal)?;
        let needs = parts.extensions.get::<Caller>().and_then(|caller| caller.needs(&parts.method));
        let needs = needs.ok_or_else(ApiError::internal)?;
        let request = parts.extensions.get::<Caller>().and_then(|caller| caller.request_id().to_str().ok());
        let cause = Cause { reason: None, request: request.map(Arc::from) };
        let need = Need { role: needs.role, place: Place::Anywhere };
        let mut who = Who { account_id: key.account_id, member_id, by: By::Key(key.id), need, cause };
        reason::note_header(&mut who, &parts.headers)?;
        Ok(Self { who, held, needs })
    }

    /// Returns the caller, if they may do this with the project and the environment of the path.
    pub(super) fn who(&self, project_id: Option<i64>, environment_id: Option<i64>) -> ApiResult<Who> {
        let Needs { role, reach } = self.needs;
        // A place that the path lacks is a mistake in the table of rights.
        let place = reach.place(project_id, environment_id).ok_or_else(ApiError::internal)?;
        let need = Need { role, place };
        access::check(&self.held, need)?;
        Ok(self.with(need))
    }

    /// Returns the caller, if they know of this project or it is none of the account. What they may do there is not checked.
    pub(super) fn who_in(&self, project_id: i64) -> ApiResult<Who> {
        if !self.held.sees(project_id) {
            return Err(operations::Error::no_project(project_id).into());
        }
        Ok(self.with(Need { role: self.needs.role, place: Place::InProject(project_id) }))
    }

    fn with(&self, need: Need) -> Who {
        Who { need, ..self.who.clone() }
    }
}

/// The rights of an API key.
fn held(world: &World, key: &KeyEntry) -> ApiResult<Held> {
    world.rights(key).ok_or_else(|| {
        ApiError::unauthenticated("the member who made the key has left the account, so that it opens nothing any more")
    })
}

impl FromRequestParts<App> for Evaluator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let world = app.world();
        let identity = authenticate(parts, app, &world)?;
        let environment_id = environment_id(parts, &world, &identity)?;
        let environment = environment(&world, environment_id)?;
        if let Some(caller) = parts.extensions.get::<Caller>().filter(|_| identity.key.kind == Kind::Sdk) {
            let limit = BodyLimit { bytes: app.requests.max_sdk_body_bytes, setting: Some("--max-sdk-body-bytes") };
            caller.lower_body_limit(limit);
        }
        Ok(Self { environment, environment_id, is_client: identity.key.kind == Kind::Sdk, app: app.clone() })
    }
}

impl FromRequestParts<App> for RuleReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let world = app.world();
        let identity = authenticate(parts, app, &world)?;
        if identity.key.kind == Kind::Sdk {
            return Err(wrong_kind(Kind::Sdk, "a server key (fbsrv_...), since rules are secret"));
        }
        let environment_id = environment_id(parts, &world, &identity)?;
        let environment = environment(&world, environment_id)?;
        let reader = Reader::of(&parts.headers);
        reader.note(app, environment_id);
        Ok(Self { environment, environment_id, key_id: identity.key.id, key_hash: identity.hash, reader })
    }
}

impl FromRequestParts<App> for Reporter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let world = app.world();
        let identity = authenticate(parts, app, &world)?;
        if identity.key.kind == Kind::Sdk {
            return Err(wrong_kind(Kind::Sdk, "a server key (fbsrv_...)"));
        }
        let environment_id = environment_id(parts, &world, &identity)?;
        let environment = environment(&world, environment_id)?;
        Ok(Self { environment, environment_id, key_id: identity.key.id })
    }
}

/// Refuses a parameter that the call does not know: ignoring `dryrun=true` would make the change that the caller only wanted
/// to try.
fn check_query(parts: &Parts) -> ApiResult<()> {
    let caller = parts.extensions.get::<Caller>();
    let Some(known) = caller.and_then(|caller| caller.known_parameters(&parts.method)) else { return Ok(()) };
    let given: Vec<(String, String)> = parameters::query(&parts.uri)?;
    let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(name)) else { return Ok(()) };
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(ApiError::invalid(format!("the query: unknown parameter {}; this call knows {known}", quoted(name))))
}

fn wrong_kind(kind: Kind, expected: &str) -> ApiError {
    ApiError::forbidden(format!("this needs {expected}; the key is of the kind {}...", kind.prefix()))
}

/// Finds the key of a request, within the limits of that key, or of the address that has none.
fn authenticate<'w>(parts: &Parts, app: &App, world: &'w World) -> ApiResult<Identity<'w>> {
    let caller = parts.extensions.get::<Caller>();
    let identity = identify(&parts.headers, world).inspect_err(|_| app.metrics.failed_authentications.increment(1));
    match identity {
        Ok(identity) => {
            let id = identity.key.id;
            app.uses.note(id, &identity.key.use_mark);
            if let Some(caller) = caller {
                caller.note_key(id, identity.key.account_id, identity.key.kind != Kind::Sdk);
            }
            match caller.filter(|_| identity.key.kind == Kind::Sdk) {
                Some(caller) => app.rates.count_public_key(id, caller.address())?,
                None => app.rates.count_key(id)?,
            }
            Ok(identity)
        }
        Err(error) => {
            if let Some(caller) = caller {
                app.rates.count_failure(caller.address())?;
            }
            Err(error)
        }
    }
}

/// Finds the key of a request.
fn identify<'w>(headers: &HeaderMap, world: &'w World) -> ApiResult<Identity<'w>> {
    let text = key_text(headers)?;
    let (kind, hash) = key::read(text).map_err(|error| {
        ApiError::unauthenticated(match error {
            NoKey::Prefix => "not a FlagBit key: those begin with fb_, fbsdk_ or fbsrv_",
            NoKey::Mistyped => "the key is not complete or has a typo in it",
        })
    })?;
    let entry = world.key(&hash).filter(|entry| entry.kind == kind);
    let Some(entry) = entry else {
        return Err(ApiError::unauthenticated("this server does not know the key"));
    };
    if entry.has_ended() && !entry.revoked {
        return Err(ApiError::unauthenticated("the time of the key is over; create another one"));
    }
    if !world.opens(entry) {
        return Err(ApiError::unauthenticated("the key was revoked"));
    }
    if kind != Kind::Sdk && is_foreign(headers) {
        return Err(ApiError::forbidden(
            "secret keys are refused from web pages of another origin; use a client key (fbsdk_...) there, and revoke \
             this one if it was published",
        ));
    }
    Ok(Identity { key: entry, hash })
}

/// The text of the key, from either header.
fn key_text(headers: &HeaderMap) -> ApiResult<&str> {
    let missing = || ApiError::unauthenticated("send a key: Authorization: Bearer KEY, or X-API-Key: KEY");
    if let Some(value) = headers.get("x-api-key") {
        return value.to_str().map_err(|_| missing());
    }
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
    match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(key.trim()),
        _ => Err(missing()),
    }
}

/// Returns whether a browser says that the page is of another origin than this server.
fn is_foreign(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return false;
    };
    let host = headers.get(header::HOST).map(|host| host.as_bytes());
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    authority.map(str::as_bytes) != host
}

/// The environment that an API key names. Other keys are for one environment.
#[derive(Debug, Deserialize)]
struct Target {
    project_id: Option<i64>,
    environment: Option<String>,
}

fn environment_id(parts: &Parts, world: &World, identity: &Identity<'_>) -> ApiResult<i64> {
    if let Some((_, environment_id)) = identity.key.scope {
        return Ok(environment_id);
    }
    let Query(target) =
        Query::<Target>::try_from_uri(&parts.uri).map_err(|_| ApiError::invalid("project_id: expected an integer"))?;
    let project_id =
        target.project_id.ok_or_else(|| ApiError::invalid("project_id: missing; an API key names its project"))?;
    let held = held(world, identity.key)?;
    let project = world.project(identity.key.account_id, project_id).filter(|_| held.sees(project_id));
    let project = project.ok_or_else(|| operations::Error::no_project(project_id))?;
    let environment = project.environment(target.environment.as_deref());
    let id = environment.map(|(_, id)| *id).ok_or_else(|| ApiError::not_found("no such environment"))?;
    access::check(&held, Need { role: Role::Viewer, place: Place::Environment(project_id, id) })?;
    Ok(id)
}

fn environment(world: &World, id: i64) -> ApiResult<Arc<Environment>> {
    world.environment(id).map(Arc::clone).ok_or_else(|| ApiError::not_found("no such environment"))
}
