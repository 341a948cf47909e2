//! `append` and `restore` for the stores that the system keeps. Those of Windows are changed; what changes a keychain of
//! macOS is told instead, because it could not be tried out.
//!
//! A receipt is written before a root is added, so that a run that was killed can be taken back as well. It names
//! the root and nothing else; what is taken back is one of this program's own roots in any case.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::append::Done;
use super::args::{Append, Restore};
use super::exit::Exit;
use super::session::Session;
use super::targets::{Place, Target};
use crate::apply::{self, ApplyError, Edit};
use crate::assess::assess;
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, append as say_append, system_store as say};
use crate::proof::{Proof, Rung, Verdict};
use crate::report::Record;
use crate::report::record::{Action, Change, rfc3339};
use crate::rollover::Root;
use crate::store::{Entry, Format, Nature, Store, Trust};
use crate::system_store::{Location, WindowsStore};

/// ERROR_ACCESS_DENIED (winerror.h).
const ACCESS_DENIED: i32 = 5;

#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    schema: u32,
    #[serde(rename = "type")]
    kind: String,
    path: String,
    added: apply::Added,
    time: String,
    version: String,
}

/// What the system trusts.
///
/// # Errors
/// The store cannot be read.
pub fn store(location: Location) -> Result<Store, Trouble> {
    let failed = |error: io::Error| {
        let name = location.as_str();
        let (message, next) = match location {
            Location::Windows(_) => (say::cannot_open(name, error), say::see_certificate_console()),
            Location::MacOs(_) => (say::settings_not_read(name, error), say::see_keychain_access()),
        };
        Trouble::new(Code::Unreadable, message, next)
    };
    let entry =
        |(certificate, trust): (Certificate, Trust)| Entry { certificate, alias: None, line: None, file: None, trust };
    Ok(Store {
        format: Format::System,
        nature: Nature::TrustStore,
        entries: location.certificates().map_err(failed)?.into_iter().map(entry).collect(),
        others: 0,
        findings: Vec::new(),
        views: Vec::new(),
        broken: false,
        password: None,
    })
}

/// Who trusts servers by it.
pub fn used_by(location: Location) -> Sentence {
    match location {
        Location::Windows(store) => say::used_by_windows(store.as_str()),
        Location::MacOs(keychain) => say::used_by_mac_os(keychain.as_str()),
    }
}

/// The addition, where the target is one of those stores.
pub fn append(session: &Session, target: &Target, args: &Append) -> Option<Done> {
    let Place::System(location) = target.place else { return None };
    let done = match location {
        Location::Windows(store) => add(session, store, args),
        Location::MacOs(_) => by_hand(session, location, args),
    };
    let change = match done {
        Ok(change) => change,
        Err((action, trouble)) => {
            Change { trouble: Some(trouble), ..Change::new(location.as_str().to_owned(), action) }
        }
    };
    Some(Done { change, diff: None, bytes: None })
}

/// What is to be typed to add the roots that are missing; nothing is done.
fn by_hand(session: &Session, location: Location, args: &Append) -> Result<Change, (Action, Trouble)> {
    let refused = |trouble: Trouble| (Action::Refused, trouble);
    if args.output.is_some() {
        return Err(refused(Trouble::new(Code::Usage, say::no_output(location.as_str()), say::without_output())));
    }
    let before = store(location).map_err(refused)?;
    let missing = assess(&before, &session.rollover, session.now).missing_new;
    let there = |root: &Root| {
        let mut entries = before.entries.iter();
        entries.any(|entry| entry.certificate.fingerprint() == root.certificate.fingerprint())
    };
    if let Some(root) = missing.iter().find(|root| there(root)) {
        let message = say::settings_against(&root.name, location.as_str());
        return Err(refused(Trouble::new(Code::RootForbidden, message, say::ask_who_disallowed())));
    }
    match commands(session, &missing, say::add_to_keychain, say::add_own_to_keychain()) {
        Some(commands) => {
            let message = say::keychain_by_hand(location.as_str());
            Err(refused(Trouble::new(Code::KeychainByHand, message, commands)))
        }
        None => Ok(Change {
            kept: before.entries.len(),
            ..Change::new(location.as_str().to_owned(), Action::AlreadyPresent)
        }),
    }
}

