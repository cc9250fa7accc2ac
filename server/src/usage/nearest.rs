//! The key that a misspelt one was probably meant to be.

use strsim::osa_distance;

/// A longer key is compared with none, since that would take long.
const LONGEST: usize = 64;

/// Returns the key that an unknown one probably misspells: one in three characters may differ. `keys` are sorted.
pub(crate) fn nearest<'k>(unknown: &str, keys: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if unknown.len() > LONGEST {
        return None;
    }
    let (unknown, letters) = (unknown.to_lowercase(), letters(unknown));
    let mut found: Option<(usize, &str)> = None;
    for key in keys {
        let most = (key.len() / 3).min(found.map_or(usize::MAX, |(distance, _)| distance - 1));
        // Each difference changes the length by at most one, and the set of letters by at most two. Most keys end here.
        let is_far = key.len().abs_diff(unknown.len()) > most
            || (letters ^ self::letters(key)).count_ones() as usize > 2 * most
            || key.len() > LONGEST;
        if is_far {
            continue;
        }
        let distance = osa_distance(&unknown, &key.to_lowercase());
        if distance == 0 {
            return Some(key);
        }
        if distance <= most {
            found = Some((distance, key));
        }
    }
    found.map(|(_, key)| key)
}

/// The characters that a key has, one bit for several of them.
fn letters(key: &str) -> u64 {
    key.bytes().fold(0, |letters, byte| letters | 1 << (byte.to_ascii_lowercase() % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_has_a_nearest_one() {
        let keys = ["checkout", "new-checkout", "new-search", "new_search_2", "x"];
        for (unknown, expected) in [
            ("new-serach", Some("new-search")),
            ("New-Search", Some("new-search")),
            ("new-searc", Some("new-search")),
            ("new_search", Some("new-search")),
            ("chekout", Some("checkout")),
            ("newcheckout", Some("new-checkout")),
            ("billing", None),
            ("y", None),
            ("", None),
        ] {
            assert_eq!(nearest(unknown, keys.into_iter()), expected, "{unknown}");
        }
        assert_eq!(nearest(&"new-search".repeat(7), keys.into_iter()), None);
    }

    /// What is left out before keys are compared is never the nearest one.
    #[test]
    fn it_is_the_nearest_of_all() {
        let keys: Vec<String> = (0..3000).map(|number| format!("flag-{number:04}-of-{}", number % 7)).collect();
        for number in (0..3000).step_by(97) {
            let unknown = format!("falg-{number}-off-{}", number % 5);
            let least = keys.iter().map(|key| osa_distance(&unknown, key)).min().expect("keys");
            let found = nearest(&unknown, keys.iter().map(String::as_str)).map(|key| osa_distance(&unknown, key));
            assert_eq!(found, (least * 3 <= 14).then_some(least), "{unknown}");
        }
    }
}
