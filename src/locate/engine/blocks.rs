//! What stands around a place: the blocks it lies in, from the inside out, each by its heading.
//!
//! A directive's direction is decided there: `ca` in the options of `https.createServer` asks clients for
//! certificates, the same word in the options of `https.request` trusts a server.

use super::lex::{CODE, EMBEDDED};
use super::source::Source;
use super::syntax::Blocks;

/// Blocks are looked through this far outwards; deeper nesting says nothing about direction any more.
const DEPTH: usize = 12;
/// A heading is at most this long; a name that stands in more places than this is no variable worth following.
const HEADING: usize = 200;
const MENTIONS: usize = 500;
/// Lines above a place that may hold the head of its function; lines below a call that may use its result.
const CLAUSE: usize = 60;
const NEXT: usize = 15;
/// Lines above a place that may hold its YAML parents or its section's heading.
const REACH: usize = 2_000;

/// Which of the three kinds of brackets, opening or closing.
fn kind(bracket: u8) -> usize {
    match bracket {
        b'{' | b'}' => 0,
        b'(' | b')' => 1,
        _ => 2,
    }
}

/// Every bracket pair of a file.
#[derive(Debug)]
pub struct Brackets {
    /// Opening and closing offset and the index of the pair around it, by opening offset.
    pairs: Vec<(usize, usize, Option<usize>)>,
}

impl Brackets {
    pub fn new(code: &str, marks: &[u8]) -> Brackets {
        let mut pairs: Vec<(usize, usize, Option<usize>)> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        // How many of each kind are open, so that one that closes nothing is not looked for among all.
        let mut waiting = [0usize; 3];
        for (at, byte) in code.bytes().enumerate() {
            // Embedded configurations have blocks of their own.
            if marks[at] != CODE && marks[at] != EMBEDDED {
                continue;
            }
            match byte {
                b'{' | b'(' | b'[' => {
                    pairs.push((at, code.len(), open.last().copied()));
                    open.push(pairs.len() - 1);
                    waiting[kind(byte)] += 1;
                }
                // A closing bracket that fits none of the open ones is stray text.
                b'}' | b')' | b']' => {
                    while waiting[kind(byte)] > 0
                        && let Some(pair) = open.pop()
                    {
                        let opening = kind(code.as_bytes()[pairs[pair].0]);
                        waiting[opening] -= 1;
                        if opening == kind(byte) {
                            pairs[pair].1 = at;
                            break;
                        }
                    }
                }
                _ => {}
            }
        }
        Brackets { pairs }
    }

    /// The pairs around `at`, from the inside out.
    pub fn around(&self, at: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut next = self.pairs.partition_point(|pair| pair.0 < at).checked_sub(1);
        std::iter::from_fn(move || {
            let (open, close, parent) = self.pairs[next?];
            next = parent;
            Some((open, close))
        })
        .filter(move |&(open, close)| open < at && close >= at)
        .take(DEPTH)
    }
}

/// What stands around a place.
#[derive(Debug, Default)]
pub struct Around {
    /// Headings from the inside out, one per line, each with its bracket.
    pub headings: String,
    /// The lines that use the variable or function that the block is assigned to.
    pub uses: String,
    /// What stands beside the place: the innermost block, or in C and Python, where a context is set up by one call
    /// after another, the function.
    pub beside: (usize, usize),
    /// The body of the function around, where braces hold it.
    pub function: Option<(usize, usize)>,
}

pub fn around(source: &Source, at: usize) -> Around {
    match source.syntax.blocks {
        Blocks::Braces => braces(source, at),
        Blocks::Indent => indented(source, at),
        Blocks::Sections => section(source, at),
    }
}

fn braces(source: &Source, at: usize) -> Around {
    let line = source.line(at);
    let end = source.line_offset(line) + source.line_text(line).len();
    let mut around = Around { beside: (source.line_offset(line), end), ..Around::default() };
    let by_function = matches!(source.syntax.name, "c" | "python");
    // Here an arrow in front of a brace gives a key its value.
    let of_pairs = matches!(source.syntax.name, "ruby" | "perl" | "php" | "puppet" | "elixir");
    // Functions without braces around them.
    let by_clause = matches!(source.syntax.name, "erlang" | "elixir");
    let mut found = false;
    if source.syntax.name == "python" {
        around.beside = python_function(source, line);
        found = true;
    }
    let mut names: Vec<String> = Vec::new();
    // What is outside the function says nothing about direction, but its name and what it is assigned to do.
    let mut function: Option<usize> = None;
    for (open, close) in source.brackets().around(at) {
        let line = source.line(open);
        if function.is_some_and(|function| function != line) {
            break;
        }
        let bracket = source.slice(open, open + 1);
        // A pair of an option and its value is no block.
        if by_clause
            && bracket == "{"
            && !source.slice(0, open).ends_with(|c: char| c.is_alphanumeric() || "#%_".contains(c))
        {
            continue;
        }
        // In C a parenthesis holds arguments, and a brace that closes on its own line values, not what stands beside.
        if !found && (!by_function || (bracket != "(" && line != source.line(close))) {
            around.beside = (open, close);
            found = true;
        }
        let heading = heading(source, open);
        if let Some(name) = assigned(&heading) {
            names.push(name.to_owned());
        }
        if bracket == "{" && is_function(&heading) && !(of_pairs && heading.ends_with("=>")) {
            function = Some(line);
            around.function.get_or_insert((open, close));
            names.extend(function_name(&heading).map(str::to_owned));
        }
        if function.is_some() {
            continue;
        }
        around.headings.push_str(&heading);
        around.headings.push_str(bracket);
        around.headings.push('\n');
    }
    // `options.ca = x`: the variable is the block.
    let line = source.line_text(source.line(at));
    if let Some(name) = receiver(line) {
        names.push(name.to_owned());
    }
    if by_clause && let Some((head, name)) = clause(source, at) {
        around.uses.push_str(head);
        around.uses.push('\n');
        callers(source, name, at, &mut around.uses);
    }
    names.dedup();
    for name in names.iter().take(4) {
        uses(source, name, at, &mut around.uses);
    }
    around
}