/// What is to be typed for these roots, one after another: those that are embedded can be exported first, one of the
/// user's own lies in the file that he gave.
fn commands(session: &Session, roots: &[&Root], embedded: fn(String) -> Sentence, own: Sentence) -> Option<Sentence> {
    let commands = roots.iter().map(|root| match session.catalogue.root(&root.id) {
        Ok(root) => embedded(root.id.clone()),
        Err(_) => own.clone(),
    });
    commands.reduce(|all, next| all.then(&next))
}

fn add(session: &Session, location: WindowsStore, args: &Append) -> Result<Change, (Action, Trouble)> {
    let refused = |trouble: Trouble| (Action::Refused, trouble);
    let failed = |trouble: Trouble| (Action::Failed, trouble);
    if args.output.is_some() {
        return Err(refused(Trouble::new(Code::Usage, say::no_output(location.as_str()), say::without_output())));
    }
    let before = store(Location::Windows(location)).map_err(refused)?;
    let roots = assess(&before, &session.rollover, session.now).missing_new;
    let never = location.disallowed();
    if let Some(root) = roots.iter().find(|root| never.contains(&root.certificate.fingerprint())) {
        let message = say::disallowed(&root.name);
        return Err(refused(Trouble::new(Code::RootForbidden, message, say::ask_who_disallowed())));
    }
    let mut change = Change {
        kept: before.entries.len(),
        added: roots.iter().map(|root| (root.name.clone(), root.certificate.fingerprint())).collect(),
        ..Change::new(location.as_str().to_owned(), Action::AlreadyPresent)
    };
    if roots.is_empty() {
        return Ok(change);
    }
    let beforehand = match location {
        WindowsStore::LocalMachine => say::needs_an_administrator(),
        WindowsStore::CurrentUser => say::asks_in_a_window(),
    };
    if !session.json {
        session.note(beforehand.to(session.lang));
    }
    if args.dry_run {
        change.action = Action::WouldAppend;
        return Ok(change);
    }
    let mut done: Vec<&Root> = Vec::new();
    for root in &roots {
        let receipt = write_receipt(session, location, root, args).map_err(failed)?;
        if let Err(error) = location.add_root(&root.certificate) {
            let _ = apply::remove(&receipt.0, receipt.1, session.now);
            take_back(location, &done);
            return Err(failed(not_changed(location, &error)));
        }
        done.push(root);
    }
    let names: Vec<&str> = roots.iter().map(|root| root.name.as_str()).collect();
    let after = store(Location::Windows(location)).map_err(failed)?;
    let holds = |wanted: Fingerprint| after.entries.iter().any(|entry| entry.certificate.fingerprint() == wanted);
    let whole = before.entries.iter().all(|entry| holds(entry.certificate.fingerprint()))
        && roots.iter().all(|root| holds(root.certificate.fingerprint()))
        && assess(&after, &session.rollover, session.now).missing_new.is_empty();
    if !whole {
        take_back(location, &done);
        let message = say::not_arrived(location.as_str());
        return Err(failed(Trouble::new(Code::WriteNotConfirmed, message, say::see_certificate_console())));
    }
    change.proofs.push(Proof {
        path: PathBuf::from(location.as_str()),
        rung: Rung::Reread,
        subject: location.as_str().to_owned(),
        verdict: Verdict::Pass,
        detail: say::arrived(before.entries.len(), names.join(", ")),
    });
    change.action = Action::Appended;
    Ok(change)
}

fn take_back(location: WindowsStore, roots: &[&Root]) {
    for root in roots {
        let _ = location.remove(&root.certificate);
    }
}

fn not_changed(location: WindowsStore, error: &io::Error) -> Trouble {
    if error.raw_os_error() == Some(ACCESS_DENIED) && location == WindowsStore::LocalMachine {
        return Trouble::new(Code::NoPermission, say::needs_an_administrator(), say::run_as_administrator());
    }
    Trouble::new(Code::NoPermission, say::refused(location.as_str(), error), say::answer_the_window())
}

/// Where receipts lie: with the machine's data, or with the user's.
fn shelf(location: WindowsStore, backup_dir: Option<&PathBuf>) -> Result<PathBuf, Trouble> {
    let variable = match location {
        WindowsStore::LocalMachine => "ProgramData",
        WindowsStore::CurrentUser => "LOCALAPPDATA",
    };
    let own = || std::env::var_os(variable).map(|data| PathBuf::from(data).join("rootfix"));
    let none = || Trouble::new(Code::NoPlaceForBackup, say::no_place_for_receipts(), say::set_the_variables());
    backup_dir.cloned().or_else(own).ok_or_else(none)
}

