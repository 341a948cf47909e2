//! How many terminal columns a text takes: Chinese characters take two.

use unicode_width::UnicodeWidthStr;

/// The columns that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text, followed by blanks up to that many columns; never cut.
pub fn pad(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_english_line_up() {
        assert_eq!(width(&pad("证书包", 10)), width(&pad("bundle", 10)));
        assert_eq!(pad("根证书更换", 3), "根证书更换");
    }
}
