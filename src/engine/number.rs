//! Texts that read as numbers, for the operators that compare by size.

/// The number of a text in JSON's grammar, where it is finite as a double.
pub(crate) fn read(text: &[u8]) -> Option<f64> {
    // The grammar is JSON's, stricter than that of the standard library, which knows "inf" and "+1".
    if !is_json_number(text) {
        return None;
    }
    str::from_utf8(text).ok()?.parse().ok().filter(|number: &f64| number.is_finite())
}

fn is_json_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (integer, rest) = digits(text);
    if integer.is_empty() || (integer.len() > 1 && integer[0] == b'0') {
        return false;
    }
    let rest = match rest.strip_prefix(b".").map(digits) {
        Some(([], _)) => return false,
        Some((_, rest)) => rest,
        None => rest,
    };
    let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) else {
        return rest.is_empty();
    };
    let exponent = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
    matches!(digits(exponent), (exponent, []) if !exponent.is_empty())
}

/// The digits at the start of a text, and what follows them.
pub(crate) fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_finite_numbers_in_jsons_grammar_are_read() {
        for (text, number) in [("0", 0.0), ("-0", 0.0), ("33", 33.0), ("-1.50", -1.5), ("1e3", 1e3), ("1E+3", 1e3)] {
            assert_eq!(read(text.as_bytes()), Some(number), "{text}");
        }
        let others = ["", "-", "+1", "01", ".5", "1.", "1e", "1e+", " 1", "1 ", "inf", "nan", "true", "1e999", "0x1", "1_0"];
        for text in others {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_json_reads_is_read(text in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?|[-+0-9.eE]{0,8}") {
            let json = serde_json::from_str::<f64>(&text).ok();
            prop_assert_eq!(read(text.as_bytes()), json);
        }
    }
}
