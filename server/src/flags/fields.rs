//! The fields that flags, segments and their parts have: one table for the API, for imports and for `flagbit check`.

use strsim::osa_distance;

/// The fields of one kind of object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// The kind of the object with its verb, such as `a flag has`.
    owner: &'static str,
    /// The fields that people write.
    written: &'static [&'static str],
    /// Further fields that are accepted, because they are in what a server or a snapshot says of itself.
    accepted: &'static [&'static str],
}

/// A whole document.
pub(crate) const DOCUMENT: Fields = Fields {
    owner: "flags as code have",
    written: &["flags", "segments"],
    accepted: &["revision", "project", "environment"],
};

pub(crate) const FLAG: Fields = Fields {
    owner: "a flag has",
    written: &[
        "key",
        "name",
        "description",
        "tags",
        "owner",
        "lifetime",
        "expires_at",
        "client_visible",
        "variants",
        "default",
        "enabled",
        "default_enabled",
        "off",
        "rules",
        "version",
    ],
    accepted: &["created_at", "updated_at", "environments", "moved", "usage"],
};

pub(crate) const SEGMENT: Fields = Fields {
    owner: "a segment has",
    written: &["rules"],
    accepted: &["key", "version", "created_at", "updated_at", "environments"],
};

/// A rule that is one condition.
pub(crate) const RULE: Fields = Fields { owner: "a rule has", ..CONDITION };

pub(crate) const CONDITION: Fields =
    Fields { owner: "a condition has", written: &["attribute", "operator", "value"], accepted: &[] };

pub(crate) const CONDITIONS_RULE: Fields =
    Fields { owner: "a rule with conditions has", written: &["conditions", "value"], accepted: &[] };

pub(crate) const SPLIT: Fields = Fields { owner: "a split has", written: &["split", "by", "salt"], accepted: &[] };

pub(crate) const PERCENTAGE: Fields =
    Fields { owner: "a percentage with a salt has", written: &["percent", "salt"], accepted: &[] };

/// A longer name is like none of the fields, and comparing it would take long.
const LONGEST: usize = 24;

impl Fields {
    pub(crate) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.written.iter().chain(self.accepted).copied()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all().any(|field| field == name)
    }

    /// Says that a field is unknown, and which one was probably meant.
    pub(crate) fn unknown(&self, name: &str) -> String {
        match self.similar(name) {
            Some(meant) => format!("unknown field; did you mean {meant:?}?"),
            None => format!("unknown field; {} {}", self.owner, self.written.join(", ")),
        }
    }

    /// Returns the field that this name probably misspells.
    fn similar(&self, name: &str) -> Option<&'static str> {
        if name.len() > LONGEST {
            return None;
        }
        let lower = name.to_lowercase();
        let distances = self.written.iter().map(|field| (osa_distance(&lower, field), *field));
        distances.filter(|(distance, field)| *distance * 3 <= field.len()).min().map(|(_, field)| field)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::*;
    use crate::flags::schema;

    #[test]
    fn typing_errors_are_recognised() {
        for (typed, meant) in [
            ("enabeld", "enabled"),
            ("Enabled", "enabled"),
            ("rule", "rules"),
            ("varaints", "variants"),
            ("default_enable", "default_enabled"),
            ("defaultEnabled", "default_enabled"),
            ("client_visable", "client_visible"),
            ("kye", "key"),
            ("life_time", "lifetime"),
            ("expire_at", "expires_at"),
        ] {
            assert_eq!(FLAG.similar(typed), Some(meant), "{typed}");
        }
        for other in ["maintainer", "id", "", "x", "éé", "a field with a very long name"] {
            assert_eq!(FLAG.similar(other), None, "{other}");
        }
    }

    #[test]
    fn the_api_describes_the_same_fields() {
        let described = |schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>| {
            let schema = serde_json::to_value(schema).unwrap();
            let Value::Object(fields) = schema["properties"].clone() else { panic!("no fields: {schema}") };
            fields.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>()
        };
        let all = |fields: &[Fields]| fields.iter().flat_map(Fields::all).map(str::to_owned).collect::<BTreeSet<_>>();
        // A reason is of the change and not of what changes.
        let with_reason = |fields: &[Fields]| all(fields).into_iter().chain(["reason".to_owned()]).collect();
        assert_eq!(described(schema::FlagChanges::schema()), with_reason(&[FLAG]));
        assert_eq!(described(schema::SegmentRules::schema()), with_reason(&[SEGMENT]));
        assert_eq!(described(schema::Rule::schema()), all(&[RULE, CONDITIONS_RULE]));
        assert_eq!(described(schema::Condition::schema()), all(&[CONDITION]));
        assert_eq!(described(schema::DocumentBody::schema()), all(&[DOCUMENT]));
    }
}
