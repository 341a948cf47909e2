//! What came of an append, on the screen.

use crate::cli::append::Done;
use crate::cli::args::Append;
use crate::cli::session::Session;
use crate::cli::{source, targets::Target};
use crate::finding::{Finding, Severity};
use crate::lang::{Sentence, append as say};
use crate::proof::Verdict;
use crate::report::record::{Action, worst};
use crate::report::text;

/// Whether a bundle goes from standard input to standard output.
pub fn filters(args: &Append) -> bool {
    args.output.is_none() && args.at.places.iter().any(|place| place.as_os_str() == "-")
}

pub fn show(session: &Session, target: &Target, args: &Append, done: &Done) {
    let change = &done.change;
    let path = text::printable(&change.path);
    if let Some(trouble) = &change.trouble {
        return match (change.unsettled, target.path()) {
            (true, _) => {
                session.complain_about(&path, trouble);
                if let Some(backup) = &change.backup {
                    session.note(say::backup(text::printable(backup)).to(session.lang));
                }
            }
            (false, Some(file)) => session.trouble_of(file, trouble),
            (false, None) => session.trouble_with(&path, trouble),
        };
    }
    if let Some(bytes) = &done.bytes {
        session.bytes(bytes);
    }
    // What goes through a pipe is the diff or the bundle; everything else then belongs on the other stream.
    let aside = filters(args) || args.dry_run;
    let tell = |sentence: &Sentence| {
        let text = sentence.to(session.lang);
        if aside { session.note(text) } else { session.say(text) }
    };
    let names: Vec<String> = change.added.iter().map(|(name, _)| name.clone()).collect();
    let listed = text::names(&names);
    let with = |say: &dyn Fn(&str) -> Sentence| Sentence { en: say(&listed.en).en, zh: say(&listed.zh).zh };
    match change.action {
        Action::WouldAppend => {
            match &done.diff {
                Some(diff) => session.bytes(diff),
                None if names.is_empty() => {}
                None => {
                    session.say_sentence(&say::binary_store());
                    for (name, sha256) in &change.added {
                        session.say_sentence(&say::would_come(name, sha256));
                    }
                }
            }
            tell(&match &args.output {
                Some(output) => say::would_be_written(text::printable(&output.display().to_string())),
                None if names.is_empty() => say::would_mend(&path),
                None => with(&|names| say::would_append(&path, names)),
            });
        }
        Action::AlreadyPresent => {
            let roots = text::names(&session.new_roots());
            tell(&Sentence {
                en: say::already_present(&path, &roots.en).en,
                zh: say::already_present(&path, &roots.zh).zh,
            });
        }
        _ if names.is_empty() && args.output.is_some() => tell(&say::converted(&path, change.kept)),
        _ if names.is_empty() => tell(&say::mended_only(&path, change.kept)),
        _ => tell(&with(&|names| say::appended(&path, names, change.kept))),
    }
    let worth_it = |finding: &&Finding| !session.quiet || finding.severity > Severity::Note;
    let worth_it: Vec<Finding> = change.findings.iter().filter(worth_it).cloned().collect();
    let notes = text::findings(&worth_it, session.lang, session.verbose);
    if !notes.is_empty() {
        if aside { session.note(&notes) } else { session.say(&notes) }
    }
    if let (Some(output), Action::Appended | Action::AlreadyPresent, false) =
        (&args.output, change.action, args.dry_run)
    {
        tell(&say::written_to(text::printable(&output.display().to_string())));
    }
    if change.action != Action::Appended || session.quiet {
        return;
    }
    if let Some(backup) = &change.backup {
        tell(&say::backup(text::printable(backup)));
    }
    if worst(&change.proofs) == Some(Verdict::Pass) {
        tell(&match change.proofs.len() {
            1 => say::proved_once(),
            count => say::proved(count),
        });
    }
    for proof in change.proofs.iter().filter(|proof| session.verbose || proof.verdict != Verdict::Pass) {
        let line = text::proof(proof, session.lang);
        if aside { session.note(&line) } else { session.say(&line) }
    }
    if change.backup.is_some() || source::can_be_undone(change) {
        tell(&say::restart());
        let elsewhere = args.backup_dir.as_ref().map(|dir| text::typed_path(dir));
        let elsewhere = elsewhere.map(|dir| format!("--backup-dir {dir} ")).unwrap_or_default();
        let file = target.path().map_or_else(|| text::typed(&change.path), text::typed_path);
        let undo = say::undo(format!("{elsewhere}{file}"));
        if aside { session.note(undo.to(session.lang)) } else { session.command(&undo) }
    }
}
