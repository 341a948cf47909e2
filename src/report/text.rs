//! Records as text for people: the answer first, then the evidence, then the next command.

use crate::assess::Status;
use crate::finding::{Finding, Severity};
use crate::lang::{Lang, Sentence, append as say_append, check as say, pad, width};
use crate::proof::{Proof, Rung, Verdict};
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

/// A path as it has to be typed in a shell.
pub fn typed(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=\\".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
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
pub fn format_name(format: Format) -> &'static str {
    match format {
        Format::Pem => "PEM",
        Format::Der => "DER",
        Format::Jks => "JKS",
        Format::Jceks => "JCEKS",
        Format::Bks => "BKS",
        Format::Pkcs12 => "PKCS#12",
        Format::CaDir => "CA directory",
        Format::System => "system store",
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
        let holds = match bundle.certificates {
            1 => say::holds_one(format),
            count => say::holds(format, count),
        };
        text.push_str(&format!("  {}\n", holds.to(lang)));
    }
    if matches!(bundle.status, Status::Ready | Status::NewRootMissing | Status::Broken) {
        let rows: Vec<Vec<String>> = (roots.iter())
            .map(|root| {
                let state = if bundle.missing.contains(root) { say::missing() } else { say::present() };
                vec![root.clone(), state.to(lang).to_owned()]
            })
            .collect();
        text.push_str(&table(&rows));
    }
    for user in &bundle.used_by {
        text.push_str(&format!("  {}\n", say::used_by(printable(user.to(lang))).to(lang)));
    }
    text.push_str(&findings(&bundle.findings, lang, verbose));
    text
}

/// Findings, one a line, the gravest first. Notes are shown only on request, where there is anything graver.
pub fn findings(findings: &[Finding], lang: Lang, verbose: bool) -> String {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let grave = sorted.iter().any(|finding| finding.severity > Severity::Note);
    let shown = sorted.into_iter().filter(|finding| verbose || !grave || finding.severity > Severity::Note);
    let mut text = String::new();
    for finding in shown {
        let label = match finding.severity {
            Severity::Error => say::error(),
            Severity::Warning => say::warning(),
            Severity::Note => say::note(),
        };
        let at = finding.line.map(|line| format!(" ({})", say::line(line).to(lang))).unwrap_or_default();
        let message = printable(finding.message.to(lang));
        text.push_str(&format!("  {} [{}]{at}: {message}\n", label.to(lang), finding.code));
    }
    text
}

/// Many bundles in one table.
pub fn bundles(bundles: &[Bundle], lang: Lang) -> String {
    let heads = [say::bundle(), say::format(), say::certificates(), say::old_root(), say::new_root(), say::verdict()];
    let mut rows = vec![heads.iter().map(|head| head.to(lang).to_owned()).collect::<Vec<_>>()];
    for bundle in bundles {
        let has = |there: bool| if there { say::present() } else { say::missing() }.to(lang).to_owned();
        rows.push(vec![
            printable(&bundle.path),
            bundle.format.map_or("-", format_name).to_owned(),
            bundle.certificates.to_string(),
            has(bundle.old_root),
            has(bundle.new_root),
            status_name(bundle.status).to(lang).to_owned(),
        ]);
    }
    table(&rows)
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

/// The permanent name of a rung.
pub fn rung_name(rung: Rung) -> &'static str {
    match rung {
        Rung::Reread => "reread",
        Rung::StandIn => "stand-in",
        Rung::SavedChain => "saved-chain",
        Rung::Client => "client",
        Rung::Live => "live",
        Rung::Rehearsal => "rehearsal",
    }
}

/// One proof on a line.
pub fn proof(proof: &Proof, lang: Lang) -> String {
    let (verdict, rung) = (verdict_name(proof.verdict), rung_name(proof.rung));
    let verdict = pad(verdict.to(lang), 10);
    format!("  {verdict}  {} {}: {}", pad(rung, 11), printable(&proof.subject), printable(proof.detail.to(lang)))
}
