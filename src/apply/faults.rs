//! Every call to the disk, failing in every way: the file is wholly old or wholly new, and the outcome says which.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use time::macros::datetime;

use super::memory::{Fault, HOME, Memory, Quirks, SHELF, State};
use super::{ApplyError, Edit, Options, RestoreOptions, Restored, change, receipt, restore};
use crate::certificate::Fingerprint;

pub(super) const NAME: &str = "rootca.pem";
const OLD: &[u8] = b"the old roots\n";
const NEW: &[u8] = b"the old roots\nand a new one\n";
/// What somebody made of it afterwards.
const OWN: &[u8] = b"somebody's own work\n";

const FAULTS: [Fault; 7] = [
    Fault::Error(ErrorKind::Other),
    Fault::Error(ErrorKind::StorageFull),
    Fault::Error(ErrorKind::Interrupted),
    Fault::Error(ErrorKind::PermissionDenied),
    Fault::Error(ErrorKind::ReadOnlyFilesystem),
    Fault::Error(ErrorKind::NotFound),
    Fault::Stop,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Append {
        shelf: bool,
    },
    /// Into the file as it stands, since it has another name.
    AppendInPlace,
    Create,
    Restore {
        shelf: bool,
    },
    /// Over what was changed since.
    RestoreForced,
}

pub(super) const WORKS: [Work; 7] = [
    Work::Append { shelf: false },
    Work::Append { shelf: true },
    Work::AppendInPlace,
    Work::Create,
    Work::Restore { shelf: false },
    Work::Restore { shelf: true },
    Work::RestoreForced,
];

/// How the work ended, as its caller learns it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Unchanged,
    Unsettled,
}

impl Work {
    pub fn shelf(self) -> Option<PathBuf> {
        let shelf = matches!(self, Work::Append { shelf: true } | Work::Restore { shelf: true });
        shelf.then(|| SHELF.into())
    }

    /// What the file holds before and after; nothing before a creation.
    fn before(self) -> Option<&'static [u8]> {
        match self {
            Work::Append { .. } | Work::AppendInPlace => Some(OLD),
            Work::Create => None,
            Work::Restore { .. } => Some(NEW),
            Work::RestoreForced => Some(OWN),
        }
    }

    fn after(self) -> &'static [u8] {
        match self {
            Work::Append { .. } | Work::AppendInPlace | Work::Create => NEW,
            Work::Restore { .. } | Work::RestoreForced => OLD,
        }
    }

    fn keeps_a_backup(self) -> bool {
        matches!(self, Work::Append { .. } | Work::AppendInPlace | Work::RestoreForced)
    }

    /// A disk on which this work is to be done.
    pub fn disk(self, quirks: Quirks) -> Memory {
        let start = |links| Memory::with_file(NAME, OLD, links).state();
        let appended = |shelf| {
            let disk = Memory::from_state(start(1));
            assert_eq!(Work::Append { shelf }.run(&disk), Outcome::Done);
            disk.state()
        };
        let state = match self {
            Work::Append { .. } => start(1),
            Work::AppendInPlace => start(2),
            Work::Create => State::default(),
            Work::Restore { shelf } => appended(shelf),
            Work::RestoreForced => {
                let mut state = appended(false);
                let inode = state.dirs[0][OsStr::new(NAME)];
                state.inodes[inode].data = OWN.to_vec();
                state
            }
        };
        Memory::with(state, quirks)
    }

    pub fn run(self, disk: &Memory) -> Outcome {
        let path = Path::new(HOME).join(NAME);
        let now = datetime!(2024-11-01 08:30:00 UTC);
        let result = match self {
            Work::Append { .. } | Work::AppendInPlace | Work::Create => {
                let before = self.before().map(Fingerprint::of);
                let edit = Edit { path, before, bytes: NEW.to_vec(), added: Vec::new(), mode: None };
                let force = self == Work::AppendInPlace;
                change::apply(disk, &edit, &Options { backup_dir: self.shelf(), force, now }).map(drop)
            }
            Work::Restore { .. } | Work::RestoreForced => {
                let force = self == Work::RestoreForced;
                let options = RestoreOptions { backup_dir: self.shelf(), force, now };
                restore::restore(disk, &path, &options).map(|restored| {
                    assert!(matches!(restored, Restored::Restored { .. }), "{restored:?}");
                })
            }
        };
        match result {
            Ok(()) => Outcome::Done,
            Err(ApplyError::Changed | ApplyError::Trouble(_)) => Outcome::Unchanged,
            Err(ApplyError::Unsettled { .. }) => Outcome::Unsettled,
        }
    }
}

