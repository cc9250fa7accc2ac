//! The caller of an operation, and their rights.

use super::{Error, Result, names};
use crate::{
    rights::{Held, Need, Place, Rights, Role},
    storage::{
        Write,
        audit::{Actor, Entry},
        cause::Cause,
    },
    world::Follower,
};

/// Whoever asks for an operation, with the account and what the operation needs.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) account_id: i64,
    /// The member who asks, or for whom a key or a command asks.
    pub(crate) member_id: i64,
    pub(crate) by: By,
    /// What this operation needs. It is checked again in the write.
    pub(crate) need: Need,
    /// Kept with what changes.
    pub(crate) cause: Cause,
}

/// The way in which a caller comes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    /// With an API key, by its id.
    Key(i64),
    /// By a command on the server's machine, which may do everything.
    CommandLine,
}

impl Who {
    /// A command on the server's machine that acts for a member.
    pub(crate) fn command_line(account_id: i64, member_id: i64) -> Self {
        let need = Need { role: Role::Admin, place: Place::Account };
        Self { account_id, member_id, by: By::CommandLine, need, cause: Cause::default() }
    }

    /// Notes the reason of what is asked for. A text without letters is none. `field` names the text in errors.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that is too long, for control characters, and for a second reason.
    pub(crate) fn give_reason(&mut self, field: &str, text: &str) -> Result<()> {
        let Some(reason) = names::reason(field, text)? else { return Ok(()) };
        if self.cause.reason.is_some() {
            return Err(Error::Invalid(format!("{field}: the header and the body give a reason; give it once")));
        }
        self.cause.reason = Some(reason.into());
        Ok(())
    }

    pub(super) fn actor(&self) -> Actor {
        match self.by {
            By::Key(id) => Actor::Key { id, member_id: self.member_id },
            By::CommandLine => Actor::CommandLine,
        }
    }

    pub(super) fn author(&self) -> Author {
        Author { account_id: self.account_id, actor: self.actor(), member_id: self.member_id }
    }

    /// The beginning of an entry in the audit.
    pub(super) fn entry<'a>(&self) -> Entry<'a> {
        Entry::by(self.actor(), self.account_id)
    }
}

/// Whoever makes keys, for the audit and for the keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Author {
    pub(super) account_id: i64,
    pub(super) actor: Actor,
    /// The member whom the keys count as.
    pub(super) member_id: i64,
}

/// Begins a write for `who`.
///
/// The rights are checked inside the write. Writes take turns, so a key that was valid when the request came, and was revoked
/// or lost its role while the write waited for its turn, changes nothing.
///
/// # Errors
/// [`Error::KeyRevoked`]; [`Error::Forbidden`]; the database fails.
pub(super) async fn begin(follower: &Follower, who: &Who) -> Result<Write> {
    Ok(begin_held(follower, who).await?.0)
}

/// [`begin`], with the rights of the caller as the write sees them.
pub(super) async fn begin_held(follower: &Follower, who: &Who) -> Result<(Write, Held)> {
    let mut write = follower.storage().write().await?;
    let held = match who.by {
        By::Key(id) => write.rights_of_key(who.account_id, id).await?.ok_or(Error::KeyRevoked)?,
        By::CommandLine => Held::everything(),
    };
    check(&held, who.need)?;
    write.note_cause(who.cause.clone());
    Ok((write, held))
}

/// Refuses a caller who lacks a right.
///
/// # Errors
/// [`Error::Forbidden`]
pub(crate) fn check(held: &Held, need: Need) -> Result<()> {
    if held.allow(need) { Ok(()) } else { Err(Error::Forbidden(held.refusal(need))) }
}

/// Refuses rights that the caller cannot grant, or that name what the account has not.
pub(super) async fn check_grant(write: &mut Write, account_id: i64, held: &Held, rights: &Rights) -> Result<()> {
    if rights.account.is_none() && rights.projects.is_empty() {
        return Err(Error::Invalid("role: expected a role for the account, or roles in projects".into()));
    }
    for project_id in rights.projects.keys() {
        if write.project(account_id, *project_id).await?.is_none() {
            return Err(Error::Invalid(format!("projects: the account has no project {project_id}")));
        }
    }
    if !held.cover(rights) {
        return Err(Error::Forbidden(
            "nobody grants more than they hold; choose a lower role, or fewer projects".into(),
        ));
    }
    Ok(())
}
