//! Environment variables that name a trust store, and the assignments that set them: in the environment of a process,
//! in the files that make environments, in command lines.

use std::path::{Path, PathBuf};

use crate::finding::{Code, Finding};
use crate::lang::{Sentence, locate as pins, machine as say};
use crate::pin::{Advice, Class, Kind, Pin};

/// One variable that TLS libraries or tools look at.
struct Variable {
    name: &'static str,
    kind: Kind,
    class: Class,
    /// What reads it, for people.
    readers: &'static str,
    /// Taken away, its readers fall back to a store that others keep; NODE_EXTRA_CA_CERTS only ever adds.
    advice: Advice,
}

const fn file(name: &'static str, readers: &'static str) -> Variable {
    Variable { name, kind: Kind::File, class: Class::ServerTrust, readers, advice: Advice::Delete }
}

const fn off(name: &'static str, readers: &'static str) -> Variable {
    Variable { name, kind: Kind::Disabled, class: Class::ServerTrust, readers, advice: Advice::Delete }
}

/// Sources: the manuals of OpenSSL, Requests, curl, Node.js, the AWS SDKs, Git, pip, npm, LWP, gRPC, Deno, Cargo and
/// libpq; Go's crypto/x509.
const VARIABLES: &[Variable] = &[
    file("SSL_CERT_FILE", "OpenSSL, Go, curl, Python, Ruby, .NET"),
    Variable { kind: Kind::Dir, ..file("SSL_CERT_DIR", "OpenSSL, Go, Python, Ruby, .NET") },
    file("REQUESTS_CA_BUNDLE", "Python Requests"),
    file("CURL_CA_BUNDLE", "curl, Python Requests"),
    Variable { advice: Advice::Append, ..file("NODE_EXTRA_CA_CERTS", "Node.js") },
    file("AWS_CA_BUNDLE", "AWS CLI, boto3"),
    file("GIT_SSL_CAINFO", "Git"),
    Variable { kind: Kind::Dir, ..file("GIT_SSL_CAPATH", "Git") },
    file("PIP_CERT", "pip"),
    file("NPM_CONFIG_CAFILE", "npm"),
    file("npm_config_cafile", "npm"),
    file("PERL_LWP_SSL_CA_FILE", "Perl LWP"),
    Variable { kind: Kind::Dir, ..file("PERL_LWP_SSL_CA_PATH", "Perl LWP") },
    file("HTTPS_CA_FILE", "Perl LWP"),
    file("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "gRPC"),
    file("DENO_CERT", "Deno"),
    file("CARGO_HTTP_CAINFO", "Cargo"),
    Variable { class: Class::Database, advice: Advice::None, ..file("PGSSLROOTCERT", "PostgreSQL") },
    off("NODE_TLS_REJECT_UNAUTHORIZED", "Node.js"),
    off("GIT_SSL_NO_VERIFY", "Git"),
    off("PYTHONHTTPSVERIFY", "Python"),
    off("PERL_LWP_SSL_VERIFY_HOSTNAME", "Perl LWP"),
];

/// The Java property, as it stands in JAVA_TOOL_OPTIONS, CATALINA_OPTS and their like, and in command lines.
const TRUST_STORE: &str = "-Djavax.net.ssl.trustStore=";

/// Every name that [`of_assignment`] knows, for whoever can only ask for variables by name.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    const JAVA: [&str; 9] = [
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "_JAVA_OPTIONS",
        "JAVA_OPTS",
        "CATALINA_OPTS",
        "MAVEN_OPTS",
        "GRADLE_OPTS",
        "SBT_OPTS",
        "ES_JAVA_OPTS",
    ];
    VARIABLES.iter().map(|variable| variable.name).chain(JAVA)
}

/// Where an assignment stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The file, or the program's environment in /proc.
    pub path: &'p Path,
    pub line: usize,
    pub column: usize,
    /// Of the pin: `environment`, `systemd`, `shell`.
    pub language: &'static str,
    /// What relative values start from.
    pub cwd: &'p Path,
}

impl Place<'_> {
    fn pin(self, kind: Kind, target: &str, advice: Advice, reason: Sentence) -> Pin {
        let resolved = match kind {
            Kind::Disabled => Vec::new(),
            Kind::Dir => target.split(':').filter(|dir| !dir.is_empty()).map(|dir| self.cwd.join(dir)).collect(),
            _ => vec![self.cwd.join(target)],
        };
        Pin {
            path: self.path.to_owned(),
            line: self.line,
            column: self.column,
            language: self.language.to_owned(),
            kind,
            class: Class::ServerTrust,
            target: target.to_owned(),
            resolved,
            advice,
            reason,
            findings: Vec::new(),
        }
    }
}

/// A pin, and who follows it.
pub(super) type Told = (Pin, Sentence);

