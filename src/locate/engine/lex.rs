//! Tells code, strings and comments apart.
//!
//! The result marks every byte of the text. A literal's delimiters count as code, its content as string, so that a
//! pattern may begin at a quote (`'verify' => ...`) and still be known not to stand inside a longer string.
//! Heredocs and multi-line literals are marked [`EMBEDDED`]: a configuration written out by a script stands there.

use std::ops::Range;

use memchr::{memchr, memchr3, memmem, memrchr};

use super::syntax::{Heredoc, Syntax};

pub const CODE: u8 = 0;
pub const STRING: u8 = 1;
pub const COMMENT: u8 = 2;
pub const EMBEDDED: u8 = 3;

/// So many bytes before a place say what it is.
const NEAR: usize = 200;
/// No regular expression that somebody wrote into code is longer.
const LONGEST_REGEX: usize = 2_000;

/// One mark per byte of `text`.
pub fn lex(text: &str, syntax: &Syntax) -> Vec<u8> {
    let marks = vec![CODE; text.len()];
    let mut lexer = Lexer { text: text.as_bytes(), marks, at: 0, syntax, opens: opens(syntax), pending: Vec::new() };
    lexer.run();
    lexer.marks
}

/// The places of the comments, in their order.
pub fn comments(text: &str, syntax: &Syntax) -> Vec<Range<usize>> {
    let marks = lex(text, syntax);
    let mut at = 0;
    let mut found = Vec::new();
    for run in marks.chunk_by(|a, b| a == b) {
        if run[0] == COMMENT {
            found.push(at..at + run.len());
        }
        at += run.len();
    }
    found
}

/// The bytes that a comment, a literal or a heredoc of this syntax may begin with, or that end one; all others are
/// code wherever code stands. Whatever [`Lexer::run`] looks at must be among them.
fn opens(syntax: &Syntax) -> [bool; 256] {
    let mut opens = [false; 256];
    let mut add = |byte: u8| opens[usize::from(byte)] = true;
    let words = [syntax.line, syntax.line_after_blank, syntax.line_first].into_iter().flatten().copied();
    let words = words.chain(syntax.block.iter().map(|(open, _)| open.trim_start()));
    for word in words.chain(syntax.quotes.iter().map(|quote| quote.open)) {
        let first = word.as_bytes()[0];
        // Some are compared without regard to case.
        [first, first.to_ascii_lowercase(), first.to_ascii_uppercase()].into_iter().for_each(&mut add);
    }
    if syntax.heredoc != Heredoc::None {
        b"<\n".iter().copied().for_each(&mut add);
    }
    // Ends of code, regular expressions, raw strings, quoting outside strings.
    let own: &[u8] = match syntax.name {
        "php" => b"?",
        "perl" => b"_/",
        "ruby" => b"_/",
        "js" | "groovy" => b"/",
        "rust" => b"r",
        "c" => b"R",
        "shell" => b"\\",
        _ => b"",
    };
    own.iter().copied().for_each(&mut add);
    opens
}

