//! Records as text for people: the answer first, then the evidence, then the next command.

use std::path::Path;

use crate::assess::Status;
use crate::finding::{Code, Finding, Severity};
use crate::lang::{
    Lang, Sentence, append as say_append, check as say, locate_screen, pad, probe, rehearse_screen, width,
};
use crate::pin::Kind;
use crate::proof::{Proof, Rung, Verdict};
use crate::readers::Reader;
use crate::rehearse::verdict::Part;
use crate::report::{Bundle, Listed};
use crate::store::{Format, Trust};

/// Paths and names come from outside: whatever could move a cursor or change a colour is shown as `?`.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_direction(c) { '?' } else { c }).collect()
}

/// Characters that make a terminal show text in another order than it has.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A path as it has to be typed in a shell: one word, which is no option, and which no terminal takes for a command.
pub fn typed(path: &str) -> String {
    // A hyphen alone is standard input.
    let path = if path.len() > 1 && path.starts_with('-') { format!("./{path}") } else { path.to_owned() };
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=\\".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path
    } else if cfg!(windows) {
        // Before the closing quote, a program takes two backslashes for one, and one for a quote's.
        let last = path.len() - path.trim_end_matches('\\').len();
        format!("\"{}{}\"", printable(&path), "\\".repeat(last))
    } else if printable(&path) == path {
        format!("'{}'", path.replace('\'', r"'\''"))
    } else {
        format!("$'{}'", path.bytes().map(escaped).collect::<String>())
    }
}

/// The same for a path that need not be a text.
pub fn typed_path(path: &Path) -> String {
    match path.to_str() {
        Some(path) => typed(path),
        None if cfg!(windows) => typed(&path.display().to_string()),
        None => {
            let bytes = path.as_os_str().as_encoded_bytes();
            let before = if bytes.starts_with(b"-") { "./" } else { "" };
            format!("$'{before}{}'", bytes.iter().copied().map(escaped).collect::<String>())
        }
    }
}

/// A byte between `$'` and `'`.
fn escaped(byte: u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}

