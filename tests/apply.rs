//! Changing files and undoing it, on a real disk. Modes and symbolic links are Unix's; what Windows has instead,
//! src/apply/windows_tests.rs tries.

#[path = "common/writer.rs"]
mod writer;

use std::ffi::OsString;
use std::fs;
#[cfg(unix)]
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
        Restored::Restored { from, replaced, .. } => (from, replaced),
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

#[cfg(unix)]
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

#[cfg(unix)]
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

/// Names that are no text, or no names for Windows.
#[cfg(unix)]
fn other_names() -> [OsString; 2] {
    use std::os::unix::ffi::OsStringExt;
    [b"GBK \xb8\xf9\xd6\xa4\xca\xe9.pem".to_vec(), b"new\nline".to_vec()].map(OsString::from_vec)
}

#[cfg(windows)]
fn other_names() -> [OsString; 0] {
    []
}

#[test]
fn every_name_that_a_file_can_have_will_do() {
    let long = "证".repeat(85);
    assert_eq!(long.len(), 255, "as long as a name may be");
    let also_long = format!("{}x", "证".repeat(84));
    // wine's full path of a file ends at 260 characters.
    let longest = "a".repeat(if cfg!(windows) { 200 } else { 255 });
    let names: [&str; 7] =
        ["rootca.pem", &long, &also_long, &longest, "-n", ".hidden", "rootca.pem.rootfix-20241101T083000Z.bak"];
    let names: Vec<OsString> = names.into_iter().map(OsString::from).chain(other_names()).collect();
    // All in one directory: those whose names are cut short alike must not meet.
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = names.iter().map(|name| dir.path().join(name)).collect();
    let old = |number: usize| format!("old {number}\n");
    files.iter().enumerate().for_each(|(number, file)| fs::write(file, old(number)).unwrap());
    for (number, file) in files.iter().enumerate() {
        let old = old(number);
        let before = Some(Fingerprint::of(old.as_bytes()));
        let receipt = apply::apply(&Edit { before, bytes: vec![number as u8], ..edit(file) }, &options()).unwrap();
        assert_eq!(fs::read(receipt.backup.unwrap()).unwrap(), old.as_bytes(), "{file:?}");
    }
    for (number, file) in files.iter().enumerate() {
        assert_eq!(fs::read(file).unwrap(), [number as u8], "{file:?}");
        assert_eq!(apply::backups(file, None).unwrap().len(), 1, "{file:?}");
        restored(apply::restore(file, &undo()));
        assert_eq!(fs::read(file).unwrap(), old(number).as_bytes(), "{file:?}");
    }
}

#[test]
fn a_path_leads_through_links_and_dots_to_its_file() {
    let scene = Scene::new();
    let dir = scene.path();
    fs::create_dir_all(dir.join("a/b")).unwrap();
    let mut paths = vec!["rootca.pem", "a/../rootca.pem", ".//a/./b/../../rootca.pem"];
    if links(dir) {
        paths.extend(["a/b/up/rootca.pem", "two", "absolute/../two", ".//a/./b/up/one"]);
    }
    for path in paths {
        let receipt = apply::apply(&edit(&dir.join(path)), &options()).unwrap();
        assert_eq!(receipt.path, plain(dir.canonicalize().unwrap().join("rootca.pem")), "{path}");
        restored(apply::restore(&dir.join(path), &undo()));
    }
    for (path, code) in [("a/b", "not-a-regular-file"), ("a/..", "not-a-regular-file"), ("none/x", "file-not-found")] {
        assert_eq!(trouble(apply::apply(&edit(&dir.join(path)), &options())), code, "{path}");
    }
}

/// Symbolic links to the file, to directories and to each other, where everybody may make them.
#[cfg(unix)]
fn links(dir: &Path) -> bool {
    use std::os::unix::fs::symlink;
    symlink("../..", dir.join("a/b/up")).unwrap();
    symlink("./a/b/up/rootca.pem", dir.join("one")).unwrap();
    symlink("one", dir.join("two")).unwrap();
    symlink(dir.join("a"), dir.join("absolute")).unwrap();
    true
}

#[cfg(windows)]
fn links(_: &Path) -> bool {
    false
}

