//! Many writers at once, and others that take no lock, in processes and threads of their own.

#[path = "common/writer.rs"]
mod writer;

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
#[cfg(unix)]
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::time::{Duration, Instant};

#[cfg(unix)]
use rootfix::apply::ApplyError;
use rootfix::apply::{self, Edit, Options};
use rootfix::certificate::Fingerprint;
#[cfg(unix)]
use writer::ADDITION;
use writer::{DONE, NEW, NOTHING_TO_DO, OLD, Role, TROUBLE, edit, names, options};

/// nobody.
#[cfg(unix)]
const STRANGER: u32 = 65534;

/// As many writers at once; wine takes a quarter of a second to start each.
const MANY: usize = if cfg!(windows) { 20 } else { 50 };

#[test]
fn the_writer() {
    writer::live();
}

fn scene() -> (tempfile::TempDir, std::path::PathBuf) {
    scene_in(std::env::temp_dir())
}

fn scene_in(place: impl AsRef<Path>) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir_in(place).unwrap();
    let file = dir.path().join("rootca.pem");
    fs::write(&file, OLD).unwrap();
    (dir, file)
}

#[test]
fn many_at_once_add_one_root_and_leave_one_backup() {
    let (dir, file) = scene();
    let mut writers: Vec<_> =
        (0..MANY).map(|_| writer::writer(&[], Role::Append, &file).spawn().expect("it is this program")).collect();
    let mut ends: Vec<Option<i32>> = writers.iter_mut().map(|writer| writer.wait().unwrap().code()).collect();
    ends.sort();
    assert_eq!(ends[0], Some(DONE));
    assert_eq!(ends[1..], [Some(NOTHING_TO_DO); MANY - 1]);
    assert_eq!(fs::read(&file).unwrap(), NEW);
    let names = names(dir.path());
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(fs::read(dir.path().join(&names[1])).unwrap(), OLD);
}

/// Ends the others however this thread ends.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reads the file for as long as others work on it: it is always there, and always whole.
fn watch(file: &Path, end: &AtomicBool) -> usize {
    let mut looks = 0;
    while !end.load(Ordering::Relaxed) {
        let bytes = fs::read(file).expect("there is a file at every moment");
        assert!(bytes == OLD || bytes == NEW, "{}", String::from_utf8_lossy(&bytes));
        looks += 1;
    }
    looks
}

#[test]
fn appends_against_restores_leave_the_file_whole_at_every_moment() {
    let (dir, file) = scene();
    let end = AtomicBool::new(false);
    let looks = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&file, &end));
        let ends = Ends(&end);
        let mut writers = Vec::new();
        for number in 0..24 {
            let role = if number % 2 == 0 { Role::Append } else { Role::Restore };
            writers.push(writer::writer(&[], role, &file).spawn().unwrap());
        }
        for mut writer in writers {
            // A restore before any append has no backup to put back.
            let code = writer.wait().unwrap().code();
            assert!([Some(DONE), Some(NOTHING_TO_DO), Some(TROUBLE)].contains(&code), "{code:?}");
        }
        drop(ends);
        watcher.join().unwrap()
    });
    println!("looked {looks} times");
    let names = names(dir.path());
    assert!(!names.iter().any(|name| name.ends_with(".tmp") || name.ends_with(".swap")), "{names:?}");
    for receipt in apply::backups(&file, None).unwrap() {
        assert_eq!(fs::read(receipt.backup.unwrap()).unwrap(), OLD);
    }
}