/// The pins that one variable's value makes; most variables make none.
pub(super) fn of_assignment(place: Place<'_>, name: &str, value: &str) -> Vec<Told> {
    let Some(variable) = VARIABLES.iter().find(|variable| variable.name == name) else {
        return of_java_options(place, value);
    };
    if variable.kind == Kind::Disabled {
        let disables = match name {
            "GIT_SSL_NO_VERIFY" => !matches!(value, "" | "0" | "false"),
            _ => value == "0",
        };
        if !disables {
            return Vec::new();
        }
        let mut pin = place.pin(Kind::Disabled, value, variable.advice, say::switch_in_environment());
        pin.findings.push(Finding::new(Code::VerificationDisabled, pins::verification_disabled()));
        return vec![(pin, say::variable(name, variable.readers))];
    }
    if value.is_empty() {
        return Vec::new();
    }
    let reason = match variable.advice {
        Advice::Append => say::adds_to_the_built_in_roots(),
        Advice::None => pins::database(),
        _ => say::without_the_variable(),
    };
    let mut pin = place.pin(variable.kind, value, variable.advice, reason);
    pin.class = variable.class;
    vec![(pin, say::variable(name, variable.readers))]
}

/// The trust stores that Java options name, wherever they stand.
pub(super) fn of_java_options(place: Place<'_>, options: &str) -> Vec<Told> {
    let mut told = Vec::new();
    for (at, _) in options.match_indices(TRUST_STORE) {
        let value = java_value(&options[at + TRUST_STORE.len()..]);
        let column = place.column + options[..at].chars().count();
        told.extend(of_trust_store(Place { column, ..place }, value));
    }
    told
}

/// The trust store of one argument of a command line, which is not split any further.
#[cfg(target_os = "linux")]
pub(super) fn of_java_argument(place: Place<'_>, argument: &str) -> Option<Told> {
    of_trust_store(place, argument.strip_prefix(TRUST_STORE)?)
}

fn of_trust_store(place: Place<'_>, value: &str) -> Option<Told> {
    // NONE, with a trustStoreType, is the operating system's own store.
    let named = !value.is_empty() && value != "NONE";
    let pin = named.then(|| place.pin(Kind::Keystore, value, Advice::Delete, say::without_the_property()))?;
    Some((pin, say::java_option()))
}

/// The store that an option of a command line names.
#[cfg(target_os = "linux")]
pub(super) fn of_option(place: Place<'_>, option: &str, value: &str) -> Told {
    let kind = if option.to_ascii_lowercase().ends_with("path") { Kind::Dir } else { Kind::File };
    (place.pin(kind, value, Advice::Append, say::named_at_start()), say::option(option))
}

/// Up to the blank or the quote that ends it.
fn java_value(rest: &str) -> &str {
    let (rest, ends): (&str, &[char]) = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => (&rest[1..], if quote == '"' { &['"'] } else { &['\''] }),
        _ => (rest, &[' ', '\t', '"', '\'', '\n']),
    };
    rest.find(ends).map_or(rest, |end| &rest[..end])
}

/// One `NAME=value` in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    pub name: String,
    pub value: String,
    pub line: usize,
    /// Of the value.
    pub column: usize,
}

/// The assignments of a file that makes an environment: /etc/environment, a profile, an `EnvironmentFile`, a `.env`.
///
/// Not understood: values that the shell computes. They are given as they are written.
pub(super) fn assignments(text: &str) -> Vec<Assignment> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line_start = line.trim_start();
        if line_start.starts_with(['#', ';']) {
            continue;
        }
        for keyword in ["export ", "declare -x ", "setenv "] {
            if let Some(rest) = line_start.strip_prefix(keyword) {
                found.extend(words(rest, line, number + 1));
            }
        }
        if line_start.split_once('=').is_some_and(|(name, _)| is_name(name)) {
            found.extend(words(line_start, line, number + 1));
        }
    }
    found
}

/// What `Environment=` and `DefaultEnvironment=` of systemd set, the files that `EnvironmentFile=` names, and the
/// command lines.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub assignments: Vec<Assignment>,
    pub environment_files: Vec<PathBuf>,
    pub commands: Vec<Assignment>,
}

