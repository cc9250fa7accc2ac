//! Members of accounts: who belongs to an account, and what they may do.

use serde_json::json;

use super::{Backend, Error, Result, Who, access, names};
use crate::{
    rights::{Held, Rights, Role},
    storage::{Write, audit::Entry, members::Member},
};

/// A member who was removed.
#[derive(Debug)]
pub(crate) struct RemovedMember {
    pub(crate) id: i64,
    /// The ids of the member's API keys, which were revoked.
    pub(crate) revoked_keys: Vec<i64>,
}

/// Lists the members of an account, oldest first.
///
/// # Errors
/// The database fails.
pub(crate) async fn list(backend: &Backend, account_id: i64) -> Result<Vec<Member>> {
    Ok(backend.follower.storage().members(account_id).await?)
}

/// Makes the person whom an address names a member of the account.
///
/// # Errors
/// [`Error::Invalid`] for an invalid address or invalid rights; [`Error::Conflict`] for a member; [`Error::Forbidden`] for
/// more rights than the caller holds; [`Error::LimitReached`]; the errors of [`access::begin`].
pub(crate) async fn add(backend: &Backend, who: &Who, email: &str, rights: Rights) -> Result<Member> {
    let email = names::email("email", email)?.to_lowercase();
    let (mut write, held) = access::begin_held(&backend.follower, who).await?;
    access::check_grant(&mut write, who.account_id, &held, &rights).await?;
    let members = write.members(who.account_id).await?;
    if let Some(member) = members.iter().find(|member| member.email == email) {
        let message =
            format!("email: the account has this member already, with the id {}; change their role", member.id);
        return Err(Error::Conflict(message));
    }
    let limit = backend.accounts.max_members;
    if members.len() >= limit as usize {
        let message = format!("this server allows {limit} members an account (--max-members); remove one first");
        return Err(Error::LimitReached(message));
    }
    let id = write.person(&email).await?;
    write.put_member(who.account_id, id, &rights).await?;
    let (target, after) = (id.to_string(), describe(&rights));
    write.record(Entry { action: "member.add", target: &target, after: Some(&after), ..who.entry() }).await?;
    let member = find(&mut write, who.account_id, id).await?.1;
    backend.follower.commit(write).await?;
    Ok(member)
}

/// Changes the rights of a member. Rights that they have already stay as they are.
///
/// # Errors
/// [`Error::Invalid`] for invalid rights; [`Error::Forbidden`] for more than the caller holds, before or after;
/// [`Error::Conflict`] for the last admin; [`Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn change(backend: &Backend, who: &Who, id: i64, rights: Rights) -> Result<Member> {
    let (mut write, held) = access::begin_held(&backend.follower, who).await?;
    let (members, member) = find(&mut write, who.account_id, id).await?;
    check_covered(&held, &member)?;
    access::check_grant(&mut write, who.account_id, &held, &rights).await?;
    if member.rights == rights {
        return Ok(member);
    }
    if !is_admin(&rights) {
        check_other_admin(&members, id)?;
    }
    write.put_member(who.account_id, id, &rights).await?;
    let (before, after) = (describe(&member.rights), describe(&rights));
    write
        .record(Entry {
            action: "member.change",
            target: &id.to_string(),
            before: Some(&before),
            after: Some(&after),
            ..who.entry()
        })
        .await?;
    backend.follower.commit(write).await?;
    Ok(Member { rights, ..member })
}

/// Removes a member from the account, and revokes the API keys that they made. SDK and server keys stay: programs use them.
///
/// # Errors
/// [`Error::Forbidden`] for a member who holds more than the caller; [`Error::Conflict`] for the last admin;
/// [`Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn remove(backend: &Backend, who: &Who, id: i64) -> Result<RemovedMember> {
    let (mut write, held) = access::begin_held(&backend.follower, who).await?;
    let (members, member) = find(&mut write, who.account_id, id).await?;
    check_covered(&held, &member)?;
    check_other_admin(&members, id)?;
    let revoked_keys = write.api_keys_by(who.account_id, id).await?;
    for key_id in &revoked_keys {
        write.revoke_key(*key_id).await?;
    }
    write.remove_member(who.account_id, id).await?;
    let mut before = describe(&member.rights);
    before["revoked_keys"] = json!(revoked_keys);
    let target = id.to_string();
    write.record(Entry { action: "member.remove", target: &target, before: Some(&before), ..who.entry() }).await?;
    backend.follower.commit(write).await?;
    Ok(RemovedMember { id, revoked_keys })
}

/// Refuses to touch a member who may do what the caller may not.
fn check_covered(held: &Held, member: &Member) -> Result<()> {
    if held.cover(&member.rights) {
        return Ok(());
    }
    Err(Error::Forbidden(format!("member {} holds more than you; ask an admin of the whole account", member.id)))
}

fn is_admin(rights: &Rights) -> bool {
    rights.account == Some(Role::Admin)
}

fn check_other_admin(members: &[Member], id: i64) -> Result<()> {
    let is_needed = members.iter().any(|member| member.id == id && is_admin(&member.rights));
    if is_needed && !members.iter().any(|member| member.id != id && is_admin(&member.rights)) {
        return Err(Error::Conflict(format!(
            "member {id} is the last admin of the account; make another member admin first"
        )));
    }
    Ok(())
}

/// Finds a member, and all members.
async fn find(write: &mut Write, account_id: i64, id: i64) -> Result<(Vec<Member>, Member)> {
    let members = write.members(account_id).await?;
    let member = members.iter().find(|member| member.id == id).cloned();
    let member = member.ok_or_else(|| Error::NotFound(format!("the account has no member {id}")))?;
    Ok((members, member))
}

/// Describes rights for the audit.
fn describe(rights: &Rights) -> serde_json::Value {
    json!({"role": rights.account, "projects": rights.projects})
}
