//! The syntaxes that files are written in, as far as finding pins needs them: what is a comment, what is a string, and
//! how blocks nest. A file that is taken for the wrong syntax costs a pin or a false claim, never a crash.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

/// How blocks nest, which decides what "around this line" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocks {
    /// `{ ( [`.
    Braces,
    /// By indentation: YAML.
    Indent,
    /// `[section]` headers.
    Sections,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heredoc {
    None,
    /// `<<EOF`, `<<-'EOF'`, `<<~EOF`: shell, Ruby, Perl, HCL.
    Words,
    /// `<<<EOF`.
    Php,
}

/// A string literal. `multiline` is false where a literal ends at the line's end at the latest: it keeps a stray
/// apostrophe from swallowing the file.
#[derive(Debug, Clone, Copy)]
pub struct Quote {
    pub open: &'static str,
    pub close: &'static str,
    pub escape: bool,
    pub multiline: bool,
}

const fn quote(open: &'static str, escape: bool, multiline: bool) -> Quote {
    Quote { open, close: open, escape, multiline }
}

#[derive(Debug)]
pub struct Syntax {
    pub name: &'static str,
    /// Opens a comment to the end of the line, anywhere in code.
    pub line: &'static [&'static str],
    /// The same, but only at the start of a line or after a blank.
    pub line_after_blank: &'static [&'static str],
    /// The same, but only as the first thing on a line; compared without regard to case.
    pub line_first: &'static [&'static str],
    pub block: &'static [(&'static str, &'static str)],
    pub quotes: &'static [Quote],
    pub heredoc: Heredoc,
    pub blocks: Blocks,
}

const NONE: Syntax = Syntax {
    name: "",
    line: &[],
    line_after_blank: &[],
    line_first: &[],
    block: &[],
    quotes: &[],
    heredoc: Heredoc::None,
    blocks: Blocks::Braces,
};

const C_BLOCK: &[(&str, &str)] = &[("/*", "*/")];
const DOUBLE: Quote = quote("\"", true, false);
const SINGLE: Quote = quote("'", true, false);
const TRIPLE: Quote = quote("\"\"\"", true, true);
const TRIPLE_SINGLE: Quote = quote("'''", true, true);
const BACKTICK: Quote = quote("`", true, true);
const SHELL: &[Quote] = &[quote("\"", true, true), quote("'", false, true)];

