//! Runs the rules over one file's text. Pure: nothing here looks at the disk.

pub mod blocks;
pub mod expression;
pub mod lex;
mod reading;
mod said;
pub mod source;
pub mod syntax;
mod words;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::in_source;
use super::resolve;
use super::rules::{self, Pattern, PinRule, Place, Rule, Value};
use crate::finding::{Code, Finding};
use crate::lang::{Sentence, locate as say};
use crate::pin::{Class, Kind, Pin};
use blocks::Around;
use lex::{CODE, COMMENT, EMBEDDED};
use source::Source;
use syntax::Syntax;
use words::Words;

/// A pin and a switch this far apart, in lines, belong to the same call or block.
const NEARBY: usize = 15;

/// A longer line was made by a program (minified scripts, data): nobody pins in it by hand.
const WRITTEN: usize = 2_000;

/// So many places of one file are judged by one pattern. A person writes fewer; and each may mean a look at the whole file.
pub const JUDGED: usize = 2_000;

/// What was found in one file.
#[derive(Debug, Default)]
pub struct Found {
    /// By line.
    pub pins: Vec<Pin>,
    /// There were more places than are judged; pins may be missing.
    pub more: bool,
}

/// What concerns one syntax, worked out when its first file comes by.
struct Concern {
    patterns: Vec<Concerned>,
    words: Words,
    /// The number of the word that a certificate in the source begins with.
    in_source: usize,
}

/// One pattern that a syntax is searched for.
struct Concerned {
    rule: &'static Rule,
    pin: &'static PinRule,
    applies: Applies,
    /// The numbers of its words.
    words: Vec<usize>,
}

fn concern(syntax: &'static Syntax) -> &'static Concern {
    static CONCERNS: [OnceLock<Concern>; 64] = [const { OnceLock::new() }; 64];
    let index = syntax::ALL.iter().position(|known| std::ptr::eq(known, syntax)).unwrap_or(0);
    CONCERNS[index].get_or_init(|| {
        let patterns: Vec<_> = rules::ALL
            .iter()
            .flat_map(|rule| rule.pin.iter().map(move |pin| (rule, pin)))
            .filter_map(|(rule, pin)| Some((rule, pin, applies(rule, pin, syntax)?)))
            .collect();
        // Where no pattern applies, a certificate is no pin either.
        let begin = (!patterns.is_empty()).then_some(in_source::BEGIN);
        let words = Words::new(patterns.iter().flat_map(|(_, pin, _)| &pin.words).map(String::as_str).chain(begin));
        let patterns = patterns
            .into_iter()
            .map(|(rule, pin, applies)| {
                let words = pin.words.iter().map(|word| words.number(word)).collect();
                Concerned { rule, pin, applies, words }
            })
            .collect();
        let in_source = begin.map_or(0, |begin| words.number(begin));
        Concern { patterns, words, in_source }
    })
}

/// Whether a file of this syntax may hold a pin: one of the rules' words may be in its bytes. A "no" is certain.
///
/// This is the only thing that is done with most files of a tree.
pub fn may_hold_pins(syntax: &'static Syntax, bytes: &[u8]) -> bool {
    concern(syntax).words.may_be_in(bytes)
}

/// How a pattern applies to a syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applies {
    /// Everywhere that its `place` says.
    Whole,
    /// In heredocs and multi-line strings only.
    Embedded,
}

fn applies(rule: &Rule, pin: &PinRule, syntax: &Syntax) -> Option<Applies> {
    let on = if pin.on.is_empty() { &rule.on } else { &pin.on };
    if on.iter().any(|name| name == syntax.name) {
        Some(Applies::Whole)
    } else if rule.embedded && pin.on.is_empty() && syntax.name != "prose" {
        Some(Applies::Embedded)
    } else {
        None
    }
}

