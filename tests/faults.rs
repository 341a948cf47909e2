//! The same faults as on the disk in memory (src/apply/faults.rs), injected by strace into a real process: every
//! system call of the write path fails in four ways, and the process is killed at every system call that it makes.

#[path = "common/writer.rs"]
mod writer;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use rootfix::apply::{self, Edit, Options, RestoreOptions};
use rootfix::certificate::Fingerprint;
use writer::{
    CHANGED, DONE, NEW, NOW, OLD, Role, TROUBLE, UNSETTLED, can, edit, forced, names, options, sh, with_backup_dir,
};

/// Its own `main`, for the sake of a process with a single thread: strace counts the calls of each thread by itself.
fn main() {
    if !cfg!(target_os = "linux") {
        return println!("no strace here");
    }
    writer::live();
    let tests: [(&str, fn()); 4] = [
        ("a scene is as it says", a_scene_is_as_it_says),
        ("every system call of the write path may fail or be the last", every_system_call_may_fail_or_be_the_last),
        ("control: what writes without a temporary is caught", control_what_writes_without_a_temporary_is_caught),
        ("the system calls of an old kernel suffice", the_system_calls_of_an_old_kernel_suffice),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, test) in tests {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            println!("test {name} ...");
            test();
        }
    }
}

const ERRORS: [&str; 4] = ["EIO", "ENOSPC", "EINTR", "EACCES"];

/// Calls that do not touch the disk, or whose failure nobody asks for: no error is injected, only the kill.
const NOT_THE_DISK: [&str; 12] = [
    "mmap",
    "munmap",
    "mprotect",
    "madvise",
    "brk",
    "fcntl",
    "getrandom",
    "geteuid",
    "prlimit64",
    "sigaltstack",
    "exit_group",
    "futex",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Work {
    name: &'static str,
    role: Role,
    shelf: bool,
    in_place: bool,
}

const WORKS: [Work; 5] = [
    Work { name: "append", role: Role::Append, shelf: false, in_place: false },
    Work { name: "append-shelf", role: Role::Append, shelf: true, in_place: false },
    Work { name: "append-in-place", role: Role::Append, shelf: false, in_place: true },
    Work { name: "restore", role: Role::Restore, shelf: false, in_place: false },
    Work { name: "restore-shelf", role: Role::Restore, shelf: true, in_place: false },
];

/// Memory, if there is some: syncs take no time there, and none of this is about the medium.
fn quick_place() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// Whether files can be given to others, and attributes, there.
fn may_give_away() -> bool {
    static MAY: LazyLock<bool> = LazyLock::new(|| {
        let probe = tempfile::NamedTempFile::new_in(quick_place()).unwrap();
        let path = probe.path().display();
        can(
            "superuser and attributes",
            &["sh", "-c", &format!("chown 1234 {path} && setfattr -n user.note -v 1 {path}")],
        )
    });
    *MAY
}

/// A file on which the work is to be done.
struct Scene {
    dir: tempfile::TempDir,
    work: Work,
}

impl Scene {
    fn new(work: Work) -> Self {
        let scene = Scene { dir: tempfile::tempdir_in(quick_place()).unwrap(), work };
        fs::create_dir(scene.home()).unwrap();
        fs::create_dir(scene.shelf()).unwrap();
        fs::write(scene.file(), OLD).unwrap();
        // Somebody else's, with an attribute: there is something to be kept.
        if may_give_away() {
            sh("chown 1234 rootca.pem; setfattr -n user.note -v kept rootca.pem", &scene.home());
        }
        if work.in_place {
            fs::hard_link(scene.file(), scene.dir.path().join("other name")).unwrap();
        }
        if work.role == Role::Restore {
            apply::apply(&edit(&scene.file()), &Options { backup_dir: scene.backup_dir(), ..options() }).unwrap();
        }
        scene
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    fn shelf(&self) -> PathBuf {
        self.dir.path().join("shelf")
    }

    fn file(&self) -> PathBuf {
        self.home().join("rootca.pem")
    }

    fn backup_dir(&self) -> Option<PathBuf> {
        self.work.shelf.then(|| self.shelf())
    }

    fn writer(&self, under: &[&str]) -> Command {
        let mut command = writer::writer(under, self.work.role, &self.file());
        if self.work.shelf {
            command = with_backup_dir(command, &self.shelf());
        }
        if self.work.in_place { forced(command) } else { command }
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.file()).unwrap()
    }

    /// What lies beside the file, and in the backup directory.
    fn others(&self) -> Vec<String> {
        let mut others = names(&self.home());
        others.retain(|name| name != "rootca.pem");
        others.extend(names(&self.shelf()));
        others
    }

    fn leftovers(&self) -> usize {
        self.others().iter().filter(|name| name.ends_with(".tmp") || name.ends_with(".swap")).count()
    }

    fn before(&self) -> &'static [u8] {
        if self.work.role == Role::Append { OLD } else { NEW }
    }

    fn after(&self) -> &'static [u8] {
        if self.work.role == Role::Append { NEW } else { OLD }
    }

    /// How many backups hold the old bytes and have their receipt.
    fn backups(&self) -> usize {
        let found = apply::backups(&self.file(), self.backup_dir().as_deref()).unwrap();
        found
            .iter()
            .filter(|receipt| fs::read(receipt.backup.as_ref().unwrap()).is_ok_and(|bytes| bytes == OLD))
            .count()
    }
}