/// One file for a store and a root.
fn name(location: WindowsStore, root: &Root) -> String {
    format!("{}-{}.json", location.as_str().replace('\\', "-"), root.certificate.fingerprint())
}

fn write_receipt(
    session: &Session,
    location: WindowsStore,
    root: &Root,
    args: &Append,
) -> Result<(PathBuf, Fingerprint), Trouble> {
    let shelf = shelf(location, args.backup_dir.as_ref())?;
    std::fs::create_dir_all(&shelf).map_err(|error| apply::read_failed(&error))?;
    let path = shelf.join(name(location, root));
    let added = apply::Added { name: root.name.clone(), sha256: root.certificate.fingerprint() };
    let receipt = Receipt {
        schema: 1,
        kind: "system-receipt".to_owned(),
        path: location.as_str().to_owned(),
        added,
        time: rfc3339(session.now),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let json = serde_json::to_vec_pretty(&receipt).unwrap_or_default();
    let sha256 = Fingerprint::of(&json);
    // One that is left of an addition that somebody took away by hand says no more than the new one.
    let before = apply::read(&path).ok().map(|old| old.sha256);
    if let Some(before) = before {
        let _ = apply::remove(&path, before, session.now);
    }
    let edit = Edit { path: path.clone(), before: None, bytes: json, added: Vec::new(), mode: None };
    let options = apply::Options { backup_dir: None, force: false, now: session.now };
    match apply::apply(&edit, &options) {
        Ok(_) => Ok((path, sha256)),
        Err(ApplyError::Changed) => Err(super::append::keeps_changing()),
        Err(ApplyError::Trouble(trouble) | ApplyError::Unsettled { trouble, .. }) => Err(trouble),
    }
}

/// Takes back what was added to a store that the system keeps; `None` where a file is meant.
pub fn restore(session: &mut Session, file: &std::path::Path, args: &Restore) -> Option<Exit> {
    let location = Location::named(file.to_str()?).filter(|_| !file.exists())?;
    let mut change = Change::new(location.as_str().to_owned(), Action::Restored);
    let removed = match location {
        Location::Windows(store) => remove(session, store, args),
        Location::MacOs(keychain) => {
            let message = say::keychain_not_restored(keychain.as_str());
            let roots: Vec<&Root> = session.rollover.add.iter().collect();
            let commands = commands(session, &roots, say::remove_from_keychain, say::remove_own_from_keychain());
            let next = commands.unwrap_or_else(say::see_keychain_access);
            Err(Trouble::new(Code::KeychainByHand, message, next))
        }
    };
    let exit = match removed {
        Ok(removed) => {
            let path = location.as_str();
            if removed {
                session.changed(path.to_owned());
            }
            session.say_sentence(&if removed {
                say_append::restored(path)
            } else {
                say_append::already_restored(path)
            });
            Exit::Good
        }
        Err(trouble) => {
            let refused = matches!(trouble.code, Code::NoBackup | Code::KeychainByHand);
            change.action = if refused { Action::Refused } else { Action::Failed };
            if !session.json {
                session.trouble_with(location.as_str(), &trouble);
            }
            change.trouble = Some(trouble);
            Exit::Trouble
        }
    };
    session.count(super::append::count_of(change.action));
    session.record(&Record::Change(change));
    Some(exit)
}

/// Whether there was anything to be taken away.
fn remove(session: &Session, location: WindowsStore, args: &Restore) -> Result<bool, Trouble> {
    let shelf = shelf(location, args.backup_dir.as_ref())?;
    let (mut known, mut removed) = (false, false);
    for root in &session.rollover.add {
        let path = shelf.join(name(location, root));
        let Ok(receipt) = apply::read(&path) else { continue };
        known = true;
        if location.holds(&root.certificate) {
            if !session.json {
                let beforehand = match location {
                    WindowsStore::LocalMachine => say::needs_an_administrator(),
                    WindowsStore::CurrentUser => say::asks_in_a_window(),
                };
                session.note(beforehand.to(session.lang));
            }
            location.remove(&root.certificate).map_err(|error| not_changed(location, &error))?;
            if location.holds(&root.certificate) {
                let message = say::not_arrived(location.as_str());
                return Err(Trouble::new(Code::WriteNotConfirmed, message, say::see_certificate_console()));
            }
            removed = true;
        }
        let _ = apply::remove(&path, receipt.sha256, session.now);
    }
    if known {
        return Ok(removed);
    }
    let message = say::nothing_to_take_back(location.as_str());
    Err(Trouble::new(Code::NoBackup, message, say::see_certificate_console()))
}
