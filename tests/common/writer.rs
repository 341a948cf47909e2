//! A process of its own that changes a file: to be limited, killed, traced and raced. It is the test program itself,
//! started anew; what it is to do stands in its environment, how it ended in its exit code.
#![allow(dead_code)] // each test program uses a part

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use rootfix::apply::{self, Added, ApplyError, Edit, Options, RestoreOptions, Restored};
use rootfix::certificate::Fingerprint;
use time::OffsetDateTime;
use time::macros::datetime;

pub const NOW: OffsetDateTime = datetime!(2024-11-01 08:30:00 UTC);
pub const OLD: &[u8] = b"the old roots\n";
pub const ADDITION: &[u8] = b"and a new one\n";
pub const NEW: &[u8] = b"the old roots\nand a new one\n";

const ROLE: &str = "ROOTFIX_TEST_ROLE";
const FILE: &str = "ROOTFIX_TEST_FILE";
const BACKUP_DIR: &str = "ROOTFIX_TEST_BACKUP_DIR";
const FORCE: &str = "ROOTFIX_TEST_FORCE";

pub const DONE: i32 = 0;
pub const NOTHING_TO_DO: i32 = 10;
pub const TROUBLE: i32 = 11;
pub const CHANGED: i32 = 12;
pub const UNSETTLED: i32 = 13;

pub fn edit(path: &Path) -> Edit {
    Edit {
        path: path.to_owned(),
        before: Some(Fingerprint::of(OLD)),
        bytes: NEW.to_vec(),
        added: vec![Added { name: "A New Root".to_owned(), sha256: Fingerprint::of(b"its DER") }],
        mode: None,
    }
}

pub fn options() -> Options {
    Options { backup_dir: None, force: false, now: NOW }
}

pub fn undo() -> RestoreOptions {
    RestoreOptions { backup_dir: None, force: false, now: NOW }
}

pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What a writer is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reads, adds unless it is there, and begins anew when the file has changed meanwhile: as `append` does.
    Append,
    Restore,
}

/// A writer, not yet started. Limits, namespaces and tracers are what it is started under.
pub fn writer(under: &[&str], role: Role, file: &Path) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut command = match under {
        [] => Command::new(this),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(this);
            command
        }
    };
    command.args(["--exact", "the_writer", "--nocapture", "--test-threads=1"]);
    command.env(ROLE, format!("{role:?}")).env(FILE, file).env_remove(BACKUP_DIR).env_remove(FORCE);
    command.env_remove("RUST_BACKTRACE").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn with_backup_dir(mut command: Command, dir: &Path) -> Command {
    command.env(BACKUP_DIR, dir);
    command
}

pub fn forced(mut command: Command) -> Command {
    command.env(FORCE, "1");
    command
}

/// Runs it to its end: how it ended, and the code of its trouble.
pub fn run(mut command: Command) -> (ExitStatus, String) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let code = text.lines().find_map(|line| line.split_once("trouble: ")).map(|(_, code)| code.to_owned());
    if output.status.code().is_some_and(|code| ![DONE, NOTHING_TO_DO, TROUBLE, CHANGED, UNSETTLED].contains(&code)) {
        panic!("{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    (output.status, code.unwrap_or_default())
}

/// The life of a writer; to be called from a test named `the_writer`, which does nothing in an ordinary run.
pub fn live() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let file = PathBuf::from(std::env::var_os(FILE).unwrap());
    let backup_dir = std::env::var_os(BACKUP_DIR).map(PathBuf::from);
    let force = std::env::var_os(FORCE).is_some();
    // Shows a tracer where the work begins.
    let _ = fs::symlink_metadata("/rootfix-test-begins");
    let result = match role.as_str() {
        "Append" => append(&file, &Options { backup_dir, force, now: NOW }),
        "Restore" => {
            apply::restore(&file, &RestoreOptions { backup_dir, force, now: NOW }).map(|restored| match restored {
                Restored::Restored { .. } => DONE,
                Restored::AlreadyAsItWas(_) => NOTHING_TO_DO,
            })
        }
        other => panic!("no role {other}"),
    };
    let code = match result {
        Ok(code) => code,
        Err(ApplyError::Changed) => CHANGED,
        Err(ApplyError::Trouble(trouble)) => {
            println!("trouble: {}", trouble.code);
            TROUBLE
        }
        Err(ApplyError::Unsettled { trouble, .. }) => {
            println!("trouble: {}", trouble.code);
            UNSETTLED
        }
    };
    std::process::exit(code);
}

fn append(file: &Path, options: &Options) -> Result<i32, ApplyError> {
    loop {
        let snapshot = apply::read(file)?;
        if snapshot.bytes.windows(ADDITION.len()).any(|window| window == ADDITION) {
            apply::clear_leftovers(file, options.backup_dir.as_deref(), options.now);
            return Ok(NOTHING_TO_DO);
        }
        let bytes = [&snapshot.bytes[..], ADDITION].concat();
        let edit = Edit { before: Some(snapshot.sha256), bytes, ..edit(file) };
        match apply::apply(&edit, options) {
            Err(ApplyError::Changed) => {}
            result => return result.map(|_| DONE),
        }
    }
}

/// Whether this can be tried here. In CI everything must be.
pub fn can(what: &str, command: &[&str]) -> bool {
    let works = (Command::new(command[0]).args(&command[1..]).stdout(Stdio::null()).stderr(Stdio::null()))
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        assert!(std::env::var_os("CI").is_none(), "{what} must be possible in CI");
        println!("SKIPPED: no {what} here");
    }
    works
}

/// Runs a command that must succeed, and gives what it printed.
pub fn sh(script: &str, dir: &Path) -> String {
    let output = Command::new("sh").args(["-euc", script]).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
