//! The rules, one TOML file per language or system.
//!
//! A file holds its patterns, the advice with its reason in both languages, and at its end the examples: texts whose
//! lines are marked as pins or as lines that only look like pins. Every rule runs on every example, so that a claim
//! that one file's pattern makes in another file's example shows.
//!
//! Only the part before the first example is parsed when pins are looked for, and a pattern is compiled when the
//! first file that holds one of its words comes by.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use serde::Deserialize;

use crate::lang::Sentence;
use crate::pin::{Advice, Class, Kind};

macro_rules! rule_files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!($name, ".toml")))),*] };
}

/// Registered rule files. Within a line the first claim stands, in this order.
pub(crate) const FILES: &[(&str, &str)] = rule_files! {
    "php" "java" "c" "csharp" "python" "go" "rust" "ruby" "node" "perl" "erlang" "lua"
    "nginx" "haproxy" "apache" "envoy" "stunnel" "squid" "traefik" "prometheus"
    "kubernetes" "ansible" "agents" "jvm" "spring" "kafka" "php-ini" "curl" "wget" "openssl" "git" "npm" "pip" "yum" "tools" "android" "ldap" "postfix" "env" "database"
};

/// How a pin's value is read from where its pattern ends, unless the pattern names it (`target`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// An expression of a programming language.
    #[default]
    Expression,
    /// A shell word.
    Word,
    /// The rest of the line.
    Line,
    /// What matched.
    Match,
}

/// Where in a file a pattern may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    #[default]
    Code,
    /// A string, a heredoc.
    String,
    /// Anything but a comment.
    Any,
}

/// Why a pin matters and what to do about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    pub advice: Advice,
    pub en: String,
    pub zh: String,
}

impl Why {
    pub fn sentence(&self) -> Sentence {
        Sentence::new(self.en.as_str(), self.zh.as_str())
    }
}

/// A regular expression that is compiled at its first use.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// The patterns are checked by a test over all rule files.
    pub fn regex(&self) -> &Regex {
        self.compiled.get_or_init(|| {
            let source = with_plain_word_ends(&self.source);
            Regex::new(&source).unwrap_or_else(|error| panic!("the rules' patterns are valid: {error}"))
        })
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_match(text)
    }

    /// Whether the last match has the group `yes`.
    pub fn last_says_yes(&self, text: &str) -> bool {
        self.regex().captures_iter(text).last().is_some_and(|last| last.name("yes").is_some())
    }
}

/// `\b` between ASCII words. The names that are looked for are ASCII; and where a word may be of any script, a text with
/// one character that is not ASCII is searched by the engine that is slowest by far.
fn with_plain_word_ends(pattern: &str) -> String {
    let mut plain = String::with_capacity(2 * pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('b') => plain.push_str(r"(?-u:\b)"),
            escaped => plain.extend(['\\'].into_iter().chain(escaped)),
        }
    }
    plain
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Pattern { source: String::deserialize(deserializer)?, compiled: OnceLock::new() })
    }
}

/// One pattern of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinRule {
    /// One of these words must be in the file before the pattern is tried; compared with regard to case.
    pub words: Vec<String>,
    /// The syntaxes it applies to, where they are not the whole rule's.
    #[serde(default)]
    pub on: Vec<String>,
    /// The group `at`, if any, is the place that is reported; the group `target` the value.
    pub find: Pattern,
    #[serde(default)]
    pub value: Value,
    #[serde(default)]
    pub place: Place,
    pub kind: Kind,
    /// Set where the pattern itself says what the pin is for; else the rule's `server` and `database` decide.
    pub class: Option<Class>,
    /// The name of the reason in `why`.
    pub why: String,
    /// The value, or what its constant stands for, must match / must not match.
    pub only: Option<Pattern>,
    pub unless: Option<Pattern>,
    /// The headings of the blocks around must match / must not match.
    pub inside: Option<Pattern>,
    pub outside: Option<Pattern>,
    /// The text of the innermost block must match / must not match.
    pub beside: Option<Pattern>,
    pub not_beside: Option<Pattern>,
    /// The line itself must match / must not match.
    pub line: Option<Pattern>,
    pub not_line: Option<Pattern>,
    /// The line and the two above it must not match.
    pub not_near: Option<Pattern>,
    /// Of all that this matches above the place, the last must have the group `yes`.
    pub nearest: Option<Pattern>,
    /// The file must hold / must not hold.
    pub need: Option<Pattern>,
    pub without: Option<Pattern>,
    /// The file's path must match / must not match (with `/` between its parts).
    pub path: Option<Pattern>,
    /// Without this in the file, the program never looks at the pin.
    pub live_if: Option<Pattern>,
}

/// One rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(skip)]
    pub name: &'static str,
    /// Read before the rest, see [`Shared`].
    #[serde(default, rename = "let")]
    #[expect(dead_code, reason = "only `deny_unknown_fields` looks at it")]
    shared: BTreeMap<String, String>,
    /// The syntaxes it applies to.
    pub on: Vec<String>,
    /// Its directives also stand in heredocs and multi-line strings of any other syntax.
    #[serde(default)]
    pub embedded: bool,
    /// What it finds are commands, which texts for people name as well.
    #[serde(default)]
    pub commands: bool,
    /// The headings around a pin that say it authenticates clients.
    pub server: Option<Pattern>,
    /// What stands beside a pin or around it that says it is a client's, whatever else says it is a server's.
    pub client: Option<Pattern>,
    /// The lines that use a pin which say that a client does.
    pub client_uses: Option<Pattern>,
    /// What the function around a pin calls that says it is a server's, and what says it is a client's.
    pub server_calls: Option<Pattern>,
    pub client_calls: Option<Pattern>,
    /// What stands beside a server's CA for clients; asked where nothing else says whose it is.
    pub own: Option<Pattern>,
    /// The headings around a pin, or its value, that say it serves a database connection.
    pub database: Option<Pattern>,
    /// Values that name no bundle: `null`, an empty string, `true`.
    pub nothing: Option<Pattern>,
    pub why: BTreeMap<String, Why>,
    #[serde(default)]
    pub pin: Vec<PinRule>,
}

/// The examples begin here; nothing before them may hold this text.
const EXAMPLES: &str = "\n[[example]]\n";

pub(crate) fn definition(text: &str) -> &str {
    text.find(EXAMPLES).map_or(text, |at| &text[..at + 1])
}

/// Texts that several patterns of a file share: `<<name>>` stands for what `let` says.
#[derive(Debug, Deserialize)]
struct Shared {
    #[serde(default, rename = "let")]
    names: BTreeMap<String, String>,
}

fn parse(text: &str) -> Result<Rule, toml::de::Error> {
    let mut text = definition(text).to_owned();
    if text.contains("<<") {
        let shared: Shared = toml::from_str(&text)?;
        for (name, means) in &shared.names {
            text = text.replace(&format!("<<{name}>>"), means);
        }
    }
    toml::from_str(&text)
}

/// All rules, in the order of [`FILES`].
pub static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|&(name, text)| {
            let mut rule = parse(text)
                .unwrap_or_else(|error| panic!("the rules are valid TOML of the expected form: {name}: {error}"));
            rule.name = name;
            rule
        })
        .collect()
});

#[cfg(test)]
mod examples;
