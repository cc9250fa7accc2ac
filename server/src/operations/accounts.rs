//! Accounts.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Error, Result, keys, projects};
use crate::{
    key::Kind,
    storage::{
        Write,
        audit::{Actor, Entry},
        keys::{Grant, Owner},
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
/// [`Error::Invalid`] for an invalid email; [`Error::Forbidden`] where signing up is closed; the database fails.
pub(crate) async fn sign_up(follower: &Follower, applicant: Applicant, email: &str) -> Result<Account> {
    let email = check_email(email).map_err(|problem| Error::Invalid(format!("email: {problem}")))?;
    let mut write = follower.storage().write().await?;
    if let Applicant::Visitor { is_open: false } = applicant
        && write.has_account().await?
    {
        return Err(closed());
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

/// Returns `text` if it could be the address of a mailbox.
///
/// # Errors
/// The text is no address. The error says what is expected.
pub(crate) fn check_email(text: &str) -> std::result::Result<&str, &'static str> {
    let is_address = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if !is_address || text.len() > 254 || text.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return Err("expected an address of at most 254 bytes");
    }
    Ok(text)
}

async fn create(write: &mut Write, applicant: Applicant, email: &str) -> Result<Account> {
    let actor = match applicant {
        Applicant::Visitor { .. } => Actor::Signup,
        Applicant::CommandLine => Actor::CommandLine,
    };
    let account_id = write.create_account(email).await?;
    // The entry does not hold the address, which is personal: not everybody who may read the audit needs to know it.
    let target = account_id.to_string();
    write.record(Entry { action: "account.create", target: &target, ..Entry::by(actor, account_id) }).await?;
    let owner = Owner { account_id, project_id: None };
    let grant = Grant { owner, kind: Kind::Api, name: "first", environment: None };
    let (_, api_key) = keys::create(write, actor, grant).await?;
    let project = projects::create_with_keys(write, account_id, actor, "default").await?;
    Ok(Account {
        account_id,
        api_key,
        project: ProjectName { id: project.id, name: project.name },
        sdk_key: project.sdk_key,
        server_key: project.server_key,
    })
}