struct Lexer<'a> {
    text: &'a [u8],
    marks: Vec<u8>,
    at: usize,
    syntax: &'a Syntax,
    opens: [bool; 256],
    /// Heredocs announced on this line, in order: the closing word.
    pending: Vec<Vec<u8>>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        let php = self.syntax.name == "php";
        if php {
            self.skip_html();
        }
        while let Some(rest) = self.text.get(self.at..)
            && let Some(code) = rest.iter().position(|byte| self.opens[usize::from(*byte)])
        {
            self.at += code;
            let byte = self.text[self.at];
            if byte == b'\n' && !self.pending.is_empty() {
                self.at += 1;
                self.heredocs();
                continue;
            }
            if php && self.starts("?>") {
                self.at += 2;
                self.skip_html();
                continue;
            }
            // Perl and Ruby: what follows is data.
            if byte == b'_'
                && matches!(self.syntax.name, "perl" | "ruby")
                && self.line_start(self.at)
                && (self.starts("__END__") || self.starts("__DATA__"))
            {
                // Test::Nginx keeps whole configurations there; documentation behind `__END__` is in POD.
                let what = if self.starts("__DATA__") { EMBEDDED } else { COMMENT };
                self.mark(self.at, self.text.len(), what);
                return;
            }
            if self.comment() || self.heredoc_start() || self.regex_literal() || self.string() {
                continue;
            }
            // A backslash in shell code quotes the next character.
            self.at += if byte == b'\\' && self.syntax.name == "shell" { 2 } else { 1 };
        }
    }

    fn starts(&self, word: &str) -> bool {
        self.text[self.at..].starts_with(word.as_bytes())
    }

    fn mark(&mut self, from: usize, to: usize, what: u8) {
        let to = to.min(self.text.len());
        if from < to {
            self.marks[from..to].fill(what);
        }
    }

    fn line_start(&self, at: usize) -> bool {
        at == 0 || self.text[at - 1] == b'\n'
    }

    /// The bytes before `at` on its line, the nearest of them: no more is asked of a line, however long it is.
    fn before(&self, at: usize) -> &[u8] {
        let near = at.saturating_sub(NEAR);
        let from = memrchr(b'\n', &self.text[near..at]).map_or(near, |nl| near + nl + 1);
        &self.text[from..at]
    }

    fn line_end(&self, at: usize) -> usize {
        memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |n| at + n)
    }

    /// The last byte of code before `at` that is not blank.
    fn previous(&self, at: usize) -> Option<u8> {
        (0..at).rev().find(|&i| !self.text[i].is_ascii_whitespace() && self.marks[i] != COMMENT).map(|i| self.text[i])
    }

    /// HTML around PHP is no code.
    fn skip_html(&mut self) {
        let from = self.at;
        let rest = &self.text[from..];
        let open = find(rest, b"<?").map_or(self.text.len(), |n| from + n);
        self.mark(from, open, COMMENT);
        self.at = (open + 2).min(self.text.len());
    }

    fn comment(&mut self) -> bool {
        for (open, close) in self.syntax.block {
            // Openers written with a line break stand at the start of a line.
            let found = match open.strip_prefix('\n') {
                Some(word) => self.line_start(self.at) && self.starts(word),
                None => self.starts(open),
            };
            if found {
                let from = self.at;
                let after = from + open.trim_start().len();
                let end = find(&self.text[after.min(self.text.len())..], close.as_bytes())
                    .map_or(self.text.len(), |n| after + n + close.len());
                self.mark(from, end, COMMENT);
                self.at = end;
                return true;
            }
        }
        let line = self.syntax.line.iter().any(|word| self.starts(word) && !self.directive(word));
        let after_blank = || {
            let blank = self.at == 0 || matches!(self.text[self.at - 1], b' ' | b'\t' | b'\n' | b'\r' | b';');
            blank && self.syntax.line_after_blank.iter().any(|word| self.starts(word))
        };
        let first = || {
            self.syntax.line_first.iter().any(|word| {
                let here = self.text.get(self.at..self.at + word.len());
                here.is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()))
            }) && self.before(self.at).iter().all(u8::is_ascii_whitespace)
        };
        if line || after_blank() || first() {
            let end = self.line_end(self.at);
            // `<?php // note ?>` ends the code too.
            let end = match (self.syntax.name, find(&self.text[self.at..end], b"?>")) {
                ("php", Some(n)) => self.at + n,
                _ => end,
            };
            self.mark(self.at, end, COMMENT);
            self.at = end;
            return true;
        }
        false
    }

    /// PHP's attributes (`#[...]`) and Go's `//go:embed` look like comments and are not.
    fn directive(&self, word: &str) -> bool {
        (word == "#" && self.syntax.name == "php" && self.starts("#["))
            || (self.syntax.name == "go" && self.starts("//go:embed "))
    }

    fn heredoc_start(&mut self) -> bool {
        let open = match self.syntax.heredoc {
            Heredoc::None => return false,
            Heredoc::Words => "<<",
            Heredoc::Php => "<<<",
        };
        if !self.starts(open) {
            return false;
        }
        let mut at = self.at + open.len();
        if self.text.get(at) == Some(&b'<') {
            // A here-string.
            self.at = at + 1;
            return true;
        }
        while matches!(self.text.get(at), Some(b'-' | b'~')) {
            at += 1;
        }
        if matches!(self.syntax.name, "shell" | "php" | "docker") {
            while self.text.get(at) == Some(&b' ') {
                at += 1;
            }
        }
        let quoted = matches!(self.text.get(at), Some(b'"' | b'\'' | b'\\'));
        at += usize::from(quoted);
        let word: Vec<u8> =
            self.text[at..].iter().copied().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').collect();
        // `1 << 3` and `list <<item` are no heredocs; by custom the words are upper case there.
        let heredoc = word.iter().find(|byte| **byte != b'_').is_some_and(u8::is_ascii_uppercase)
            || (matches!(self.syntax.name, "shell" | "php") && word.first().is_some_and(u8::is_ascii_alphabetic))
            || (quoted && !word.is_empty());
        if heredoc {
            self.at =
                at + word.len() + usize::from(quoted && matches!(self.text.get(at + word.len()), Some(b'"' | b'\'')));
            self.pending.push(word);
        } else {
            self.at += open.len();
        }
        true
    }

    fn heredocs(&mut self) {
        for (index, word) in std::mem::take(&mut self.pending).into_iter().enumerate() {
            if index > 0 && self.at < self.text.len() {
                self.at += 1;
            }
            let from = self.at;
            loop {
                let end = self.line_end(self.at);
                let line = self.text[self.at..end].trim_ascii();
                let closes = line.strip_prefix(word.as_slice()).is_some_and(|rest| {
                    rest.first().is_none_or(|byte| matches!(byte, b';' | b',' | b')' | b'.' | b'"' | b'\''))
                });
                if closes {
                    self.mark(from, self.at, EMBEDDED);
                    self.at = end;
                    break;
                }
                if end == self.text.len() {
                    self.mark(from, end, EMBEDDED);
                    self.at = end;
                    break;
                }
                self.at = end + 1;
            }
        }
    }

    /// `/['"]/` would otherwise open a string.
    fn regex_literal(&mut self) -> bool {
        if !matches!(self.syntax.name, "js" | "ruby" | "perl" | "groovy") || self.text[self.at] != b'/' {
            return false;
        }
        let opens = match self.previous(self.at) {
            None => true,
            Some(byte) => b"(,=:[!&|?{};~\n".contains(&byte),
        };
        if !opens {
            return false;
        }
        let most = &self.text[self.at..self.text.len().min(self.at + LONGEST_REGEX)];
        let end = self.at + memchr(b'\n', most).unwrap_or(most.len());
        let mut at = self.at + 1;
        let mut class = false;
        while at < end {
            match self.text[at] {
                b'\\' => at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => {
                    self.mark(self.at + 1, at, STRING);
                    self.at = at + 1;
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        false
    }

    fn string(&mut self) -> bool {
        if let Some(end) = self.raw_string() {
            self.at = end;
            return true;
        }
        let Some(quote) = self.syntax.quotes.iter().find(|quote| self.starts(quote.open)) else { return false };
        if quote.open == "'" && !self.opens_apostrophe() {
            self.at += 1;
            return true;
        }
        // `@"C:\x\"` in C# does not escape.
        let verbatim = self.syntax.name == "csharp" && matches!(self.before(self.at), [.., b'@'] | [.., b'@', b'$']);
        let escape = quote.escape && !verbatim;
        let multiline = quote.multiline || verbatim;
        let from = self.at + quote.open.len();
        let mut at = from;
        let close = quote.close.as_bytes();
        // What does not count here is replaced by what does.
        let stop_at_escape = if escape { b'\\' } else { close[0] };
        let stop_at_line = if multiline { close[0] } else { b'\n' };
        while at < self.text.len() {
            let stop = memchr3(close[0], stop_at_escape, stop_at_line, &self.text[at..]);
            at = stop.map_or(self.text.len(), |stop| at + stop);
            let Some(&byte) = self.text.get(at) else { break };
            if byte == b'\\' && escape {
                at += 2;
                continue;
            }
            if byte == b'\n' && !multiline {
                break;
            }
            if self.text[at..].starts_with(close) {
                // A verbatim string doubles its quotes.
                if verbatim && self.text.get(at + 1) == Some(&b'"') {
                    at += 2;
                    continue;
                }
                break;
            }
            at += 1;
        }
        let at = at.min(self.text.len());
        let documentation = quote.open.len() == 3 && self.documentation();
        let what = if documentation {
            COMMENT
        } else if self.text[from.min(at)..at].contains(&b'\n') {
            EMBEDDED
        } else {
            STRING
        };
        self.mark(from, at, what);
        self.at = if self.text[at..].starts_with(close) { at + close.len() } else { at };
        true
    }

    /// Rust `r#"..."#`, C++ `R"x(...)x"`.
    fn raw_string(&mut self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let (open, close) = match self.syntax.name {
            "rust" if rest.starts_with(b"r\"") || rest.starts_with(b"r#") => {
                let hashes = rest[1..].iter().take_while(|&&byte| byte == b'#').count();
                if rest.get(1 + hashes) != Some(&b'"') {
                    return None;
                }
                (hashes + 2, [b"\"".to_vec(), b"#".repeat(hashes)].concat())
            }
            "c" if rest.starts_with(b"R\"") => {
                let delimiter: Vec<u8> = rest[2..].iter().copied().take(17).take_while(|&byte| byte != b'(').collect();
                if rest.get(2 + delimiter.len()) != Some(&b'(') {
                    return None;
                }
                (3 + delimiter.len(), [b")".to_vec(), delimiter, b"\"".to_vec()].concat())
            }
            _ => return None,
        };
        let from = self.at + open;
        let end = find(&self.text[from..], &close).map_or(self.text.len(), |n| from + n);
        self.mark(from, end, EMBEDDED);
        Some((end + close.len()).min(self.text.len()))
    }

    /// A lifetime, a digit separator or an apostrophe inside a word opens nothing.
    fn opens_apostrophe(&self) -> bool {
        let next = self.text.get(self.at + 1).copied().unwrap_or(b' ');
        let previous = if self.at == 0 { b' ' } else { self.text[self.at - 1] };
        match self.syntax.name {
            "rust" => next == b'\\' || self.text.get(self.at + 2) == Some(&b'\''),
            "c" => !previous.is_ascii_hexdigit(),
            "perl" | "ruby" | "elixir" | "php" => !previous.is_ascii_alphanumeric(),
            _ => true,
        }
    }

    /// A triple-quoted string that stands where a statement begins is documentation.
    fn documentation(&self) -> bool {
        let before = self.before(self.at).trim_ascii();
        match self.syntax.name {
            "python" => {
                let prefix = before.iter().all(|byte| b"rRuUbB".contains(byte));
                let continued = self.previous(self.at.saturating_sub(before.len()));
                prefix && continued.is_none_or(|byte| !b"=([{,+\\%".contains(&byte))
            }
            "elixir" => {
                before.starts_with(b"@doc") || before.starts_with(b"@moduledoc") || before.starts_with(b"@typedoc")
            }
            _ => false,
        }
    }
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    memmem::find(text, word)
}

#[cfg(test)]
mod tests {
    use super::super::syntax;
    use super::*;

    /// The text with every byte outside `mark` replaced by a dot.
    fn only(name: &str, text: &str, mark: u8) -> String {
        let marks = lex(text, syntax::named(name).unwrap());
        text.bytes().zip(marks).map(|(byte, m)| if m == mark { char::from(byte) } else { '.' }).collect::<String>()
    }

    fn seen(name: &str, text: &str, mark: u8) -> Vec<String> {
        only(name, text, mark).split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn comments_are_known_in_every_family_of_languages() {
        assert_eq!(seen("c", "a // b\nc /* d */ e \"//f\"", COMMENT), ["// b", "/* d */"]);
        assert_eq!(seen("php", "<p>x</p><?php a; # b\n// c ?>d<?php e", COMMENT), ["<p>x</p>", "# b", "// c ", "d"]);
        assert_eq!(seen("shell", "a # b\nc ${x#y} $# d", COMMENT), ["# b"]);
        assert_eq!(seen("python", "def f():\n    \"\"\"doc\"\"\"\n    x = \"\"\"no\"\"\"", COMMENT), ["doc"]);
        assert_eq!(seen("perl", "a;\n=pod\nb\n=cut\nc; # d", COMMENT), ["=pod\nb\n=cut", "# d"]);
        assert_eq!(seen("lua", "a -- b\n--[[ c\nd ]] e", COMMENT), ["-- b", "--[[ c\nd ]]"]);
        assert_eq!(seen("ini", "; a\nb = c ; d", COMMENT), ["; a"]);
        assert_eq!(seen("batch", "rem a\nset b=c\n:: d", COMMENT), ["rem a", ":: d"]);
        assert_eq!(seen("elixir", "@doc \"\"\"\nx\n\"\"\"\ny", COMMENT), ["\nx\n"]);
    }

    #[test]
    fn strings_end_where_their_language_ends_them() {
        assert_eq!(seen("rust", "fn f<'a>(x: &'a str) { g(\"b\"); 'c' }", STRING), ["b", "c"]);
        assert_eq!(seen("rust", "r#\"a\"b\"# c", EMBEDDED), ["a\"b"]);
        assert_eq!(seen("c", "R\"EOF(a)\" b)EOF\" c 1'000 d", EMBEDDED), ["a)\" b"]);
        assert_eq!(seen("csharp", "@\"C:\\x\" + \"y\"", STRING), ["C:\\x", "y"]);
        assert_eq!(seen("js", "x.replace(/['\"]/g, 'a') // b", STRING), ["['\"]", "a"]);
        assert_eq!(seen("go", "`a\nb` \"c\"", EMBEDDED), ["a\nb"]);
        assert_eq!(seen("c", "don't \"x\n y \"z\"", STRING), ["t \"x", "z"]);
    }

    #[test]
    fn heredocs_are_embedded_text_and_may_be_announced_together() {
        assert_eq!(seen("shell", "cat <<EOF >x\na\nEOF\nb", EMBEDDED), ["a\n"]);
        assert_eq!(seen("shell", "cat <<-'A' <<B\n1\n\tA\n2\nB\nc", EMBEDDED), ["1\n", "2\n"]);
        assert_eq!(seen("ruby", "x = <<~EOS\na # b\nEOS\nc # d", EMBEDDED), ["a # b\n"]);
        assert_eq!(seen("php", "<?php $x = <<<'T'\na\nT;\n", EMBEDDED), ["a\n"]);
        assert_eq!(seen("shell", "cat <<EOF\nnever closed", EMBEDDED), ["never closed"]);
        assert_eq!(seen("ruby", "list <<item\nx", EMBEDDED), Vec::<String>::new());
        assert_eq!(seen("perl", "my $x = $y // <<_EOS_;\na\n_EOS_\nb", EMBEDDED), ["a\n"]);
    }
}
