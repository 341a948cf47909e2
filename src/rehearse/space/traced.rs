//! A run whose command is traced, to find the bundles that it reads.
//!
//! Tracing waits for every process of the command, as the first process does for its own: so a process between the two
//! traces, and writes what it saw into a file that both have open.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::process::ExitCode;

use rustix::process::{Pid, Signal};

use super::separate::ARGUMENT;
use super::wire::{Failure, Step};
use crate::finding::Code;
use crate::locate::found::Holds;
use crate::locate::trace::trace;
use crate::rehearse::verdict::OpenedStore;

pub(super) const PART: &str = "traced";

/// Some hundred paths.
const MAX_REPORT: u64 = 16 << 20;

type Seen = Result<Vec<OpenedStore>, Failure>;

/// Where the tracing process writes what it saw. In memory alone.
pub(super) struct Report(File);

impl Report {
    pub(super) fn new() -> std::io::Result<Report> {
        // Without CLOEXEC, so that the tracing process has it. The command inherits it too, and does not know it.
        let file = rustix::fs::memfd_create("rootfix", rustix::fs::MemfdFlags::empty())?;
        Ok(Report(File::from(file)))
    }

    /// What comes before the words of the command.
    pub(super) fn command(&self) -> [OsString; 4] {
        ["/proc/self/exe", ARGUMENT, PART, &self.0.as_raw_fd().to_string()].map(OsString::from)
    }

    pub(super) fn read(mut self) -> Seen {
        let mut json = Vec::new();
        let read = self.0.rewind().and_then(|()| (&self.0).take(MAX_REPORT).read_to_end(&mut json));
        let failed = |error: &std::io::Error| Failure::new(Step::Trace, "", error);
        read.map_err(|error| failed(&error))?;
        serde_json::from_slice::<Seen>(&json).map_err(|error| failed(&error.into()))?
    }
}

/// The tracing process: the number of the report's file, then the command.
pub(super) fn run(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let number = arguments.next().and_then(|number| number.into_string().ok());
    // Opened anew through its name, because to make a descriptor of a number is not safe.
    let path = number.map(|number| format!("/proc/self/fd/{number}")).unwrap_or_default();
    let Ok(mut report) = std::fs::OpenOptions::new().write(true).open(Path::new(&path)) else {
        return ExitCode::from(2);
    };
    let command: Vec<OsString> = arguments.collect();
    let (seen, code): (Seen, i32) = match trace(&command) {
        Ok(traced) => {
            let stores = traced.stores().into_iter();
            let stores =
                stores.map(|found| OpenedStore { path: found.path, is_directory: found.holds == Holds::Directory });
            (Ok(stores.collect()), traced.exit_code)
        }
        Err(trouble) => {
            let step = if trouble.code == Code::CommandNotStarted { Step::Start } else { Step::Trace };
            let what = command.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
            (Err(Failure::new(step, &what, &std::io::Error::other(trouble.message.en))), 2)
        }
    };
    let written = serde_json::to_vec(&seen).map(|json| report.write_all(&json));
    if matches!(written, Ok(Ok(()))) { ExitCode::from(code as u8) } else { ExitCode::from(2) }
}

/// Asks every process of the private world to end, but for the first and the tracing one.
pub(super) fn stop_all_but(tracing: Pid) {
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|pid| *pid != tracing && *pid != rustix::process::getpid()) {
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }
}
