//! Changing files and undoing it, on a real disk.

#[path = "common/writer.rs"]
mod writer;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rootfix::apply::{self, ApplyError, Edit, Options, Receipt, RestoreOptions, Restored};
use rootfix::certificate::Fingerprint;
use writer::NOW;
use writer::{NEW, OLD, edit, names, options, undo};

#[test]
fn the_writer() {
    writer::live();
}

struct Scene {
    dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Scene { dir: tempfile::tempdir().unwrap() };
        fs::write(scene.file(), OLD).unwrap();
        scene
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn file(&self) -> PathBuf {
        self.path().join("rootca.pem")
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.file()).unwrap()
    }

    /// Every name in the directory, sorted.
    fn names(&self) -> Vec<String> {
        names(self.path())
    }
}

fn restored(result: Result<Restored, ApplyError>) -> (Receipt, Option<Box<Receipt>>) {
    match result.unwrap() {
        Restored::Restored { from, replaced } => (from, replaced),
        Restored::AlreadyAsItWas(receipt) => panic!("nothing was restored: {receipt:?}"),
    }
}

fn trouble(result: Result<impl std::fmt::Debug, ApplyError>) -> &'static str {
    match result.unwrap_err() {
        ApplyError::Trouble(trouble) => trouble.code.as_str(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_edit_leaves_new_bytes_a_backup_and_a_receipt_and_nothing_else() {
    let scene = Scene::new();
    let receipt = apply::apply(&edit(&scene.file()), &options()).unwrap();
    assert_eq!(scene.bytes(), NEW);
    assert_eq!(
        scene.names(),
        ["rootca.pem", "rootca.pem.rootfix-20241101T083000Z.bak", "rootca.pem.rootfix-20241101T083000Z.json"]
    );
    assert_eq!(fs::read(receipt.backup.as_ref().unwrap()).unwrap(), OLD);
    let stored = Receipt::parse(&fs::read(receipt.receipt.as_ref().unwrap()).unwrap()).unwrap();
    assert_eq!(Receipt { receipt: receipt.receipt.clone(), ..stored }, receipt);
    assert_eq!(apply::backups(&scene.file(), None).unwrap(), [receipt]);
}

#[test]
fn undo_gives_the_old_bytes_back_and_twice_is_once() {
    let scene = Scene::new();
    let receipt = apply::apply(&edit(&scene.file()), &options()).unwrap();
    let (from, replaced) = restored(apply::restore(&scene.file(), &undo()));
    assert_eq!((from, replaced), (receipt, None));
    assert_eq!(scene.bytes(), OLD);
    assert_eq!(scene.names().len(), 3);
    let again = apply::restore(&scene.file(), &undo()).unwrap();
    assert!(matches!(again, Restored::AlreadyAsItWas(_)), "{again:?}");
    assert_eq!(scene.bytes(), OLD);
}

#[test]
fn undo_refuses_what_was_changed_since_and_forced_keeps_it() {
    let scene = Scene::new();
    apply::apply(&edit(&scene.file()), &options()).unwrap();
    fs::write(scene.file(), b"somebody's own work").unwrap();
    assert_eq!(trouble(apply::restore(&scene.file(), &undo())), "changed-since-backup");
    assert_eq!(scene.bytes(), b"somebody's own work");

    let force = RestoreOptions { force: true, now: NOW + time::Duration::hours(1), ..undo() };
    let (_, replaced) = restored(apply::restore(&scene.file(), &force));
    assert_eq!(scene.bytes(), OLD);
    assert_eq!(fs::read(replaced.unwrap().backup.unwrap()).unwrap(), b"somebody's own work");
    // The undoing can be undone, without force.
    restored(apply::restore(&scene.file(), &undo()));
    assert_eq!(scene.bytes(), b"somebody's own work");
}

#[test]
fn several_changes_are_undone_one_after_the_other() {
    let scene = Scene::new();
    let mut contents = vec![OLD.to_vec()];
    for number in 0..4 {
        let before = contents.last().unwrap().clone();
        let bytes = [&before[..], format!("root {number}\n").as_bytes()].concat();
        let edit = Edit { before: Some(Fingerprint::of(&before)), bytes: bytes.clone(), ..edit(&scene.file()) };
        apply::apply(&edit, &options()).unwrap();
        contents.push(bytes);
    }
    assert_eq!(scene.names().iter().filter(|name| name.ends_with(".bak")).count(), 4);
    for content in contents.iter().rev().skip(1) {
        restored(apply::restore(&scene.file(), &undo()));
        assert_eq!(&scene.bytes(), content);
    }
}

#[test]
fn what_is_no_longer_what_the_plan_was_made_from_is_left_alone() {
    let scene = Scene::new();
    fs::write(scene.file(), b"something else").unwrap();
    assert!(matches!(apply::apply(&edit(&scene.file()), &options()), Err(ApplyError::Changed)));
    fs::remove_file(scene.file()).unwrap();
    assert!(matches!(apply::apply(&edit(&scene.file()), &options()), Err(ApplyError::Changed)));
    assert!(scene.names().is_empty());
}

#[test]
fn a_damaged_backup_is_not_put_back() {
    let scene = Scene::new();
    let receipt = apply::apply(&edit(&scene.file()), &options()).unwrap();
    fs::write(receipt.backup.unwrap(), b"the old rootz\n").unwrap();
    assert_eq!(trouble(apply::restore(&scene.file(), &undo())), "backup-damaged");
    assert_eq!(scene.bytes(), NEW);
}

#[test]
fn the_backup_is_no_wider_than_the_file_and_as_old() {
    for mode in [0o600, 0o640, 0o644, 0o444, 0o400] {
        let scene = Scene::new();
        fs::set_permissions(scene.file(), fs::Permissions::from_mode(mode)).unwrap();
        let was = fs::metadata(scene.file()).unwrap();
        let receipt = apply::apply(&edit(&scene.file()), &options()).unwrap();
        assert_eq!(fs::metadata(scene.file()).unwrap().mode() & 0o7777, mode);
        let backup = fs::metadata(receipt.backup.unwrap()).unwrap();
        assert_eq!(backup.mode() & 0o7777, mode);
        assert_eq!(backup.modified().unwrap(), was.modified().unwrap());
        assert_eq!(fs::metadata(receipt.receipt.unwrap()).unwrap().mode() & 0o7777, mode);
    }
}

#[test]
fn a_symbolic_link_stays_and_the_file_behind_it_changes() {
    let scene = Scene::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link.pem");
    std::os::unix::fs::symlink(scene.file(), &link).unwrap();
    let receipt = apply::apply(&edit(&link), &options()).unwrap();
    assert_eq!(receipt.path, scene.file().canonicalize().unwrap());
    assert_eq!(scene.bytes(), NEW);
    assert_eq!(fs::read_link(&link).unwrap(), scene.file());
    assert_eq!(names(elsewhere.path()), ["link.pem"]);
    restored(apply::restore(&link, &undo()));
    assert_eq!(scene.bytes(), OLD);
}

#[test]
fn a_hard_link_is_refused_and_forced_keeps_every_name() {
    let scene = Scene::new();
    let other = scene.path().join("other.pem");
    fs::hard_link(scene.file(), &other).unwrap();
    assert_eq!(trouble(apply::apply(&edit(&scene.file()), &options())), "file-hard-linked");
    assert_eq!((scene.bytes(), scene.names().len()), (OLD.to_vec(), 2));
    let force = Options { force: true, ..options() };
    let receipt = apply::apply(&edit(&scene.file()), &force).unwrap();
    assert!(receipt.in_place);
    assert_eq!((scene.bytes(), fs::read(&other).unwrap()), (NEW.to_vec(), NEW.to_vec()));
    restored(apply::restore(&scene.file(), &RestoreOptions { force: true, ..undo() }));
    assert_eq!((scene.bytes(), fs::read(&other).unwrap()), (OLD.to_vec(), OLD.to_vec()));
}

#[test]
fn a_new_file_never_replaces_one() {
    let scene = Scene::new();
    let new = scene.path().join("new.pem");
    let create = Edit { before: None, ..edit(&new) };
    let receipt = apply::apply(&create, &options()).unwrap();
    assert_eq!((receipt.backup, receipt.sha256_before), (None, None));
    assert_eq!(fs::read(&new).unwrap(), NEW);
    assert_eq!(scene.names(), ["new.pem", "rootca.pem"]);
    assert_eq!(trouble(apply::apply(&Edit { bytes: OLD.to_vec(), ..create }, &options())), "file-exists");
    assert_eq!(fs::read(&new).unwrap(), NEW);
}

#[test]
fn backups_of_namesakes_share_a_directory() {
    let (one, other, shelf) = (Scene::new(), Scene::new(), tempfile::tempdir().unwrap());
    let kept = Options { backup_dir: Some(shelf.path().to_owned()), ..options() };
    apply::apply(&edit(&one.file()), &kept).unwrap();
    fs::write(other.file(), b"other old").unwrap();
    let edit =
        Edit { before: Some(Fingerprint::of(b"other old")), bytes: b"other new".to_vec(), ..edit(&other.file()) };
    apply::apply(&edit, &kept).unwrap();
    assert_eq!(names(shelf.path()).len(), 4);
    assert_eq!((one.names().len(), other.names().len()), (1, 1));
    assert_eq!(trouble(apply::restore(&one.file(), &undo())), "no-backup");
    let undo = RestoreOptions { backup_dir: Some(shelf.path().to_owned()), ..undo() };
    restored(apply::restore(&one.file(), &undo));
    restored(apply::restore(&other.file(), &undo));
    assert_eq!((one.bytes(), other.bytes()), (OLD.to_vec(), b"other old".to_vec()));
}
