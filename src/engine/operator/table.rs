//! The table of operators: one row for each.

use super::{
    super::{json::Object, pattern::PatternSizes, problem::Problem},
    Test, flag, list, number, percent, segment, semver, text, time,
};

/// A condition while it is read.
pub(in super::super) struct Source<'s, 'a> {
    pub(in super::super) fields: &'s Object<'a>,
    /// The attribute, or the key of the flag that is asked.
    pub(in super::super) attribute: &'a str,
    pub(in super::super) pattern_sizes: &'s PatternSizes,
}

/// One row of the table.
struct Row {
    name: &'static str,
    family: Family,
    attribute: AttributeUse,
    negation: Negation,
    /// Prepares the operator with the value of its condition.
    parse: fn(&Source<'_, '_>) -> Result<Test, Problem>,
}

/// Operators that read and compare values in the same way.
///
/// Since: 0.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Canonical text.
    Text,
    /// Finite numbers.
    Number,
    /// Versions by SemVer 2.0.0.
    SemVer,
    /// Times by RFC 3339.
    Time,
    /// Presence, and the elements of lists. No other family sees a list.
    List,
    /// Shares of users by a hash.
    Percent,
    /// Membership of segments.
    Segment,
    /// Answers of other flags.
    Flag,
}

/// The meaning of the field `attribute` of a condition.
///
/// Since: 0.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttributeUse {
    /// The name of the attribute that the operator looks at.
    Required,
    /// The name of the attribute that is hashed; `user_id` if the field is missing or empty.
    Bucketing,
    /// The key of the flag that the operator asks.
    FlagKey,
    /// No meaning.
    Unused,
}

/// The spelling of an operator's complement.
///
/// Since: 0.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Negation {
    /// `not_` before the operator's name.
    Prefix,
    /// An operator of its own: `neq` for `eq`.
    Named(Operator),
    /// No complement.
    Never,
}

macro_rules! operators {
    ($($operator:ident $name:literal $family:ident $attribute:ident $negation:expr, $parse:path;)*) => {
        /// An operator of a condition, without the `not_` before its name.
        ///
        /// Since: 0.1
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operator {
            $(#[doc = concat!("`", $name, "`")] $operator,)*
        }

        impl Operator {
            /// All operators.
            pub const ALL: &[Self] = &[$(Self::$operator),*];

            fn of_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$operator),)*
                    _ => None,
                }
            }
        }

        const TABLE: &[Row] = &[$(Row {
            name: $name,
            family: Family::$family,
            attribute: AttributeUse::$attribute,
            negation: $negation,
            parse: $parse,
        }),*];
    };
}

operators! {
    // Operator   name           family  attribute  complement                      reading
    Eq            "eq"           Text    Required   Negation::Named(Operator::Neq), text::eq;
    Neq           "neq"          Text    Required   Negation::Prefix,               text::neq;
    Contains      "contains"     Text    Required   Negation::Prefix,               text::contains;
    In            "in"           Text    Required   Negation::Prefix,               text::in_list;
    Percent       "percent"      Percent Bucketing  Negation::Never,                percent::percent;
    Gt            "gt"           Number  Required   Negation::Prefix,               number::gt;
    Gte           "gte"          Number  Required   Negation::Prefix,               number::gte;
    Lt            "lt"           Number  Required   Negation::Prefix,               number::lt;
    Lte           "lte"          Number  Required   Negation::Prefix,               number::lte;
    StartsWith    "starts_with"  Text    Required   Negation::Prefix,               text::starts_with;
    EndsWith      "ends_with"    Text    Required   Negation::Prefix,               text::ends_with;
    Matches       "matches"      Text    Required   Negation::Prefix,               text::matches;
    Exists        "exists"       List    Required   Negation::Prefix,               list::exists;
    Has           "has"          List    Required   Negation::Prefix,               list::has;
    SemVerEq      "semver_eq"    SemVer  Required   Negation::Prefix,               semver::eq;
    SemVerGt      "semver_gt"    SemVer  Required   Negation::Prefix,               semver::gt;
    SemVerGte     "semver_gte"   SemVer  Required   Negation::Prefix,               semver::gte;
    SemVerLt      "semver_lt"    SemVer  Required   Negation::Prefix,               semver::lt;
    SemVerLte     "semver_lte"   SemVer  Required   Negation::Prefix,               semver::lte;
    Before        "before"       Time    Required   Negation::Prefix,               time::before;
    After         "after"        Time    Required   Negation::Prefix,               time::after;
    InSegment     "in_segment"   Segment Unused     Negation::Prefix,               segment::in_segment;
    FlagIs        "flag_is"      Flag    FlagKey    Negation::Prefix,               flag::flag_is;
}

impl Operator {
    /// Returns the operator that a condition names, and whether the name means its complement (`not_gt`). `None` if this
    /// version does not know the name.
    pub fn named(name: &str) -> Option<(Self, bool)> {
        match name.strip_prefix("not_") {
            None => Some((Self::of_name(name)?, false)),
            Some(positive) => Self::of_name(positive)
                .filter(|operator| operator.negation() == Negation::Prefix)
                .map(|operator| (operator, true)),
        }
    }

    /// The name in a condition.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The family, which reads and compares values in one way.
    pub fn family(self) -> Family {
        self.row().family
    }

    /// The meaning of the field `attribute` of a condition with this operator.
    pub fn attribute_use(self) -> AttributeUse {
        self.row().attribute
    }

    /// The spelling of the operator's complement.
    pub fn negation(self) -> Negation {
        self.row().negation
    }

    /// Returns whether an attribute of the context decides, and not a segment or another flag.
    pub fn looks_at_attribute(self) -> bool {
        match self.attribute_use() {
            AttributeUse::Required | AttributeUse::Bucketing => true,
            AttributeUse::FlagKey | AttributeUse::Unused => false,
        }
    }

    /// Prepares the operator with the value of its condition.
    pub(in super::super) fn parse(self, source: &Source<'_, '_>) -> Result<Test, Problem> {
        (self.row().parse)(source)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_has_its_name_and_its_complement() {
        for &operator in Operator::ALL {
            let name = operator.name();
            assert_eq!(Operator::named(name), Some((operator, false)), "{name}");
            let complement = match operator.negation() {
                Negation::Prefix => Some((operator, true)),
                Negation::Named(_) | Negation::Never => None,
            };
            assert_eq!(Operator::named(&format!("not_{name}")), complement, "{name}");
            if let Negation::Named(other) = operator.negation() {
                assert_eq!((operator, other), (Operator::Eq, Operator::Neq));
            }
        }
        for name in ["", "not_", "EQ", "not_not_gt", "equals"] {
            assert_eq!(Operator::named(name), None, "{name}");
        }
    }
}
