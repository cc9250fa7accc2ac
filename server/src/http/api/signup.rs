//! Signing up.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    operations::accounts::{self, Account, Applicant},
    state::App,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Signup).routes(routes!(signup))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Signup {
    /// The address of whoever is responsible. Nothing is sent there.
    email: String,
}

/// A request that may sign up. Where signing up is closed, the body is not read.
struct Visitor;

impl FromRequestParts<App> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, app: &App) -> ApiResult<Self> {
        accounts::check_open(app.follower(), app.backend.accounts.signup)?;
        Ok(Self)
    }
}

/// Create an account with a first project and its keys, which are shown this once.
///
/// Works while the server has no account, or if it was started with `--signup`.
#[utoipa::path(post, path = "/api/v1/signup", tag = "accounts", request_body = Signup, responses(
    (status = 201, description = "created", body = Account),
    (status = 400, description = "the body cannot be read", body = ErrorBody),
    (status = 403, description = "signing up is closed", body = ErrorBody),
))]
async fn signup(
    _: Visitor,
    State(app): State<App>,
    JsonBody(signup): JsonBody<Signup>,
) -> ApiResult<(StatusCode, Json<Account>)> {
    let applicant = Applicant::Visitor { is_open: app.backend.accounts.signup };
    let account = accounts::sign_up(app.follower(), applicant, &signup.email).await?;
    Ok((StatusCode::CREATED, Json(account)))
}
