//! Files in places that resist: read-only, full, limited, mounted, immutable, other people's.
//!
//! Most of this takes a superuser and private mount namespaces; where there are none it says so, and in CI fails.
#![cfg(target_os = "linux")]

#[path = "common/writer.rs"]
mod writer;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rootfix::apply;
use writer::{DONE, NEW, OLD, Role, TROUBLE, can, forced, names, run, sh, with_backup_dir};

/// nobody and nogroup.
const STRANGER: u32 = 65534;

#[test]
fn the_writer() {
    writer::live();
}

/// A directory that everybody may pass through, with a file of the superuser in it.
fn scene() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let file = dir.path().join("rootca.pem");
    fs::write(&file, OLD).unwrap();
    (dir, file)
}

fn as_root() -> bool {
    can("superuser with private mount namespaces", &["unshare", "-m", "true"])
}

/// Runs a writer after a piece of shell in a mount namespace of its own.
fn in_namespace(script: &str) -> [&str; 6] {
    ["unshare", "-m", "sh", "-euc", script, "sh"]
}

#[track_caller]
fn ends(command: Command, status: i32, trouble: &str) {
    let (ended, code) = run(command);
    assert_eq!((ended.code(), code.as_str()), (Some(status), trouble), "{ended}");
}

#[track_caller]
fn untouched(file: &Path) {
    assert_eq!(fs::read(file).unwrap(), OLD);
    assert_eq!(names(file.parent().unwrap()), ["rootca.pem"]);
}

