//! What Windows alone can break: access lists, the read-only mark, files that others have open.

use std::fs::{self, File};

use super::*;
use crate::apply::{ApplyError, Edit, Options, RestoreOptions, Restored, apply, restore};
use crate::certificate::Fingerprint;
use crate::finding::Code;

const OLD: &[u8] = b"old bytes";
const NEW: &[u8] = b"old bytes, and new ones";

fn change(path: &Path, force: bool) -> Result<crate::apply::Receipt, ApplyError> {
    let (before, bytes) = (Some(Fingerprint::of(OLD)), NEW.to_vec());
    let edit = Edit { path: path.to_owned(), before, bytes, added: Vec::new(), mode: None };
    apply(&edit, &Options { backup_dir: None, force, now: time::OffsetDateTime::UNIX_EPOCH })
}

fn undo(path: &Path) -> Restored {
    let options = RestoreOptions { backup_dir: None, force: false, now: time::OffsetDateTime::UNIX_EPOCH };
    restore(path, &options).unwrap()
}

fn scene() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rootca.pem");
    fs::write(&path, OLD).unwrap();
    (dir, path)
}

fn names(dir: &Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_change_and_its_undoing_leave_the_file_and_a_backup() {
    let (dir, path) = scene();
    let receipt = change(&path, false).unwrap();
    assert_eq!(fs::read(&path).unwrap(), NEW);
    assert_eq!(fs::read(receipt.backup.unwrap()).unwrap(), OLD);
    assert_eq!(names(dir.path()).len(), 3, "{:?}", names(dir.path()));
    assert!(matches!(undo(&path), Restored::Restored { .. }));
    assert_eq!(fs::read(&path).unwrap(), OLD);
}

#[test]
fn a_read_only_file_is_replaced_and_stays_read_only() {
    let (dir, path) = scene();
    set_read_only(&path, true).unwrap();
    change(&path, false).unwrap();
    assert_eq!(fs::read(&path).unwrap(), NEW);
    assert!(fs::metadata(&path).unwrap().permissions().readonly());
    undo(&path);
    assert_eq!(fs::read(&path).unwrap(), OLD);
    assert!(fs::metadata(&path).unwrap().permissions().readonly());
    for name in names(dir.path()) {
        set_read_only(&dir.path().join(name), false).unwrap();
    }
}

#[test]
fn the_access_list_of_a_file_stays_and_its_backup_has_the_same() {
    let (dir, path) = scene();
    let file = OpenOptions::new().read(true).write(true).access_mode(WITH_ACCESS_LIST).open(&path).unwrap();
    // Its first entry alone, and nothing from the directory any more.
    let whole = sys::access_list(&file).unwrap();
    let mut few = whole.bytes().to_vec();
    assert!(u16::from_le_bytes([few[24], few[25]]) > 1, "a list of one entry cannot be made shorter: {few:?}");
    few[24..26].copy_from_slice(&1_u16.to_le_bytes());
    few[3] |= 0x10;
    let few = AccessList::parse(&few).unwrap();
    sys::set_access_list(&file, &few).unwrap();
    drop(file);
    let list = |path: &Path| sys::access_list(&File::open(path).unwrap()).unwrap();
    let set = list(&path);
    assert_ne!(set, whole);
    let other = dir.path().join("other");
    fs::write(&other, OLD).unwrap();
    assert_ne!(list(&other), set, "a new file has another list");

    let receipt = change(&path, false).unwrap();
    assert_eq!(fs::read(&path).unwrap(), NEW);
    assert_eq!(list(&path), set);
    assert_eq!(list(&receipt.backup.unwrap()), set);
}

#[test]
fn a_file_that_another_program_shares_with_nobody_is_said_to_be_busy() {
    let (_dir, path) = scene();
    let holder = OpenOptions::new().read(true).share_mode(0).open(&path).unwrap();
    let Err(ApplyError::Trouble(trouble)) = change(&path, false) else { panic!("it is held") };
    assert_eq!(trouble.code, Code::FileBusy);
    drop(holder);
    assert_eq!(fs::read(&path).unwrap(), OLD);
    change(&path, false).unwrap();
}

#[test]
fn a_file_that_is_open_for_reading_is_replaced_or_left_as_it_was() {
    let (dir, path) = scene();
    // FILE_SHARE_READ alone: it may be read, and not be replaced.
    let holder = OpenOptions::new().read(true).share_mode(1).open(&path).unwrap();
    let Err(ApplyError::Trouble(trouble)) = change(&path, false) else { panic!("it is held") };
    assert_eq!(trouble.code, Code::FileBusy, "{trouble:?}");
    drop(holder);
    assert_eq!(fs::read(&path).unwrap(), OLD);
    assert_eq!(names(dir.path()), ["rootca.pem"]);
}

#[test]
fn a_path_of_any_length_can_be_renamed() {
    let (dir, _) = scene();
    let deep = dir.path().join("a".repeat(150)).join("b".repeat(150));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("new"), NEW).unwrap();
    sys::rename_new(&deep.join("new"), &deep.join("old")).unwrap();
    assert_eq!(fs::read(deep.join("old")).unwrap(), NEW);
    fs::write(deep.join("new"), OLD).unwrap();
    let taken = sys::rename_new(&deep.join("new"), &deep.join("old")).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
}

#[test]
fn a_reader_that_is_soon_done_is_waited_for() {
    let (dir, path) = scene();
    // As fopen does: it may be read, and not be replaced.
    let holder = OpenOptions::new().read(true).share_mode(1).open(&path).unwrap();
    let reader = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(150));
        drop(holder);
    });
    change(&path, false).unwrap();
    reader.join().unwrap();
    assert_eq!(fs::read(&path).unwrap(), NEW);
    assert_eq!(names(dir.path()).len(), 3);
}

#[test]
fn a_file_that_was_made_goes_again_unless_it_was_changed() {
    let (dir, path) = scene();
    let now = time::OffsetDateTime::UNIX_EPOCH;
    assert!(matches!(crate::apply::remove(&path, Fingerprint::of(NEW), now), Err(ApplyError::Changed)));
    assert_eq!(fs::read(&path).unwrap(), OLD);
    crate::apply::remove(&path, Fingerprint::of(OLD), now).unwrap();
    assert!(names(dir.path()).is_empty());
}

#[test]
fn a_file_with_a_second_name_is_told_from_one_with_one() {
    let (dir, path) = scene();
    fs::hard_link(&path, dir.path().join("second.pem")).unwrap();
    let Err(ApplyError::Trouble(trouble)) = change(&path, false) else { panic!("it has two names") };
    assert_eq!(trouble.code, Code::FileHardLinked);
    change(&path, true).unwrap();
    assert_eq!(fs::read(dir.path().join("second.pem")).unwrap(), NEW);
}

#[test]
fn what_is_no_access_list_is_none() {
    let (_dir, path) = scene();
    let whole = sys::access_list(&File::open(&path).unwrap()).unwrap();
    assert_eq!(AccessList::parse(whole.bytes()), Some(whole.clone()));
    for len in 0..whole.bytes().len() {
        assert_eq!(AccessList::parse(&whole.bytes()[..len]), None, "{len} bytes");
    }
}
