//! Names that people give.

use super::{Error, Result};

/// Reads a name for people, of a project or a key. Spaces around it are dropped.
///
/// # Errors
/// [`Error::Invalid`], which names `field`.
pub(super) fn title<'t>(field: &str, text: &'t str) -> Result<&'t str> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::Invalid(format!("{field}: expected 1 to 200 characters")));
    }
    // Line breaks would forge lines in lists, and PostgreSQL cannot keep a NUL.
    if name.chars().any(char::is_control) {
        return Err(Error::Invalid(format!("{field}: expected no control characters")));
    }
    Ok(name)
}

/// Characters of a reason.
const MAX_REASON: usize = 500;

/// Reads the reason of a change. Spaces around it are dropped; `None` where nothing is left.
///
/// # Errors
/// [`Error::Invalid`], which names `field`.
pub(super) fn reason<'t>(field: &str, text: &'t str) -> Result<Option<&'t str>> {
    let reason = text.trim();
    let count = reason.chars().count();
    if count > MAX_REASON {
        return Err(Error::Invalid(format!("{field}: expected at most {MAX_REASON} characters, found {count}")));
    }
    // People write paragraphs.
    if reason.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t')) {
        return Err(Error::Invalid(format!("{field}: expected no control characters except line breaks and tabs")));
    }
    Ok((!reason.is_empty()).then_some(reason))
}

/// Checks the name of an environment, which is part of paths.
///
/// # Errors
/// [`Error::Invalid`], which names `field`.
pub(super) fn environment<'t>(field: &str, text: &'t str) -> Result<&'t str> {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if text.is_empty() || text.len() > 64 || !text.bytes().all(is_fine) || text.bytes().all(|byte| byte == b'.') {
        return Err(Error::Invalid(format!("{field}: expected 1 to 64 of A-Z a-z 0-9 . _ -, not only dots")));
    }
    if text == "compare" {
        return Err(Error::Invalid(format!("{field}: \"compare\" is part of a path of its own; choose another name")));
    }
    Ok(text)
}

/// Checks an address.
///
/// # Errors
/// [`Error::Invalid`], which names `field`.
pub(super) fn email<'t>(field: &str, text: &'t str) -> Result<&'t str> {
    check_email(text).map_err(|problem| Error::Invalid(format!("{field}: {problem}")))
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
