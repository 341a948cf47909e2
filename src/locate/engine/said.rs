//! Commands that are only named: what a script prints, a message, what a test expects. Nobody runs them.

use std::sync::LazyLock;

use regex::Regex;

use super::lex::CODE;
use super::source::Source;

/// A statement of a script that does nothing but print.
static PRINTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)^[\s@{-]*(?:(?:echo|printf|print|puts|say|usage|die|fail|note|ok|write-host|write-output)\b[^>|]*$"#,
        r#"|\w*(?:echo|print|log|info|warn|err|msg|message|usage|say|note|die|fail|success|debug|hint|help)\w*\s+(?:-\w+\s+)*"#,
        r#"(?:"(?:[^"\\]|\\.)*"|'[^']*')\s*(?:[12]?>\s*(?:&[12]|/dev/(?:stderr|tty)))?[\s;}]*$"#,
        r#"|(?:echo|printf|log\w*|info|warn)\s.*>&2\s*$)"#,
    ))
    .expect("a valid pattern")
});

/// A message of a program, and what a test compares with.
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\w\.print(?:f|ln)?\(|\be?print(?:ln)?!\(|\bcout\s*<<|\b(?:raise|throw|panic!?\()|\b(?:logg(?:ing|er)|console|log)\.\w+\(|\w(?:Error|Exception)f?\(|\bexpect(?:ed)?\w*\s*[:=]|\bcontains\(",
    )
    .expect("a valid pattern")
});

/// `cat` that writes to the terminal, before its text begins.
static SHOWS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|[\s{;])cat\s+(?:1?>&2\s*)?<<-?\s*\\?["']?\w+["']?\s*(?:1?>&2)?\s*$"#).expect("a valid pattern")
});

/// What tells a text for people from one that another program reads.
static FOR_PEOPLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:usage|options|examples?|next steps?|you can|to (?:test|verify|try|use|check)|instructions|help|how to|run|done|complete)\b")
        .expect("a valid pattern")
});

/// Longer texts than this, in lines, are not looked through.
const LONGEST: usize = 60;

/// Whether the command at this place is text that is shown to somebody.
pub fn said(source: &Source, at: usize) -> bool {
    let line = source.line(at);
    let text = source.line_text(line);
    let before = source.slice(source.line_start(at), at);
    // What is printed is the command's answer.
    if before.matches("$(").count() > before.matches(')').count() {
        return false;
    }
    // A statement begins at the line's start, or where the one before it decides.
    let start = ["&&", "||"].iter().filter_map(|word| before.rfind(word)).max().map_or(0, |word| word + 2);
    if PRINTS.is_match(text) || PRINTS.is_match(&text[start..]) || MESSAGE.is_match(text) {
        return true;
    }
    let mark = source.mark(at);
    let goes_on = |line: usize| source.mark(source.line_offset(line)) == mark;
    if source.syntax.name != "shell" || mark == CODE || !goes_on(line) {
        return false;
    }
    // A heredoc, or a string over several lines, with the line it begins on.
    let Some(first) = (line.saturating_sub(LONGEST).max(1)..line).rev().find(|&above| !goes_on(above)) else {
        return false;
    };
    let last = (line + 1..=source.lines().min(line + LONGEST)).find(|&below| !goes_on(below));
    let end = last.map_or(source.code.len(), |last| source.line_offset(last));
    let whole = source.slice(source.line_offset(first), end).trim_end();
    if SHOWS.is_match(source.line_text(first)) { FOR_PEOPLE.is_match(whole) } else { PRINTS.is_match(whole) }
}