pub(super) fn file(state: &State) -> Option<&[u8]> {
    let inode = state.dirs[0].get(OsStr::new(NAME))?;
    Some(&state.inodes[*inode].data)
}

fn leftovers(state: &State) -> usize {
    let names = state.dirs.iter().flat_map(BTreeMap::keys);
    names.filter(|name| receipt::leftover(name, NAME.as_ref()).is_some()).count()
}

/// Receipts that speak of this digest and whose backup holds it, and receipts of which that is not so.
fn backups(state: &State, before: &[u8]) -> (usize, usize) {
    let (mut whole, mut damaged) = (0, 0);
    for dir in &state.dirs {
        let content = |name: &OsStr| dir.get(name).map(|inode| state.inodes[*inode].data.as_slice());
        for name in dir.keys() {
            let Some(stamp) = receipt::Stamp::of(name, NAME.as_ref()) else { continue };
            let receipt = content(name).and_then(|json| receipt::Receipt::parse(json).ok());
            let backup = content(&stamp.backup(NAME.as_ref())).map(Fingerprint::of);
            match receipt.map(|receipt| receipt.sha256_before) {
                Some(recorded) if recorded == backup => whole += usize::from(backup == Some(Fingerprint::of(before))),
                _ => damaged += 1,
            }
        }
    }
    (whole, damaged)
}

/// What holds in every state in which the work can leave the disk. Says what is wrong, so that a control can be
/// seen to fail.
fn wholly_old_or_new(work: Work, state: &State) -> Result<(), String> {
    let now = file(state);
    if now != work.before() && now != Some(work.after()) && work != Work::AppendInPlace {
        return Err(format!("neither old nor new: {:?}", now.map(String::from_utf8_lossy)));
    }
    let before = work.before().unwrap_or_default();
    let (whole, damaged) = backups(state, before);
    if now != work.before() && work.keeps_a_backup() && whole == 0 {
        return Err("changed without a backup".to_owned());
    }
    if damaged > 0 && now != work.before() {
        return Err("a receipt without its backup".to_owned());
    }
    Ok(())
}

/// What the next run makes of it.
fn next_run_finishes(work: Work, state: State) -> Result<(), String> {
    let done = file(&state) == Some(work.after());
    if work == Work::AppendInPlace && !done && file(&state) != work.before() {
        // Half written, as in-place writing can be: the backup is there, which was checked.
        return Ok(());
    }
    let disk = Memory::from_state(state);
    if done {
        super::site::clear_leftovers(
            &disk,
            &Path::new(HOME).join(NAME),
            work.shelf().as_deref(),
            datetime!(2024-11-01 08:31:00 UTC),
        );
    } else if work.run(&disk) != Outcome::Done {
        return Err("the next run fails".to_owned());
    }
    let state = disk.state();
    match (file(&state) == Some(work.after()), leftovers(&state)) {
        (true, 0) => Ok(()),
        (whole, left) => Err(format!("after the next run: new {whole}, leftovers {left}")),
    }
}

/// The kinds of disk on which the promises must hold.
const DISKS: [Quirks; 3] = [
    Quirks { no_exchange: false, most: 0, lying_sync: false },
    Quirks { no_exchange: true, most: 0, lying_sync: false },
    Quirks { no_exchange: false, most: 100, lying_sync: false },
];

#[test]
fn whatever_call_fails_the_file_is_old_or_new_and_the_outcome_says_which() {
    let mut table: BTreeMap<&str, usize> = BTreeMap::new();
    for work in WORKS {
        // Reading and writing by the piece is the same for all works.
        for quirks in DISKS.into_iter().filter(|quirks| quirks.most == 0 || work == WORKS[0]) {
            let disk = || work.disk(quirks);
            let clean = disk();
            assert_eq!(work.run(&clean), Outcome::Done, "{work:?}");
            assert_eq!(file(&clean.state()), Some(work.after()));
            assert_eq!(leftovers(&clean.state()), 0);
            let calls = clean.calls();
            for (at, call) in calls.iter().enumerate() {
                for fault in FAULTS {
                    let disk = disk();
                    disk.fail(at, fault);
                    let outcome = work.run(&disk);
                    let state = disk.state();
                    let context = format!("{work:?}, {quirks:?}, call {at} {call}, {fault:?}: {outcome:?}");
                    wholly_old_or_new(work, &state).unwrap_or_else(|wrong| panic!("{context}: {wrong}"));
                    if fault != Fault::Stop {
                        let now = file(&state);
                        match outcome {
                            Outcome::Done | Outcome::Unsettled => assert_eq!(now, Some(work.after()), "{context}"),
                            Outcome::Unchanged => assert_eq!(now, work.before(), "{context}"),
                        }
                        if *call != "unlink" {
                            assert_eq!(leftovers(&state), 0, "{context}");
                        }
                        if fault == Fault::Error(ErrorKind::Interrupted) {
                            assert_eq!(outcome, Outcome::Done, "{context}");
                        }
                    }
                    next_run_finishes(work, state).unwrap_or_else(|wrong| panic!("{context}: {wrong}"));
                    *table.entry(call).or_default() += 1;
                }
            }
        }
    }
    let cells: usize = table.values().sum();
    println!("fault table: {cells} cells held ({} calls, {} faults): {table:?}", table.len(), FAULTS.len());
    assert!(table.len() >= 18, "{table:?}");
}