/// Every syntax. Rules name them in `on`; the examples' test fails for a name that is not here.
pub static ALL: &[Syntax] = &[
    Syntax { name: "c", line: &["//"], block: C_BLOCK, quotes: &[DOUBLE, SINGLE], ..NONE },
    Syntax { name: "java", line: &["//"], block: C_BLOCK, quotes: &[TRIPLE, DOUBLE, SINGLE], ..NONE },
    Syntax { name: "kotlin", line: &["//"], block: C_BLOCK, quotes: &[TRIPLE, DOUBLE, SINGLE], ..NONE },
    Syntax { name: "scala", line: &["//"], block: C_BLOCK, quotes: &[TRIPLE, DOUBLE], ..NONE },
    Syntax { name: "groovy", line: &["//"], block: C_BLOCK, quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], ..NONE },
    Syntax { name: "csharp", line: &["//"], block: C_BLOCK, quotes: &[TRIPLE, DOUBLE, SINGLE], ..NONE },
    Syntax { name: "vb", line: &["'"], quotes: &[DOUBLE], ..NONE },
    Syntax { name: "swift", line: &["//"], block: C_BLOCK, quotes: &[TRIPLE, DOUBLE], ..NONE },
    Syntax { name: "dart", line: &["//"], block: C_BLOCK, quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], ..NONE },
    Syntax { name: "go", line: &["//"], block: C_BLOCK, quotes: &[DOUBLE, SINGLE, quote("`", false, true)], ..NONE },
    Syntax { name: "rust", line: &["//"], block: C_BLOCK, quotes: &[quote("\"", true, true), SINGLE], ..NONE },
    Syntax { name: "js", line: &["//"], block: C_BLOCK, quotes: &[BACKTICK, DOUBLE, SINGLE], ..NONE },
    Syntax {
        name: "php",
        line: &["//", "#"],
        block: C_BLOCK,
        quotes: &[quote("\"", true, true), quote("'", true, true)],
        heredoc: Heredoc::Php,
        ..NONE
    },
    Syntax { name: "python", line: &["#"], quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], ..NONE },
    Syntax {
        name: "ruby",
        line_after_blank: &["#"],
        block: &[("\n=begin", "\n=end")],
        quotes: &[DOUBLE, SINGLE],
        heredoc: Heredoc::Words,
        ..NONE
    },
    Syntax {
        name: "perl",
        line_after_blank: &["#"],
        block: &[
            ("\n=pod", "\n=cut"),
            ("\n=head", "\n=cut"),
            ("\n=over", "\n=cut"),
            ("\n=item", "\n=cut"),
            ("\n=begin", "\n=cut"),
            ("\n=for", "\n=cut"),
        ],
        quotes: &[DOUBLE, SINGLE],
        heredoc: Heredoc::Words,
        ..NONE
    },
    Syntax { name: "erlang", line: &["%"], quotes: &[DOUBLE, SINGLE], ..NONE },
    Syntax { name: "elixir", line_after_blank: &["#"], quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE], ..NONE },
    Syntax {
        name: "lua",
        line: &["--"],
        block: &[("--[[", "]]"), ("--[=[", "]=]")],
        quotes: &[Quote { open: "[[", close: "]]", escape: false, multiline: true }, DOUBLE, SINGLE],
        ..NONE
    },
    Syntax { name: "shell", line_after_blank: &["#"], quotes: SHELL, heredoc: Heredoc::Words, ..NONE },
    Syntax { name: "make", line_after_blank: &["#"], ..NONE },
    Syntax { name: "docker", line_first: &["#"], heredoc: Heredoc::Words, ..NONE },
    Syntax { name: "powershell", line_after_blank: &["#"], block: &[("<#", "#>")], quotes: &[DOUBLE, SINGLE], ..NONE },
    Syntax { name: "batch", line_first: &["rem ", "@rem ", "::"], ..NONE },
    Syntax { name: "yaml", line_after_blank: &["#"], blocks: Blocks::Indent, ..NONE },
    Syntax { name: "json", line_first: &["//"], block: C_BLOCK, quotes: &[DOUBLE], ..NONE },
    Syntax { name: "xml", block: &[("<!--", "-->")], ..NONE },
    Syntax { name: "properties", line_first: &["#", "!"], ..NONE },
    Syntax { name: "ini", line_first: &["#", ";"], blocks: Blocks::Sections, ..NONE },
    Syntax {
        name: "toml",
        line_after_blank: &["#"],
        quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, quote("'", false, false)],
        blocks: Blocks::Sections,
        ..NONE
    },
    Syntax { name: "dotenv", line_first: &["#"], ..NONE },
    Syntax { name: "conf", line_after_blank: &["#"], line_first: &[";"], ..NONE },
    Syntax {
        name: "hcl",
        line_after_blank: &["#", "//"],
        block: C_BLOCK,
        quotes: &[DOUBLE],
        heredoc: Heredoc::Words,
        ..NONE
    },
    Syntax {
        name: "nix",
        line_after_blank: &["#"],
        block: C_BLOCK,
        quotes: &[quote("''", false, true), quote("\"", true, true)],
        ..NONE
    },
    Syntax {
        name: "puppet",
        line_after_blank: &["#"],
        quotes: &[quote("\"", true, true), quote("'", true, true)],
        ..NONE
    },
    Syntax { name: "sql", line: &["--"], block: C_BLOCK, quotes: &[quote("'", false, true)], ..NONE },
    // Prose, and test descriptions that quote configurations: nothing in it configures a program.
    Syntax { name: "prose", ..NONE },
];

pub fn named(name: &str) -> Option<&'static Syntax> {
    ALL.iter().find(|syntax| syntax.name == name)
}