/// The pins in one file's text.
pub fn pins(path: &Path, root: &Path, syntax: &'static Syntax, text: &str) -> Found {
    let concern = concern(syntax);
    let present = concern.words.present(text);
    if !present.any() {
        return Found::default();
    }
    let slashed = path.to_string_lossy().replace('\\', "/");
    // Comments may hold the words too, so that this keeps too many and never too few.
    let candidates: Vec<&Concerned> = concern
        .patterns
        .iter()
        .filter(|Concerned { pin, words, .. }| {
            words.iter().any(|word| present.has(*word))
                && pin.path.as_ref().is_none_or(|path| path.is_match(&slashed))
                && pin.need.as_ref().is_none_or(|need| need.is_match(text))
        })
        .collect();
    if candidates.is_empty() && !present.has(concern.in_source) {
        return Found::default();
    }
    let source = Source::new(syntax, text);
    let mut found: Vec<Pin> = Vec::new();
    let mut more = false;
    for &&Concerned { rule, pin, applies, .. } in &candidates {
        let refused = pin.need.as_ref().is_some_and(|need| !need.is_match(&source.code))
            || pin.without.as_ref().is_some_and(|without| without.is_match(&source.code));
        if refused {
            continue;
        }
        let mut judged = 0;
        for captures in pin.find.regex().captures_iter(&source.code) {
            let whole = captures.get(0).expect("group 0 always matches");
            let at = captures.name("at").map_or(whole.start(), |group| group.start());
            let at = at + source.code[at..].len() - source.code[at..].trim_start().len();
            if source.line_text(source.line(at)).len() > WRITTEN || !in_place(&source, at, pin.place, applies) {
                continue;
            }
            if rule.commands && said::said(&source, at) {
                continue;
            }
            // `=` that is not `==` takes one character too many.
            let last = whole.as_str().chars().next_back().filter(|last| !"=:,(>{[ \t\r\n".contains(*last));
            let from = whole.end() - last.map_or(0, char::len_utf8);
            let target = match captures.name("target") {
                Some(target) => target.as_str(),
                None => match pin.value {
                    Value::Expression => expression::expression(&source, from),
                    Value::Word => expression::word(&source, from),
                    Value::Line => expression::line(&source, from),
                    Value::Match => whole.as_str(),
                },
            };
            judged += 1;
            more |= judged > JUDGED;
            if judged > JUDGED {
                break;
            }
            let target = target.trim();
            let hop = expression::constant(&source, target, at);
            let spot = Spot { source: &source, at, line: source.line(at), target, hop };
            if let Some(pin) = judge(rule, pin, (path, root), &spot) {
                keep(&mut found, pin);
            }
        }
    }
    for pin in in_source::pins(path, &source) {
        keep(&mut found, pin);
    }
    found.sort_by_key(|pin| (pin.line, pin.column));
    mark_inert(&mut found);
    Found { pins: found, more }
}

fn in_place(source: &Source, at: usize, place: Place, applies: Applies) -> bool {
    let mark = source.mark(at);
    if mark == COMMENT {
        return false;
    }
    // A comment of the embedded text's own language.
    if mark != CODE && commented(source, at) {
        return false;
    }
    match (applies, place) {
        (Applies::Embedded, _) => mark == EMBEDDED || (mark != CODE && starts_string(source, at)),
        (Applies::Whole, Place::Code) => mark == CODE,
        (Applies::Whole, Place::String) => mark != CODE,
        (Applies::Whole, Place::Any) => true,
    }
}

fn commented(source: &Source, at: usize) -> bool {
    let line = source.slice(source.line_start(at), at).trim_start();
    ["#", ";", "//", "--", "<!--", "%"].iter().any(|word| line.starts_with(word))
}

/// A directive written by `print "directive value;"` is one; a directive named inside a sentence is not.
fn starts_string(source: &Source, at: usize) -> bool {
    let start = source.line_start(at);
    let content = (start..at).rev().take_while(|&i| source.mark(i) == source.mark(at)).last().unwrap_or(at);
    source.slice(content, at).trim_start_matches("\\n").trim_start_matches("\\t").trim().is_empty()
}

/// A place that a pattern found, and the value there.
struct Spot<'s> {
    source: &'s Source,
    at: usize,
    line: usize,
    target: &'s str,
    /// What the constant stands for that the value names.
    hop: Option<&'s str>,
}

fn judge(rule: &Rule, pin: &PinRule, (path, root): (&Path, &Path), spot: &Spot) -> Option<Pin> {
    if !holds_there(rule, pin, spot) {
        return None;
    }
    let asks = pin.inside.is_some()
        || pin.outside.is_some()
        || pin.beside.is_some()
        || pin.not_beside.is_some()
        || (pin.class.is_none() && (rule.server.is_some() || rule.database.is_some()));
    let around = if asks { blocks::around(spot.source, spot.at) } else { Around::default() };
    let beside = spot.source.slice(around.beside.0, around.beside.1);
    let holds_around = pin.inside.as_ref().is_none_or(|inside| inside.is_match(&around.headings))
        && !matches(&pin.outside, &around.headings)
        && pin.beside.as_ref().is_none_or(|test| test.is_match(beside))
        && !matches(&pin.not_beside, beside);
    if !holds_around {
        return None;
    }
    let class = pin.class.unwrap_or_else(|| class(rule, path, spot, &around));
    let why = &rule.why[&pin.why];
    let mut findings = Vec::new();
    if pin.kind == Kind::Disabled && class == Class::ServerTrust {
        findings.push(Finding::new(Code::VerificationDisabled, say::verification_disabled()).at(spot.line));
    }
    if pin.live_if.as_ref().is_some_and(|live| !live.is_match(&spot.source.code)) {
        findings.push(Finding::new(Code::InertPin, say::inert_by_default()).at(spot.line));
    }
    Some(Pin {
        path: path.to_owned(),
        line: spot.line,
        column: spot.source.column(spot.at),
        language: rule.name.to_owned(),
        kind: pin.kind,
        class,
        target: shown(spot.target),
        resolved: bundles(pin, path, root, spot),
        advice: if class == Class::ServerTrust { why.advice } else { crate::pin::Advice::None },
        reason: reason(class, why.sentence()),
        findings,
    })
}

