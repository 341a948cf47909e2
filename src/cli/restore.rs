//! `rootfix restore`: put a backup back.

use serde_json::json;

use super::append::{self, count_of};
use super::args::Restore;
use super::exit::Exit;
use super::session::Session;
use super::targets;
use crate::apply::{self, RestoreOptions, Restored};
use crate::finding::Code;
use crate::lang::append as say;
use crate::report::record::{self, Action, Change};
use crate::report::{Record, text};

pub fn run(session: &mut Session, args: &Restore) -> Exit {
    let mut exit = Exit::Good;
    for file in &args.files {
        exit = exit.and(match targets::led(session, file) {
            Ok(file) if args.list => list(session, &file, args),
            Ok(file) => one(session, &file, args),
            Err(trouble) => session.refuse(&trouble),
        });
    }
    exit
}

fn one(session: &mut Session, file: &std::path::Path, args: &Restore) -> Exit {
    if let Some(exit) = super::system::restore(session, file, args) {
        return exit;
    }
    if let Some(exit) = super::source::restore(session, file, args) {
        return exit;
    }
    let path = file.display().to_string();
    let shown = text::printable(&path);
    let options = RestoreOptions { force: args.force, now: session.now, backup_dir: args.backup_dir.clone() };
    let mut change = Change::new(path.clone(), Action::Restored);
    let exit = match apply::restore(file, &options) {
        Ok(Restored::Restored { from, before, replaced }) => {
            change.sha256_before = before;
            change.sha256_after = from.sha256_before;
            change.backup = replaced.and_then(|kept| kept.backup).map(|backup| backup.display().to_string());
            session.say_sentence(&say::restored(shown));
            if let Some(backup) = &change.backup {
                session.say_sentence(&say::replaced_is_kept(text::printable(backup)));
            }
            if !session.quiet {
                session.say_sentence(&say::restart());
            }
            Exit::Good
        }
        Ok(Restored::AlreadyAsItWas(receipt)) => {
            change.sha256_before = receipt.sha256_before;
            change.sha256_after = receipt.sha256_before;
            session.say_sentence(&say::already_restored(shown));
            Exit::Good
        }
        Err(error) => {
            let (trouble, unsettled) = append::why(error);
            let refused = matches!(
                trouble.code,
                Code::NoBackup | Code::ChangedSinceBackup | Code::BackupDamaged | Code::FileNotFound
            );
            change.action = if refused { Action::Refused } else { Action::Failed };
            change.unsettled = unsettled;
            if !session.json {
                match unsettled {
                    true => session.complain_about(&shown, &trouble),
                    false => session.trouble_of(file, &trouble),
                }
            }
            change.trouble = Some(trouble);
            Exit::Trouble
        }
    };
    if change.action == Action::Restored && change.sha256_before != change.sha256_after {
        session.changed(path);
    }
    session.count(count_of(change.action));
    session.record(&Record::Change(change));
    exit
}

fn list(session: &mut Session, file: &std::path::Path, args: &Restore) -> Exit {
    let path = file.display().to_string();
    let at_source = super::source::list(session, file, args);
    let receipts = match apply::backups(file, args.backup_dir.as_deref()) {
        Ok(receipts) => receipts,
        Err(_) if at_source => return Exit::Good,
        Err(trouble) => {
            session.trouble_about(&path, &trouble);
            return Exit::Trouble;
        }
    };
    if receipts.is_empty() && !at_source {
        session.say_sentence(&say::no_backups(text::printable(&path)));
    }
    for receipt in receipts {
        let backup = receipt.backup.as_ref().map(|backup| backup.display().to_string());
        let names: Vec<String> = receipt.added.iter().map(|added| added.name.clone()).collect();
        let value = json!({
            "path": path,
            "backup": backup,
            "time": record::rfc3339(receipt.time),
            "sha256_before": receipt.sha256_before,
            "sha256_after": receipt.sha256_after,
            "added": receipt.added.iter().map(|added| json!({ "name": added.name, "sha256": added.sha256 })).collect::<Vec<_>>(),
        });
        session.record(&Record::Other("backup", record::fields(value)));
        session.count("backups");
        let names = text::printable(&names.join(", "));
        let backup = text::printable(backup.as_deref().unwrap_or("-"));
        session.say_sentence(&say::backup_line(record::rfc3339(receipt.time), backup, names));
    }
    Exit::Good
}
