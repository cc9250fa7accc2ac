//! Bodies that end early.

use std::{error::Error, fmt};

use super::error::ApiError;
use crate::state::budget::Spent;

/// The largest body that a request may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit {
    pub(crate) bytes: usize,
    /// The setting of the limit; `None` for a fixed one.
    pub(crate) setting: Option<&'static str>,
}

/// Why a body ended early.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// Larger than allowed.
    TooLarge(BodyLimit),
    /// Together with other bodies larger than allowed.
    NoRoom(Spent),
    /// Not complete within the time allowed, however steadily it trickled.
    TooSlow,
    /// The connection broke, or the bytes are not HTTP.
    Broken(hyper::Error),
}

impl fmt::Display for BodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(BodyLimit { bytes, setting }) => {
                write!(formatter, "the body is larger than the {bytes} bytes that this server allows")?;
                setting.map_or(Ok(()), |setting| write!(formatter, " ({setting})"))
            }
            Self::NoRoom(Spent::Account { bytes }) => write!(
                formatter,
                "the bodies that the server is reading for this account have more than {bytes} bytes; send fewer at a time"
            ),
            Self::NoRoom(Spent::All { bytes }) => write!(
                formatter,
                "all bodies that the server is reading have more than {bytes} bytes, the limit of this server \
                 (--max-bodies-bytes)"
            ),
            Self::TooSlow => formatter.write_str("the body took too long to arrive; send it again, faster or in parts"),
            Self::Broken(_) => formatter.write_str("the body could not be read to its end"),
        }
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Broken(error) => Some(error),
            _ => None,
        }
    }
}

impl BodyError {
    /// Finds the reason in the chain of an extractor's error.
    pub(crate) fn in_chain<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}

impl From<&BodyError> for ApiError {
    fn from(error: &BodyError) -> Self {
        match error {
            BodyError::TooLarge(_) => Self::too_large(error.to_string()),
            BodyError::NoRoom(_) => Self::unavailable(error.to_string()),
            BodyError::TooSlow => Self::too_slow(error.to_string()),
            BodyError::Broken(_) => Self::invalid(error.to_string()),
        }
    }
}
