//! Certificates written into the source itself.
//!
//! Only a certificate whose name says that it is trusted is a pin: a server's own certificate, a client's, and test
//! data look the same from inside. The name is that of the variable, key or file that the literal is given to.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::engine::lex::{self, COMMENT};
use super::engine::source::Source;
use super::engine::syntax::{self, Syntax};
use crate::certificate::Certificate;
use crate::lang::{Sentence, locate as say};
use crate::pin::{Advice, Class, Kind, Pin};
use crate::store::StoreFormat;
use crate::store::literal::Literals;

pub const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The name stands this far above the first line of the certificate at most; comments between them do not count.
const ABOVE: usize = 3;
/// A bundle inside a literal is one pin; blocks that follow each other at most this far apart belong to it.
const APART: usize = 4;
/// Certificates named in a pin's target.
const NAMED: usize = 3;

static TRUSTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[^a-z])(?:ca|cas|root|roots|trust|trusted|anchor|anchors|bundle|cacert|cacerts|rootca|rootcas|isrg|digicert|letsencrypt|globalsign|gts|baltimore|amazon|verisign|comodo|usertrust|dst|geotrust|godaddy|starfield|entrust)(?:[^a-z]|$)")
        .expect("a valid pattern")
});
static NOT_TRUSTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)private|client[ _]?ce?rt|server[ _]?ce?rt|device|leaf|own|identity|user[ _]?cert|signing|signer|csr|chain|expired|invalid|bad|fake|dummy|example|jwt|saml|idp|x5c|attestation|expected|client[ _]?ca|aik|fixture|test|clientca")
        .expect("a valid pattern")
});

/// What a file of these holds is no program's own: a bundle under an odd name, or a text about one.
const PLAIN: &[&str] = &["prose", "sql", "conf", "ini", "properties"];

/// Certificates in tests are the tests' own.
static TESTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|/)(?:tests?|specs?|testdata|testing|fixtures?|mocks?|__tests__)/|_(?:test|spec)\.\w+$|\.(?:test|spec)\.\w+$|(?:^|/)test_[^/]*$|Tests?\.\w+$")
        .expect("a valid pattern")
});

/// The store that the literals of this file are, where it is source code or configuration and has certificates outside of
/// its comments.
pub fn literals(path: &Path, bytes: &[u8]) -> Option<&'static Literals> {
    static LITERALS: LazyLock<Vec<Literals>> = LazyLock::new(|| {
        let of = |syntax: &'static Syntax| Literals::new(move |text| lex::comments(text, syntax));
        syntax::ALL.iter().map(of).collect()
    });
    memchr::memmem::find(bytes, BEGIN.as_bytes())?;
    let syntax = syntax::of(path, bytes).filter(|syntax| !PLAIN.contains(&syntax.name))?;
    let at = syntax::ALL.iter().position(|one| one.name == syntax.name)?;
    LITERALS.get(at).filter(|literals| literals.sniff(bytes))
}

/// The pins among the certificates of one file.
pub fn pins(path: &Path, source: &Source) -> Vec<Pin> {
    let mut found = Vec::new();
    if PLAIN.contains(&source.syntax.name) {
        return found;
    }
    if TESTS.is_match(&path.to_string_lossy().replace('\\', "/")) {
        return found;
    }
    // Rust's tests stand at the end of the file that they test.
    let tests = (source.syntax.name == "rust").then(|| source.code.find("#[cfg(test)]")).flatten();
    let mut last_end: Option<usize> = None;
    for (at, _) in source.code.match_indices(BEGIN).take_while(|(at, _)| tests.is_none_or(|tests| *at < tests)) {
        if source.mark(at) == COMMENT {
            continue;
        }
        let line = source.line(at);
        let next = source.code[at + BEGIN.len()..].find(BEGIN).map_or(source.code.len(), |n| at + BEGIN.len() + n);
        let end = source.code[at..next].find(END).map_or(at, |n| at + n);
        let follows = last_end.is_some_and(|last| line.saturating_sub(last) <= APART);
        last_end = Some(source.line(end));
        // A word that is searched for is no certificate.
        let pem = unwrap(source.slice(at, end + END.len()));
        if follows || end == at || pem.is_none() {
            continue;
        }
        let Some(name) = name_of(source, at, line) else { continue };
        let subjects: Vec<String> = certificates(source, at).into_iter().take(NAMED).collect();
        let target = if subjects.is_empty() { name } else { format!("{name} ({})", subjects.join(", ")) };
        found.push(Pin {
            path: path.to_owned(),
            line,
            column: source.column(at),
            language: source.syntax.name.to_owned(),
            kind: Kind::Pem,
            class: Class::ServerTrust,
            target,
            resolved: Vec::new(),
            advice: Advice::Append,
            reason: reason(),
            findings: Vec::new(),
        });
    }
    found
}

