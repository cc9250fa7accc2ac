//! Conditional requests and compression: what the caller has already is not sent again.

use axum::http::{HeaderMap, header};

/// Returns whether `If-None-Match` names the entity tag. The comparison is weak, as RFC 9110 demands.
pub(crate) fn has_current(headers: &HeaderMap, etag: &str) -> bool {
    let etag = opaque(etag);
    let lines = headers.get_all(header::IF_NONE_MATCH).iter();
    lines.filter_map(|line| line.to_str().ok()).any(|line| line.trim() == "*" || tags(line).any(|tag| tag == etag))
}

/// The tags of a list without their `W/`, quotes included. Commas may stand within quotes.
fn tags(mut rest: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let start = rest.find('"')?;
        let end = start + 1 + rest[start + 1..].find('"')?;
        let tag = &rest[start..=end];
        rest = &rest[end + 1..];
        Some(tag)
    })
}

fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

/// Returns whether the caller prefers gzip to no coding, by `Accept-Encoding` (RFC 9110, section 12.5.3). A caller that
/// says nothing gets no coding. So does a caller that refuses both: it has more use for that than for no answer.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut identity, mut others) = (None, None, None);
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    for coding in lines.flat_map(|line| line.split(',')) {
        let (name, quality) = match coding.split_once(';') {
            Some((name, parameters)) => (name.trim(), quality(parameters)),
            None => (coding.trim(), 1000),
        };
        match name {
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => gzip = Some(quality),
            name if name.eq_ignore_ascii_case("identity") => identity = Some(quality),
            "*" => others = Some(quality),
            _ => {}
        }
    }
    let gzip = gzip.or(others).unwrap_or(0);
    // No coding is acceptable even if it is not named, but after everything that is.
    let identity = identity.or(others.filter(|quality| *quality == 0)).unwrap_or(1);
    gzip > 0 && gzip >= identity
}

/// Returns a quality in thousandths; 0 for one that cannot be read.
fn quality(parameters: &str) -> u32 {
    let value = parameters.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.trim_start().strip_prefix('='));
    let quality = value.and_then(|value| value.trim().parse::<f64>().ok()).unwrap_or(0.0);
    if (0.0..=1.0).contains(&quality) { (quality * 1000.0) as u32 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn tags_are_found_in_lists() {
        for (lines, expected) in [
            (&[r#""a""#][..], true),
            (&[r#"W/"a""#], true),
            (&[r#""b", "a""#], true),
            (&[r#""b""#, r#" "c" ,W/"a""#], true),
            (&["*"], true),
            (&[r#""b,"a"#], false),
            (&[r#""b", "c""#], false),
            (&["a"], false),
            (&[""], false),
            (&[], false),
        ] {
            let headers = with(header::IF_NONE_MATCH, lines);
            assert_eq!(has_current(&headers, r#""a""#), expected, "{lines:?}");
            assert_eq!(has_current(&headers, r#"W/"a""#), expected, "{lines:?}");
        }
    }

    #[test]
    fn gzip_is_taken_where_it_is_wanted() {
        for (lines, expected) in [
            (&[][..], false),
            (&[""], false),
            (&["gzip"], true),
            (&["GZIP"], true),
            (&["x-gzip"], true),
            (&["br, gzip;q=0.5"], true),
            (&["br", "gzip"], true),
            (&["br, deflate"], false),
            (&["gzip;q=0"], false),
            (&["gzip; q=0.000"], false),
            (&["*"], true),
            (&["*;q=0"], false),
            (&["gzip;q=0, *"], false),
            (&["identity"], false),
            (&["identity;q=0"], false),
            (&["identity;q=0, *"], true),
            (&["identity, gzip;q=0.5"], false),
            (&["identity;q=0.5, gzip"], true),
            (&["gzip, identity"], true),
            (&["gzip;q=oops"], false),
            (&["gzip;q=2"], false),
        ] {
            assert_eq!(takes_gzip(&with(header::ACCEPT_ENCODING, lines)), expected, "{lines:?}");
        }
    }
}
