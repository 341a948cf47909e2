//! Runs a command and sees which trust stores it really opens, whatever its language, and whatever the files are
//! called.
//!
//! The command and all that it starts are traced with ptrace(2): it needs no rights, no preloaded library (static Go
//! programs ignore those) and no network. Every system call stops the program for some microseconds; nothing else
//! changes for it, and its standard streams are its own. Of the opens those count whose file *holds* roots, and those
//! that failed on a name that a store would have.
//!
//! Not seen: files that are opened through io_uring, or were opened before and inherited.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::found::{Found, Holds};
use crate::finding::Trouble;
use crate::lang::{Sentence, machine as say};
use crate::store::{Format, cadir};

/// One file that the command opened, or tried to.
#[derive(Debug, Clone)]
pub struct Opened {
    /// As the program asked for it, made absolute by its own directory.
    pub path: PathBuf,
    /// The file that the links led to, as the program's root has it; `None` if it could not be opened.
    pub real: Option<PathBuf>,
    /// What it held at that moment.
    pub format: Option<Format>,
    pub bytes: Vec<u8>,
    /// The programs that opened it, each once.
    pub programs: Vec<PathBuf>,
    pub times: usize,
}

/// What came of the command.
#[derive(Debug)]
pub struct Traced {
    /// Its exit code, or 128 and the signal that ended it, as a shell has it.
    pub exit_code: i32,
    /// In the order of their first opening.
    pub opened: Vec<Opened>,
    /// Processes that it left running in the background; they run on, untraced.
    pub left_running: usize,
}

impl Traced {
    /// The stores that were used, for whoever checks or repairs them.
    ///
    /// A directory stands for the certificates that were opened one by one in it: by OpenSSL under their hashes, by
    /// Go and GnuTLS all in turn. One in which OpenSSL looked for a hash in vain is used all the same.
    pub fn stores(&self) -> Vec<Found> {
        let looked_in = |opened: &&Opened| opened.is_hash_named() && opened.path.parent().is_some_and(Path::is_dir);
        let opened = || self.opened.iter().filter(|opened| opened.real.is_some() || looked_in(opened));
        let singles = |directory: &Path| {
            opened().filter(|other| other.path.parent() == Some(directory) && other.holds_one_certificate()).count()
        };
        let mut found: Vec<Found> = Vec::new();
        for opened in opened() {
            let directory = opened.path.parent().filter(|directory| {
                opened.is_hash_named() || opened.holds_one_certificate() && singles(directory) >= ONE_BY_ONE
            });
            let (path, holds) = directory.map_or((opened.path.as_path(), Holds::File), |up| (up, Holds::Directory));
            let who = opened.programs.iter().map(|program| say::opened_by(program.display()));
            match found.iter_mut().find(|found| found.path == path) {
                Some(known) => {
                    let new: Vec<_> = who.filter(|who| !known.used_by.contains(who)).collect();
                    known.used_by.extend(new);
                }
                None => found.push(new(path, holds, who.collect())),
            }
        }
        found
    }

    /// What was looked for by a store's name and is not there: a bundle that the program was told to use, or one of
    /// the places that it tries in turn.
    pub fn missing(&self) -> Vec<Found> {
        let missing = self.opened.iter().filter(|opened| opened.real.is_none() && !opened.is_hash_named());
        let who =
            |opened: &Opened| opened.programs.iter().map(|program| say::looked_for_by(program.display())).collect();
        missing.map(|opened| new(&opened.path, Holds::File, who(opened))).collect()
    }
}

/// So many single certificates from one directory are no list of files that somebody wrote down.
const ONE_BY_ONE: usize = 4;

fn new(path: &Path, holds: Holds, used_by: Vec<Sentence>) -> Found {
    Found { path: path.to_owned(), holds, exists: path.exists(), used_by, pin: None, findings: Vec::new() }
}

impl Opened {
    fn is_hash_named(&self) -> bool {
        cadir::sniff(self.path.file_name().and_then(|name| name.to_str()))
    }

    fn holds_one_certificate(&self) -> bool {
        self.format == Some(Format::Pem) && memchr::memmem::find_iter(&self.bytes, b"-----BEGIN ").count() == 1
    }
}

/// Runs the command to its end, with this process's standard streams and environment.
///
/// Ctrl-C goes to the command alone meanwhile, so that a server can be ended by it and is reported on.
///
/// # Errors
/// It could not be started, tracing is forbidden, or this is not Linux on x86-64 or aarch64.
pub fn trace(command: &[OsString]) -> Result<Traced, Trouble> {
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    return tracer::trace(command);
    #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    {
        use crate::finding::Code;
        let _ = command;
        Err(Trouble::new(Code::NotOnThisSystem, say::processes_need_linux(), say::name_the_bundle()))
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tracer;