/// The calls that change the disk or wait for it, each failing in five ways, with what becomes of the work: shared
/// with tests/faults.rs, which finds the same by injecting the faults into a real process.
const AGREED: &str = include_str!("../../tests/common/fault_table.txt");

#[test]
fn the_disk_in_memory_and_a_real_one_agree_on_every_outcome() {
    let works = [
        ("append", Work::Append { shelf: false }),
        ("append-shelf", Work::Append { shelf: true }),
        ("append-in-place", Work::AppendInPlace),
        ("restore", Work::Restore { shelf: false }),
        ("restore-shelf", Work::Restore { shelf: true }),
    ];
    let faults = [
        ("EIO", Fault::Error(ErrorKind::Other)),
        ("ENOSPC", Fault::Error(ErrorKind::StorageFull)),
        ("EINTR", Fault::Error(ErrorKind::Interrupted)),
        ("EACCES", Fault::Error(ErrorKind::PermissionDenied)),
        ("SIGKILL", Fault::Stop),
    ];
    let telling = [
        "try_lock",
        "create",
        "write_at",
        "truncate",
        "chown",
        "set_attribute",
        "chmod",
        "set_modified",
        "sync",
        "sync_dir",
        "rename",
        "rename_new",
        "exchange",
        "unlink",
    ];
    let mut table = String::new();
    for (name, work) in works {
        let clean = work.disk(Quirks::default());
        work.run(&clean);
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, call) in clean.calls().iter().enumerate().filter(|(_, call)| telling.contains(call)) {
            let time = times.entry(call).or_default();
            *time += 1;
            table += &format!("{name} {call} {time}:");
            for (errno, fault) in faults {
                let disk = work.disk(Quirks::default());
                disk.fail(at, fault);
                let outcome = match work.run(&disk) {
                    _ if fault == Fault::Stop && file(&disk.state()) == work.before() => "old",
                    _ if fault == Fault::Stop => "new",
                    Outcome::Done => "done",
                    Outcome::Unchanged => "unchanged",
                    Outcome::Unsettled => "unsettled",
                };
                table += &format!(" {errno} {outcome}");
            }
            table += "\n";
        }
    }
    assert!(table == AGREED, "tests/common/fault_table.txt should read:\n{table}");
}

/// Lets the power fail at every call, and looks at every state in which the medium can then be found: how many were
/// right, and what is wrong with the first that is not.
fn after_every_power_loss(work: Work, quirks: Quirks) -> (usize, Option<String>) {
    let clean = work.disk(quirks);
    work.run(&clean);
    let mut right = 0;
    for at in 0..=clean.calls().len() {
        let disk = work.disk(quirks);
        disk.fail(at, Fault::Stop);
        work.run(&disk);
        for state in disk.after_power_loss() {
            match wholly_old_or_new(work, &state).and_then(|()| next_run_finishes(work, state)) {
                Ok(()) => right += 1,
                Err(wrong) => return (right, Some(format!("{work:?}, call {at}: {wrong}"))),
            }
        }
    }
    (right, None)
}

#[test]
fn whenever_the_power_fails_the_medium_holds_old_or_new_and_the_backup() {
    let mut total = 0;
    for work in WORKS {
        // Writing by the piece multiplies the states without adding a kind.
        for quirks in &DISKS[..2] {
            let (states, wrong) = after_every_power_loss(work, *quirks);
            assert_eq!(wrong, None);
            total += states;
        }
    }
    println!("power loss: {total} states of the medium held");
}

#[test]
fn control_a_disk_that_lies_about_syncing_is_caught() {
    for work in [Work::Append { shelf: false }, Work::Restore { shelf: false }, Work::RestoreForced] {
        let (_, wrong) = after_every_power_loss(work, Quirks { lying_sync: true, ..Quirks::default() });
        println!("{}", wrong.expect("a missing sync must not go unnoticed"));
    }
}