/// As it is written for people: without the `\\?\` that `canonicalize` puts before a path of Windows.
fn plain(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(plain) => plain.into(),
        None => path,
    }
}

#[test]
fn what_a_killed_run_left_is_cleared_and_nothing_else() {
    let scene = Scene::new();
    let put = |name: &str, bytes: &[u8]| fs::write(scene.path().join(name), bytes).unwrap();
    put(".rootca.pem.rootfix-0123456789abcdef.tmp", b"half");
    // Those are not ours, or not this file's.
    let others = [
        ".other.pem.rootfix-0123456789abcdef.tmp",
        ".rootca.pem.rootfix-0123456789abcdeX.tmp",
        ".rootca.pem.rootfix-0123456789abcdef.tmp~",
        ".rootca.pem.swp",
        "rootca.pem.rootfix-notes.json",
        "rootca.pem.rootfix-20241101T083000Z.json~",
    ];
    others.iter().for_each(|name| put(name, b"theirs"));
    // The version of a program that wrote in the moment of the kill.
    put(".rootca.pem.rootfix-fedcba9876543210.swap", b"somebody's version");
    apply::clear_leftovers(&scene.file(), None, NOW);
    let names = scene.names();
    assert_eq!(names.len(), others.len() + 2, "{names:?}");
    others.iter().for_each(|name| assert_eq!(fs::read(scene.path().join(name)).unwrap(), b"theirs"));
    let kept = scene.path().join("rootca.pem.rootfix-20241101T083000Z.bak");
    assert_eq!(fs::read(kept).unwrap(), b"somebody's version");
    // That backup without a receipt neither is overwritten nor passes for one.
    apply::apply(&edit(&scene.file()), &options()).unwrap();
    restored(apply::restore(&scene.file(), &undo()));
    assert_eq!(scene.bytes(), OLD);
}

#[test]
fn a_receipt_that_is_damaged_or_lies_puts_nothing_back() {
    let scene = Scene::new();
    let receipt = apply::apply(&edit(&scene.file()), &options()).unwrap();
    let (stored, backup) = (receipt.receipt.unwrap(), receipt.backup.unwrap());
    let json = fs::read_to_string(&stored).unwrap();
    let secret = scene.path().join("secret");
    fs::write(&secret, b"not for you").unwrap();
    let as_json = |path: &Path| serde_json::to_string(path).unwrap();
    let lies = [
        (json[..json.len() / 2].to_owned(), "backup-damaged"),
        (String::new(), "backup-damaged"),
        (json.replace("\"schema\": 1", "\"schema\": 2"), "backup-damaged"),
        (
            json.replace(&Fingerprint::of(OLD).to_string(), &Fingerprint::of(b"not for you").to_string()),
            "backup-damaged",
        ),
        (json.replace("receipt\"", "other\""), "backup-damaged"),
        // It names another file as the backup; what is put back is the one beside it all the same.
        (json.replace(&as_json(&backup), &as_json(&secret)), ""),
    ];
    for (lie, code) in lies {
        assert_ne!(lie, json);
        fs::write(&stored, &lie).unwrap();
        let result = apply::restore(&scene.file(), &undo());
        if code.is_empty() {
            result.unwrap();
            assert_eq!(scene.bytes(), OLD);
        } else {
            assert_eq!(trouble(result), code, "{lie}");
            assert_eq!(scene.bytes(), NEW);
        }
    }
}

#[test]
fn a_file_that_is_gone_comes_back_if_forced() {
    let scene = Scene::new();
    #[cfg(unix)]
    fs::set_permissions(scene.file(), fs::Permissions::from_mode(0o640)).unwrap();
    let was = fs::metadata(scene.file()).unwrap().permissions();
    apply::apply(&edit(&scene.file()), &options()).unwrap();
    fs::remove_file(scene.file()).unwrap();
    assert_eq!(trouble(apply::restore(&scene.file(), &undo())), "file-not-found");
    restored(apply::restore(&scene.file(), &RestoreOptions { force: true, ..undo() }));
    assert_eq!(scene.bytes(), OLD);
    assert_eq!(fs::metadata(scene.file()).unwrap().permissions(), was);
}

