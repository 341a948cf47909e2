//! One run of the user's command in a world of its own: private mounts, network and processes, and where the caller
//! is not root, a user namespace that permits them.
//!
//! Three processes take part, all of them this program:
//!
//! ```text
//! outside ── separates ── first process of the private world ── the command, with whatever it starts
//! ```
//!
//! Namespaces are entered by a process that has one thread, hence a process started for it. The first process of a
//! process namespace takes all others with it when it ends, and the kernel takes mounts, network and files, which lie
//! in a private tmpfs, with the last process. Each of the three dies with its parent, so that even a kill -9 of the
//! outermost leaves nothing; nothing has to be cleaned up, so nothing can be forgotten.
//!
//! Not private: files. The command runs with the caller's rights on the caller's disk, and what it writes there, it
//! writes; sockets in the file system (a local database, the Docker daemon) are reachable too, and what happens
//! behind them happens outside.

mod first;
mod mounts;
mod names;
mod network;
mod separate;
mod traced;
mod wire;

use std::ffi::OsString;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::chain::Presented;
use super::server::Reply;
use super::shadow::Shadow;
use super::verdict::Outcome;
use crate::finding::Trouble;

pub use separate::inner_process;

/// Everything about one run.
#[derive(Debug, Clone)]
pub struct Stage<'a> {
    /// The program whose `main` begins with [`inner_process`]: this one, unless a test says otherwise.
    pub helper: PathBuf,
    pub command: &'a [OsString],
    /// What the command sees in place of files and directories, which are there and are no symbolic links.
    pub shadows: &'a [Shadow],
    pub presented: &'a Presented,
    pub hosts: &'a [String],
    pub ports: &'a [u16],
    /// Keep the machine's network; needs root, because the stand-in then takes a low port of the machine.
    pub share_network: bool,
    pub reply: &'a Reply,
    pub ask_for_certificate: bool,
    pub time_limit: Duration,
    /// What the command reads on its standard input.
    pub input: &'a [u8],
    /// Note the stores that it opens; it runs slower so.
    pub trace: bool,
}

/// Runs the command once.
///
/// # Errors
/// The kernel does not permit it, a part of the private world could not be set up, or the command cannot be started.
pub fn run(stage: &Stage<'_>) -> Result<Outcome, Trouble> {
    let result = converse(stage).unwrap_or_else(|error| Err(wire::Failure::new(wire::Step::Lost, "", &error)));
    result.map_err(wire::Failure::into_trouble)
}

fn converse(stage: &Stage<'_>) -> io::Result<Result<Outcome, wire::Failure>> {
    let (mut here, there) = UnixStream::pair()?;
    let mut child = Killed(
        Command::new(&stage.helper)
            .arg(separate::ARGUMENT)
            .arg(if stage.share_network { separate::SHARED } else { separate::PRIVATE })
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(there)))
            .stdout(Stdio::null())
            .spawn()?,
    );
    // Setting up takes some milliseconds, and stopping at most two seconds; the rest is for slow machines.
    here.set_read_timeout(Some(stage.time_limit + Duration::from_secs(30)))?;
    // A child that fails at once does not read what it is sent, but says why.
    let sent = wire::send_job(&mut here, stage);
    let result = wire::receive_result(&mut here).map_err(|error| sent.err().unwrap_or(error))?;
    child.0.wait()?;
    Ok(result)
}

/// A child that does not outlive this.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