fn matches(test: &Option<Pattern>, text: &str) -> bool {
    test.as_ref().is_some_and(|test| test.is_match(text))
}

/// Whether the value, its line and what stands above it are as the pattern wants them.
fn holds_there(rule: &Rule, pin: &PinRule, spot: &Spot) -> bool {
    let Spot { source, at, line, target, hop } = *spot;
    let either = |test: &Pattern| test.is_match(target) || hop.is_some_and(|hop| test.is_match(hop));
    // What a variable begins as is not what it stays: only a value that is written here can be nothing.
    if (pin.kind != Kind::Disabled && matches(&rule.nothing, target))
        || pin.only.as_ref().is_some_and(|only| !either(only))
        || pin.unless.as_ref().is_some_and(either)
    {
        return false;
    }
    let text = source.line_text(line);
    pin.line.as_ref().is_none_or(|test| test.is_match(text))
        && !matches(&pin.not_line, text)
        && pin.nearest.as_ref().is_none_or(|test| test.last_says_yes(source.slice(0, at)))
        && !(line.saturating_sub(2).max(1)..=line).any(|line| matches(&pin.not_near, source.line_text(line)))
}

/// What the pin is for, by what stands around it.
fn class(rule: &Rule, path: &Path, spot: &Spot, around: &Around) -> Class {
    let source = spot.source;
    let beside = source.slice(around.beside.0, around.beside.1);
    let body = around.function.map_or("", |(open, close)| source.slice(open, close));
    let client = matches(&rule.client, &around.headings) || matches(&rule.client, beside);
    let used = matches(&rule.client_uses, &around.headings) || matches(&rule.client_uses, &around.uses);
    let server = matches(&rule.server, &around.headings)
        || (!used && (matches(&rule.server, &around.uses) || matches(&rule.server, spot.target)));
    let calls = matches(&rule.server_calls, body) && !matches(&rule.client_calls, body) && !used;
    let database =
        [&*around.headings, &*around.uses, spot.target].into_iter().any(|text| matches(&rule.database, text));
    if !client && (server || calls) {
        Class::ClientAuth
    } else if database {
        Class::Database
    } else if !client && !used && matches(&rule.own, beside) && !matches(&rule.client_uses, file_name(path)) {
        Class::ClientAuth
    } else {
        Class::ServerTrust
    }
}

/// The files that the value may mean.
fn bundles(pin: &PinRule, path: &Path, root: &Path, spot: &Spot) -> Vec<PathBuf> {
    let Spot { source, at, target, hop, .. } = *spot;
    let lookup = |name: &str| expression::constant(source, name, at).map(str::to_owned);
    let means = |value: &str| {
        let bare = pin.value != Value::Expression || source.syntax.blocks != syntax::Blocks::Braces;
        resolve::candidates(value, bare, path, root, &lookup)
    };
    let resolved = match pin.kind {
        Kind::Disabled | Kind::Callback | Kind::Default => Vec::new(),
        _ => means(hop.unwrap_or(target)),
    };
    // A callback that compares with certificates from a file is the file's reader as well.
    if resolved.is_empty() && !matches!(pin.kind, Kind::Disabled | Kind::Default) {
        return reading::near(source, at).map(means).unwrap_or_default();
    }
    resolved
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or("")
}

fn reason(class: Class, why: Sentence) -> Sentence {
    match class {
        Class::ServerTrust | Class::Docs => why,
        Class::ClientAuth => say::client_auth(),
        Class::Database => say::database(),
    }
}

