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

/// The text in lines of at most that many columns, each begun with that many blanks. Lines break at blanks, and
/// before any Chinese character but punctuation; a word that is longer than a line stays whole, and so does a command
/// in backquotes, which people copy.
pub fn wrap(text: &str, columns: usize, indent: usize) -> String {
    let room = columns.saturating_sub(indent).max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            if !line.is_empty() && width(&line) + width(piece.trim_end()) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(piece);
        }
        lines.push(line);
    }
    let blanks = " ".repeat(indent);
    lines.iter().map(|line| format!("{blanks}{}", line.trim_end())).collect::<Vec<_>>().join("\n")
}

/// The parts between which a line may end; a blank belongs to the part before it.
fn pieces(text: &str) -> Vec<&str> {
    let wide = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
    let ends = |c: char| "，。：；、！？）”》".contains(c);
    let opens = |c: char| "（“《".contains(c);
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut before = ' ';
    let mut command = false;
    for (at, c) in text.char_indices() {
        let within = command;
        command ^= c == '`';
        let ended = ends(before) && !ends(c) && c != ' ';
        let breaks = ended
            || (before == ' ' && c != ' ')
            || wide(c)
            || opens(c)
            || (wide(before) && (c.is_ascii_alphanumeric() || c == '`'));
        // What an opening bracket begins stays with it.
        if at > from && breaks && !within && !opens(before) {
            pieces.push(&text[from..at]);
            from = at;
        }
        before = c;
    }
    pieces.push(&text[from..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_wrap_at_blanks_and_between_chinese_characters_but_not_before_punctuation() {
        assert_eq!(wrap("keep the old root", 9, 0), "keep the\nold root");
        assert_eq!(wrap("a  verylongword b", 6, 2), "  a\n  verylongword\n  b");
        assert_eq!(wrap("追加新根证书，保留旧根证书。", 12, 0), "追加新根证\n书，保留旧根\n证书。");
        assert_eq!(wrap("运行 rootfix（见手册）", 14, 0), "运行 rootfix\n（见手册）");
        assert_eq!(wrap("Run `rootfix check x`, then wait", 12, 0), "Run\n`rootfix check x`,\nthen wait");
        assert_eq!(wrap("请运行`rootfix check x`查看", 12, 0), "请运行\n`rootfix check x`\n查看");
        assert_eq!(wrap("文件：/etc/ssl/certs", 14, 0), "文件：\n/etc/ssl/certs");
        assert_eq!(wrap("", 10, 2), "");
    }

    #[test]
    fn chinese_and_english_line_up() {
        assert_eq!(width(&pad("证书包", 10)), width(&pad("bundle", 10)));
        assert_eq!(pad("根证书更换", 3), "根证书更换");
    }
}