/// Columns that line up, whatever the language; the last column is not padded.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let padded = |at: usize| rows.iter().filter(move |row| at + 1 < row.len()).map(move |row| width(&row[at]));
    let widths: Vec<usize> = (0..columns).map(|at| padded(at).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::from("  ");
        for (at, cell) in row.iter().enumerate() {
            if at + 1 == row.len() {
                line.push_str(cell);
            } else {
                line.push_str(&pad(cell, widths[at] + 2));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The format's name for people.
pub fn format_name(format: Format) -> Sentence {
    Sentence::same(match format {
        Format::Pem => "PEM",
        Format::Der => "DER",
        Format::Jks => "JKS",
        Format::Jceks => "JCEKS",
        Format::Bks => "BKS",
        Format::Pkcs12 => "PKCS#12",
        Format::CaDir => return say::ca_directory(),
        Format::System => return say::system_store(),
        Format::InSource => return say::in_a_literal(),
    })
}

/// Who owns a file, for people: the permanent names of [`crate::custody::Custody::as_str`] in words.
pub fn owner_name(custody: &str) -> Sentence {
    match custody {
        "nobody" => say::nobody(),
        "unknown" => say::unknown_owner(),
        "jdk" => Sentence::same("JDK"),
        "kubernetes" => Sentence::same("Kubernetes"),
        "dpkg" | "rpm" | "apk" | "pacman" | "conda" | "pip" | "npm" | "composer" | "gem" => say::package(custody),
        // The command that makes it.
        generator => Sentence::same(printable(generator)),
    }
}

/// How a pin names its roots, for people.
pub fn kind_name(kind: Kind) -> Sentence {
    match kind {
        Kind::File => locate_screen::file(),
        Kind::Dir => locate_screen::directory(),
        Kind::Pem => locate_screen::pem(),
        Kind::Keystore => locate_screen::key_store(),
        Kind::Env => locate_screen::variable(),
        Kind::Callback => locate_screen::callback(),
        Kind::Disabled => locate_screen::disabled(),
        Kind::Default => locate_screen::default_store(),
    }
}

/// The verdict in a word.
pub fn status_name(status: Status) -> Sentence {
    match status {
        Status::Ready => say::ready(),
        Status::NewRootMissing => say::not_ready(),
        Status::Broken => say::broken(),
        Status::NotATrustStore => say::not_a_store(),
        Status::Unreadable => say::unreadable(),
    }
}

/// The names of roots in a row.
pub fn names(names: &[String]) -> Sentence {
    let listed = names.join(", ");
    Sentence { zh: names.join("、"), en: listed }
}

/// The first line of `check`: will payments keep working?
pub fn answer(bundles: &[Bundle], new_roots: &[String], place: &str) -> Sentence {
    let roots = names(new_roots);
    let both = |say: fn(&str, &str) -> Sentence, first: &str| Sentence {
        en: say(first, &roots.en).en,
        zh: say(first, &roots.zh).zh,
    };
    if let [bundle] = bundles {
        let path = printable(&bundle.path);
        return match bundle.status {
            Status::Ready => both(|path, roots| say::will_keep_working(path, roots), &path),
            Status::NewRootMissing => {
                let missing = names(&missing_new(bundle, new_roots));
                Sentence { en: say::will_stop(&path, &missing.en).en, zh: say::will_stop(&path, &missing.zh).zh }
            }
            Status::Broken if bundle.format.is_some_and(Format::is_key_store) => say::is_broken_key_store(path),
            Status::Broken => say::is_broken(path),
            Status::NotATrustStore => say::cannot_tell_not_a_store(path),
            Status::Unreadable => say::cannot_tell_unreadable(path),
        };
    }
    let total = bundles.len();
    let count = |wanted: &[Status]| bundles.iter().filter(|bundle| wanted.contains(&bundle.status)).count();
    let stopping = count(&[Status::NewRootMissing, Status::Broken]);
    let unknown = count(&[Status::NotATrustStore, Status::Unreadable]);
    if total == 0 {
        say::nothing_found(printable(place))
    } else if stopping > 0 {
        Sentence {
            en: say::some_will_stop(stopping, total, &roots.en).en,
            zh: say::some_will_stop(stopping, total, &roots.zh).zh,
        }
    } else if unknown > 0 {
        say::cannot_tell_some(unknown, total)
    } else {
        both(|count, roots| say::all_will_keep_working(count, roots), &total.to_string())
    }
}

fn missing_new(bundle: &Bundle, new_roots: &[String]) -> Vec<String> {
    bundle.missing.iter().filter(|name| new_roots.contains(name)).cloned().collect()
}

/// One bundle with all its evidence.
pub fn bundle(bundle: &Bundle, roots: &[String], lang: Lang, verbose: bool) -> String {
    let mut text = format!("{}\n", printable(&bundle.path));
    if let Some(format) = bundle.format {
        let format = format_name(format);
        let format = format.to(lang);
        let holds = match bundle.certificates {
            1 => say::holds_one(format),
            count => say::holds(format, count),
        };
        text.push_str(&format!("  {}\n", holds.to(lang)));
    }
    if matches!(bundle.status, Status::Ready | Status::NewRootMissing | Status::Broken) {
        let state = |root: &String| match bundle.missing.contains(root) {
            _ if bundle.unseen.contains(root) => say::unseen(),
            true => say::missing(),
            false => say::present(),
        };
        let rows: Vec<Vec<String>> =
            roots.iter().map(|root| vec![root.clone(), state(root).to(lang).to_owned()]).collect();
        text.push_str(&table(&rows));
    }
    for user in &bundle.used_by {
        text.push_str(&format!("  {}\n", say::used_by(printable(user.to(lang))).to(lang)));
    }
    let stumbling = bundle.findings.iter().any(|finding| finding.code == Code::ReadersStumble);
    // What the table or the first line says already is not said again.
    let said = |finding: &&Finding| {
        !verbose
            && (finding.code == Code::NewRootMissing
                || (finding.code == Code::NotTrustedByReaders && bundle.status == Status::Broken)
                || (finding.code == Code::ReadersStumble && !bundle.readers.is_empty()))
    };
    let rest: Vec<Finding> = bundle.findings.iter().filter(|finding| !said(finding)).cloned().collect();
    text.push_str(&findings(&rest, lang, verbose));
    if stumbling {
        text.push_str(&readers(bundle, lang));
    }
    text
}

/// What each program makes of a file that not all of them load.
fn readers(bundle: &Bundle, lang: Lang) -> String {
    let mut counts: Vec<usize> = bundle.readers.iter().map(|answer| answer.loads).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts.dedup();
    let rows: Vec<Vec<String>> = (counts.into_iter())
        .map(|count| {
            let names = bundle.readers.iter().filter(|answer| answer.loads == count);
            let names: Vec<&str> = names.map(|answer| reader_name(answer.reader)).collect();
            let loads = if count == bundle.distinct { say::loads_all() } else { say::loads(count) };
            vec![String::new(), loads.to(lang).to_owned(), names.join(", ")]
        })
        .collect();
    let mut text = format!("  {}\n{}", say::programs_load(bundle.distinct).to(lang), table(&rows));
    if bundle.status == Status::NewRootMissing || bundle.status == Status::Ready {
        text.push_str(&format!("  {}\n", say::repair_for_all().to(lang)));
    }
    text
}

/// A family of programs, for people.
fn reader_name(reader: Reader) -> &'static str {
    match reader {
        Reader::Openssl => "OpenSSL (curl, Python, Ruby, nginx)",
        Reader::PhpStream => "PHP streams",
        Reader::Node => "Node",
        Reader::NodeExtra => "NODE_EXTRA_CA_CERTS, .NET (SSL_CERT_FILE)",
        Reader::Gnutls => "GnuTLS",
        Reader::Java => "Java",
        Reader::Go => "Go",
        Reader::Rustls => "Rust (rustls)",
        Reader::Dotnet => ".NET (CustomTrustStore)",
    }
}

/// No more lines than these are named for one finding.
const LINES_SHOWN: usize = 4;

/// Findings, the gravest first; the same finding in several lines is one. Notes are shown only on request, where there
/// is anything graver.
pub fn findings(findings: &[Finding], lang: Lang, verbose: bool) -> String {
    let mut sorted: Vec<(&Finding, Vec<usize>)> = Vec::new();
    for finding in findings {
        match sorted.iter_mut().find(|(first, _)| first.code == finding.code && first.message == finding.message) {
            Some((_, lines)) => lines.extend(finding.line),
            None => sorted.push((finding, finding.line.into_iter().collect())),
        }
    }
    sorted.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    let grave = sorted.iter().any(|(finding, _)| finding.severity > Severity::Note);
    let (shown, hidden): (Vec<_>, Vec<_>) =
        sorted.into_iter().partition(|(finding, _)| verbose || !grave || finding.severity > Severity::Note);
    let mut text = String::new();
    for (finding, lines) in shown {
        let label = match finding.severity {
            Severity::Error => say::error(),
            Severity::Warning => say::warning(),
            Severity::Note => say::note(),
        };
        let message = say::labelled(label.to(lang), printable(finding.message.to(lang)));
        text.push_str(&format!("  {}{} [{}]\n", message.to(lang), in_lines(&lines).to(lang), finding.code));
    }
    if !hidden.is_empty() {
        text.push_str(&format!("  {}\n", say::more_notes(hidden.len()).to(lang)));
    }
    text
}

fn in_lines(lines: &[usize]) -> Sentence {
    let listed = |between: &str| lines.iter().take(LINES_SHOWN).map(usize::to_string).collect::<Vec<_>>().join(between);
    match lines {
        [] => Sentence::same(""),
        [line] => say::in_line(line),
        lines if lines.len() > LINES_SHOWN => {
            let rest = lines.len() - LINES_SHOWN;
            Sentence { en: say::in_more_lines(listed(", "), rest).en, zh: say::in_more_lines(listed("、"), rest).zh }
        }
        _ => Sentence { en: say::in_lines(listed(", ")).en, zh: say::in_lines(listed("、")).zh },
    }
}

/// Many bundles in one table. The path stands last, so that a long one does not break the columns.
pub fn bundles(bundles: &[Bundle], lang: Lang, columns: Option<usize>) -> String {
    let heads = [say::verdict(), say::old_root(), say::new_root(), say::certificates(), say::format(), say::bundle()];
    let mut rows = vec![heads.iter().map(|head| head.to(lang).to_owned()).collect::<Vec<_>>()];
    for bundle in bundles {
        let readable = bundle.status != Status::Unreadable;
        let has = |there: bool| match readable {
            true => if there { say::present() } else { say::missing() }.to(lang).to_owned(),
            false => "-".to_owned(),
        };
        rows.push(vec![
            status_name(bundle.status).to(lang).to_owned(),
            has(bundle.old_root),
            has(bundle.new_root),
            if readable { bundle.certificates.to_string() } else { "-".to_owned() },
            bundle.format.map_or_else(|| "-".to_owned(), |format| format_name(format).to(lang).to_owned()),
            printable(&bundle.path),
        ]);
    }
    fitted(rows, columns).concat()
}

/// The columns that a name needs to be recognised by its beginning.
const ROOM_FOR_A_NAME: usize = 20;

/// A table with a head, whose last column may be long: a line that does not fit goes on below. Where there is hardly
/// room for that column, it stands below in every row, and the others go from the right as long as they do not fit.
/// One text for each row.
pub fn fitted(mut rows: Vec<Vec<String>>, columns: Option<usize>) -> Vec<String> {
    let whole = table(&rows);
    let lines = |table: &str| table.lines().map(|line| format!("{line}\n")).collect();
    let Some(columns) = columns else { return lines(&whole) };
    let widest = |text: &str| text.lines().map(width).max().unwrap_or(0);
    let last: Vec<String> = rows.iter_mut().map(|row| row.pop().unwrap_or_default()).collect();
    let mut narrow = table(&rows);
    if widest(&whole) <= columns || widest(&narrow) + ROOM_FOR_A_NAME <= columns {
        return lines(&whole);
    }
    while widest(&narrow) > columns && rows.iter().any(|row| row.len() > 3) {
        rows.iter_mut().for_each(|row| row.truncate(row.len().saturating_sub(1).max(3)));
        narrow = table(&rows);
    }
    let below = |(number, (line, last)): (usize, (&str, String))| match number {
        0 => format!("{line}\n"),
        _ => format!("{line}\n    {last}\n"),
    };
    narrow.lines().zip(last).enumerate().map(below).collect()
}

/// The entries of a store.
pub fn entries(listed: &[Listed], lang: Lang, verbose: bool) -> String {
    let heads = [say::entry_where(), say::entry_expires(), say::entry_key(), say::entry_name()];
    let mut rows = vec![heads.iter().map(|head| head.to(lang).to_owned()).collect::<Vec<_>>()];
    for (number, Listed { entry, .. }) in listed.iter().enumerate() {
        let facts = entry.certificate.facts();
        let place = match (&entry.file, entry.line, &entry.alias) {
            (Some(file), ..) => file.display().to_string(),
            (None, Some(line), _) => say::line(line).to(lang).to_owned(),
            (None, None, Some(alias)) => alias.clone(),
            (None, None, None) => (number + 1).to_string(),
        };
        let mut name = facts.name;
        if entry.trust == Trust::NotTrusted {
            name = format!("{name} {}", say::not_trusted().to(lang));
        }
        let expires = facts.not_after.date().to_string();
        rows.push(vec![printable(&place), expires, facts.key, printable(&name)]);
        if verbose {
            rows.push(vec![format!("  SHA-256 {}", entry.certificate.fingerprint())]);
        }
    }
    table(&rows)
}

/// The verdict of a proof in a word.
pub fn verdict_name(verdict: Verdict) -> Sentence {
    match verdict {
        Verdict::Pass => say_append::pass(),
        Verdict::Fail => say_append::fail(),
        Verdict::NotProven => say_append::not_proven(),
    }
}

/// The rung for people; in English it is the permanent name.
pub fn rung_name(rung: Rung) -> Sentence {
    match rung {
        Rung::Reread => say::reread(),
        Rung::StandIn => say::stand_in(),
        Rung::SavedChain => say::saved_chain(),
        Rung::Client => say::real_client(),
        Rung::Live => say::live(),
        Rung::Rehearsal => say::rehearsal(),
    }
}

/// A run of a rehearsal, for people.
pub fn part_name(part: Part) -> Sentence {
    match part {
        Part::Baseline => rehearse_screen::baseline(),
        Part::Rollover => rehearse_screen::rollover(),
        Part::Repaired => rehearse_screen::repaired(),
        Part::Rogue => rehearse_screen::rogue(),
    }
}

/// What was put to the test, for people: in records it is named in English.
pub fn subject_name(proof: &Proof) -> Sentence {
    let subject = printable(&proof.subject);
    let parts = [Part::Baseline, Part::Rollover, Part::Repaired, Part::Rogue];
    if let Some(part) = parts.into_iter().find(|part| proof.rung == Rung::Rehearsal && part.as_str() == subject) {
        return part_name(part);
    }
    let cases = [say::rogue(), probe::without_new(), probe::without_old()];
    let case = cases.into_iter().find_map(|case| Some((subject.strip_suffix(&format!(" ({})", case.en))?, case)));
    case.map_or_else(|| Sentence::same(&subject), |(of, case)| Sentence::new(&subject, format!("{of}（{}）", case.zh)))
}

/// One proof: its verdict, and below it what was seen.
pub fn proof(proof: &Proof, lang: Lang) -> String {
    let (verdict, rung) = (verdict_name(proof.verdict), rung_name(proof.rung));
    let (verdict, rung) = (pad(verdict.to(lang), 10), pad(rung.to(lang), 11));
    let subject = subject_name(proof);
    format!("  {verdict}  {rung} {}\n      {}", subject.to(lang), printable(proof.detail.to(lang)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_typed_as_one_word_that_a_shell_gives_back() {
        for path in [
            "rootca.pem",
            "-",
            "-n",
            "",
            "root ca.pem",
            "it's.pem",
            "\u{1b}[31mred.pem",
            "two\nlines 'and \\ more'.pem",
            "\u{202e}mep.pem",
            "\u{8bc1}\u{4e66}\u{3001}.pem",
            "$HOME `id` *.pem",
        ] {
            let word = typed(path);
            assert_eq!(printable(&word), word, "{path:?}");
            let echoed = std::process::Command::new("bash").args(["-c", &format!("printf %s {word}")]).output();
            let echoed = String::from_utf8(echoed.expect("bash is there").stdout).expect("UTF-8");
            assert_eq!(echoed.strip_prefix("./-").map_or(echoed.clone(), |rest| format!("-{rest}")), path);
            assert!(path == "-" || !word.starts_with('-'), "{word} would be an option");
        }
    }
}

#[cfg(all(test, windows))]
mod tests {
    use std::os::windows::process::CommandExt as _;

    use super::*;

    /// What is typed at the end of this variable's command line is printed by the test below.
    const PRINT: &str = "ROOTFIX_TEST_PRINT";

    #[test]
    fn the_last_argument_is_printed() {
        if std::env::var_os(PRINT).is_some() {
            println!("<{}>", std::env::args().next_back().expect("an argument"));
        }
    }

    #[test]
    fn a_path_is_typed_as_one_word_that_a_program_gets_back() {
        for path in [r"C:\shop\rootca.pem", r"C:\my shop\", r"C:\my shop\\", "it's.pem", "\u{8bc1} \u{4e66}.pem", "-"] {
            let mut command = std::process::Command::new(std::env::current_exe().expect("a program"));
            command.args(["--exact", "report::text::tests::the_last_argument_is_printed", "--nocapture", "--skip"]);
            let said = command.raw_arg(typed(path)).env(PRINT, "1").output().expect("it is this program").stdout;
            let said = String::from_utf8(said).expect("UTF-8");
            assert!(said.contains(&format!("<{path}>")), "{path}: {said}");
        }
    }
}