#[cfg(unix)]
#[test]
fn a_copy_is_readable_by_no_more_people_than_it_should_be() {
    let scene = Scene::new();
    for (mode, at_most) in [(Some(0o600), 0o600), (Some(0o640), 0o640), (None, 0o666)] {
        let new = scene.path().join(format!("{at_most:o}"));
        apply::apply(&Edit { before: None, mode, ..edit(&new) }, &options()).unwrap();
        let mode = fs::metadata(&new).unwrap().mode() & 0o7777;
        assert_eq!((mode & !at_most, mode & 0o600), (0, 0o600), "{mode:o}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_made_where_nothing_stands_and_goes_only_if_it_is_the_one() {
    let scene = Scene::new();
    let link = scene.path().join("607986c7.0");
    apply::link(&link, Path::new("rootca.pem")).unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("rootca.pem"));
    for path in [&link, &scene.file()] {
        assert!(matches!(apply::link(path, Path::new("other")), Err(ApplyError::Changed)));
    }
    assert!(matches!(apply::unlink(&link, Path::new("other")), Err(ApplyError::Changed)));
    assert!(matches!(apply::unlink(&scene.file(), Path::new("rootca.pem")), Err(ApplyError::Changed)));
    assert_eq!(scene.bytes(), OLD);
    apply::unlink(&link, Path::new("rootca.pem")).unwrap();
    assert_eq!(scene.names(), ["rootca.pem"]);
    assert!(matches!(apply::unlink(&link, Path::new("rootca.pem")), Err(ApplyError::Changed)));
}

#[cfg(unix)]
#[test]
fn permissions_are_given_to_the_new_file_and_to_nothing_that_took_its_name() {
    let scene = Scene::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
    let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(scene.path(), 0o755);
    set(&scene.file(), 0o600);
    apply::readable_as_its_directory(&scene.file()).unwrap();
    assert_eq!(mode(&scene.file()), 0o644);
    // Whoever owns the directory could put a link there in the meantime.
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, b"not for you").unwrap();
    set(&secret, 0o600);
    let (symbolic, hard) = (scene.path().join("secret"), scene.path().join("hard"));
    std::os::unix::fs::symlink(&secret, &symbolic).unwrap();
    fs::hard_link(&secret, &hard).unwrap();
    for path in [symbolic, hard] {
        assert!(matches!(apply::readable_as_its_directory(&path), Err(ApplyError::Changed)), "{}", path.display());
        assert_eq!(mode(&secret), 0o600);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, ..Default::default() })]

    #[test]
    fn restore_after_apply_gives_the_original_bytes(
        old in proptest::collection::vec(proptest::num::u8::ANY, 0..20_000),
        new in proptest::collection::vec(proptest::num::u8::ANY, 0..20_000),
        adds in proptest::bool::ANY,
        in_place in proptest::bool::ANY,
    ) {
        let scene = Scene::new();
        fs::write(scene.file(), &old).unwrap();
        if in_place {
            fs::hard_link(scene.file(), scene.path().join("other name")).unwrap();
        }
        let bytes = if adds { [&old[..], &new].concat() } else { new };
        let force = in_place;
        let edit = Edit { before: Some(Fingerprint::of(&old)), bytes: bytes.clone(), ..edit(&scene.file()) };
        let receipt = apply::apply(&edit, &Options { force, ..options() }).unwrap();
        assert_eq!((scene.bytes(), receipt.in_place), (bytes.clone(), in_place && bytes != old));
        if bytes != old {
            restored(apply::restore(&scene.file(), &RestoreOptions { force, ..undo() }));
        }
        assert_eq!(scene.bytes(), old);
    }

    #[test]
    fn no_text_makes_a_receipt_panic(text in "\\PC*", cut in 0_usize..400) {
        let _ = Receipt::parse(text.as_bytes());
        let scene = Scene::new();
        let json = apply::apply(&edit(&scene.file()), &options()).unwrap().to_json();
        let mut mutated = json.into_bytes();
        let at = cut % mutated.len();
        mutated.splice(at..at, text.bytes());
        let _ = Receipt::parse(&mutated);
    }
}
