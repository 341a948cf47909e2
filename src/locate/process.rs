//! The trust stores of a running process: what its command line, environment, open files and libraries say.
//!
//! Read from `/proc`, in the process's own view of the file system: a process in a container has another `/etc`. It
//! is not stopped, and nothing is asked of it.

use std::path::PathBuf;
use std::time::SystemTime;

use super::found::Found;
use crate::finding::Trouble;

/// A process and what it uses.
#[derive(Debug)]
pub struct Process {
    pub pid: u32,
    /// The file that it runs, as it is called inside.
    pub program: PathBuf,
    /// As it was started, or as it calls itself since (`php-fpm: master process (...)`).
    pub command: Vec<String>,
    pub started: SystemTime,
    /// It sees another file system than this process does: a container, or a chroot.
    pub contained: bool,
    /// The root that it sees; `/proc/PID/root` of a contained one.
    pub root: PathBuf,
    /// What it was told first, then what it takes by default.
    pub found: Vec<Found>,
}

/// Reads what a process uses.
///
/// Not found: what the process set for itself after its start (`setenv`), stores that it read and closed and that
/// nothing names, and Java's `@argfiles`. `trace` sees those, in a command that it starts.
///
/// # Errors
/// There is no such process, it may not be looked at, or this is not Linux.
pub fn process(pid: u32) -> Result<Process, Trouble> {
    #[cfg(target_os = "linux")]
    return linux::process(pid);
    #[cfg(not(target_os = "linux"))]
    {
        use crate::finding::Code;
        use crate::lang::machine as say;
        let _ = pid;
        Err(Trouble::new(Code::NotOnThisSystem, say::processes_need_linux(), say::name_the_bundle()))
    }
}

/// The processes that run a program of this name, as `ps` shows it: at most 15 characters of it are known.
pub fn named(name: &str) -> Vec<u32> {
    const KNOWN: usize = 15;
    let name = &name.as_bytes()[..name.len().min(KNOWN)];
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_named = |pid: &u32| {
        std::fs::read(format!("/proc/{pid}/comm")).is_ok_and(|comm| !name.is_empty() && comm.trim_ascii_end() == name)
    };
    let mut found: Vec<u32> = pids.filter(is_named).collect();
    found.sort_unstable();
    found
}

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod runtime;
#[cfg(all(test, target_os = "linux"))]
mod tests;
