//! What stands around a place: the blocks it lies in, from the inside out, each by its heading.
//!
//! A directive's direction is decided there: `ca` in the options of `https.createServer` asks clients for
//! certificates, the same word in the options of `https.request` trusts a server.

use super::lex::{CODE, EMBEDDED};
use super::source::Source;
use super::syntax::Blocks;

/// Blocks are looked through this far outwards; deeper nesting says nothing about direction any more.
const DEPTH: usize = 12;
/// A heading is at most this long, a variable's uses at most this many.
const HEADING: usize = 200;
const USES: usize = 12;
/// Lines above a place that may hold its YAML parents or its section's heading.
const REACH: usize = 2_000;

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
        for (at, byte) in code.bytes().enumerate() {
            // Embedded configurations have blocks of their own.
            if marks[at] != CODE && marks[at] != EMBEDDED {
                continue;
            }
            match byte {
                b'{' | b'(' | b'[' => {
                    pairs.push((at, code.len(), open.last().copied()));
                    open.push(pairs.len() - 1);
                }
                b'}' | b')' | b']' => {
                    let opening = match byte {
                        b'}' => b'{',
                        b')' => b'(',
                        _ => b'[',
                    };
                    // A closing bracket that fits none of the open ones is stray text.
                    if let Some(found) = open.iter().rposition(|&pair| code.as_bytes()[pairs[pair].0] == opening) {
                        pairs[open[found]].1 = at;
                        open.truncate(found);
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
    /// Headings from the inside out, one per line; then the lines that use the variable the block is assigned to.
    pub headings: String,
    /// The innermost block's text, for what stands beside the place.
    pub beside: (usize, usize),
}

pub fn around(source: &Source, at: usize) -> Around {
    match source.syntax.blocks {
        Blocks::Braces => braces(source, at),
        Blocks::Indent => indented(source, at),
        Blocks::Sections => section(source, at),
    }
}

fn braces(source: &Source, at: usize) -> Around {
    let mut around = Around { headings: String::new(), beside: (0, source.code.len()) };
    let mut names: Vec<String> = Vec::new();
    for (depth, (open, close)) in source.brackets().around(at).enumerate() {
        // A bracket that closes on its own line holds arguments, not what stands beside.
        if around.beside.0 == 0 && (depth + 1 == DEPTH || source.line(open) != source.line(close)) {
            around.beside = (open, close);
        }
        let heading = heading(source, open);
        if let Some(name) = assigned(&heading) {
            names.push(name.to_owned());
        }
        around.headings.push_str(&heading);
        around.headings.push_str(source.slice(open, open + 1));
        around.headings.push('\n');
    }
    // `options.ca = x`: the variable is the block.
    let line = source.line_text(source.line(at));
    if let Some(name) = receiver(line) {
        names.push(name.to_owned());
    }
    names.dedup();
    for name in names.iter().take(3) {
        uses(source, name, &mut around.headings);
    }
    around
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
    let name = left.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).next()?;
    (name.len() > 1).then_some(name)
}

fn receiver(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = ["await ", "var ", "let ", "const "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    let end = line.find(['.', '[', '-', '='])?;
    let name = line[..end].trim_start_matches(['$', '@']).trim();
    (name.len() > 1 && name != "this" && name != "self" && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        .then_some(name)
}

fn uses(source: &Source, name: &str, into: &mut String) {
    let bare = name.trim_start_matches('$');
    let mut found = 0;
    let mut last = usize::MAX;
    for (at, _) in source.code.match_indices(bare) {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if word(source.code[..at].chars().next_back()) || word(source.code[at + bare.len()..].chars().next()) {
            continue;
        }
        let line = source.line(at);
        if line == last {
            continue;
        }
        last = line;
        into.push_str("use: ");
        let text = source.line_text(line).trim();
        into.push_str(text.get(..HEADING).unwrap_or(text));
        into.push('\n');
        found += 1;
        if found == USES {
            break;
        }
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// YAML: the keys above with less indentation; a list's dash belongs to the indentation.
fn indented(source: &Source, at: usize) -> Around {
    let line = source.line(at);
    let mut around = Around { headings: String::new(), beside: (0, source.code.len()) };
    let mut limit = indent_of(source.line_text(line));
    let mut depth = 0;
    let mut block_start = None;
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
        if indent < limit
            || (indent == limit && trimmed.starts_with("- ") && !source.line_text(line).trim().starts_with('-'))
        {
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
        beside: (
            start.map_or(0, |start| source.offset_of(start)),
            end.map_or(source.code.len(), |end| source.offset_of(end)),
        ),
    }
}

impl Source {
    /// Where a line begins; past the last line, the end.
    fn offset_of(&self, line: usize) -> usize {
        if line > self.lines() { self.code.len() } else { self.line_offset(line) }
    }
}