#[test]
fn a_file_size_limit_gives_a_sentence_and_not_a_signal() {
    let (_dir, file) = scene();
    ends(
        writer::writer(&["sh", "-c", r#"ulimit -f 0; exec "$@""#, "sh"], Role::Append, &file),
        TROUBLE,
        "file-size-limit",
    );
    untouched(&file);
    ends(writer::writer(&["sh", "-c", r#"ulimit -f 100; exec "$@""#, "sh"], Role::Append, &file), DONE, "");
}

#[test]
fn umask_neither_widens_nor_locks() {
    for umask in ["000", "777", "022"] {
        let (_dir, file) = scene();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let script = format!(r#"umask {umask}; exec "$@""#);
        let under = ["sh", "-c", &script, "sh"];
        ends(writer::writer(&under, Role::Append, &file), DONE, "");
        for name in names(file.parent().unwrap()) {
            let mode = fs::metadata(file.with_file_name(&name)).unwrap().mode() & 0o7777;
            assert_eq!(mode, 0o640, "umask {umask}, {name}");
        }
        ends(writer::writer(&under, Role::Restore, &file), DONE, "");
        assert_eq!(fs::read(&file).unwrap(), OLD);
    }
    // The superuser may read everything; without privileges a file of mode 000 would be out of reach.
    if !as_root() {
        return;
    }
    let (dir, file) = scene();
    for path in [dir.path(), &file] {
        chown(path, Some(STRANGER), Some(STRANGER)).unwrap();
    }
    let test = stranger_may_run("umask 777;");
    ends(test(Role::Append, &file), DONE, "");
    ends(test(Role::Restore, &file), DONE, "");
    assert_eq!(fs::read(&file).unwrap(), OLD);
}

#[test]
fn owner_mode_acl_attributes_and_label_stay() {
    let tools = "for tool in setfacl getfacl setfattr getfattr; do command -v $tool || exit 1; done";
    if !as_root() || !can("ACL and attribute tools", &["sh", "-c", tools]) {
        return;
    }
    let (dir, file) = scene();
    // What the directory hands down to new files must not stick to them.
    sh("setfacl -d -m u:daemon:rwx,g:mail:rwx .; setfattr -n user.of.the.directory -v 1 .", dir.path());
    sh("chown 1234:4321 rootca.pem; chmod 0640 rootca.pem; setfacl -m u:games:r,g:sys:rw,m::r rootca.pem", dir.path());
    sh("setfattr -n user.note -v kept rootca.pem; setfattr -n trusted.note -v too rootca.pem", dir.path());
    sh("setfattr -n security.selinux -v system_u:object_r:cert_t:s0 rootca.pem", dir.path());
    let traits = |name: &str| {
        sh(
            &format!(
                "stat -c '%a %u %g' {name}; getfacl -n --omit-header {name}; getfattr -d -m - {name} | tail -n +2"
            ),
            dir.path(),
        )
    };
    let before = traits("rootca.pem");
    for sign in ["user:5:r--", "security.selinux=", "trusted.note=", "user.note=", "mask::r--", "1234 4321"] {
        assert!(before.contains(sign), "the scene lacks {sign}: {before}");
    }
    ends(writer::writer(&[], Role::Append, &file), DONE, "");
    assert_eq!(fs::read(&file).unwrap(), NEW);
    let names = names(dir.path());
    assert_eq!(names.len(), 3);
    names.iter().for_each(|name| assert_eq!(traits(name), before, "{name}"));
    ends(writer::writer(&[], Role::Restore, &file), DONE, "");
    assert_eq!((fs::read(&file).unwrap(), traits("rootca.pem")), (OLD.to_vec(), before));
}

#[test]
fn control_a_plain_file_takes_what_its_directory_hands_down() {
    if !as_root() || !can("ACL tools", &["sh", "-c", "command -v setfacl"]) {
        return;
    }
    let (dir, _) = scene();
    sh("setfacl -d -m u:daemon:rwx .; echo > new", dir.path());
    assert!(sh("getfacl -n new", dir.path()).contains("user:1:"));
}

#[test]
fn the_superuser_leaves_the_files_of_others_to_them() {
    if !as_root() {
        return;
    }
    let (dir, file) = scene();
    for path in [dir.path(), &file] {
        chown(path, Some(STRANGER), Some(STRANGER)).unwrap();
    }
    ends(writer::writer(&[], Role::Append, &file), DONE, "");
    for name in names(dir.path()) {
        let data = fs::metadata(dir.path().join(&name)).unwrap();
        assert_eq!((data.uid(), data.gid()), (STRANGER, STRANGER), "{name}");
    }
    // And the owner can undo it.
    ends(stranger_may_run("")(Role::Restore, &file), DONE, "");
    assert_eq!(fs::read(&file).unwrap(), OLD);
}

#[test]
fn a_directory_without_write_permission_is_said_so_with_the_choice() {
    if !as_root() {
        return;
    }
    let (_dir, file) = scene();
    chown(&file, Some(STRANGER), Some(STRANGER)).unwrap();
    let test = stranger_may_run("");
    let append = || test(Role::Append, &file);
    ends(append(), TROUBLE, "directory-not-writable");
    ends(forced(append()), TROUBLE, "no-place-for-backup");
    untouched(&file);
    let shelf = tempfile::tempdir().unwrap();
    chown(shelf.path(), Some(STRANGER), Some(STRANGER)).unwrap();
    let inode = fs::metadata(&file).unwrap().ino();
    ends(forced(with_backup_dir(append(), shelf.path())), DONE, "");
    assert_eq!((fs::read(&file).unwrap(), fs::metadata(&file).unwrap().ino()), (NEW.to_vec(), inode));
    assert_eq!(names(shelf.path()).len(), 2);
    ends(forced(with_backup_dir(test(Role::Restore, &file), shelf.path())), DONE, "");
    assert_eq!((fs::read(&file).unwrap(), fs::metadata(&file).unwrap().ino()), (OLD.to_vec(), inode));
}

/// A maker of writers without privileges, who can read the test program even where its directory is private.
fn stranger_may_run(first: &'static str) -> impl Fn(Role, &Path) -> Command {
    move |role, file| {
        // The program is opened before the privileges go.
        let script = format!(
            r#"{first} exec 9<"$1"; shift; exec setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/9 "$@""#
        );
        writer::writer(&["sh", "-euc", &script, "sh"], role, file)
    }
}

#[test]
fn the_file_of_another_keeps_its_owner_or_stays_as_it_is() {
    if !as_root() {
        return;
    }
    let (dir, file) = scene();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let test = stranger_may_run("");
    ends(test(Role::Append, &file), TROUBLE, "owner-not-kept");
    untouched(&file);
    // Forced, it is written in place, and the backup, which cannot be the owner's, is for its maker alone.
    ends(forced(test(Role::Append, &file)), DONE, "");
    assert_eq!((fs::read(&file).unwrap(), fs::metadata(&file).unwrap().uid()), (NEW.to_vec(), 0));
    for name in names(dir.path()).iter().filter(|name| *name != "rootca.pem") {
        let data = fs::metadata(dir.path().join(name)).unwrap();
        assert_eq!((data.uid(), data.mode() & 0o7777), (STRANGER, 0o600), "{name}");
    }
    // The superuser does not believe a backup that is a stranger's.
    ends(writer::writer(&[], Role::Restore, &file), TROUBLE, "backup-damaged");
    assert_eq!(fs::read(&file).unwrap(), NEW);
}

#[test]
fn the_symbolic_link_of_a_stranger_is_not_believed() {
    if !as_root() {
        return;
    }
    let (dir, file) = scene();
    let shared = tempfile::tempdir().unwrap();
    fs::set_permissions(shared.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let link = shared.path().join("mine.pem");
    symlink(&file, &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(STRANGER), Some(STRANGER)).unwrap();
    ends(writer::writer(&[], Role::Append, &link), TROUBLE, "link-of-another-user");
    ends(forced(writer::writer(&[], Role::Append, &link)), TROUBLE, "link-of-another-user");
    // A directory on the way counts as well.
    let way = shared.path().join("way");
    symlink(dir.path(), &way).unwrap();
    std::os::unix::fs::lchown(&way, Some(STRANGER), Some(STRANGER)).unwrap();
    ends(writer::writer(&[], Role::Append, &way.join("rootca.pem")), TROUBLE, "link-of-another-user");
    untouched(&file);
    // Its own file a stranger may well link to, and the superuser's links count everywhere.
    std::os::unix::fs::lchown(&link, Some(0), Some(0)).unwrap();
    ends(writer::writer(&[], Role::Append, &link), DONE, "");
    std::os::unix::fs::lchown(&link, Some(STRANGER), Some(STRANGER)).unwrap();
    chown(&file, Some(STRANGER), Some(STRANGER)).unwrap();
    ends(writer::writer(&[], Role::Restore, &link), DONE, "");
}

#[test]
fn a_mounted_file_is_refused_and_forced_written_in_place() {
    if !as_root() {
        return;
    }
    let (dir, file) = scene();
    let inside = dir.path().join("inside");
    fs::create_dir(&inside).unwrap();
    let mounted = inside.join("rootca.pem");
    fs::write(&mounted, b"").unwrap();
    let script = format!(r#"mount --bind {} {}; exec "$@""#, file.display(), mounted.display());
    let under = in_namespace(&script);
    ends(writer::writer(&under, Role::Append, &mounted), TROUBLE, "file-mounted");
    assert_eq!((fs::read(&file).unwrap(), names(&inside)), (OLD.to_vec(), vec!["rootca.pem".to_owned()]));
    ends(forced(writer::writer(&under, Role::Append, &mounted)), DONE, "");
    assert_eq!((fs::read(&file).unwrap(), names(&inside).len()), (NEW.to_vec(), 3));
    ends(forced(writer::writer(&under, Role::Restore, &mounted)), DONE, "");
    assert_eq!(fs::read(&file).unwrap(), OLD);
}

#[test]
fn a_mounted_file_is_noticed_by_a_kernel_that_cannot_say_so() {
    if !as_root() || !can("strace", &["strace", "-V"]) {
        return;
    }
    let (dir, file) = scene();
    let mounted = dir.path().join("mounted.pem");
    fs::write(&mounted, b"").unwrap();
    let script = format!(
        r#"mount --bind {} {}; exec strace -f -o /dev/null -e inject=statx:error=ENOSYS "$@""#,
        file.display(),
        mounted.display()
    );
    let under = in_namespace(&script);
    ends(writer::writer(&under, Role::Append, &mounted), TROUBLE, "file-mounted");
    assert_eq!((fs::read(&file).unwrap(), names(dir.path()).len()), (OLD.to_vec(), 2));
    ends(forced(writer::writer(&under, Role::Append, &mounted)), DONE, "");
    assert_eq!((fs::read(&file).unwrap(), names(dir.path()).len()), (NEW.to_vec(), 4));
}

#[test]
fn a_read_only_file_system_is_said_so() {
    if !as_root() {
        return;
    }
    let (dir, file) = scene();
    let here = dir.path().display();
    let script = format!(r#"mount --bind {here} {here}; mount -o remount,bind,ro {here}; exec "$@""#);
    let under = in_namespace(&script);
    ends(writer::writer(&under, Role::Append, &file), TROUBLE, "read-only-file-system");
    ends(forced(writer::writer(&under, Role::Append, &file)), TROUBLE, "read-only-file-system");
    untouched(&file);
}

#[test]
fn an_immutable_file_is_said_so() {
    let (dir, file) = scene();
    if !as_root() || !can("immutable files", &["sh", "-c", &format!("chattr +i {0} && chattr -i {0}", file.display())])
    {
        return;
    }
    for mark in ["i", "a"] {
        sh(&format!("chattr +{mark} rootca.pem"), dir.path());
        let plain = run(writer::writer(&[], Role::Append, &file));
        let force = run(forced(writer::writer(&[], Role::Append, &file)));
        sh(&format!("chattr -{mark} rootca.pem"), dir.path());
        for (status, code) in [plain, force] {
            assert_eq!((status.code(), code.as_str()), (Some(TROUBLE), "file-immutable"), "+{mark}");
        }
        untouched(&file);
    }
}

#[test]
fn a_full_disk_at_every_level_leaves_the_file_whole() {
    if !as_root() {
        return;
    }
    let (dir, file) = scene();
    let mut seen = [0; 2];
    for free in 0..8 {
        let copy = dir.path().join("copy");
        // 4 KB pages; the file system takes one for the file itself. What it holds at the end is copied out.
        let script = format!(
            r#"mkdir -p {0}/full; mount -t tmpfs -o size=64k tmpfs {0}/full; cp {1} {0}/full/rootca.pem
               head -c {2} /dev/zero > {0}/full/filler
               "$@" && status=0 || status=$?
               rm -rf {0}/copy; rm {0}/full/filler; cp -a {0}/full {0}/copy; exit $status"#,
            dir.path().display(),
            file.display(),
            (15 - free) * 4096,
        );
        let (status, code) =
            run(writer::writer(&in_namespace(&script), Role::Append, &dir.path().join("full/rootca.pem")));
        let now = fs::read(copy.join("rootca.pem")).unwrap();
        match status.code() {
            Some(DONE) => {
                assert_eq!((now.as_slice(), names(&copy).len()), (NEW, 3), "{free} pages free");
                seen[0] += 1;
            }
            status => {
                assert_eq!((status, code.as_str()), (Some(TROUBLE), "disk-full"), "{free} pages free");
                assert_eq!((now.as_slice(), names(&copy).len()), (OLD, 1), "{free} pages free");
                seen[1] += 1;
            }
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "both must come up: {seen:?}");
    println!("full disk: {} levels refused, {} written", seen[1], seen[0]);
}

#[test]
fn what_is_no_regular_file_is_neither_read_nor_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    sh("mkfifo fifo; mkdir directory; ln -s fifo link; ln -s loop loop; truncate -s 4G huge", dir.path());
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    let code = |path: &Path| apply::read(path).unwrap_err().code.as_str();
    for name in ["fifo", "directory", "link", "socket"] {
        assert_eq!(code(&path(name)), "not-a-regular-file", "{name}");
    }
    for device in ["/dev/zero", "/dev/null", "/dev/tty", "/"] {
        if Path::new(device).exists() {
            assert_eq!(code(Path::new(device)), "not-a-regular-file", "{device}");
        }
    }
    assert_eq!(code(&path("huge")), "file-too-large");
    assert_eq!(code(&path("none")), "file-not-found");
    assert_eq!(code(&path("huge/below")), "file-not-found");
    assert_eq!(code(&path("loop")), "file-not-found");
    // Files that claim to be empty are read to their end.
    assert!(!apply::read(Path::new("/proc/self/status")).unwrap().bytes.is_empty());
    for name in ["fifo", "directory", "link", "socket"] {
        let result = apply::apply(&writer::edit(&path(name)), &writer::options());
        assert!(
            matches!(result, Err(apply::ApplyError::Trouble(ref trouble)) if trouble.code.as_str() == "not-a-regular-file"),
            "{name}: {result:?}"
        );
    }
}