const EXTENSIONS: &[(&str, &str)] = &[
    ("c", "c h cc cpp cxx c++ hpp hh hxx ino inl mm m ipp tcc cu"),
    ("java", "java jsp aidl"),
    ("kotlin", "kt kts"),
    ("scala", "scala sc sbt"),
    ("groovy", "groovy gradle jenkinsfile gvy"),
    ("csharp", "cs csx cshtml fs fsx razor"),
    ("vb", "vb vbs bas"),
    ("swift", "swift"),
    ("dart", "dart"),
    ("go", "go"),
    ("rust", "rs"),
    ("js", "js jsx ts tsx mjs cjs mts cts vue svelte coffee"),
    ("php", "php phtml inc php3 php4 php5 php7 module install ctp"),
    ("python", "py pyw pyi pyx bzl ipynb wsgi"),
    ("ruby", "rb rake gemspec ru erb podspec"),
    ("perl", "pl pm t psgi cgi"),
    ("erlang", "erl hrl escript"),
    ("elixir", "ex exs eex heex leex"),
    ("lua", "lua"),
    ("shell", "sh bash zsh ksh fish csh tcsh ash bats command envrc profile bashrc zshrc"),
    ("make", "mk mak just"),
    ("docker", "dockerfile containerfile"),
    ("powershell", "ps1 psm1 psd1"),
    ("batch", "bat cmd"),
    ("yaml", "yaml yml eyaml"),
    ("json", "json jsonc json5 jsonnet libsonnet har code-workspace"),
    ("xml", "xml pom config csproj props targets plist xsd wsdd storyboard jnlp launch iml"),
    ("properties", "properties vmoptions options jvmopts"),
    ("ini", "ini service socket timer cfg desktop inf gitconfig npmrc override stunnel"),
    ("toml", "toml lock"),
    ("dotenv", "env"),
    ("conf", "conf cnf vhost site nginx haproxy vcl curlrc wgetrc"),
    ("hcl", "tf tfvars hcl nomad pkr"),
    ("nix", "nix"),
    ("puppet", "pp"),
    ("sql", "sql"),
    (
        "prose",
        "md markdown mdx rst texi texinfo adoc asciidoc txt html htm tex org pod man 1 3 5 8 textile wiki log csv tsv patch diff svg css scss less po pot snap ftl",
    ),
];

const NAMES: &[(&str, &str)] = &[
    ("docker", "dockerfile containerfile"),
    ("yaml", "kubeconfig"),
    ("make", "makefile gnumakefile justfile"),
    ("groovy", "jenkinsfile"),
    ("ruby", "rakefile gemfile vagrantfile podfile fastfile capfile berksfile brewfile puppetfile"),
    ("shell", ".bashrc .bash_profile .profile .zshrc .zshenv .envrc profile bashrc apkbuild pkgbuild mavenrc"),
    ("dotenv", ".env environment"),
    (
        "ini",
        ".npmrc npmrc .pypirc .gitconfig gitconfig .hgrc pip.conf .condarc .yarnrc odbc.ini stunnel.conf php.ini .gitmodules",
    ),
    ("conf", ".curlrc _curlrc curlrc .wgetrc wgetrc haproxy.cfg nginx.conf squid.conf envoy .htaccess"),
    ("properties", "jvm.config jvm.options gradle.properties"),
    ("prose", "readme changelog changes license copying authors news todo"),
];

/// [`EXTENSIONS`] and [`NAMES`], looked up for every file of a tree.
static BY_EXTENSION: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| by_word(EXTENSIONS));
static BY_NAME: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| by_word(NAMES));

fn by_word(table: &'static [(&str, &str)]) -> HashMap<&'static str, &'static str> {
    table.iter().flat_map(|(syntax, words)| words.split(' ').map(move |word| (word, *syntax))).collect()
}

/// Endings that say how a file is used and not what it holds: the ending before them does.
const WRAPPERS: &[&str] = &[
    "j2",
    "jinja",
    "jinja2",
    "tmpl",
    "tpl",
    "template",
    "in",
    "dist",
    "example",
    "sample",
    "bak",
    "orig",
    "erb",
    "old",
    "default",
    "epp",
    "mustache",
    "gotmpl",
    "cmake",
    "disabled",
    "local",
    "prod",
    "production",
    "development",
    "dev",
    "staging",
    "test",
    "liquid",
];