/// The head of the function around a place in Erlang or Elixir, and its name.
fn clause(source: &Source, at: usize) -> Option<(&str, &str)> {
    let here = source.line(at);
    let erlang = source.syntax.name == "erlang";
    (here.saturating_sub(CLAUSE).max(1)..=here).rev().find_map(|line| {
        let text = source.line_text(line);
        let name = if erlang {
            text
        } else {
            let text = text.trim_start();
            text.strip_prefix("defp ").or_else(|| text.strip_prefix("def "))?
        };
        let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
        let head = name.starts_with(|c: char| c.is_ascii_lowercase()) && (!erlang || name[end..].starts_with('('));
        head.then(|| (text.trim().get(..HEADING).unwrap_or(text.trim()), &name[..end]))
    })
}

/// The lines that call a function, and those near them that use what it gave.
fn callers(source: &Source, name: &str, at: usize, into: &mut String) {
    let mut calls = String::new();
    uses(source, name, at, &mut calls);
    for call in calls.lines() {
        into.push_str(call);
        into.push('\n');
        let given =
            call.split_once('=').filter(|(_, right)| !right.starts_with(['>', '=', ':'])).map(|(left, _)| left.trim());
        let variable =
            given.filter(|left| left.len() > 1 && left.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        if let (Some(variable), Some(place)) = (variable, source.code.find(call)) {
            uses_below(source, variable, place, into);
        }
    }
}

/// The lines of the function around a line; without one, of the file.
fn python_function(source: &Source, line: usize) -> (usize, usize) {
    let indent = indent_of(source.line_text(line));
    let starts = |above: &usize| {
        let text = source.line_text(*above);
        let trimmed = text.trim_start();
        indent_of(text) < indent && (trimmed.starts_with("def ") || trimmed.starts_with("async def "))
    };
    let Some(start) = (line.saturating_sub(REACH).max(1)..line).rev().find(starts) else {
        return (0, source.code.len());
    };
    let outer = indent_of(source.line_text(start));
    let end = (line..=source.lines())
        .find(|&below| {
            let text = source.line_text(below);
            !text.trim().is_empty() && indent_of(text) <= outer
        })
        .unwrap_or(source.lines() + 1);
    (source.offset_of(start), source.offset_of(end))
}

/// Whether a brace opens a function's body: it follows a parameter list, and no statement's condition.
fn is_function(heading: &str) -> bool {
    const STATEMENTS: &[&str] = &[
        "if", "for", "while", "switch", "catch", "with", "else", "try", "using", "lock", "unless", "elsif", "foreach",
        "}",
    ];
    let first = heading.split(|c: char| !c.is_alphanumeric() && c != '}').next().unwrap_or("");
    let heading = heading.trim_end();
    !STATEMENTS.contains(&first)
        && (heading.ends_with(')') || heading.ends_with("=>") || heading.contains("func ") || heading.contains("fn "))
}

fn function_name(heading: &str) -> Option<&str> {
    let before = heading.split('(').next()?.trim_end();
    // A callback: the name is that of the function that it is handed to.
    if before.contains(['.', '=']) {
        return None;
    }
    let name = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
    // The names of test cases and callbacks' hosts are used everywhere.
    (name.len() > 4 && !matches!(name, "function" | "describe" | "async" | "constructor")).then_some(name)
}

/// The text in front of a bracket on its line, or, where a bracket stands alone, the line above.
fn heading(source: &Source, open: usize) -> String {
    let line = source.line(open);
    let from = source.line_offset(line).max(open.saturating_sub(HEADING));
    let text = source.slice(from, open);
    let start = text.rfind([';', '{', '}']).map_or(0, |at| at + 1);
    let text = text[start..].trim();
    if !text.is_empty() || line == 1 {
        return text.to_owned();
    }
    let above = source.line_text(line - 1).trim();
    above.get(..HEADING).unwrap_or(above).to_owned()
}

/// `const options = `, `$opts = array`, `cfg := &tls.Config`: the variable.
fn assigned(heading: &str) -> Option<&str> {
    let (left, _) = heading.rsplit_once(":=").or_else(|| heading.rsplit_once('=')).filter(|(left, right)| {
        !right.starts_with('>') && !left.ends_with(['=', '!', '<', '>']) && !right.contains('(')
    })?;
    let left = left.split(':').next().unwrap_or(left).trim_end();
    // Of `config.tls` the variable is `config`, of `this.tls` it is `tls`.
    let path = left.rsplit(|c: char| !(c.is_alphanumeric() || "_$.".contains(c))).next()?;
    let name = path.split('.').find(|part| !matches!(*part, "this" | "self" | ""))?;
    (name.len() > 1).then_some(name)
}

fn receiver(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = ["await ", "var ", "let ", "const "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    let end = line.find(['.', '[', '-', '='])?;
    let name = line[..end].trim_start_matches(['$', '@']).trim();
    // A module is no variable: what else is done with it says nothing.
    let module = matches!(name, "this" | "self" | "https" | "tls" | "http2" | "axios");
    (name.len() > 1 && !module && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')).then_some(name)
}

/// The lines nearest to `at` that name the variable: two above, four below. A name is used again for other things.
fn uses(source: &Source, name: &str, at: usize, into: &mut String) {
    let bare = name.trim_start_matches('$');
    let here = source.line(at);
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut lines: Vec<usize> = source
        .code
        .match_indices(bare)
        .filter(|&(found, _)| {
            !word(source.code[..found].chars().next_back()) && !word(source.code[found + bare.len()..].chars().next())
        })
        .map(|(found, _)| source.line(found))
        .take(MENTIONS)
        .collect();
    lines.dedup();
    let split = lines.partition_point(|&line| line < here);
    for &line in lines[..split].iter().rev().take(2).chain(lines[split..].iter().take(5)) {
        let text = source.line_text(line).trim();
        into.push_str(text.get(..HEADING).unwrap_or(text));
        into.push('\n');
    }
}

/// The lines right below a place that name a variable.
fn uses_below(source: &Source, name: &str, place: usize, into: &mut String) {
    let from = source.line(place) + 1;
    let word = |c: char| c.is_alphanumeric() || c == '_';
    for line in from..=(from + NEXT).min(source.lines()) {
        let text = source.line_text(line).trim();
        if text.split(|c| !word(c)).any(|part| part == name) {
            into.push_str(text.get(..HEADING).unwrap_or(text));
            into.push('\n');
        }
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// YAML: the keys above with less indentation; a list's dash belongs to the indentation.
fn indented(source: &Source, at: usize) -> Around {
    let line = source.line(at);
    let mut around = Around { beside: (0, source.code.len()), ..Around::default() };
    let mut limit = indent_of(source.line_text(line));
    let mut depth = 0;
    let mut block_start = None;
    let mut in_list = source.line_text(line).trim_start().starts_with("- ");
    for above in (line.saturating_sub(REACH).max(1)..line).rev() {
        let text = source.line_text(above);
        let trimmed = text.trim();
        if trimmed.is_empty() {
            continue;
        }
        // A document's end is a wall.
        if trimmed == "---" {
            break;
        }
        let indent = indent_of(text);
        // A list may stand as far left as its key; the items above are no parents.
        let key_of_list = indent == limit && in_list && !trimmed.starts_with('-');
        if indent < limit || key_of_list {
            in_list = trimmed.starts_with("- ");
            block_start.get_or_insert(above);
            around.headings.push_str(trimmed);
            around.headings.push('\n');
            limit = indent;
            depth += 1;
            if depth == 2 * DEPTH || (limit == 0 && !trimmed.starts_with('-')) {
                break;
            }
        }
    }
    // What stands beside: the lines after the parent that lie deeper than it.
    if let Some(start) = block_start {
        let parent = indent_of(source.line_text(start));
        let mut end = line;
        while end < source.lines() && end - start < REACH {
            let text = source.line_text(end + 1);
            if !text.trim().is_empty() && indent_of(text) <= parent {
                break;
            }
            end += 1;
        }
        around.beside = (source.offset_of(start), source.offset_of(end + 1));
    }
    around
}

/// INI: the section's heading, and its lines.
fn section(source: &Source, at: usize) -> Around {
    let line = source.line(at);
    let is_heading = |text: &str| text.trim_start().starts_with('[') && text.trim_end().ends_with(']');
    let start = (1..=line).rev().find(|&above| is_heading(source.line_text(above)));
    let end = (line + 1..=source.lines()).find(|&below| is_heading(source.line_text(below)));
    Around {
        headings: start.map(|start| source.line_text(start).trim().to_owned()).unwrap_or_default(),
        uses: String::new(),
        beside: (
            start.map_or(0, |start| source.offset_of(start)),
            end.map_or(source.code.len(), |end| source.offset_of(end)),
        ),
        function: None,
    }
}

impl Source {
    /// Where a line begins; past the last line, the end.
    fn offset_of(&self, line: usize) -> usize {
        if line > self.lines() { self.code.len() } else { self.line_offset(line) }
    }
}
