//! A flag with variants.

use std::sync::Arc;

use super::{
    super::{
        Reason, Variant, VariantValue,
        bucket::Threshold,
        fields::{duplicate, missing, no_duplicates, object, parse_list, parse_rules, text, unexpected, value},
        json::{Json, Object},
        operator::{NOW, USER_ID},
        place::Step,
        problem::{Problem, ProblemKind},
        typed::{Serves, Split, SplitShare, Typed, TypedRule, position},
    },
    rule::{parse_conditions, reason_of},
    tables::Tables,
};

const VARIANTS: std::ops::RangeInclusive<usize> = 2..=64;
const MAX_NAME: usize = 64;
const MAX_VALUE_BYTES: usize = 64 << 10;
const MAX_FLAG_BYTES: usize = 256 << 10;

#[inline(never)]
pub(super) fn parse_typed(
    key: &str,
    fields: &Object<'_>,
    enabled: bool,
    variants: Json<'_>,
    tables: &mut Tables,
) -> Result<Typed, Problem> {
    let variants = parse_variants(variants)?;
    if fields.get("default_enabled").is_some() {
        let message = "a flag with variants has a default, which names one of them, and no default_enabled";
        return Err(Problem::at("default_enabled", ProblemKind::Misplaced, message));
    }
    let default = named(fields, "default", &variants)?.ok_or_else(|| missing("default"))?;
    let off = named(fields, "off", &variants)?.unwrap_or(default);
    let rules = parse_rules(fields, |rule| parse_typed_rule(rule, key, &variants, tables))?;
    Ok(Typed { enabled, variants: variants.into(), default, off, rules })
}

/// The position of the variant that a field names; `None` where the field is missing.
fn named(fields: &Object<'_>, field: &'static str, variants: &[Arc<Variant>]) -> Result<Option<u8>, Problem> {
    let Some(name) = text(fields, field)? else {
        return Ok(None);
    };
    position(variants, name).map(Some).ok_or_else(|| unknown_variant(name).within(Step::field(field)))
}

#[cold]
fn unknown_variant(name: &str) -> Problem {
    Problem::new(ProblemKind::UnknownVariant, format!("no variant {}", Json::Text(name).describe()))
}

fn parse_variants(variants: Json<'_>) -> Result<Vec<Arc<Variant>>, Problem> {
    let limit = |message| Err(Problem::at("variants", ProblemKind::Limit, message));
    let Json::Object(fields) = variants else {
        return Err(unexpected("an object", &variants).within(Step::field("variants")));
    };
    let count = fields.fields().count();
    if !VARIANTS.contains(&count) {
        return limit(format!("a flag has 2 to 64 variants, found {count}"));
    }
    let mut parsed: Vec<Arc<Variant>> = Vec::with_capacity(count);
    for (name, value) in fields.fields() {
        let variant = parse_variant(name, value, &parsed)
            .map_err(|problem| problem.within(Step::entry(name)).within(Step::field("variants")))?;
        parsed.push(Arc::new(variant));
    }
    let bytes: usize = parsed.iter().map(|variant| variant.value().text().len()).sum();
    if bytes > MAX_FLAG_BYTES {
        return limit(format!("the values of a flag have at most {MAX_FLAG_BYTES} bytes together, found {bytes}"));
    }
    Ok(parsed)
}

fn parse_variant(name: &str, value: Json<'_>, earlier: &[Arc<Variant>]) -> Result<Variant, Problem> {
    let problem = |kind, message: String| Err(Problem::new(kind, message));
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if name.is_empty() || name.len() > MAX_NAME || !letters {
        let found = if letters { format!(", found {}", name.len()) } else { String::new() };
        return problem(
            ProblemKind::Value,
            format!("a variant's name has 1 to {MAX_NAME} of A-Z a-z 0-9 . _ -{found}"),
        );
    }
    if position(earlier, name).is_some() {
        return Err(duplicate());
    }
    let value = variant_value(value)?;
    let bytes = value.text().len();
    if bytes > MAX_VALUE_BYTES {
        return problem(ProblemKind::Limit, format!("a value has at most {MAX_VALUE_BYTES} bytes, found {bytes}"));
    }
    match earlier.first() {
        Some(first) if first.value().type_name() != value.type_name() => {
            let (expected, found) = (first.value().type_name(), value.type_name());
            let message = format!("the values of a flag have one type: this is {found}, the first one is {expected}");
            problem(ProblemKind::Type, message)
        }
        _ => Ok(Variant::new(name, value)),
    }
}

