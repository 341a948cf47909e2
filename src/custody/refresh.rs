//! Runs the generator of a store, for a bounded time.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::finding::{Code, Trouble};
use crate::lang::custody as say;
use crate::password::keep_from;

/// Debian's generator with its Java hook takes some five seconds on a fast machine; slow disks and small virtual
/// machines need many times that. What takes longer waits for something: a package manager's lock, or an answer.
pub const LIMIT: Duration = Duration::from_secs(300);

/// Generators print a few lines; what is more is read and dropped, so that none of them blocks.
const MAX_OUTPUT: usize = 64 << 10;

/// After the end of a command, how long its pipes are read on where somebody else holds them open.
const GRACE: Duration = Duration::from_secs(2);

/// How often an end is looked for.
const PAUSE: Duration = Duration::from_millis(10);

/// What came of a command.
#[derive(Debug, Clone)]
pub struct Output {
    pub success: bool,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Runs the commands one after another, and stops at the first that fails.
///
/// # Errors
/// A command could not be started, failed, or took longer than `limit`; then it and all that it started are ended.
pub fn run(commands: &[Vec<OsString>], limit: Duration) -> Result<(), Trouble> {
    for command in commands {
        let line = shown(command);
        let trouble = |sentence| Trouble::new(Code::RefreshFailed, sentence, say::run_it_by_hand(&line));
        match output(command, limit) {
            Ok(output) if output.success => {}
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stderr);
                let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("-").trim();
                return Err(trouble(say::refresh_failed(&line, last)));
            }
            Err(error) => return Err(trouble(say::refresh_failed(&line, error))),
        }
    }
    Ok(())
}

/// The command as a person would type it.
pub fn shown(command: &[OsString]) -> String {
    let quoted = |word: &OsString| {
        let word = word.to_string_lossy();
        let plain = |c: char| c.is_alphanumeric() || "-_./=%+:,@".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.into_owned()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    command.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Runs one command with nothing on its standard input, and keeps the first part of what it prints.
///
/// # Errors
/// It could not be started, or did not end in time.
pub fn output(command: &[OsString], limit: Duration) -> io::Result<Output> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no command"))?;
    let mut child = start(program, arguments)?;
    let stdout = child.stdout.take().map(Said::by);
    let stderr = child.stderr.take().map(Said::by);
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= end {
            stop(&mut child);
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no end after {} s", limit.as_secs())));
        }
        thread::sleep(PAUSE);
    };
    let end = end.min(Instant::now() + GRACE);
    let until_then = |said: Option<Said>| said.map(|said| said.until(end)).unwrap_or_default();
    Ok(Output { success: status.success(), stdout: until_then(stdout), stderr: until_then(stderr) })
}

/// What comes out of a pipe. A daemon that a hook started may hold it open for ever, so nobody waits for its end.
struct Said {
    kept: Arc<Mutex<Vec<u8>>>,
    reader: thread::JoinHandle<()>,
}

impl Said {
    fn by(pipe: impl Read + Send + 'static) -> Said {
        let kept = Arc::default();
        let keeper = Arc::clone(&kept);
        Said { kept, reader: thread::spawn(move || keep_beginning(pipe, &keeper)) }
    }

    /// All of it; or, where the pipe is still open by then, what has come so far.
    fn until(self, end: Instant) -> Vec<u8> {
        while !self.reader.is_finished() && Instant::now() < end {
            thread::sleep(PAUSE);
        }
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn start(program: &OsString, arguments: &[OsString]) -> io::Result<Child> {
    let mut command = Command::new(program);
    keep_from(&mut command);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // The scripts call openssl, run-parts, trust and keytool by name.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<_> = std::env::split_paths(&path).filter(|path| !path.as_os_str().is_empty()).collect();
    for system in ["/usr/sbin", "/usr/bin", "/sbin", "/bin"] {
        if cfg!(unix) && !directories.iter().any(|directory| directory.as_os_str() == system) {
            directories.push(system.into());
        }
    }
    if let Ok(path) = std::env::join_paths(directories) {
        command.env("PATH", path);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// Ends the command and what it started: scripts wait for their children.
fn stop(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // It may be over by now; then there is nothing to end.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn keep_beginning(mut pipe: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut part = [0; 4096];
    loop {
        let length = match pipe.read(&mut part) {
            Ok(0) => return,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MAX_OUTPUT.saturating_sub(kept.len());
        kept.extend(&part[..length.min(room)]);
    }
}
