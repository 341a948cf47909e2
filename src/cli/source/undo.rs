//! Taking back what was made at the source of a store.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::receipt::{self, SourceReceipt, State};
use crate::apply::{self, ApplyError, Edit, RestoreOptions};
use crate::cli::append::count_of;
use crate::cli::args::Restore;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::custody::{self, refresh};
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, append as say_append, source as say};
use crate::report::record::{self, Action, Change};
use crate::report::{Record, text};

type Commands = Vec<Vec<OsString>>;

/// Restores a store that was repaired at its source; `None` where the file itself is to be restored.
pub fn restore(session: &mut Session, file: &Path, args: &Restore) -> Option<Exit> {
    let found = find(session, file, args);
    found.first()?;
    for write in found.iter().flat_map(|(_, receipt)| &receipt.writes) {
        apply::clear_leftovers(&write.path, args.backup_dir.as_deref(), session.now);
    }
    let digest = || apply::read(&super::real(session, file)).ok().map(|file| file.sha256);
    let before = digest();
    let backups = apply::backups(file, args.backup_dir.as_deref()).unwrap_or_default();
    if backups.iter().any(|backup| Some(backup.sha256_after) == before) {
        return None;
    }
    let is_there = |receipt: &SourceReceipt| receipt.states().iter().any(|state| *state != State::Before);
    let standing = found.iter().find(|(_, receipt)| is_there(receipt));
    if standing.is_none() && !backups.is_empty() {
        return None;
    }
    let mut change = Change::new(file.display().to_string(), Action::Restored);
    change.sha256_before = before;
    let shown = text::printable(&change.path);
    let done = match standing {
        Some((path, receipt)) => whole(session, receipt, path, args)
            .and_then(|()| {
                // A run that was killed before made a part of the same addition; the run after it made the rest.
                let mut killed = found.iter().filter(|(_, other)| other.added == receipt.added && other.is_half_made());
                killed.try_for_each(|(path, other)| whole(session, other, path, args))
            })
            .map(|()| true),
        None => Ok(false),
    };
    let exit = match done {
        Ok(changed) => {
            change.sha256_after = digest();
            session.say_sentence(&if changed { say::restored(shown) } else { say_append::already_restored(shown) });
            if changed {
                session.changed(change.path.clone());
            }
            if changed && !session.quiet {
                session.say_sentence(&say_append::restart());
            }
            Exit::Good
        }
        Err(Stopped { trouble, unsettled }) => {
            change.action = Action::Failed;
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
    Some(exit)
}

/// The additions that `restore --list` shows; whether there are any.
pub fn list(session: &mut Session, file: &Path, args: &Restore) -> bool {
    let found = find(session, file, args);
    for (path, receipt) in &found {
        let value = json!({
            "path": file.display().to_string(),
            "backup": null,
            "receipt": path.display().to_string(),
            "time": receipt.time,
            "added": receipt.added.iter().map(|added| json!({ "name": added.name, "sha256": added.sha256 })).collect::<Vec<_>>(),
        });
        session.record(&Record::Other("backup", record::fields(value)));
        session.count("backups");
        let names: Vec<&str> = receipt.added.iter().map(|added| added.name.as_str()).collect();
        let (time, path) = (text::printable(&receipt.time), text::printable(&path.display().to_string()));
        session.say_sentence(&say::addition(time, path, text::printable(&names.join(", "))));
    }
    !found.is_empty()
}

/// By the store's own path, and by the path that was given: CentOS 6 makes a link of the file when it is enabled.
fn find(session: &Session, file: &Path, args: &Restore) -> Vec<(PathBuf, SourceReceipt)> {
    let real = super::real(session, file);
    let asked = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut found = receipt::find(&real, args.backup_dir.as_deref());
    if asked != real {
        found.extend(receipt::find(&asked, args.backup_dir.as_deref()));
    }
    found
}

struct Stopped {
    trouble: Trouble,
    /// Something was changed before.
    unsettled: bool,
}

fn whole(session: &Session, receipt: &SourceReceipt, place: &Path, args: &Restore) -> Result<(), Stopped> {
    let untouched = |trouble: Trouble| Stopped { trouble, unsettled: false };
    let commands = commands(session, receipt).ok_or_else(|| {
        untouched(Trouble::new(Code::BackupDamaged, say::foreign_receipt(place.display()), say::look_at_receipt()))
    })?;
    let states = receipt.writes().map(|write| (&write.path, write.state()));
    let states = states.chain(receipt.links.iter().map(|link| (&link.path, link.state())));
    let changed: Vec<&PathBuf> = states.filter(|(_, state)| *state == State::Changed).map(|(path, _)| path).collect();
    if let (Some(path), false) = (changed.first(), args.force) {
        let message = say::changed_since(path.display());
        return Err(untouched(Trouble::new(Code::ChangedSinceBackup, message, say::force_takes_back())));
    }
    for path in changed {
        set_aside(session, receipt, path, place, args).map_err(untouched)?;
    }
    take_back(session, receipt, &commands, args.backup_dir.as_deref(), false).map_err(|trouble| {
        let detail = &trouble.message;
        let message = Sentence { en: say::not_taken_back(&detail.en).en, zh: say::not_taken_back(&detail.zh).zh };
        Stopped { trouble: Trouble::new(Code::UndoIncomplete, message, say::restore_again()), unsettled: true }
    })
}

/// What the undo runs: made anew, not taken from the receipt, and only where every path in it is one of ours.
fn commands(session: &Session, receipt: &SourceReceipt) -> Option<Commands> {
    let paths = |new: bool| -> Vec<PathBuf> {
        let of_kind = receipt.writes().filter(|write| write.sha256_before.is_none() == new);
        of_kind.map(|write| write.path.clone()).collect()
    };
    if receipt.generated {
        let custody = custody::of(&receipt.path, &session.prefix);
        let prefix = custody::root_of(&receipt.path, &session.prefix);
        let none_linked = receipt.links.is_empty();
        return custody::undo(&custody, &prefix, &paths(true), &paths(false), receipt.disabled).filter(|_| none_linked);
    }
    let made = paths(true);
    let mut inside = made.iter().chain(receipt.links.iter().map(|link| &link.path));
    (inside.all(|path| path.parent() == Some(&receipt.path)) && paths(false).is_empty()).then(Vec::new)
}

/// A file that was changed since: a copy of it stays beside the receipt.
fn set_aside(
    session: &Session,
    receipt: &SourceReceipt,
    path: &Path,
    place: &Path,
    args: &Restore,
) -> Result<(), Trouble> {
    if receipt.writes().any(|write| write.path == path && write.sha256_before.is_some()) {
        // The writer keeps what it replaces.
        let options = RestoreOptions { force: true, now: session.now, backup_dir: args.backup_dir.clone() };
        return apply::restore(path, &options).map(drop).map_err(|error| trouble_of(error, path));
    }
    if let Ok(target) = fs::read_link(path) {
        return apply::unlink(path, &target).map_err(|error| trouble_of(error, path));
    }
    let now = apply::read(path)?;
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.bak", &now.sha256.to_string()[..16]));
    let copy = Edit {
        path: place.with_file_name(name),
        before: None,
        bytes: now.bytes,
        added: Vec::new(),
        mode: Some(now.mode),
    };
    let options = apply::Options { backup_dir: None, force: false, now: session.now };
    apply::apply(&copy, &options).map_err(|error| trouble_of(error, path))?;
    apply::remove(path, now.sha256, session.now).map_err(|error| trouble_of(error, path))
}

/// Takes back what is as it was made, and runs the undo. What is as it was before is left alone. `rescued`: with
/// what had been added by hand.
pub fn take_back(
    session: &Session,
    receipt: &SourceReceipt,
    commands: &Commands,
    backup_dir: Option<&Path>,
    rescued: bool,
) -> Result<(), Trouble> {
    for link in receipt.links.iter().rev().filter(|link| link.state() == State::After) {
        apply::unlink(&link.path, &link.target).map_err(|error| trouble_of(error, &link.path))?;
    }
    let writes = receipt.writes.iter().rev().filter(|write| rescued || !write.rescued);
    for write in writes.filter(|write| write.state() == State::After) {
        let undone = match write.sha256_before {
            None => apply::remove(&write.path, write.sha256_after, session.now),
            Some(_) => {
                let options =
                    RestoreOptions { force: false, now: session.now, backup_dir: backup_dir.map(Path::to_owned) };
                apply::restore(&write.path, &options).map(drop)
            }
        };
        undone.map_err(|error| trouble_of(error, &write.path))?;
    }
    let ran = refresh::run(commands, refresh::LIMIT);
    let above = |directory: &&PathBuf| receipt.writes.iter().any(|write| write.path.starts_with(directory));
    for directory in receipt.directories.iter().rev().filter(above) {
        // One that holds something by now is somebody's, and stays.
        let _ = fs::remove_dir(directory);
    }
    ran
}

pub fn trouble_of(error: ApplyError, path: &Path) -> Trouble {
    match error {
        ApplyError::Changed => {
            Trouble::new(Code::ChangedSinceBackup, say::changed_since(path.display()), say::force_takes_back())
        }
        ApplyError::Trouble(trouble) | ApplyError::Unsettled { trouble, .. } => trouble,
    }
}
