//! Runs a program that may hang, for a bounded time, with nothing of the caller's surroundings that would change what
//! it does.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::password::keep_from;

/// What a JVM takes options from, behind its caller's back, or announces on standard error; and what the C library
/// takes languages from.
const NOISE: [&str; 8] = [
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "IBM_JAVA_OPTIONS",
    "OPENJ9_JAVA_OPTIONS",
    "CLASSPATH",
    "LANG",
    "LANGUAGE",
];

/// How often a running program is looked at: a JVM takes a quarter of a second at least.
const POLL: Duration = Duration::from_millis(10);

/// Runs it in `dir`, with nothing to read and nobody to listen, until it ends or the time is up; then it is killed
/// with all that it started.
///
/// The exit status is given back for what it is worth: keytool's is 0 after it has lost an entry.
///
/// # Errors
/// It could not be started, or ([`io::ErrorKind::TimedOut`]) did not end in time.
pub(super) fn run<'a>(
    program: &Path,
    arguments: impl IntoIterator<Item = &'a OsStr>,
    secrets: &[(&str, &str)],
    dir: &Path,
    timeout: Duration,
) -> io::Result<ExitStatus> {
    let mut command = Command::new(program);
    keep_from(&mut command);
    command.args(arguments).current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    NOISE.iter().for_each(|name| {
        command.env_remove(name);
    });
    // A UTF-8 locale, so that Java reads passwords beyond ASCII as they are; where the C library does not know it,
    // it falls back to plain C.
    command.env("LC_ALL", "C.UTF-8").env("TMPDIR", dir).envs(secrets.iter().copied());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let give_up = Instant::now() + timeout;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < give_up => std::thread::sleep(POLL),
            other => {
                kill(&mut child);
                return Err(other.err().unwrap_or_else(|| io::ErrorKind::TimedOut.into()));
            }
        }
    }
}

/// Ends the program and what it started. Neither call can fail in a way that matters: what is dead already is fine.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