/// Reads a unit, a drop-in, or system.conf.
pub(super) fn unit(text: &str) -> Unit {
    let mut unit = Unit::default();
    for (number, line) in text.lines().enumerate() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        match key.trim() {
            "Environment" | "DefaultEnvironment" => unit.assignments.extend(words(value, line, number + 1)),
            "EnvironmentFile" => {
                let path = value.trim_start_matches('-').trim_matches('"');
                unit.environment_files.push(PathBuf::from(path));
            }
            key if key.starts_with("Exec") => unit.commands.push(Assignment {
                name: key.to_owned(),
                value: value.to_owned(),
                line: number + 1,
                column: column_in(line, value),
            }),
            _ => {}
        }
    }
    unit
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `A=b "C=d e" F='g'` as the shell and systemd split it.
fn words(text: &str, line: &str, number: usize) -> Vec<Assignment> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let end = word_end(rest);
        let word = &rest[..end];
        if word.is_empty() || word.starts_with('#') {
            return found;
        }
        let inner = word.strip_prefix(['"', '\'']).map_or(word, |inner| inner.trim_end_matches(['"', '\'']));
        if let Some((name, value)) = inner.split_once('=').filter(|(name, _)| is_name(name)) {
            let raw = value.trim_end_matches(';').trim_matches(['"', '\'']);
            let column = column_in(line, raw);
            found.push(Assignment { name: name.to_owned(), value: raw.to_owned(), line: number, column });
        }
        rest = &rest[end..];
    }
}

/// The first blank outside quotes.
fn word_end(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, ' ' | '\t') => return at,
            _ => {}
        }
    }
    text.len()
}

/// The column of a part of a line, counted in characters from 1.
fn column_in(line: &str, part: &str) -> usize {
    let start = (part.as_ptr() as usize).checked_sub(line.as_ptr() as usize).filter(|start| *start <= line.len());
    start.and_then(|start| line.get(..start)).map_or(1, |before| before.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place<'static> {
        Place { path: Path::new("f"), line: 1, column: 1, language: "environment", cwd: Path::new("/w") }
    }

    fn resolved(name: &str, value: &str) -> Vec<PathBuf> {
        of_assignment(place(), name, value).into_iter().flat_map(|(pin, _)| pin.resolved).collect()
    }

    #[test]
    fn every_way_of_setting_a_variable_is_read() {
        let text =
            "A=1\nexport B=\"2 3\" C=4\n  export D='5'; # x\n# E=6\nif [ \"$F\" = 7 ]; then\nG = 8\ndeclare -x H=9\n";
        let pairs: Vec<_> = assignments(text).into_iter().map(|a| (a.name, a.value, a.line, a.column)).collect();
        let expected = [("A", "1", 1, 3), ("B", "2 3", 2, 11), ("C", "4", 2, 18), ("D", "5", 3, 13), ("H", "9", 7, 14)];
        assert_eq!(pairs, expected.map(|(n, v, l, c)| (n.to_owned(), v.to_owned(), l, c)));
    }

    #[test]
    fn a_unit_sets_variables_in_lists_and_files() {
        let text = "[Service]\nEnvironment=\"A=b c\" D=e\nEnvironmentFile=-/etc/default/app\nExecStart=/bin/java -Dx\n";
        let unit = unit(text);
        let pairs: Vec<_> = unit.assignments.iter().map(|a| (a.name.as_str(), a.value.as_str())).collect();
        assert_eq!(pairs, [("A", "b c"), ("D", "e")]);
        assert_eq!(unit.environment_files, [Path::new("/etc/default/app")]);
        assert_eq!(unit.commands[0].value, "/bin/java -Dx");
    }

    #[test]
    fn values_resolve_as_the_reader_would() {
        assert_eq!(resolved("SSL_CERT_FILE", "ca.pem"), [Path::new("/w/ca.pem")]);
        assert_eq!(resolved("SSL_CERT_DIR", "/a:/b"), [Path::new("/a"), Path::new("/b")]);
        let java = "-Xmx1g -Djavax.net.ssl.trustStore=/t.jks -Djavax.net.ssl.trustStorePassword=x";
        assert_eq!(resolved("JAVA_TOOL_OPTIONS", java), [Path::new("/t.jks")]);
        assert_eq!(resolved("X_OPTS", "-Djavax.net.ssl.trustStore='/a b.jks' -x"), [Path::new("/a b.jks")]);
        for (name, value) in [
            ("SSL_CERT_FILE", ""),
            ("PATH", "/bin"),
            ("JAVA_OPTS", "-Djavax.net.ssl.trustStore=NONE"),
            ("NODE_TLS_REJECT_UNAUTHORIZED", "1"),
        ] {
            assert!(of_assignment(place(), name, value).is_empty(), "{name}={value}");
        }
        let off = &of_assignment(place(), "NODE_TLS_REJECT_UNAUTHORIZED", "0")[0].0;
        assert_eq!((off.kind, off.findings[0].code), (Kind::Disabled, Code::VerificationDisabled));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reading_panic(text in "(?s)[ =\"'a-zA-Z_;#\\n\\t\\x{3000}$é-]{0,200}|.{0,200}") {
            let _ = assignments(&text);
            let _ = unit(&text);
            let _ = of_java_options(place(), &format!("-Djavax.net.ssl.trustStore={text}"));
        }
    }
}
