//! The process that leaves the machine's namespaces, and the entry of both inner processes.

use std::io;
use std::os::fd::AsFd as _;
use std::process::{Command, ExitCode};

use rustix::process::Signal;
use rustix::thread::{CapabilitySet, UnshareFlags};

use super::wire::{Failure, Step, send_result};
use super::{first, traced};

pub(super) const ARGUMENT: &str = "__rehearse-inner";
pub(super) const PRIVATE: &str = "private-network";
pub(super) const SHARED: &str = "shared-network";
const FIRST: &str = "first";
const FIRST_IN_USER_NAMESPACE: &str = "first-in-user-namespace";

/// What the first process of a user namespace has to do that takes privilege: mount, bring up the loopback, take a low
/// port. Everything else stays behind, and these three end with the start of the command.
const NEEDED: [CapabilitySet; 3] =
    [CapabilitySet::SYS_ADMIN, CapabilitySet::NET_ADMIN, CapabilitySet::NET_BIND_SERVICE];

/// Does the work of an inner process of a rehearsal where this is one: `main` calls it first, before it starts a
/// thread or looks at its arguments, and returns what it gives back.
pub fn inner_process() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let part = arguments.next()?;
    if part == traced::PART {
        return Some(traced::run(arguments));
    }
    // Standard input is the socket to the outside; by hand this argument does nothing.
    let input = rustix::fs::fstat(io::stdin()).ok()?;
    if rustix::fs::FileType::from_raw_mode(input.st_mode) != rustix::fs::FileType::Socket {
        return Some(ExitCode::from(2));
    }
    let Ok(channel) = io::stdin().as_fd().try_clone_to_owned() else { return Some(ExitCode::from(2)) };
    let mut channel = std::os::unix::net::UnixStream::from(channel);
    let failure = match part.to_str()? {
        FIRST => return Some(first::live(channel, false)),
        FIRST_IN_USER_NAMESPACE => return Some(first::live(channel, true)),
        part => separate(part == PRIVATE),
    };
    if let Err(error) = failure {
        let _ = send_result(&mut channel, &Err(Failure::new(Step::Separate, "", &error)));
        return Some(ExitCode::from(2));
    }
    Some(ExitCode::SUCCESS)
}

/// Leaves the machine's namespaces and lets the first process of the new ones live until it ends.
fn separate(private_network: bool) -> io::Result<()> {
    let mut world = UnshareFlags::NEWNS | UnshareFlags::NEWPID;
    world.set(UnshareFlags::NEWNET, private_network);
    // Root needs no user namespace, and a program that changes its user works better without one. CentOS 7 has them
    // switched off, and root in a container may need one.
    let part = match unshare(world) {
        Ok(()) => FIRST,
        Err(_) => {
            let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
            unshare(world | UnshareFlags::NEWUSER)?;
            // user_namespaces(7): a process without privilege may map itself alone, and its group after it has given
            // up setgroups(2). Before Linux 3.19 that file does not exist.
            if let Err(error) = std::fs::write("/proc/self/setgroups", "deny")
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(error);
            }
            std::fs::write("/proc/self/uid_map", format!("{0} {0} 1", user.as_raw()))?;
            std::fs::write("/proc/self/gid_map", format!("{0} {0} 1", group.as_raw()))?;
            keep_over_exec()?;
            FIRST_IN_USER_NAMESPACE
        }
    };
    // After the change of credentials, which resets it.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // Standard input, the socket, is passed on.
    Command::new("/proc/self/exe").args([ARGUMENT, part]).status()?;
    Ok(())
}

/// A program of a user other than root keeps no capability over execve(2) unless it is ambient (since Linux 4.3).
fn keep_over_exec() -> io::Result<()> {
    let mut sets = rustix::thread::capabilities(None)?;
    for capability in NEEDED {
        sets.inheritable |= capability;
    }
    rustix::thread::set_capabilities(None, sets)?;
    for capability in NEEDED {
        rustix::thread::configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}

/// rustix deprecates the safe form because of `FILES`, which leaves other threads without the file descriptors that
/// they know; it is never asked for here, and there is one thread.
#[allow(deprecated)]
fn unshare(flags: UnshareFlags) -> io::Result<()> {
    debug_assert!(!flags.contains(UnshareFlags::FILES));
    Ok(rustix::thread::unshare(flags)?)
}
