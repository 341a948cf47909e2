//! The promise: `append` and `restore` change the file that was named and no other, leave it to other programs as soon
//! as it is written, and do what the dry run said.

mod common;

use std::fs;
use std::path::Path;

use common::bundles::{block, g1, g2, plain_addition};
use common::cli::{Ran, directory, run, run_with_input};
use common::shop::put;

#[track_caller]
fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).expect("a file is read")
}

fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).expect("a directory");
    let mut names: Vec<String> =
        names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[track_caller]
fn ended(ran: &Ran, code: i32) {
    assert_eq!(ran.code, code, "{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr);
}

#[cfg(target_os = "linux")]
mod while_others_write {
    use std::io::Read;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// Between any two of these, another program may write.
    const CALLS: &str = "renameat2,openat,close,fsync,unlinkat";

    fn strace(dir: &Path, log: &Path, inject: &str) -> Command {
        let program = common::cli::rootfix(dir);
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-e", &format!("trace={CALLS}"), "-o"]).arg(log);
        if !inject.is_empty() {
            command.args(["-e", inject]);
        }
        command.arg(program.get_program()).args(["append", "--engine", "native", "b.pem"]);
        command.current_dir(dir).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn can_trace() -> bool {
        let works = (Command::new("strace").args([
            "-f",
            "-o",
            "/dev/null",
            "-e",
            "inject=close:signal=SIGCONT:when=1",
            "true",
        ]))
        .status()
        .is_ok_and(|status| status.success());
        if !works {
            common::missing("strace that injects signals");
        }
        works
    }

    /// A call that makes or follows the stroke.
    #[derive(Debug)]
    struct Call {
        name: String,
        /// Its number among all calls of its name.
        time: usize,
        /// The lock is gone with the directory's handle.
        unlocks: bool,
    }

    fn calls_from_the_stroke_on() -> Vec<Call> {
        let (dir, log) = (directory(), directory());
        put(dir.path(), "b.pem", block(&g1()));
        let log = log.path().join("log");
        let ran = strace(dir.path(), &log, "").output().expect("strace runs");
        assert!(ran.status.success(), "{ran:?}");
        let text = fs::read_to_string(log).expect("a log");
        let mut counts = std::collections::HashMap::<&str, usize>::new();
        let mut calls = Vec::new();
        let mut stroke = false;
        for line in text.lines() {
            let call = line.split_once(' ').map_or(line, |(_, call)| call.trim_start());
            let Some((name, rest)) = call.split_once('(') else { continue };
            let count = counts.entry(name).or_default();
            *count += 1;
            stroke |= rest.contains("RENAME_EXCHANGE");
            if stroke {
                let unlocks = name == "close" && rest.contains(&format!("<{}>", dir.path().display()));
                calls.push(Call { name: name.to_owned(), time: *count, unlocks });
            }
        }
        assert!(calls.len() > 5, "{text}");
        calls
    }

    /// The process that the stop has reached, once it has.
    fn stopped(log: &Path, run: &mut Child) -> Option<String> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let text = fs::read_to_string(log).unwrap_or_default();
            if let Some(line) = text.lines().find(|line| line.contains("stopped by SIGSTOP")) {
                return line.split_whitespace().next().map(str::to_owned);
            }
            if run.try_wait().expect("it can be waited for").is_some() {
                return None;
            }
            assert!(Instant::now() < until, "it hangs: {text}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Holds the run at this call, lets another program write meanwhile, and lets it go on: how it ended, and what it said.
    fn held_at(dir: &Path, call: &Call, meanwhile: impl Fn()) -> Option<(Option<i32>, String)> {
        let log = directory();
        let log = log.path().join("log");
        let inject = format!("inject={}:signal=SIGSTOP:when={}", call.name, call.time);
        let mut child = strace(dir, &log, &inject).spawn().expect("strace runs");
        let stopped = stopped(&log, &mut child);
        if let Some(process) = &stopped {
            meanwhile();
            assert!(Command::new("kill").args(["-CONT", process]).status().expect("kill runs").success());
        }
        let mut said = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("text");
        child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        let ended = child.wait().expect("it ends");
        stopped.map(|_| (ended.code(), said))
    }

    #[test]
    fn what_another_program_writes_after_the_stroke_is_left_to_it() {
        if !can_trace() {
            return;
        }
        let theirs = format!("# another program's\n{}", block(&g1()));
        let mut held = 0;
        for call in calls_from_the_stroke_on() {
            let dir = directory();
            put(dir.path(), "b.pem", block(&g1()));
            put(dir.path(), "theirs", &theirs);
            let meanwhile = || fs::rename(dir.path().join("theirs"), dir.path().join("b.pem")).expect("it is replaced");
            let Some((code, said)) = held_at(dir.path(), &call, meanwhile) else { continue };
            held += 1;
            assert_eq!(read(dir.path(), "b.pem"), theirs, "{call:?}: {said}");
            match code {
                Some(0) => {}
                Some(2) => assert!(said.contains("another program wrote too") && said.contains(".bak"), "{said}"),
                other => panic!("{call:?}: {other:?}: {said}"),
            }
        }
        assert!(held > 5, "it was held {held} times");
    }

    #[test]
    fn what_another_run_adds_after_the_stroke_stays_beside_it() {
        if !can_trace() {
            return;
        }
        let unlocks = calls_from_the_stroke_on().into_iter().find(|call| call.unlocks);
        let dir = directory();
        put(dir.path(), "b.pem", block(&g1()));
        let others = || ended(&run(dir.path(), &["--rollover", "digicert-g5", "append", "b.pem"]), 0);
        let (code, said) =
            held_at(dir.path(), &unlocks.expect("the directory is closed"), others).expect("it was held");
        assert_eq!(code, Some(0), "{said}");
        for rollover in ["digicert-g2", "digicert-g5"] {
            let checked = run(dir.path(), &["--rollover", rollover, "--json", "check", "b.pem"]);
            assert_eq!(checked.record("bundle")["new_root"], true, "{rollover}: {said}");
        }
    }
}

/// The words that a name has to be typed with in bash, as `append` prints them.
#[cfg(unix)]
fn undo(said: &str) -> &str {
    let at = said.find("To undo: ").expect("an undo line");
    said[at..].trim_start_matches("To undo: ").lines().next().expect("a line")
}

/// Runs a line of bash, in which `rootfix` is the program.
#[cfg(unix)]
fn bash(dir: &Path, line: &str) -> Ran {
    let program = common::cli::rootfix(dir);
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &format!("rootfix() {{ \"$ROOTFIX\" \"$@\"; }}; {line}")]).current_dir(dir);
    command.env("ROOTFIX", program.get_program()).env("LC_ALL", "C").stdin(std::process::Stdio::null());
    common::cli::finish(command, b"")
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_the_name_of_that_file_alone() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let name = OsStr::from_bytes(b"caf\xe9.pem");
    let append: [&OsStr; 3] = ["append".as_ref(), "-v".as_ref(), name];
    let wanted = format!("{}{}", block(&g1()), plain_addition());
    // A file that bears the name as it is shown, and holds something else.
    for namesake in ["", "a namesake", &format!("{}{}", block(&g1()), block(&g2()))] {
        let dir = directory();
        put(dir.path(), "caf\u{fffd}.pem", namesake);
        fs::write(dir.path().join(name), block(&g1())).expect("a file is written");
        let ran = run(dir.path(), &append);
        ended(&ran, 0);
        assert!(ran.text().contains("Proved: ") && !ran.text().contains("not proven"), "{}", ran.text());
        assert_eq!(fs::read_to_string(dir.path().join(name)).expect("a file"), wanted);
        assert_eq!(read(dir.path(), "caf\u{fffd}.pem"), namesake);
        if common::program("bash").is_some() {
            ended(&bash(dir.path(), undo(ran.text())), 0);
            assert_eq!(fs::read_to_string(dir.path().join(name)).expect("a file"), block(&g1()));
            assert_eq!(read(dir.path(), "caf\u{fffd}.pem"), namesake);
        }
    }
}

#[cfg(unix)]
#[test]
fn the_undo_that_is_printed_works_for_a_file_with_two_names() {
    let dir = directory();
    put(dir.path(), "rootca.pem", block(&g1()));
    fs::hard_link(dir.path().join("rootca.pem"), dir.path().join("other.pem")).expect("a hard link");
    ended(&run(dir.path(), &["append", "rootca.pem"]), 2);
    let forced = run(dir.path(), &["append", "--force", "rootca.pem"]);
    ended(&forced, 0);
    assert!(read(dir.path(), "other.pem").ends_with(&plain_addition()));
    if common::program("bash").is_some() {
        ended(&bash(dir.path(), undo(forced.text())), 0);
        assert_eq!((read(dir.path(), "rootca.pem"), read(dir.path(), "other.pem")), (block(&g1()), block(&g1())));
    }
    // Control: what was not written in place is not undone in place either.
    fs::remove_file(dir.path().join("other.pem")).expect("a file is removed");
    ended(&run(dir.path(), &["append", "rootca.pem"]), 0);
    fs::hard_link(dir.path().join("rootca.pem"), dir.path().join("other.pem")).expect("a hard link");
    ended(&run(dir.path(), &["restore", "rootca.pem"]), 2);
}

#[test]
fn standard_input_is_read_once_also_where_others_are_asked_about() {
    let dir = directory();
    put(dir.path(), "tree/ready.pem", format!("{}{}", block(&g1()), block(&g2())));
    let ran = run_with_input(dir.path(), &["append", "-", "tree"], block(&g1()).as_bytes());
    ended(&ran, 0);
    assert_eq!(ran.text(), format!("{}{}", block(&g1()), plain_addition()), "nothing but the bundle");
    // Control: what would change a file that was not named is asked about.
    put(dir.path(), "tree/old.pem", block(&g1()));
    let ran = run_with_input(dir.path(), &["append", "-", "tree"], block(&g1()).as_bytes());
    assert_eq!((ran.code, ran.text()), (2, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("would be changed: 1"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_with_an_output_is_what_is_done_without_it() {
    let both = format!("{}{}", block(&g1()), block(&g2()));
    for (source, output) in
        [("g1.pem", "new.p12"), ("g1.pem", "new.pem"), ("both.pem", "new.pem"), ("both.pem", "new.jks")]
    {
        let dir = directory();
        put(dir.path(), "g1.pem", block(&g1()));
        put(dir.path(), "both.pem", &both);
        let arguments = ["append", "-n", "--engine", "native", "--output", output, source];
        let dry = run(dir.path(), &arguments);
        ended(&dry, 1);
        assert_eq!(names(dir.path()), ["both.pem", "g1.pem"], "a dry run makes nothing");
        assert!(dry.stderr.contains(&format!("This would be written to {output};")), "{}", dry.stderr);
        assert_eq!(dry.text().contains("+++ "), output.ends_with(".pem"), "{}", dry.text());
        let real: Vec<&str> = arguments.into_iter().filter(|argument| *argument != "-n").collect();
        ended(&run(dir.path(), &real), 0);
        assert_eq!(names(dir.path()), ["both.pem", "g1.pem", output]);
        let made = fs::read(dir.path().join(output)).expect("a file is read");
        // Now that it is there, neither of them would write over it.
        for again in [&arguments[..], &real] {
            let refused = run(dir.path(), again);
            ended(&refused, 2);
            assert!(refused.stderr.contains(&format!("{output} exists already")), "{}", refused.stderr);
        }
        assert_eq!((read(dir.path(), "g1.pem"), read(dir.path(), "both.pem")), (block(&g1()), both.clone()));
        let Some(patch) = common::program("patch").filter(|_| output.ends_with(".pem")) else { continue };
        fs::remove_file(dir.path().join(output)).expect("a file is removed");
        let mut command = std::process::Command::new(patch);
        command.arg("-p0").current_dir(dir.path()).stdin(std::process::Stdio::piped());
        ended(&common::cli::finish(command, &dry.stdout), 0);
        assert!(fs::read(dir.path().join(output)).expect("a file is read") == made, "{output}");
    }
}

#[test]
fn an_alias_goes_to_key_stores_and_is_refused_elsewhere() {
    let dir = directory();
    put(dir.path(), "g1.pem", block(&g1()));
    for arguments in [&["append", "--alias", "mine", "g1.pem"][..], &["append", "-n", "--alias", "mine", "g1.pem"]] {
        let ran = run(dir.path(), arguments);
        ended(&ran, 2);
        assert!(ran.stderr.contains("--alias"), "{}", ran.stderr);
        assert_eq!(read(dir.path(), "g1.pem"), block(&g1()));
    }
    for output in ["new.p12", "new.jks"] {
        ended(&run(dir.path(), &["append", "--engine", "native", "--alias", "mine", "--output", output, "g1.pem"]), 0);
        let listed = run(dir.path(), &["--json", "inspect", output]).records();
        let aliases: Vec<&str> = listed.iter().filter_map(|record| record["alias"].as_str()).collect();
        assert!(aliases.len() == 2 && aliases.contains(&"mine"), "{aliases:?}");
    }
}

#[test]
fn an_output_without_a_directory_is_told_of_by_its_own_name() {
    let dir = directory();
    put(dir.path(), "g1.pem", block(&g1()));
    for dry in [&["append"][..], &["append", "-n"]] {
        let ran = run(dir.path(), &[dry, &["--output", "nodir/x.pem", "g1.pem"]].concat());
        ended(&ran, 2);
        assert!(ran.stderr.contains("There is no directory nodir,"), "{}", ran.stderr);
        assert_eq!(names(dir.path()), ["g1.pem"]);
    }
}

#[test]
fn a_forced_restore_tells_what_it_replaced_and_where_that_is_kept() {
    let sha256 = |text: &str| rootfix::certificate::Fingerprint::of(text.as_bytes()).to_string();
    let dir = directory();
    put(dir.path(), "rootca.pem", block(&g1()));
    ended(&run(dir.path(), &["append", "rootca.pem"]), 0);
    put(dir.path(), "rootca.pem", "somebody's own work");
    let change = run(dir.path(), &["--json", "restore", "--force", "rootca.pem"]).record("change");
    assert_eq!(change["sha256_before"], sha256("somebody's own work"));
    assert_eq!(change["sha256_after"], sha256(&block(&g1())));
    let kept = change["backup"].as_str().expect("it is kept").to_owned();
    assert_eq!(fs::read_to_string(&kept).expect("a file"), "somebody's own work");
    // The same on the screen.
    put(dir.path(), "rootca.pem", "somebody's next work");
    let ran = run(dir.path(), &["restore", "--force", "rootca.pem"]);
    ended(&ran, 0);
    let kept = ran.text().lines().find_map(|line| line.strip_prefix("What was there until now is kept: "));
    assert_eq!(fs::read_to_string(kept.expect("its place")).expect("a file"), "somebody's next work");
}

#[test]
fn a_file_that_is_gone_is_not_called_unchanged() {
    let dir = directory();
    put(dir.path(), "rootca.pem", block(&g1()));
    ended(&run(dir.path(), &["append", "rootca.pem"]), 0);
    fs::remove_file(dir.path().join("rootca.pem")).expect("a file is removed");
    let ran = run(dir.path(), &["restore", "rootca.pem"]);
    ended(&ran, 2);
    assert!(!ran.stderr.contains("changed") && ran.stderr.contains("no such file any more"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`rootfix restore --force rootca.pem`"), "{}", ran.stderr);
    let change = run(dir.path(), &["--json", "restore", "--force", "rootca.pem"]).record("change");
    assert_eq!((&change["action"], &change["sha256_before"]), (&"restored".into(), &serde_json::Value::Null));
    assert_eq!(read(dir.path(), "rootca.pem"), block(&g1()));
}

/// Runs the program with its standard output on a full disk.
#[cfg(target_os = "linux")]
fn on_a_full_disk(dir: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = common::cli::rootfix(dir).args(arguments).stdout(full).output().expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_changed_is_said_also_where_standard_output_is_lost() {
    let dir = directory();
    put(dir.path(), "rootca.pem", block(&g1()));
    let said = "these files are changed: rootca.pem.";
    for command in ["append", "restore"] {
        let (code, stderr) = on_a_full_disk(dir.path(), &[command, "rootca.pem"]);
        assert!(code == Some(2) && stderr.contains(said), "{command}: {stderr}");
        // Control: the second time nothing is changed.
        let (code, stderr) = on_a_full_disk(dir.path(), &[command, "rootca.pem"]);
        assert!(code == Some(2) && !stderr.contains("changed"), "{command}: {stderr}");
    }
    // The same of a hashed directory, where what is added are files of their own.
    put(dir.path(), "certs/3513523f.0", block(&g1()));
    for command in ["append", "restore"] {
        let (code, stderr) = on_a_full_disk(dir.path(), &[command, "certs"]);
        assert!(code == Some(2) && stderr.contains("these files are changed: certs."), "{command}: {stderr}");
    }
    for arguments in [&["--help"][..], &["--version"], &["append", "--help"]] {
        assert_eq!(on_a_full_disk(dir.path(), arguments).0, Some(2), "{arguments:?}");
        ended(&run(dir.path(), arguments), 0);
    }
}
