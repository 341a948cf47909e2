//! `rootfix restore`: put a backup back.

use serde_json::json;

use super::append::{self, count_of};
use super::args::Restore;
use super::exit::Exit;
use super::session::Session;
use super::targets;
use crate::apply::{self, ApplyError, RestoreOptions, Restored};
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
        Ok(restored) => {
            let (receipt, changed) = match &restored {
                Restored::Restored { from, replaced } => {
                    change.backup =
                        replaced.as_ref().and_then(|kept| kept.backup.as_ref()).map(|b| b.display().to_string());
                    (from, true)
                }
                Restored::AlreadyAsItWas(receipt) => (receipt, false),
            };
            change.sha256_before = if changed { Some(receipt.sha256_after) } else { receipt.sha256_before };
            change.sha256_after = receipt.sha256_before;
            session.say_sentence(&if changed { say::restored(shown) } else { say::already_restored(shown) });
            if changed && !session.quiet {
                session.say_sentence(&say::restart());
            }
            Exit::Good
        }
        Err(error) => {
            let (trouble, unsettled) = match error {
                ApplyError::Trouble(trouble) => (trouble, false),
                ApplyError::Unsettled { trouble, .. } => (trouble, true),
                ApplyError::Changed => (append::keeps_changing(), false),
            };
            let refused = matches!(trouble.code, Code::NoBackup | Code::ChangedSinceBackup | Code::BackupDamaged);
            change.action = if refused { Action::Refused } else { Action::Failed };
            change.unsettled = unsettled;
            if !session.json {
                if unsettled { session.trouble(&trouble) } else { session.trouble_with(&shown, &trouble) }
            }
            change.trouble = Some(trouble);
            Exit::Trouble
        }
    };
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
            session.record(&record::trouble(&trouble));
            session.complain_about(&path, &trouble);
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
