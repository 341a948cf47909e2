//! One file's text as the rules see it: comments blanked out, every byte marked, lines counted.

use std::cell::OnceCell;

use super::blocks::Brackets;
use super::lex::{self, COMMENT};
use super::syntax::Syntax;

#[derive(Debug)]
pub struct Source {
    pub syntax: &'static Syntax,
    /// The text with comments turned into blanks, byte for byte as long as the original.
    pub code: String,
    pub marks: Vec<u8>,
    line_starts: Vec<usize>,
    brackets: OnceCell<Brackets>,
}

impl Source {
    pub fn new(syntax: &'static Syntax, text: &str) -> Source {
        let marks = lex::lex(text, syntax);
        let mut code = text.as_bytes().to_vec();
        for (byte, mark) in code.iter_mut().zip(&marks) {
            if *mark == COMMENT && *byte != b'\n' {
                *byte = b' ';
            }
        }
        // Comments begin and end at ASCII characters, so that no character is cut; where a hostile text manages to,
        // lengths still agree because the replacement is made per byte above and repaired here.
        let code = String::from_utf8(code).unwrap_or_else(|error| {
            let mut bytes = error.into_bytes();
            bytes.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'?');
            bytes.into_iter().map(char::from).collect()
        });
        let line_starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', code.as_bytes()).map(|at| at + 1)).collect();
        Source { syntax, code, marks, line_starts, brackets: OnceCell::new() }
    }

    /// The line that holds this byte, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= at)
    }

    /// The column of this byte in characters, counted from 1.
    pub fn column(&self, at: usize) -> usize {
        let start = self.line_starts[self.line(at) - 1];
        self.code.get(start..at).map_or(1, |before| before.chars().count() + 1)
    }

    /// A line's text without its line break; lines are counted from 1.
    pub fn line_text(&self, line: usize) -> &str {
        let Some(&start) = self.line_starts.get(line.wrapping_sub(1)) else { return "" };
        let end = self.line_starts.get(line).map_or(self.code.len(), |&next| next - 1);
        self.code.get(start..end).unwrap_or("").trim_end_matches('\r')
    }

    pub fn line_start(&self, at: usize) -> usize {
        self.line_starts[self.line(at) - 1]
    }

    /// Where a line begins; lines are counted from 1 and there is at least one.
    pub fn line_offset(&self, line: usize) -> usize {
        self.line_starts[line.clamp(1, self.line_starts.len()) - 1]
    }

    pub fn lines(&self) -> usize {
        self.line_starts.len()
    }

    pub fn mark(&self, at: usize) -> u8 {
        self.marks.get(at).copied().unwrap_or(lex::CODE)
    }

    pub fn brackets(&self) -> &Brackets {
        self.brackets.get_or_init(|| Brackets::new(&self.code, &self.marks))
    }

    /// A slice that never panics: moved to the nearest character boundaries.
    pub fn slice(&self, from: usize, to: usize) -> &str {
        let mut from = from.min(self.code.len());
        let mut to = to.clamp(from, self.code.len());
        while !self.code.is_char_boundary(from) {
            from -= 1;
        }
        while !self.code.is_char_boundary(to) {
            to -= 1;
        }
        self.code.get(from..to).unwrap_or("")
    }
}
