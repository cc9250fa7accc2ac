//! Accounts.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Error, Result, access::Author, keys, names, projects};
use crate::{
    rights::{Rights, Role},
    storage::{
        Write,
        audit::{Actor, Entry},
        keys::Grant,
    },
    world::Follower,
};

/// The applicant for an account.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Applicant {
    /// Somebody without a key. Unless signing up is open, only the first of them gets an account.
    Visitor { is_open: bool },
    /// A command on the server's machine.
    CommandLine,
}

/// A new account. The keys are shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    pub(crate) account_id: i64,
    pub(crate) api_key: String,
    pub(crate) project: ProjectName,
    pub(crate) sdk_key: String,
    pub(crate) server_key: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectName {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// Creates an account with its first project and keys.
///
/// # Errors
/// [`Error::Invalid`] for an invalid email; [`Error::Forbidden`] where signing up is closed; [`Error::Conflict`] where the
/// command line gives an address that has an account; the database fails.
pub(crate) async fn sign_up(follower: &Follower, applicant: Applicant, email: &str) -> Result<Account> {
    let email = names::email("email", email)?;
    let mut write = follower.storage().write().await?;
    match applicant {
        Applicant::Visitor { is_open: false } if write.has_account().await? => return Err(closed()),
        // Visitors are not told whether an address is known.
        Applicant::Visitor { .. } => {}
        Applicant::CommandLine => check_is_new(&mut write, email).await?,
    }
    let account = create(&mut write, applicant, email).await?;
    follower.commit(write).await?;
    Ok(account)
}

/// Refuses a visitor who cannot sign up, by the state in memory: before anything of the application is read.
///
/// # Errors
/// [`Error::Forbidden`] where signing up is closed. Without an error, [`sign_up`] still decides.
pub(crate) fn check_open(follower: &Follower, is_open: bool) -> Result<()> {
    if is_open || !follower.world().has_keys() { Ok(()) } else { Err(closed()) }
}

fn closed() -> Error {
    Error::Forbidden("signing up is closed on this server; `flagbit account create` makes accounts".into())
}

/// Refuses an address that has an account: the second one would be empty, and hide that the first was lost.
async fn check_is_new(write: &mut Write, email: &str) -> Result<()> {
    let accounts = write.accounts_of(&email.to_lowercase()).await?;
    let Some(account_id) = accounts.first() else { return Ok(()) };
    Err(Error::Conflict(format!(
        "{email} is a member of account {account_id} already; `flagbit key create --email {email}` makes a new API key for it"
    )))
}

async fn create(write: &mut Write, applicant: Applicant, email: &str) -> Result<Account> {
    let actor = match applicant {
        Applicant::Visitor { .. } => Actor::Signup,
        Applicant::CommandLine => Actor::CommandLine,
    };
    let account_id = write.create_account(email).await?;
    let everything = Rights::of_account(Role::Admin);
    let member_id = write.person(&email.to_lowercase()).await?;
    write.put_member(account_id, member_id, &everything).await?;
    // The entry does not hold the address, which is personal: not everybody who may read the audit needs to know it.
    let target = account_id.to_string();
    write.record(Entry { action: "account.create", target: &target, ..Entry::by(actor, account_id) }).await?;
    let grant = Grant::api(account_id, member_id, "first", &everything);
    let (_, api_key) = keys::create(write, actor, grant).await?;
    let project = projects::create_with_keys(write, Author { account_id, actor, member_id }, "default").await?;
    Ok(Account {
        account_id,
        api_key,
        project: ProjectName { id: project.id, name: project.name },
        sdk_key: project.sdk_key,
        server_key: project.server_key,
    })
}
