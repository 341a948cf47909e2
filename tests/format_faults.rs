//! Every step can fail, in every format: the program itself appends and restores while strace lets each system call
//! that changes the disk fail in four ways or be the last. tests/faults.rs does the same, finer, to the writer alone.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::bundles::{block, g1, g2, g3};
use common::cli::{directory, rootfix, run};
use common::java::{Java, Makings};
use common::shop::put;
use rootfix::password::Passwords;
use rootfix::store::{StoreFormat, Trust};

/// The calls by which a disk is changed, or waited for.
const CALLS: &str = "openat,pwrite64,ftruncate,fchown,fsetxattr,fchmod,utimensat,fsync,renameat,renameat2,unlinkat,\
                     linkat,symlinkat,mkdirat,flock";
const FAULTS: [&str; 5] = ["error=EIO", "error=ENOSPC", "error=EINTR", "error=EACCES", "signal=SIGKILL"];

/// A file in one of the formats, lying alone in a directory, and what is written: itself, or another.
struct Case {
    format: &'static str,
    name: &'static str,
    bytes: Vec<u8>,
    output: Option<&'static str>,
}

impl Case {
    fn target(&self) -> &'static str {
        self.output.unwrap_or(self.name)
    }

    fn append(&self) -> Vec<&'static str> {
        let output = self.output.iter().flat_map(|output| ["--output", output]);
        ["--json", "append", "-y", "--engine", "native"].into_iter().chain(output).chain([self.name]).collect()
    }

    fn restore(&self) -> Vec<&'static str> {
        let directory = if self.format == "cadir" { "certs" } else { self.target() };
        vec!["--json", "restore", directory]
    }

    fn scene(&self, appended: bool) -> tempfile::TempDir {
        let scene = directory();
        put(scene.path(), if self.format == "cadir" { "certs/3513523f.0" } else { self.name }, &self.bytes);
        if appended {
            let ran = run(scene.path(), &self.append());
            assert_eq!(ran.code, 0, "{}: {ran:?}", self.format);
        }
        scene
    }

    /// Whether what is there is wholly old or wholly new; between the two only a directory can be, after a kill: its two
    /// new names come one after the other, and the next run goes on from there.
    fn state(&self, scene: &Path) -> State {
        if self.format == "cadir" {
            let certs = scene.join("certs");
            assert_eq!(fs::read(certs.join("3513523f.0")).unwrap(), self.bytes, "what was there stays");
            let file = fs::read(certs.join("digicert-global-root-g2.pem"));
            let whole = file.as_ref().is_ok_and(|bytes| holds_new(bytes));
            let link = fs::read(certs.join("607986c7.0"));
            assert!(link.is_err() || whole, "a link leads to a whole file");
            return match (file.is_ok(), link.is_ok()) {
                (true, true) => State::New,
                (false, false) => State::Old,
                _ => State::Between,
            };
        }
        match fs::read(scene.join(self.target())) {
            Ok(bytes) if self.output.is_none() && bytes == self.bytes => State::Old,
            Ok(bytes) => {
                assert!(holds_new(&bytes), "neither old nor new: {} bytes", bytes.len());
                if self.output.is_none() {
                    assert!(backups(scene).contains(&self.bytes), "new without a backup");
                } else {
                    assert_eq!(fs::read(scene.join(self.name)).unwrap(), self.bytes, "the source stays");
                }
                State::New
            }
            Err(_) if self.output.is_some() => State::Old,
            Err(error) => panic!("the file is gone: {error}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Old,
    Between,
    New,
}

/// Reads, in whichever format, and trusts the new root.
fn holds_new(bytes: &[u8]) -> bool {
    if rootfix::locate::literals(Path::new("pay.php"), bytes).is_some_and(|literals| has_new(literals, bytes)) {
        return true;
    }
    let format = rootfix::store::FORMATS.iter().find(|format| format.sniff(bytes));
    format.is_some_and(|format| has_new(*format, bytes))
}

fn has_new(format: &dyn StoreFormat, bytes: &[u8]) -> bool {
    let Ok(store) = format.decode(bytes, &Passwords::default()) else { return false };
    !store.broken && store.entries.iter().any(|e| e.trust == Trust::Trusted && e.certificate.der() == g2())
}

fn everything(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { found.extend(everything(&entry)) } else { found.push(entry) }
    }
    found
}

fn backups(scene: &Path) -> Vec<Vec<u8>> {
    let backup = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "bak");
    everything(scene).iter().filter(|path| backup(path)).map(|path| fs::read(path).unwrap()).collect()
}

