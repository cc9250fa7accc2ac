//! Texts that read as numbers, for the operators that compare by size.

/// The number of a text in JSON's grammar, where it is finite as a double.
pub(crate) fn read(text: &[u8]) -> Option<f64> {
    // A JSON reader allows white space around a value, which a number's own grammar does not have.
    let is_bare = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_whitespace());
    if !is_bare(text.first()) || !is_bare(text.last()) {
        return None;
    }
    serde_json::from_str(str::from_utf8(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_in_jsons_grammar_are_read() {
        for (text, number) in [("0", 0.0), ("-0", 0.0), ("33", 33.0), ("-1.50", -1.5), ("1e3", 1e3), ("1E+3", 1e3)] {
            assert_eq!(read(text.as_bytes()), Some(number), "{text}");
        }
        assert_eq!(read(b"18446744073709551616"), Some(18_446_744_073_709_551_616.0));
        let others = [
            "", "-", "+1", "01", ".5", "1.", "1e", "1e+", " 1", "1 ", "1\n", "inf", "nan", "NaN", "true", "null",
            "\"1\"", "[1]", "1e999", "-1e999", "0x1", "1_0", "1 2",
        ];
        for text in others {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
