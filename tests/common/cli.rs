//! The built program, run as a user runs it, and what it left behind.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than any answer may take on a busy machine; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ran {
    /// Standard output as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the program writes UTF-8")
    }

    /// Standard output as JSON Lines, the summary included.
    #[track_caller]
    pub fn records(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}"));
        self.text().lines().map(parse).collect()
    }

    /// The only record of this type.
    #[track_caller]
    pub fn record(&self, kind: &str) -> Value {
        let mut found: Vec<Value> = self.records().into_iter().filter(|record| record["type"] == kind).collect();
        assert_eq!(found.len(), 1, "records of type {kind} in {self:?}");
        found.remove(0)
    }
}

/// The program in a directory, without anything of this user's surroundings that changes what it says.
pub fn rootfix(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rootfix"));
    without_surroundings(&mut command).current_dir(dir).stdin(Stdio::null());
    command
}

/// Takes this user's settings away.
pub fn without_surroundings(command: &mut Command) -> &mut Command {
    for name in surroundings() {
        command.env_remove(name);
    }
    command
}

/// The variables that are this user's settings: language, terminal, proxies, bundles, options of Java, Node, Python, and
/// whatever else there may be. None is only what says where programs and files are, or what a profiler needs.
pub fn surroundings() -> impl Iterator<Item = OsString> {
    const KEPT: [&str; 6] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "LD_PRELOAD", "LLVM_PROFILE_FILE"];
    // Without its own variables Windows starts few programs.
    const CHANGING: [&str; 12] = [
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
        "NO_COLOR",
        "COLUMNS",
        "TERM",
        "CLICOLOR_FORCE",
        "JAVA_HOME",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HTTPS_PROXY",
        "NO_PROXY",
    ];
    std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let is_one_of = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        if cfg!(windows) { is_one_of(&CHANGING) } else { !is_one_of(&KEPT) }
    })
}

/// A directory to work in: in memory where that can be had, since syncing is what most of a run's time goes to.
pub fn directory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a directory")
}

/// Runs the program in a directory.
#[track_caller]
pub fn run(dir: &Path, arguments: &[impl AsRef<OsStr>]) -> Ran {
    let mut command = rootfix(dir);
    command.args(arguments);
    finish(command, b"")
}

/// Runs the program with something on its standard input.
#[track_caller]
pub fn run_with_input(dir: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = rootfix(dir);
    command.args(arguments).stdin(Stdio::piped());
    finish(command, input)
}

/// Waits for the end, which must come.
#[track_caller]
pub fn finish(mut command: Command, input: &[u8]) -> Ran {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let writer = child.stdin.take().map(|mut stdin| {
        let input = input.to_vec();
        // It may end without reading all of it.
        std::thread::spawn(move || drop(stdin.write_all(&input)))
    });
    let reader = |mut stream: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).expect("a pipe is read");
            bytes
        })
    };
    let stdout = reader(Box::new(child.stdout.take().expect("a pipe")));
    let stderr = reader(Box::new(child.stderr.take().expect("a pipe")));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill().expect("the program can be ended");
            panic!("it hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    if let Some(writer) = writer {
        writer.join().expect("the writer ends");
    }
    Ran {
        code: status.code().unwrap_or_else(|| panic!("{command:?} ended with {status}")),
        stdout: stdout.join().expect("the reader ends"),
        stderr: String::from_utf8(stderr.join().expect("the reader ends")).expect("the program writes UTF-8"),
    }
}
