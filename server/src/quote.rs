//! Texts of strangers in messages.

/// A text is shown up to this many characters, like a name in a place.
const SHOWN: usize = 300;

/// Returns the text in quotes, with escapes and on one line. A long text is shortened, and its length follows.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}... ({} characters)", &text[..end], text.chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shortened_between_characters() {
        assert_eq!(quoted("a\n\"b\""), r#""a\n\"b\"""#);
        let long = "\u{e4}".repeat(SHOWN);
        assert_eq!(quoted(&long), format!("\"{long}\""));
        assert_eq!(quoted(&format!("{long}bc")), format!("\"{long}\"... (302 characters)"));
    }
}
