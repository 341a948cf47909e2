//! Values as the source writes them: where an expression ends, and what a constant stands for, one hop away.

use super::lex::CODE;
use super::source::Source;

/// A value longer than this names no file.
const LONGEST: usize = 600;
/// A name that stands in more places than this is no constant worth following.
const MENTIONS: usize = 200;

/// The expression that begins at `at`: up to the comma, bracket, semicolon or line break that ends it.
pub fn expression(source: &Source, at: usize) -> &str {
    let bytes = source.code.as_bytes();
    let from = at
        + bytes[at.min(bytes.len())..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    let mut depth = 0usize;
    let mut end = from;
    while end < bytes.len() && end - from < LONGEST {
        if source.mark(end) == CODE {
            match bytes[end] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' if depth == 0 => break,
                b')' | b']' | b'}' => depth -= 1,
                b',' | b';' if depth == 0 => break,
                b'\n' if depth == 0 && !continues(&bytes[from..end], &bytes[end..]) => break,
                _ => {}
            }
        }
        end += 1;
    }
    source.slice(from, end).trim()
}

/// An operator at the end of a line or at the start of the next one carries an expression over.
fn continues(before: &[u8], after: &[u8]) -> bool {
    let last = before.iter().rev().find(|byte| !byte.is_ascii_whitespace());
    let next = after.iter().find(|byte| !byte.is_ascii_whitespace());
    last.is_some_and(|byte| b"+.&|?:=\\".contains(byte)) || next.is_some_and(|byte| b".+?\"".contains(byte))
}

/// A value in a shell word, an `ENV` line or a configuration line: up to the blank outside quotes.
pub fn word(source: &Source, at: usize) -> &str {
    let bytes = source.code.as_bytes();
    let from = at + bytes[at.min(bytes.len())..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut quote = None;
    let mut end = from;
    while end < bytes.len() && end - from < LONGEST {
        match (bytes[end], quote) {
            (b'\n', _) => break,
            (byte @ (b'"' | b'\''), None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (b' ' | b'\t' | b'\r' | b';' | b'&' | b'|' | b')' | b'`' | b',', None) => break,
            _ => {}
        }
        end += 1;
    }
    source.slice(from, end)
}

/// The rest of the line, without what ends a directive.
pub fn line(source: &Source, at: usize) -> &str {
    let line = source.line(at.min(source.code.len()));
    let end = source.line_offset(line) + source.line_text(line).len();
    source.slice(at, end).trim().trim_end_matches(['\\', ';', ',']).trim_end()
}

/// What a name that is used as a value was set to, where the same file says so.
///
/// Follows one hop: an identifier, a member, or an array's key (`$this->cert['rootca']`).
pub fn constant<'a>(source: &'a Source, value: &str, before: usize) -> Option<&'a str> {
    let name = name_of(value)?;
    let mut best: Option<(usize, &str)> = None;
    for (at, _) in source.code.match_indices(name).take(MENTIONS) {
        let boundary = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let (left, right) = (&source.code[..at], &source.code[at + name.len()..]);
        if !boundary(left.chars().next_back()) || !boundary(right.chars().next()) {
            continue;
        }
        let Some(from) = definition(left, right) else { continue };
        // A keyword argument is no definition; a parameter's default is one.
        let keyword = matches!(source.syntax.name, "python" | "kotlin" | "scala" | "groovy")
            && source.brackets().around(at).next().is_some_and(|(open, _)| {
                source.code.as_bytes()[open] == b'(' && !declares(source.slice(source.line_start(open), open))
            });
        if keyword {
            continue;
        }
        let from = at + name.len() + from;
        let found = expression(source, from);
        let found = if left.ends_with("#define ") { line(source, from) } else { found };
        // `self.name = name` hands on what was given; what is given by default says more.
        if found.is_empty() || found == value || name_of(found) == Some(name) || !useful(found) {
            continue;
        }
        // The last definition above the use wins; without one, the first below.
        let better = best.is_none_or(|(old, _)| at < before || old > before);
        if better {
            best = Some((at, found));
        }
        if at > before && best.is_some() {
            break;
        }
    }
    best.map(|(_, found)| found)
}

/// Whether parameters follow in Python.
fn declares(before: &str) -> bool {
    before.trim_start().trim_start_matches("async ").starts_with("def ")
}

/// The name that a value consists of: `NAME`, `self::NAME`, `$x->name`, `conf['name']`, `NAME.c_str()`.
fn name_of(value: &str) -> Option<&str> {
    let value = value.trim().trim_start_matches(['&', '*', '@']);
    let value = value
        .strip_suffix(".c_str()")
        .or_else(|| value.strip_suffix(".data()"))
        .or_else(|| value.strip_suffix(".toString()"))
        .or_else(|| value.strip_suffix(".encode()"))
        .unwrap_or(value);
    let value = value.strip_prefix("[]byte(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(value);
    if let Some(key) = value.strip_suffix("']").or_else(|| value.strip_suffix("\"]")) {
        return key.rsplit(['\'', '"']).next().filter(|key| word_like(key));
    }
    let name = value.rsplit(['.', '>', ':', '$']).next()?;
    let head = &value[..value.len() - name.len()];
    let plain = head.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.->:$@".contains(&byte));
    (plain && word_like(name)).then_some(name)
}

fn word_like(text: &str) -> bool {
    text.len() > 1
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        && !matches!(text, "null" | "NULL" | "nil" | "None" | "true" | "false" | "True" | "False" | "undefined")
}

/// The offset in `right` at which the value of a definition begins.
fn definition(left: &str, right: &str) -> Option<usize> {
    if left.ends_with("#define ") {
        return Some(0);
    }
    let quoted = right.starts_with(['\'', '"']);
    let rest = right.trim_start_matches(['\'', '"', ']']);
    let skipped = right.len() - rest.len();
    if quoted && left.trim_end_matches(['\'', '"']).trim_end().ends_with("define(") {
        return rest.trim_start().starts_with(',').then(|| skipped + rest.find(',').unwrap_or(0) + 1);
    }
    // `name[] =`, `name: Type =`, `name =`, `name :=`, `'name' =>`, `"name":`.
    let window_end = rest.char_indices().nth(60).map_or(rest.len(), |(at, _)| at);
    let window = rest[..window_end].split('\n').next().unwrap_or("");
    let equals = window.find('=');
    let colon = window.trim_start().starts_with(':');
    match equals {
        Some(at) => {
            let between = window[..at].trim();
            let after = window[at + 1..].chars().next();
            let arrow = after == Some('>');
            let comparison =
                after == Some('=') || between.ends_with(['!', '<', '>', '+', '|', '.']) && between.len() < 2;
            let declared = between.is_empty()
                || between == ":"
                || between.starts_with('[') && between.ends_with(']')
                || between.starts_with(':') && !between.contains(['(', ',', ';', '"', '\'']);
            (declared && !comparison).then_some(skipped + at + if arrow { 2 } else { 1 })
        }
        None if colon && quoted => Some(skipped + window.find(':').unwrap_or(0) + 1),
        // `public const char *name("...")`, Ruby and Elixir's `name: "..."`.
        None if colon && window.trim_start()[1..].trim_start().starts_with(['"', '\'']) => {
            Some(skipped + window.find(':').unwrap_or(0) + 1)
        }
        None => None,
    }
}

/// A definition that only passes another unknown on tells nothing.
fn useful(found: &str) -> bool {
    found.len() < LONGEST && !found.starts_with(['=', '~'])
}