fn reason() -> Sentence {
    say::in_source()
}

/// The variable or key that the literal is given to, if it says that the certificate is trusted.
fn name_of(source: &Source, at: usize, line: usize) -> Option<String> {
    let before = source.slice(source.line_start(at), at);
    let mut candidates = vec![before.to_owned()];
    let mut above = line;
    while candidates.len() <= ABOVE && above > 1 {
        above -= 1;
        let text = source.line_text(above).trim();
        if !text.is_empty() {
            candidates.push(text.to_owned());
        }
        if text.ends_with(';') || text.ends_with('}') || text.contains("-----END") {
            candidates.pop_if(|last| last == text);
            break;
        }
    }
    let named = candidates
        .iter()
        .find(|text| text.contains(['=', ':', '(']) && text.bytes().any(|b| b.is_ascii_alphabetic()))?;
    let name = named.split(['=', '`']).next().unwrap_or(named);
    let words = split_words(name);
    (TRUSTED.is_match(&words) && !NOT_TRUSTED.is_match(&words)).then(|| {
        let tidy = name.trim().trim_end_matches([':', '[', ']', '(', '"', '\'', '|', ' ']);
        let last = tidy.rsplit([' ', '*', '\t', '(']).find(|word| word.bytes().any(|b| b.is_ascii_alphabetic()));
        last.unwrap_or(tidy).trim_matches(['"', '\'', '[', ']', ':']).to_owned()
    })
}

/// `rootCaPem` and `ROOT_CA` as words.
fn split_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    let mut previous = ' ';
    for c in name.chars() {
        if (c.is_uppercase() && previous.is_lowercase()) || c == '_' {
            words.push(' ');
        }
        if c != '_' {
            words.push(c);
        }
        previous = c;
    }
    words
}

/// The subjects of the certificates that begin at `at`.
fn certificates(source: &Source, at: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut from = at;
    while names.len() < NAMED {
        let Some(end) = source.code[from..].find(END) else { break };
        let block = source.slice(from, from + end + END.len());
        if let Some(der) = unwrap(block).and_then(|pem| pem::parse(pem).ok())
            && let Ok(certificate) = Certificate::from_der(der.contents())
        {
            names.push(certificate.facts().name);
        }
        from += end + END.len();
        match source.code[from..].find(BEGIN) {
            Some(next) if source.code[from..from + next].matches('\n').count() <= APART => from += next,
            _ => break,
        }
    }
    names
}

/// The PEM block inside whatever the language puts between its lines: `\n"` and quotes, `\n`, `+`, indentation.
/// `None` for what holds no base64, such as a text that only speaks of the markers.
fn unwrap(block: &str) -> Option<String> {
    let body = block.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let body = body.replace("\\r", "").replace("\\n", "\n");
    let base64: String = body.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')).collect();
    // Joining operators (`" +`) stand alone between lines; a body never has a `+` next to a quote.
    let base64 = if body.contains("\" +") || body.contains("' +") || body.contains("+ \"") {
        body.replace("\" +", "")
            .replace("' +", "")
            .replace("+ \"", "")
            .replace("+ '", "")
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='))
            .collect()
    } else {
        base64
    };
    (base64.len() > 60).then(|| format!("{BEGIN}\n{base64}\n{END}\n"))
}
