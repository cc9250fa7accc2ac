//! Numbers (specification, section 3.2), and texts that read as numbers for the operators that compare by size.

use super::canonical::NumberText;

/// 2^63, which is the first double above every `i64`; its negative is the smallest `i64`.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// A number: an exact integer from -2^63 to 2^64-1, or a double.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A negative integer.
    Negative(i64),
    /// An integer that is not negative.
    Unsigned(u64),
    /// Any other number. The value of a variant has a fraction or is outside the range of integers.
    Double(f64),
}

impl Number {
    /// Returns the number as a double: the nearest one to an integer beyond 2^53.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Negative(value) => value as f64,
            Self::Unsigned(value) => value as f64,
            Self::Double(value) => value,
        }
    }

    /// Returns the number if it is an integer from -2^63 to 2^63-1.
    pub fn as_i64(self) -> Option<i64> {
        match self.exact() {
            Self::Negative(value) => Some(value),
            Self::Unsigned(value) => value.try_into().ok(),
            Self::Double(_) => None,
        }
    }

    /// Returns the number if it is an integer from 0 to 2^64-1.
    pub fn as_u64(self) -> Option<u64> {
        match self.exact() {
            Self::Unsigned(value) => Some(value),
            Self::Negative(_) | Self::Double(_) => None,
        }
    }

    /// Returns the number as an integer if it is one, however it was written: `12.0` is 12, and `-0.0` is 0.
    pub(super) fn exact(self) -> Self {
        match self {
            Self::Double(value) if value.fract() != 0.0 => self,
            Self::Double(value) if (-TWO_TO_63..0.0).contains(&value) => Self::Negative(value as i64),
            Self::Double(value) if (0.0..2.0 * TWO_TO_63).contains(&value) => Self::Unsigned(value as u64),
            _ => self,
        }
    }

    /// The canonical text of the number as it was written (specification, section 3.1).
    pub(super) fn canonical(self) -> String {
        let text = match self {
            Self::Negative(value) => NumberText::integer(value),
            Self::Unsigned(value) => NumberText::integer(value),
            Self::Double(value) => return ryu_js::Buffer::new().format(value).into(),
        };
        String::from_utf8_lossy(&text).into_owned()
    }
}

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
    use super::{
        Number::{self, Double, Negative, Unsigned},
        read,
    };

    #[test]
    fn doubles_without_a_fraction_are_integers_within_their_range() {
        for (number, integer) in [
            (Double(12.0), Unsigned(12)),
            (Double(-0.0), Unsigned(0)),
            (Double(-1.0), Negative(-1)),
            (Double(-9_223_372_036_854_775_808.0), Negative(i64::MIN)),
            (Double(18_446_744_073_709_549_568.0), Unsigned(18_446_744_073_709_549_568)),
            (Unsigned(u64::MAX), Unsigned(u64::MAX)),
            (Negative(i64::MIN), Negative(i64::MIN)),
        ] {
            assert_eq!(number.exact(), integer);
        }
        for double in [0.5, -12.5, 18_446_744_073_709_551_616.0, -9_223_372_036_854_777_856.0, 1e300, 5e-324] {
            assert_eq!(Double(double).exact(), Double(double));
        }
    }

    #[test]
    fn integers_are_exact_and_doubles_the_nearest() {
        let all = |number: Number| (number.as_f64(), number.as_i64(), number.as_u64());
        assert_eq!(all(Unsigned(u64::MAX)), (18_446_744_073_709_551_616.0, None, Some(u64::MAX)));
        assert_eq!(all(Unsigned(9_007_199_254_740_993)).0, 9_007_199_254_740_992.0);
        assert_eq!(all(Unsigned(1 << 63)), (9_223_372_036_854_775_808.0, None, Some(1 << 63)));
        assert_eq!(all(Negative(i64::MIN)), (-9_223_372_036_854_775_808.0, Some(i64::MIN), None));
        assert_eq!(all(Double(12.0)), (12.0, Some(12), Some(12)));
        assert_eq!(all(Double(1e300)), (1e300, None, None));
    }

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
