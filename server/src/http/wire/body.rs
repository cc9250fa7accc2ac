//! Bodies that end early.

use std::{error::Error, fmt};

use super::error::ApiError;

/// Why a body ended early.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// Larger than allowed.
    TooLarge { max_bytes: usize },
    /// Not complete within the time allowed, however steadily it trickled.
    TooSlow,
    /// The connection broke, or the bytes are not HTTP.
    Broken(hyper::Error),
}

impl fmt::Display for BodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { max_bytes } => {
                write!(formatter, "the body is larger than the {max_bytes} bytes that this server allows")
            }
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
            BodyError::TooLarge { .. } => Self::too_large(error.to_string()),
            BodyError::TooSlow => Self::too_slow(error.to_string()),
            BodyError::Broken(_) => Self::invalid(error.to_string()),
        }
    }
}
