//! The values that a typed flag can have.

use std::sync::Arc;

use super::number::Number;

/// A named value of a typed flag.
#[derive(Debug)]
pub struct Variant {
    name: Box<str>,
    value: VariantValue,
    pub(super) id: u64,
}

/// A variant's value. All variants of a flag have the same type.
#[derive(Debug, Clone, PartialEq)]
pub enum VariantValue {
    /// A string.
    String(Box<str>),
    /// A number, and its canonical text. It is an integer if it has no fraction and is from -2^63 to 2^64-1, however it
    /// was written.
    Number(Number, Box<str>),
    /// The compact JSON text of an object or a list.
    Json(Box<str>),
}

impl Variant {
    pub(super) fn new(name: &str, value: VariantValue) -> Self {
        Self { name: name.into(), value, id: 0 }
    }

    /// The name that rules refer to.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number that `Snapshot::number_variants` gave; 0 before.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The value.
    pub fn value(&self) -> &VariantValue {
        &self.value
    }
}

/// Two variants are equal if they give the same answer.
impl PartialEq for Variant {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.value == other.value
    }
}

impl VariantValue {
    /// The value as text: the string itself, a number's canonical text, JSON.
    pub fn text(&self) -> &str {
        let (Self::String(text) | Self::Number(_, text) | Self::Json(text)) = self;
        text
    }

    /// The type's name.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::Number(..) => "number",
            Self::Json(_) => "json",
        }
    }
}

/// A flag's variants; rules name them by position.
pub(super) type Variants = Box<[Arc<Variant>]>;
