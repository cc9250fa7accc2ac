//! Members of the account.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{auth::Manager, target::MemberId};
use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiResult, ErrorBody},
            json::JsonBody,
        },
    },
    operations::members,
    rights::{Rights, Role},
    state::App,
    storage,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management)
        .routes(routes!(list_members, add_member))
        .routes(routes!(change_member, remove_member))
}

/// A person whom this server knows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) email: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Members {
    /// Oldest first.
    members: Vec<Member>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Member {
    #[serde(flatten)]
    person: Person,
    /// The role in the whole account; `null` for a member with roles in projects alone.
    role: Option<Role>,
    /// Roles in projects, by the ids of the projects. Of two roles the higher one counts.
    projects: BTreeMap<i64, Role>,
    created_at: String,
}

impl From<storage::members::Member> for Member {
    fn from(member: storage::members::Member) -> Self {
        let storage::members::Member { id, email, rights, created_at } = member;
        Self { person: Person { id, email }, role: rights.account, projects: rights.projects, created_at }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    /// The address that names the person on this server. Nothing is sent there.
    email: String,
    /// The role in the whole account.
    #[schema(nullable = false)]
    role: Option<Role>,
    /// Roles in projects, by the ids of the projects.
    #[serde(default)]
    projects: BTreeMap<i64, Role>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberRights {
    /// The role in the whole account. Without it, the member has roles in projects alone.
    #[schema(nullable = false)]
    role: Option<Role>,
    /// Roles in projects, by the ids of the projects.
    #[serde(default)]
    projects: BTreeMap<i64, Role>,
}

/// A member who was removed.
#[derive(Debug, Serialize, ToSchema)]
struct RemovedMember {
    id: i64,
    /// The ids of the API keys that the member had made. They were revoked.
    revoked_keys: Vec<i64>,
}

/// List the members of the account.
#[utoipa::path(get, path = "/api/v1/members", tag = "members", responses(
    (status = 200, description = "the members, oldest first", body = Members),
))]
async fn list_members(Manager { who, .. }: Manager, State(app): State<App>) -> ApiResult<Json<Members>> {
    let members = members::list(&app.backend, who.account_id).await?;
    Ok(Json(Members { members: members.into_iter().map(Member::from).collect() }))
}

/// Make a person a member of the account.
///
/// An address names one person on the server, who may be a member of several accounts. Nobody grants more than they hold.
#[utoipa::path(post, path = "/api/v1/members", tag = "members", request_body = NewMember, responses(
    (status = 201, description = "the member", body = Member),
    (status = 400, description = "the body cannot be read, or a field is invalid", body = ErrorBody),
    (status = 403, description = "the member would hold more than the caller, or the limit of members is reached",
        body = ErrorBody),
    (status = 409, description = "the person is a member already", body = ErrorBody),
))]
async fn add_member(
    Manager { who, .. }: Manager,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewMember>,
) -> ApiResult<(StatusCode, Json<Member>)> {
    let rights = Rights { account: new.role, projects: new.projects, environments: None };
    let member = members::add(&app.backend, &who, &new.email, rights).await?;
    Ok((StatusCode::CREATED, Json(member.into())))
}

/// Replace the roles of a member. They count at once, for the member's API keys too.
#[utoipa::path(patch, path = "/api/v1/members/{member_id}", tag = "members", request_body = MemberRights, responses(
    (status = 200, description = "the member", body = Member),
    (status = 400, description = "the body cannot be read, or a field is invalid", body = ErrorBody),
    (status = 403, description = "the member holds more than the caller, or would", body = ErrorBody),
    (status = 409, description = "it is the last admin of the account", body = ErrorBody),
))]
async fn change_member(
    Manager { who, .. }: Manager,
    MemberId(id): MemberId,
    State(app): State<App>,
    JsonBody(rights): JsonBody<MemberRights>,
) -> ApiResult<Json<Member>> {
    let rights = Rights { account: rights.role, projects: rights.projects, environments: None };
    Ok(Json(members::change(&app.backend, &who, id, rights).await?.into()))
}

/// Remove a member from the account, and revoke the API keys that they made.
///
/// SDK and server keys that the member made stay, because programs use them.
#[utoipa::path(delete, path = "/api/v1/members/{member_id}", tag = "members", responses(
    (status = 200, description = "removed", body = RemovedMember),
    (status = 403, description = "the member holds more than the caller", body = ErrorBody),
    (status = 409, description = "it is the last admin of the account", body = ErrorBody),
))]
async fn remove_member(
    Manager { who, .. }: Manager,
    MemberId(id): MemberId,
    State(app): State<App>,
) -> ApiResult<Json<RemovedMember>> {
    let members::RemovedMember { id, revoked_keys } = members::remove(&app.backend, &who, id).await?;
    Ok(Json(RemovedMember { id, revoked_keys }))
}