/// Adds to whatever there is, again and again, until told to end: how often that was done, and how often refused.
#[cfg(unix)]
fn keep_appending(file: &Path, end: &AtomicBool) -> (usize, usize) {
    let (mut done, mut changed) = (0, 0);
    while !end.load(Ordering::Relaxed) {
        let snapshot = match apply::read(file) {
            Ok(snapshot) if !snapshot.bytes.ends_with(ADDITION) => snapshot,
            _ => continue,
        };
        let bytes = [&snapshot.bytes[..], ADDITION].concat();
        match apply::apply(&Edit { before: Some(snapshot.sha256), bytes, ..edit(file) }, &options()) {
            Ok(_) => done += 1,
            Err(ApplyError::Changed) => changed += 1,
            // It came right after the stroke, and is noticed there.
            Err(ApplyError::Unsettled { .. }) => done += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    (done, changed)
}

/// Another program writes one version after another, while the file is being added to: each is there until the next.
#[cfg(unix)]
fn against_a_program_that_writes(write: impl Fn(&Path, &[u8])) -> (usize, usize, usize) {
    // In memory, if there is some: where syncs take no time, the two meet more often.
    let memory = Path::new("/dev/shm");
    let (_dir, file) = if memory.is_dir() { scene_in(memory) } else { scene() };
    let end = AtomicBool::new(false);
    let mut instants = 0;
    let (done, changed) = std::thread::scope(|scope| {
        let appender = scope.spawn(|| keep_appending(&file, &end));
        let ends = Ends(&end);
        for number in 0..1000 {
            let version = format!("version {number}\n");
            write(&file, version.as_bytes());
            // At different moments of the other's work.
            let until = Instant::now() + Duration::from_micros(number * 37 % 3000);
            let mut displaced = None;
            loop {
                let now = fs::read(&file).unwrap();
                if now == version.as_bytes() || now == [version.as_bytes(), ADDITION].concat() {
                    instants += usize::from(displaced.take().is_some());
                    if Instant::now() >= until {
                        break;
                    }
                    continue;
                }
                // It came in the instant before the stroke: it is noticed, and put back at once.
                let since = *displaced.get_or_insert_with(Instant::now);
                let text = String::from_utf8_lossy(&now);
                assert!(since.elapsed() < Duration::from_secs(20), "version {number} was lost: {text}");
            }
        }
        drop(ends);
        appender.join().unwrap()
    });
    (done, changed, instants)
}

/// In Windows names cannot trade places, so what comes in the instant before the stroke is not noticed.
#[cfg(unix)]
#[test]
fn a_program_that_replaces_the_file_loses_nothing() {
    let written = AtomicUsize::new(0);
    let (done, changed, instants) = against_a_program_that_writes(|file, version| {
        let new = file.with_extension(written.fetch_add(1, Ordering::Relaxed).to_string());
        fs::write(&new, version).unwrap();
        fs::rename(&new, file).unwrap();
    });
    println!("1000 versions, {done} additions, {changed} refused because of a change, {instants} put back");
}

#[cfg(unix)]
#[test]
fn what_a_superuser_changes_cannot_be_steered_by_swapping_links() {
    use apply::RestoreOptions;
    use writer::undo;
    if !writer::can("superuser", &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true"]) {
        return;
    }
    // What must never change, with the very bytes that the edit expects.
    let (precious_dir, precious) = scene();
    let (shared, file) = scene();
    fs::set_permissions(shared.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let (aside, link) = (shared.path().join("aside"), shared.path().join("link"));
    let way = shared.path().join("way");
    let real_way = shared.path().join("real way");
    fs::create_dir(&real_way).unwrap();
    fs::write(real_way.join("rootca.pem"), OLD).unwrap();
    let own = |path: &Path| std::os::unix::fs::lchown(path, Some(STRANGER), Some(STRANGER)).unwrap();
    // Made before anyone looks: for a moment they are the superuser's, who makes them here, and would be believed.
    let way_link = shared.path().join("way link");
    symlink(&precious, &link).unwrap();
    symlink(precious_dir.path(), &way_link).unwrap();
    own(&link);
    own(&way_link);
    let end = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !end.load(Ordering::Relaxed) {
                // File and link take turns at the name, and so do directory and link on the way.
                let _ = fs::rename(&file, &aside);
                let _ = fs::rename(&link, &file);
                let _ = fs::rename(&way_link, &way);
                let _ = fs::rename(&file, &link);
                let _ = fs::rename(&aside, &file);
                let _ = fs::rename(&way, &way_link);
                let _ = fs::rename(&real_way, &way);
                let _ = fs::rename(&way, &real_way);
            }
        });
        let _ends = Ends(&end);
        let (mut done, mut refused) = (0, 0);
        for _ in 0..400 {
            for path in [&file, &way.join("rootca.pem")] {
                match apply::apply(&edit(path), &options()) {
                    Ok(_) => {
                        done += 1;
                        let _ = apply::restore(path, &undo());
                        let _ = apply::restore(path, &RestoreOptions { force: true, ..undo() });
                    }
                    Err(_) => refused += 1,
                }
            }
            assert_eq!(fs::read(&precious).unwrap(), OLD);
        }
        println!("links swapped: {done} done, {refused} refused");
        assert!(refused > 0);
    });
    assert_eq!(names(precious_dir.path()), ["rootca.pem"]);
}

#[test]
fn two_backup_directories_that_are_each_others_do_not_wait_in_a_circle() {
    let (one, file_of_one) = scene();
    let (other, file_of_other) = scene();
    let round = |file: &Path, shelf: &Path| {
        for number in 0..20 {
            let before = fs::read(file).unwrap();
            let bytes = format!("version {number}\n").into_bytes();
            let edit = Edit { before: Some(Fingerprint::of(&before)), bytes, ..edit(file) };
            apply::apply(&edit, &Options { backup_dir: Some(shelf.to_owned()), ..options() }).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| round(&file_of_one, other.path()));
        scope.spawn(|| round(&file_of_other, one.path()));
    });
    assert_eq!((names(one.path()).len(), names(other.path()).len()), (41, 41));
}