pub(super) fn variant_value(value: Json<'_>) -> Result<VariantValue, Problem> {
    match value {
        Json::Text(text) => Ok(VariantValue::String(text.into())),
        Json::Number(number) => Ok(VariantValue::Number(number.exact(), number.canonical().into())),
        Json::List(_) | Json::Object(_) if value.has_duplicates() => {
            Err(Problem::new(ProblemKind::Duplicate, "duplicate field inside"))
        }
        Json::List(_) | Json::Object(_) => Ok(VariantValue::Json(value.to_text().into())),
        Json::Null | Json::Boolean(_) => Err(unexpected("a string, a number, an object or a list", &value)),
    }
}

fn parse_typed_rule(
    rule: Json<'_>,
    key: &str,
    variants: &[Arc<Variant>],
    tables: &mut Tables,
) -> Result<TypedRule, Problem> {
    let fields = object(rule)?;
    let conditions = match fields.get("conditions") {
        Some(conditions) if fields.get("operator").is_none() => parse_conditions(conditions, tables)?,
        _ => {
            let message = "the rules of a flag with variants have conditions and the value that they serve";
            return Err(Problem::at("conditions", ProblemKind::Misplaced, message));
        }
    };
    match value(&fields)? {
        Json::Text(name) => {
            let variant = position(variants, name).ok_or_else(|| unknown_variant(name).within(Step::field("value")))?;
            let reason = reason_of(&conditions);
            Ok(TypedRule { conditions, serves: Serves::Variant(variant), reason })
        }
        Json::Object(split) => {
            let split =
                parse_split(&split, key, variants, tables).map_err(|problem| problem.within(Step::field("value")))?;
            Ok(TypedRule { conditions, serves: Serves::Split(Box::new(split)), reason: Reason::PercentageRollout })
        }
        other => Err(unexpected("a variant's name or a split", &other).within(Step::field("value"))),
    }
}

/// `{"split": [["light", 50], ["dark", 50]], "by": "user_id", "salt": "exp-7"}`
fn parse_split(
    fields: &Object<'_>,
    key: &str,
    variants: &[Arc<Variant>],
    tables: &mut Tables,
) -> Result<Split, Problem> {
    no_duplicates(fields)?;
    let entries = match fields.get("split") {
        Some(Json::List(entries)) if !entries.is_empty() => entries,
        None => return Err(missing("split")),
        Some(other) => {
            return Err(unexpected("a list of [variant, weight] pairs", &other).within(Step::field("split")));
        }
    };
    let mut sum = 0;
    let shares = parse_list(entries, "split", |entry| {
        let (variant, thousandths) = parse_share(entry, variants)?;
        sum += thousandths;
        Ok(SplitShare { variant, thousandths, end: Threshold::new((f64::from(sum) / 1000.0).min(100.0)) })
    })?;
    if sum != 100_000 {
        let message = format!("the weights add up to 100, found {}.{:03}", sum / 1000, sum % 1000);
        return Err(Problem::at("split", ProblemKind::Value, message));
    }
    let by = match text(fields, "by")? {
        None | Some("") => USER_ID,
        Some(NOW) => {
            return Err(Problem::at("by", ProblemKind::Value, format!("{NOW} is nobody to share out by")));
        }
        Some(by) => by,
    };
    // Not the salt of a percent before it: everyone inside a 10 % rollout would be in the first variant.
    let salt = text(fields, "salt")?.map_or_else(|| format!("{key}/split"), Into::into);
    Ok(Split { by: tables.names.get(by), salt: salt.into(), shares })
}

fn parse_share(entry: Json<'_>, variants: &[Arc<Variant>]) -> Result<(u8, u32), Problem> {
    let Json::List(&[Json::Text(name), Json::Number(weight)]) = entry else {
        let message = format!("expected a pair like [\"light\", 50], found {}", entry.describe());
        return Err(Problem::new(ProblemKind::Type, message));
    };
    let variant = position(variants, name).ok_or_else(|| unknown_variant(name))?;
    let thousandths = (weight.as_f64() * 1000.0).round();
    // The nearest double to n/1000 is what the decimal n/1000 was read as, so this is exact.
    if !(0.0..=100_000.0).contains(&thousandths) || thousandths / 1000.0 != weight.as_f64() {
        let message = format!("a weight is from 0 to 100 in steps of 0.001, found {}", weight.canonical());
        return Err(Problem::new(ProblemKind::Value, message));
    }
    Ok((variant, thousandths as u32))
}
