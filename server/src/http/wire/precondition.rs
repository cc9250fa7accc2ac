//! `If-Match` and `If-None-Match` of a change, as a [`Precondition`].

use axum::http::{HeaderMap, header};

use super::error::{ApiError, ApiResult};
use crate::operations::{Known, Precondition};

/// Reads the precondition of a change.
///
/// # Errors
/// `If-Match` is no list of entity tags.
pub(crate) fn precondition(headers: &HeaderMap) -> ApiResult<Precondition> {
    let is_new = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == b"*");
    Ok(Precondition { known: if_match(headers)?, is_new })
}

fn if_match(headers: &HeaderMap) -> ApiResult<Option<Known>> {
    let malformed = || ApiError::invalid("If-Match: expected what ETag gave, with its quotes, or *");
    let mut tags = None;
    for line in headers.get_all(header::IF_MATCH) {
        let mut rest = line.to_str().map_err(|_| malformed())?.trim();
        if rest == "*" {
            return Ok(Some(Known::Any));
        }
        if rest.is_empty() && tags.is_none() {
            return Err(malformed());
        }
        let tags = tags.get_or_insert_with(Vec::new);
        while !rest.is_empty() {
            let is_weak = rest.starts_with("W/");
            let start = if is_weak { 3 } else { 1 };
            let end = rest.get(start..).filter(|_| rest[..start].ends_with('"')).and_then(|text| text.find('"'));
            let end = start + end.ok_or_else(malformed)?;
            // A weak tag never matches here (RFC 9110, section 13.1.1).
            if !is_weak {
                tags.push(rest[start..end].to_owned());
            }
            rest = rest[end + 1..].trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix(',').ok_or_else(malformed)?.trim_start();
            }
        }
    }
    Ok(tags.map(Known::OneOf))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn tags_are_read_as_they_were_given() {
        let one_of = |tags: &[&str]| Ok(Some(Known::OneOf(tags.iter().map(|tag| (*tag).to_owned()).collect())));
        for (lines, expected) in [
            (&[][..], Ok(None)),
            (&["*"], Ok(Some(Known::Any))),
            (&[r#""3""#], one_of(&["3"])),
            (&[r#""2" , "3""#], one_of(&["2", "3"])),
            (&[r#""2""#, r#""3""#], one_of(&["2", "3"])),
            (&[r#""a,b","3""#], one_of(&["a,b", "3"])),
            (&[r#"W/"3""#], one_of(&[])),
            (&[r#"W/"3", "4""#], one_of(&["4"])),
            (&[r#""a,3""#], one_of(&["a,3"])),
            (&["3"], Err(())),
            (&[""], Err(())),
            (&[r#"""#], Err(())),
            (&[r#"W/"#], Err(())),
            (&[r#"W/3"#], Err(())),
            (&[r#""2" "3""#], Err(())),
            (&["\u{e4}"], Err(())),
        ] {
            let headers: HeaderMap =
                lines.iter().map(|line| (header::IF_MATCH, HeaderValue::from_str(line).unwrap())).collect();
            let read = precondition(&headers).map(|precondition| precondition.known).map_err(|_| ());
            assert_eq!(read, expected, "{lines:?}");
        }
    }
}
