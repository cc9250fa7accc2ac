//! Pages of listings: the parameters that ask for one, and the header that leads to the next.

use std::fmt::Display;

use axum::http::{HeaderMap, HeaderValue, Uri, header};

use super::error::{ApiError, ApiResult};

/// The largest number of things on a page.
const MAX_LIMIT: usize = 1000;

/// Reads the largest number of things on a page.
pub(crate) fn limit(text: Option<&str>, default: usize) -> ApiResult<usize> {
    let limit = text.map_or(Some(default), |text| text.parse().ok());
    limit
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| ApiError::invalid(format!("limit: expected an integer from 1 to {MAX_LIMIT}")))
}

/// Reads an id; `whose` says in an error of what.
pub(crate) fn id(name: &str, whose: &str, text: Option<&str>, default: i64) -> ApiResult<i64> {
    let error = |_| ApiError::invalid(format!("{name}: expected the id of {whose}"));
    text.map_or(Ok(default), |text| text.parse().map_err(error))
}

/// Returns the header `Link` with the path of the next page; nothing where there is none. `cursor` is the parameter that
/// says where a page begins, and `next` its next value. All other parameters stay.
pub(crate) fn link(uri: &Uri, cursor: &str, next: Option<impl Display>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Some(next) = next else { return headers };
    let is_other = |parameter: &&str| !parameter.is_empty() && parameter.split('=').next() != Some(cursor);
    let mut query: String =
        uri.query().unwrap_or_default().split('&').filter(is_other).map(|it| format!("{it}&")).collect();
    query += &format!("{cursor}={next}");
    if let Ok(link) = HeaderValue::from_str(&format!("<{}?{query}>; rel=\"next\"", uri.path())) {
        headers.insert(header::LINK, link);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_keeps_the_other_parameters() {
        for (uri, expected) in [
            ("/audit", "</audit?before=7>; rel=\"next\""),
            ("/audit?before=9&limit=2", "</audit?limit=2&before=7>; rel=\"next\""),
            ("/audit?limit=2&before=9&&flag=a%3E", "</audit?limit=2&flag=a%3E&before=7>; rel=\"next\""),
        ] {
            assert_eq!(link(&uri.parse().unwrap(), "before", Some(7))[header::LINK], expected);
            assert!(link(&uri.parse().unwrap(), "before", None::<i64>).is_empty());
        }
    }
}