/// Bundles, keys, and what is no text at all.
const NO_TEXT: &[&str] = &[
    "pem", "crt", "cer", "der", "key", "p12", "pfx", "jks", "csr", "p7b", "asc", "gpg", "ca", "crl", "png", "jpg",
    "jpeg", "gif", "ico", "webp", "pdf", "zip", "gz", "tgz", "xz", "bz2", "zst", "tar", "jar", "war", "class", "so",
    "a", "o", "dll", "exe", "dylib", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "pyc", "wasm", "rlib",
    "rmeta", "bin", "dat",
];

/// Whether the name alone says that a file holds no pins.
pub fn never(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| {
        let ending = ending.to_ascii_lowercase();
        BY_EXTENSION.get(ending.as_str()) == Some(&"prose") || NO_TEXT.contains(&ending.as_str())
    })
}

/// The syntax of a file, from its name and, without an ending that is known, from its first line.
/// `None` for what holds no pins: bundles, keys, archives, pictures.
pub fn of(path: &Path, text: &[u8]) -> Option<&'static Syntax> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let mut rest = name.as_str();
    loop {
        if let Some(syntax) = BY_NAME.get(rest) {
            return named(syntax);
        }
        let Some((stem, ending)) = rest.rsplit_once('.') else { break };
        if WRAPPERS.contains(&ending) && !stem.is_empty() {
            rest = stem;
            continue;
        }
        if let Some(syntax) = BY_EXTENSION.get(ending) {
            return named(corrected(syntax, ending, &name, text));
        }
        if NO_TEXT.contains(&ending) {
            return None;
        }
        // `Dockerfile.alpine`, `.env.local`: the name before the ending says it.
        if stem.starts_with("dockerfile") || stem.starts_with("containerfile") {
            return named("docker");
        }
        if stem.starts_with(".env") || stem == "env" {
            return named("dotenv");
        }
        break;
    }
    if name.starts_with("dockerfile") || name.ends_with("dockerfile") {
        return named("docker");
    }
    if name.starts_with("makefile") {
        return named("make");
    }
    if name.starts_with("readme") {
        return named("prose");
    }
    by_first_line(text).or(named("conf"))
}

fn by_first_line(text: &[u8]) -> Option<&'static Syntax> {
    let first = text.split(|&byte| byte == b'\n').next()?;
    let first = String::from_utf8_lossy(first.get(..first.len().min(200))?);
    let program = first.strip_prefix("#!")?;
    const PROGRAMS: &[(&str, &str)] = &[
        ("python", "python"),
        ("perl", "perl"),
        ("ruby", "ruby"),
        ("node", "js"),
        ("bun", "js"),
        ("deno", "js"),
        ("php", "php"),
        ("escript", "erlang"),
        ("elixir", "elixir"),
        ("lua", "lua"),
        ("resty", "lua"),
        ("groovy", "groovy"),
        ("pwsh", "powershell"),
        ("sh", "shell"),
        ("with-contenv", "shell"),
    ];
    let (_, syntax) = PROGRAMS.iter().find(|(name, _)| program.contains(name))?;
    named(syntax)
}

/// Endings that more than one world uses.
fn corrected(syntax: &'static str, ending: &str, name: &str, text: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(&text[..text.len().min(2000)]);
    match ending {
        "cfg" if name.contains("haproxy") || start.contains("\nbackend ") || start.contains("\nfrontend ") => "conf",
        "conf" if name.contains("stunnel") || name == "pip.conf" => "ini",
        // An INI file by another name: sections, and no brace that opens a block.
        "conf" if start.lines().any(is_section) && !start.contains("{\n") => "ini",
        "inc" | "install" | "module" if !start.contains("<?") => "conf",
        "config" if is_terms(text) => "erlang",
        "config" if !start.trim_start().starts_with('<') => "conf",
        "t" if !start.contains("use ") => "prose",
        "m" if start.contains("function ") && !start.contains("@i") => "prose",
        "options" | "props" | "config.in" if start.trim_start().starts_with('<') => "xml",
        _ => syntax,
    }
}

/// `sys.config` and its kin: Erlang terms, of which the last ends with a full stop.
fn is_terms(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    text.ends_with(b".") && text.first().is_some_and(|first| b"[{%".contains(first))
}

fn is_section(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('[') && line.ends_with(']') && line.len() > 2
}