/// A value on one line, for people.
fn shown(target: &str) -> String {
    const LONGEST: usize = 200;
    let line = target.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// The first claim on a line stands, but a switch and a bundle are two facts.
fn keep(found: &mut Vec<Pin>, pin: Pin) {
    let switch = |pin: &Pin| matches!(pin.kind, Kind::Disabled | Kind::Callback);
    let same = |old: &Pin| old.line == pin.line && switch(old) == switch(&pin);
    if !found.iter().any(same) {
        found.push(pin);
    }
}

/// A bundle beside a switch that turns verification off is never looked at.
fn mark_inert(pins: &mut [Pin]) {
    let off: Vec<(usize, String)> = pins
        .iter()
        .filter(|pin| pin.kind == Kind::Disabled && pin.class == Class::ServerTrust)
        .map(|pin| (pin.line, pin.language.clone()))
        .collect();
    for pin in pins.iter_mut().filter(|pin| matches!(pin.kind, Kind::File | Kind::Dir | Kind::Pem | Kind::Keystore)) {
        let switch = off.iter().find(|(line, language)| *language == pin.language && line.abs_diff(pin.line) <= NEARBY);
        if let Some((line, _)) = switch
            && pin.class == Class::ServerTrust
            && pin.findings.iter().all(|finding| finding.code != Code::InertPin)
        {
            pin.findings.push(Finding::new(Code::InertPin, say::inert(line)).at(pin.line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_made_of_code_is_nobodys_pin() {
        let found = |text: &str| pins(Path::new("a.js"), Path::new(""), syntax::named("js").unwrap(), text).pins.len();
        let call = "https.request({host: h, ca: fs.readFileSync('ca.pem')});";
        assert_eq!(found(call), 1, "control");
        assert_eq!(found(&format!("{}{call}", "a();".repeat(600))), 0);
        assert_eq!(found(&format!("{}\n{call}", "a();".repeat(600))), 1);
    }

    #[test]
    fn a_variable_that_begins_as_nothing_may_still_be_given_a_bundle() {
        let text = "<?php\nclass A {\n  public $ca = false;\n  function f($ch) {\n    curl_setopt($ch, CURLOPT_CAINFO, $this->ca);\n  }\n}\n";
        let lines = |text: &str| -> Vec<usize> {
            let Found { pins, .. } = pins(Path::new("a.php"), Path::new(""), syntax::named("php").unwrap(), text);
            pins.iter().map(|pin| pin.line).collect()
        };
        assert_eq!(lines(text), [5]);
        assert!(lines(&text.replace("$this->ca)", "false)")).is_empty(), "control");
    }

    #[test]
    fn a_file_with_too_many_places_says_so_and_keeps_what_was_found() {
        let pin = "curl_setopt($ch, CURLOPT_CAINFO, $ca);\n";
        let found = |count: usize| {
            let text = format!("<?php\n{}", pin.repeat(count));
            pins(Path::new("a.php"), Path::new(""), syntax::named("php").unwrap(), &text)
        };
        let (few, many) = (found(JUDGED), found(JUDGED + 1));
        assert_eq!((few.pins.len(), few.more), (JUDGED, false));
        assert_eq!((many.pins.len(), many.more), (JUDGED, true));
    }

    /// Searched anew for each of its places, such a text would take minutes.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_hostile_text_takes_no_more_time_than_its_bytes() {
        use rustix::time::{ClockId, clock_gettime};
        use std::time::Duration;
        const BYTES: usize = 150_000;
        let worked = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
        let pins_of_many = [
            ("a.php", "<?php\n", "curl_setopt($ch, CURLOPT_CAINFO, $x);\n"),
            ("a.py", "import requests\n", "requests.get(url, verify='ca.pem')\n"),
            ("a.js", "", "https.request({host: h, ca: fs.readFileSync(p)});\n"),
            ("nginx.conf", "http { server { location / {\n", "proxy_ssl_trusted_certificate /etc/x.pem;\n"),
        ];
        // A pin, and then what opens much and closes little.
        let starts = [
            ("a.js", "https.request({host: h, ca: fs.readFileSync(p)});\n"),
            ("a.cs", "handler.ServerCertificateCustomValidationCallback = x;\n"),
            ("a.py", "requests.get(url, verify='ca.pem')\n"),
            ("a.rb", "http.ca_file = ca\n"),
            ("a.go", "package a\nvar c = &tls.Config{RootCAs: pool}\n"),
        ];
        let units = ["\"", "'", "`", "/[", "([{", "<<A\n", "\"\"\"\n", "-----BEGIN CERTIFICATE-----\n"];
        let brackets = "(".repeat(BYTES / 2) + &"]".repeat(BYTES / 2);
        let texts = starts.iter().flat_map(|(name, start)| {
            let of_units = units.iter().map(|unit| unit.repeat(BYTES / unit.len()));
            of_units.chain([brackets.clone()]).map(move |rest| (*name, format!("{start}{rest}")))
        });
        let many =
            pins_of_many.iter().map(|(name, start, pin)| (*name, start.to_string() + &pin.repeat(BYTES / pin.len())));
        for (name, text) in many.chain(texts) {
            let started = worked();
            let syntax = syntax::of(Path::new(name), text.as_bytes()).unwrap();
            let found = pins(Path::new(name), Path::new(""), syntax, &text);
            assert!(!found.pins.is_empty(), "{name}: {}", &text[..60]);
            let took = worked() - started;
            assert!(took < Duration::from_secs(10), "{name}, {took:?}: {}", &text[..100]);
        }
    }
}