fn leftovers(scene: &Path) -> Vec<PathBuf> {
    let left = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "tmp" || ending == "swap");
    everything(scene).into_iter().filter(left).collect()
}

fn php() -> Vec<u8> {
    format!("<?php\n$rootCa = <<<'PEM'\n{}PEM;\n", block(&g1())).into_bytes()
}

fn cases() -> Vec<Case> {
    let case = |format, name, bytes| Case { format, name, bytes, output: None };
    let mut cases = vec![
        case("pem", "rootca.pem", format!("{}{}", block(&g3()), block(&g1())).into_bytes()),
        Case { format: "der", name: "g1.der", bytes: g1(), output: Some("out.pem") },
        case("cadir", "certs", block(&g1()).into_bytes()),
        case("source", "pay.php", php()),
    ];
    let made = directory();
    put(made.path(), "rootca.pem", block(&g1()));
    let create = ["--rollover", "digicert-g5", "append", "--output", "trust.p12", "rootca.pem"];
    assert_eq!(run(made.path(), &create).code, 0);
    cases.push(case("pkcs12", "trust.p12", fs::read(made.path().join("trust.p12")).unwrap()));
    if let Some(java) = Java::here().and_then(Java::with_bouncy_castle) {
        let makings = Makings::new();
        for (format, name, kind) in [("jks", "t.jks", "JKS"), ("jceks", "t.jceks", "JCEKS"), ("bks", "t.bks", "BKS")] {
            cases.push(case(format, name, makings.trust_store(&java, kind, "changeit")));
        }
    }
    cases
}

/// A system call by name, and which of its thread's calls of that name it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    name: String,
    time: usize,
}

/// The calls of a run that change the disk of the scene, in order.
fn calls(case: &Case, work: Work) -> Vec<Call> {
    let scene = case.scene(work == Work::Restore);
    let log = directory();
    let log = log.path().join("log");
    let status =
        traced(scene.path(), &["-y", "-o", log.to_str().unwrap()], &work.arguments(case)).output().unwrap().status;
    assert!(status.success(), "{}: {status}", case.format);
    let (mut times, mut calls) = (BTreeMap::<(&str, &str), usize>::new(), Vec::new());
    let log = fs::read_to_string(log).unwrap();
    for line in log.lines() {
        let Some((process, call)) = line.split_once(' ') else { continue };
        let Some((name, rest)) = call.trim_start().split_once('(') else { continue };
        if !CALLS.split(',').any(|known| known == name) {
            continue;
        }
        let time = times.entry((process, name)).or_default();
        *time += 1;
        if name != "openat" || rest.contains("O_CREAT") {
            calls.push(Call { name: name.to_owned(), time: *time });
        }
    }
    calls
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Append,
    Restore,
}

impl Work {
    fn arguments(self, case: &Case) -> Vec<&'static str> {
        if self == Work::Append { case.append() } else { case.restore() }
    }

    fn before_and_after(self) -> (State, State) {
        if self == Work::Append { (State::Old, State::New) } else { (State::New, State::Old) }
    }
}

/// The program under strace.
fn traced(scene: &Path, options: &[&str], arguments: &[&str]) -> Command {
    let program = rootfix(scene);
    let mut command = Command::new("strace");
    command.args(["-f", "-e", &format!("trace={CALLS}")]).args(options).arg(program.get_program()).args(arguments);
    command
        .stdout(std::process::Stdio::piped())
        .current_dir(scene)
        .env("LC_ALL", "C")
        .stdin(std::process::Stdio::null());
    command
}

