//! Changes of several steps, failing at every call.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use time::macros::datetime;

use super::memory::{Fault, HOME, Memory, Quirks, State};
use super::steps::{Regenerate, Step, Steps, apply, undo};
use super::{ApplyError, Options, RestoreOptions};
use crate::certificate::Fingerprint;
use crate::finding::{Code, Trouble};
use crate::lang::Sentence;

const LIST: &[u8] = b"!mozilla/Some_Root.crt\n";
const NEW_LIST: &[u8] = b"mozilla/Some_Root.crt\n";
const ROOT: &[u8] = b"the root\n";

fn home(name: &str) -> PathBuf {
    Path::new(HOME).join(name)
}

fn plan() -> Steps {
    Steps {
        subject: HOME.into(),
        steps: vec![
            Step::Write { path: home("list"), before: Some(Fingerprint::of(LIST)), bytes: NEW_LIST.to_vec() },
            Step::Write { path: home("root.pem"), before: None, bytes: ROOT.to_vec() },
            Step::Link { path: home("607986c7.0"), target: "root.pem".into() },
        ],
        commands: vec!["update-something".to_owned()],
        added: Vec::new(),
    }
}

fn options() -> Options {
    Options { backup_dir: None, force: false, now: datetime!(2024-11-01 08:30:00 UTC) }
}

fn undo_options() -> RestoreOptions {
    RestoreOptions { backup_dir: None, force: false, now: datetime!(2024-11-01 08:31:00 UTC) }
}

fn disk() -> Memory {
    Memory::with_file("list", LIST, 1)
}

/// What stands in the directory, but for backups, receipts and what a kill leaves.
fn content(state: &State) -> BTreeMap<String, Vec<u8>> {
    (state.dirs[0].iter())
        .filter(|(name, _)| !name.to_string_lossy().contains(".rootfix-"))
        .map(|(name, inode)| (name.to_string_lossy().into_owned(), state.inodes[*inode].data.clone()))
        .collect()
}

fn receipts(state: &State) -> usize {
    state.dirs[2].keys().filter(|name| name.to_string_lossy().ends_with(".steps.json")).count()
}

fn before() -> BTreeMap<String, Vec<u8>> {
    content(&disk().state())
}

fn after() -> BTreeMap<String, Vec<u8>> {
    let link = ("607986c7.0".to_owned(), b"root.pem".to_vec());
    BTreeMap::from([("list".to_owned(), NEW_LIST.to_vec()), ("root.pem".to_owned(), ROOT.to_vec()), link])
}

/// Applies the plan; how often the store was made anew, and how often after taking back.
fn run(disk: &Memory, fails: bool) -> (Result<(), ApplyError>, usize, usize) {
    let (runs, undos) = (Cell::new(0), Cell::new(0));
    let regenerate = Regenerate {
        run: &|| {
            runs.set(runs.get() + 1);
            let trouble = Trouble::new(Code::DiskError, Sentence::same("it failed."), Sentence::same("look."));
            if fails { Err(trouble) } else { Ok(()) }
        },
        undo: &|| {
            undos.set(undos.get() + 1);
            Ok(())
        },
    };
    let result = apply(disk, &plan(), &options(), Some(&regenerate)).map(drop);
    (result, runs.get(), undos.get())
}

fn take_back(disk: &Memory) -> Result<(), ApplyError> {
    undo(disk, Path::new(HOME), &undo_options(), None).map(drop)
}

#[test]
fn all_steps_are_made_and_taken_back() {
    let disk = disk();
    let (result, runs, undos) = run(&disk, false);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!((content(&disk.state()), runs, undos, receipts(&disk.state())), (after(), 1, 0, 1));
    // Once more: it is there already.
    assert!(matches!(run(&disk, false), (Err(ApplyError::Changed), 0, 0)));
    take_back(&disk).unwrap();
    assert_eq!(content(&disk.state()), before());
    take_back(&disk).unwrap();
    assert_eq!(content(&disk.state()), before());
}

#[test]
fn a_generator_that_fails_has_its_steps_taken_back() {
    let disk = disk();
    let (result, runs, undos) = run(&disk, true);
    assert!(
        matches!(result, Err(ApplyError::Trouble(ref trouble)) if trouble.message.en == "it failed."),
        "{result:?}"
    );
    assert_eq!((content(&disk.state()), runs, undos, receipts(&disk.state())), (before(), 1, 1, 0));
}

#[test]
fn whatever_call_fails_all_steps_are_done_or_none_and_a_kill_can_be_taken_back() {
    let clean = disk();
    run(&clean, false).0.unwrap();
    let calls = clean.calls();
    let mut cells = 0;
    let faults = [ErrorKind::Other, ErrorKind::StorageFull, ErrorKind::Interrupted, ErrorKind::PermissionDenied]
        .map(Fault::Error)
        .into_iter()
        .chain([Fault::Stop]);
    for fault in faults {
        for (at, call) in calls.iter().enumerate() {
            let disk = disk();
            disk.fail(at, fault);
            let (result, ..) = run(&disk, false);
            let state = disk.state();
            let context = format!("call {at} {call}, {fault:?}: {result:?}");
            match (&result, fault) {
                (_, Fault::Stop) => {}
                (Ok(()), _) => assert_eq!((content(&state), receipts(&state)), (after(), 1), "{context}"),
                (Err(ApplyError::Changed | ApplyError::Trouble(_)), _) => {
                    let receipts = if *call == "unlink" { 1 } else { receipts(&state) };
                    assert_eq!((content(&state), receipts), (before(), usize::from(*call == "unlink")), "{context}");
                }
                (Err(ApplyError::Unsettled { .. }), _) => panic!("{context}"),
            }
            // Whatever is there, the receipt takes it back. Before there is one, nothing is there.
            let next = Memory::from_state(state);
            if take_back(&next).is_err() {
                assert_eq!(receipts(&next.state()), 0, "{context}");
            }
            assert_eq!(content(&next.state()), before(), "{context}");
            // And then it can be done anew.
            assert!(run(&next, false).0.is_ok(), "{context}");
            assert_eq!(content(&next.state()), after(), "{context}");
            cells += 1;
        }
    }
    println!("steps: {cells} cells held, {} calls", calls.len());
}

#[test]
fn after_a_power_loss_the_steps_can_be_taken_back() {
    let clean = disk();
    run(&clean, false).0.unwrap();
    let mut states = 0;
    for at in 0..=clean.calls().len() {
        let disk = disk();
        disk.fail(at, Fault::Stop);
        run(&disk, false).0.ok();
        for state in disk.after_power_loss() {
            let next = Memory::with(state, Quirks::default());
            let result = take_back(&next);
            assert_eq!(content(&next.state()), before(), "call {at}: {result:?}");
            states += 1;
        }
    }
    println!("power loss between steps: {states} states taken back");
}

#[test]
fn what_was_changed_since_is_refused_or_left_alone() {
    let disk = disk();
    run(&disk, false).0.unwrap();
    let mut state = disk.state();
    let inode = state.dirs[0][std::ffi::OsStr::new("root.pem")];
    state.inodes[inode].data = b"somebody's own".to_vec();
    let disk = Memory::from_state(state);
    assert!(matches!(take_back(&disk), Err(ApplyError::Trouble(trouble)) if trouble.code == Code::ChangedSinceBackup));
    let forced = RestoreOptions { force: true, ..undo_options() };
    undo(&disk, Path::new(HOME), &forced, None).unwrap();
    let mut expected = before();
    expected.insert("root.pem".to_owned(), b"somebody's own".to_vec());
    assert_eq!(content(&disk.state()), expected);
}