/// One system call of the writer at work: its name, which of that name it is, and what it means to the disk.
#[derive(Debug)]
struct Call {
    name: String,
    time: usize,
    means: Option<&'static str>,
}

/// What a line of strace means in the terms of the disk in memory; only calls that change it or wait for it.
fn meaning(name: &str, line: &str, scene: &Scene) -> Option<&'static str> {
    let of_dir = |dir: PathBuf| line.contains(&format!("<{}>", dir.display()));
    Some(match name {
        "flock" => "try_lock",
        "openat" if line.contains("O_CREAT") => "create",
        "pwrite64" => "write_at",
        "ftruncate" => "truncate",
        "fchown" => "chown",
        "fsetxattr" => "set_attribute",
        "fchmod" => "chmod",
        "utimensat" => "set_modified",
        "fsync" if of_dir(scene.home()) || of_dir(scene.shelf()) => "sync_dir",
        "fsync" => "sync",
        "renameat2" if line.contains("RENAME_EXCHANGE") => "exchange",
        "renameat2" if line.contains("RENAME_NOREPLACE") => "rename_new",
        "renameat" => "rename",
        "unlinkat" => "unlink",
        _ => return None,
    })
}

/// The calls that the writer makes from where its work begins to its end.
fn calls(work: Work) -> Vec<Call> {
    let scene = Scene::new(work);
    let log = scene.dir.path().join("log");
    let status = scene.writer(&["strace", "-y", "-o", log.to_str().unwrap()]).output().unwrap().status;
    assert_eq!(status.code(), Some(DONE));
    let log = fs::read_to_string(log).unwrap();
    let (mut times, mut begun, mut calls) = (BTreeMap::<&str, usize>::new(), false, Vec::new());
    for line in log.lines() {
        let Some((name, _)) = line.split_once('(').filter(|(name, _)| !name.contains(' ')) else { continue };
        let time = times.entry(name).or_default();
        *time += 1;
        if begun {
            calls.push(Call { name: name.to_owned(), time: *time, means: meaning(name, line, &scene) });
        }
        begun |= line.contains("/rootfix-test-begins");
    }
    assert!(begun, "the writer's work has no beginning");
    calls
}

/// Lets one call fail, or the process be killed at it, and holds the promises against what is then there.
fn cell(work: Work, call: &Call, fault: &str) -> &'static str {
    let scene = Scene::new(work);
    let kill = fault == "SIGKILL";
    let what = if kill { "signal=SIGKILL".to_owned() } else { format!("error={fault}") };
    let inject = format!("inject={}:{what}:when={}", call.name, call.time);
    let trace = format!("trace={}", call.name);
    // Stopping at the one call only is quicker, but strace 6.1 injects no signals that way.
    let speed: &[&str] = if kill { &[] } else { &["-f", "--seccomp-bpf"] };
    let under = [&["strace", "-o", "/dev/null", "-e", &trace, "-e", &inject], speed].concat();
    let output = scene.writer(&under).output().unwrap();
    let context = format!("{}: {inject}: {:?}, {:?}", work.name, output.status, scene.others());
    let now = scene.bytes();
    let code = output.status.code();
    assert!(now == scene.before() || now == scene.after(), "{context}: {:?}", String::from_utf8_lossy(&now));
    if now == NEW {
        assert!(scene.backups() > 0, "{context}: new without a backup");
    }
    let outcome = match code {
        None if kill && now == scene.before() => "old",
        None if kill => "new",
        Some(DONE) if !kill => {
            assert_eq!(now, scene.after(), "{context}");
            "done"
        }
        Some(UNSETTLED) => {
            assert_eq!(now, scene.after(), "{context}");
            "unsettled"
        }
        Some(TROUBLE | CHANGED) => {
            assert_eq!(now, scene.before(), "{context}");
            let receipts = if work.role == Role::Restore { 2 } else { 0 };
            assert!(call.name == "unlinkat" || scene.others().len() == receipts, "{context}");
            "unchanged"
        }
        _ => panic!("{context}: {}", String::from_utf8_lossy(&output.stderr)),
    };
    if !kill && call.name != "unlinkat" {
        assert_eq!(scene.leftovers(), 0, "{context}");
    }
    // The next run finishes the work, and leaves nothing lying about.
    let file = scene.file();
    let backup_dir = scene.backup_dir();
    if now == scene.after() {
        apply::clear_leftovers(&file, backup_dir.as_deref(), NOW);
    } else if work.role == Role::Append {
        let edit = Edit { before: Some(Fingerprint::of(OLD)), ..edit(&file) };
        apply::apply(&edit, &Options { backup_dir: backup_dir.clone(), force: work.in_place, now: NOW })
            .expect(&context);
    } else {
        apply::restore(&file, &RestoreOptions { backup_dir: backup_dir.clone(), force: false, now: NOW })
            .expect(&context);
    }
    assert_eq!((scene.bytes().as_slice(), scene.leftovers()), (scene.after(), 0), "{context}");
    // And the old bytes can be had back.
    if work.role == Role::Append {
        apply::restore(&file, &RestoreOptions { backup_dir, force: work.in_place, now: NOW }).expect(&context);
        assert_eq!((scene.bytes().as_slice(), scene.leftovers()), (OLD, 0), "{context}");
    }
    outcome
}