/// One call, one fault: what is then there, and that the next run ends the work. How it ended.
fn cell(case: &Case, work: Work, call: &Call, fault: &str) -> &'static str {
    let scene = case.scene(work == Work::Restore);
    let inject = format!("inject={}:{fault}:when={}", call.name, call.time);
    let output = traced(scene.path(), &["-o", "/dev/null", "-e", &inject], &work.arguments(case)).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let context = format!("{} {work:?}, {inject}: {:?}: {text}", case.format, output.status);
    let (before, after) = work.before_and_after();
    let now = case.state(scene.path());
    let unsettled = text.contains("write-not-confirmed");
    // Of a directory's two names one may be there and the other not; then it is said, and the next run goes on.
    let half = case.format == "cadir" && text.contains("undo-incomplete");
    let outcome = match output.status.code() {
        None => "killed",
        Some(0) => {
            assert_eq!(now, after, "{context}");
            "done"
        }
        Some(2) if half => "unsettled",
        Some(2) if unsettled => {
            assert_eq!(now, after, "{context}");
            "unsettled"
        }
        Some(2) => {
            assert_eq!(now, before, "{context}");
            "unchanged"
        }
        other => panic!("{context}: {other:?}"),
    };
    if case.output.is_some() && now == after {
        // A file that is there is never the place for new output.
        assert_eq!(leftovers(scene.path()), Vec::<PathBuf>::new(), "{context}");
        return outcome;
    }
    // The next run ends the work, clears what was left, and the old bytes can be had back.
    let next = run(scene.path(), &work.arguments(case));
    assert_eq!(next.code, 0, "{context}: then {next:?}");
    assert_eq!((case.state(scene.path()), leftovers(scene.path())), (after, Vec::new()), "{context}: then {next:?}");
    if work == Work::Append && case.output.is_none() {
        let undone = run(scene.path(), &case.restore());
        assert_eq!((undone.code, case.state(scene.path())), (0, State::Old), "{context}: then {undone:?}");
        assert_eq!(leftovers(scene.path()), Vec::<PathBuf>::new(), "{context}");
    }
    outcome
}

fn tracing() -> bool {
    let works = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1", "true"])
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        common::missing("strace that injects faults");
    }
    works
}

#[test]
fn every_format_survives_every_fault_at_every_call_that_changes_the_disk() {
    if !tracing() {
        return;
    }
    let all = std::env::var_os("CI").is_some() || std::env::var_os("ROOTFIX_ALL_FAULTS").is_some();
    let cases = cases();
    let mut cells = Vec::new();
    for case in &cases {
        // A file that was not there before has no backup.
        let works = if case.output.is_some() { &[Work::Append][..] } else { &[Work::Append, Work::Restore] };
        for &work in works {
            let calls = calls(case, work);
            println!("{} {work:?}: {} calls that change the disk", case.format, calls.len());
            assert!(calls.len() >= 3, "{calls:?}");
            let faults = |call: Call| FAULTS.into_iter().map(move |fault| (case, work, call.clone(), fault));
            cells.extend(calls.into_iter().flat_map(faults));
        }
    }
    // All take minutes; day by day every eleventh is enough, which comes round to every fault, call and format.
    let cells: Vec<_> = cells.iter().step_by(if all { 1 } else { 11 }).collect();
    let (next, counts) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<(&str, &str), usize>::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some((case, work, call, fault)) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = cell(case, *work, call, fault);
                    *counts.lock().unwrap().entry((fault, outcome)).or_default() += 1;
                }
            });
        }
    });
    let counts = counts.into_inner().unwrap();
    println!("{} formats, {} cells held: {counts:?}", cases.len(), cells.len());
    assert_eq!(counts.values().sum::<usize>(), cells.len());
    for outcome in ["done", "unchanged", "killed"] {
        assert!(counts.keys().any(|(_, seen)| *seen == outcome), "{outcome} came up");
    }
}

#[test]
fn control_a_file_cut_short_is_neither_old_nor_new() {
    for case in cases().iter().filter(|case| case.format != "cadir" && case.output.is_none()) {
        let scene = case.scene(true);
        let file = scene.path().join(case.target());
        let whole = fs::read(&file).unwrap();
        for keep in [0, whole.len() / 2, whole.len() - 60] {
            fs::write(&file, &whole[..keep]).unwrap();
            let judged = std::panic::catch_unwind(|| case.state(scene.path()));
            assert!(judged.is_err(), "{}: {keep} bytes of {}", case.format, whole.len());
        }
    }
}
