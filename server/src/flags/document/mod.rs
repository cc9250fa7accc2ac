//! Flags as code, read and judged. An import and `flagbit check` use the same code, so that what one passes, the other takes.

mod content;
mod reader;
mod syntax;
mod text;
mod value;
mod weight;

pub(crate) use content::{Document, FlagAsCode, segment_place};
pub(crate) use syntax::NotJson;
pub(crate) use text::{Objection, read};