fn tracing() -> bool {
    can(
        "strace that injects faults",
        &["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync", "true"],
    )
}

fn every_system_call_may_fail_or_be_the_last() {
    if !tracing() {
        return;
    }
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut table = String::new();
    let mut kinds = std::collections::BTreeSet::new();
    // All cells take a minute. Day by day, those calls are enough that change the disk.
    let all = std::env::var_os("CI").is_some() || std::env::args().any(|argument| argument == "--include-ignored");
    for work in WORKS {
        let calls = calls(work);
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for call in calls.iter().filter(|call| all || call.means.is_some()) {
            kinds.insert(call.name.clone());
            let mut outcomes = String::new();
            for fault in ERRORS.iter().copied().filter(|_| !NOT_THE_DISK.contains(&&*call.name)).chain(["SIGKILL"]) {
                let outcome = cell(work, call, fault);
                outcomes += &format!(" {fault} {outcome}");
                *counts.entry(fault).or_default().entry(outcome).or_default() += 1;
                if fault == "EINTR" {
                    assert_eq!(outcome, "done", "{}: {} {}", work.name, call.name, call.time);
                }
            }
            if let Some(means) = call.means {
                let time = times.entry(means).or_default();
                *time += 1;
                table += &format!("{} {means} {time}:{outcomes}\n", work.name);
            }
        }
        println!("{}: {} system calls", work.name, calls.len());
    }
    let cells: usize = counts.values().flat_map(BTreeMap::values).sum();
    println!("fault table: {cells} cells held, {} kinds of system calls: {counts:?}", kinds.len());
    if !all {
        println!("(--include-ignored, or CI in the environment, runs all system calls)");
    }
    let agreed: Vec<&str> = (include_str!("common/fault_table.txt").lines())
        .filter(|line| may_give_away() || !line.contains(" chown ") && !line.contains(" set_attribute "))
        .collect();
    for (real, memory) in table.lines().zip(&agreed) {
        assert_eq!(real, *memory, "left: a real process, right: the disk in memory");
    }
    assert_eq!(table.lines().count(), agreed.len());
}

fn control_what_writes_without_a_temporary_is_caught() {
    if !tracing() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("rootca.pem");
    fs::write(&file, OLD).unwrap();
    let kill = ["-f", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:signal=SIGKILL:when=1"];
    let script = r#"printf 'the old roots\nand a new one\n' > "$1""#;
    let _ = Command::new("strace").args(kill).args(["sh", "-c", script, "sh"]).arg(&file).status().unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"", "a plain redirection leaves an empty file");
}

fn the_system_calls_of_an_old_kernel_suffice() {
    if !tracing() {
        return;
    }
    // What came after Linux 2.6.32 and is used here where there is it; and trading places, which some file systems lack.
    let young = "inject=renameat2,statx,getrandom,prlimit64,openat2,faccessat2,preadv2,copy_file_range:error=ENOSYS";
    for work in WORKS {
        let scene = Scene::new(work);
        let output = scene.writer(&["strace", "-f", "-o", "/dev/null", "-e", young]).output().unwrap();
        assert_eq!(output.status.code(), Some(DONE), "{}: {}", work.name, String::from_utf8_lossy(&output.stderr));
        assert_eq!((scene.bytes().as_slice(), scene.others().len(), scene.leftovers()), (scene.after(), 2, 0));
    }
}

fn a_scene_is_as_it_says() {
    for work in WORKS {
        let scene = Scene::new(work);
        assert_eq!(scene.bytes(), scene.before());
        let backups = usize::from(work.role == Role::Restore);
        assert_eq!((scene.backups(), scene.others().len(), scene.leftovers()), (backups, 2 * backups, 0));
        assert!(Path::new(&scene.file()).is_absolute());
    }
}
