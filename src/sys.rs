//! System calls for which neither std nor rustix has a safe form. The only module in which `unsafe` is allowed.
//!
//! Every function here is a thin cover round one call, keeps no state, and is documented with why it is sound.
//! What is to be done with the calls is decided elsewhere, in safe code.
#![allow(unsafe_code)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Runs `step` in the child, after fork and before exec. An error fails the spawn with that error.
///
/// The child of a program with threads may hold locks that nobody will ever release, that of the allocator
/// among them. So `step` makes system calls and nothing else: no allocation, no locks, no printing, no panic.
/// Paths and tables that it needs are made before, and moved in. This cannot be checked by the compiler; the
/// function is private to this crate so that every caller can be read.
pub(crate) fn before_exec(
    command: &mut Command,
    step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> &mut Command {
    // SAFETY: the contract above, which every caller in this crate keeps.
    unsafe { command.pre_exec(step) }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) mod ptrace {
    //! ptrace(2): requests that only move numbers. A wrong process id is an error (ESRCH), never a danger, since
    //! the kernel itself checks that the caller traces that process.

    use std::ffi::{c_int, c_long, c_void};
    use std::io;

    use rustix::process::Pid;

    /// What a stopped process is to do next.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Resume {
        /// Run to the beginning or the end of the next system call.
        ToSyscall,
        /// Stay stopped, as the terminal or another process wants it, until it is continued from there.
        Listening,
        /// Run on, no longer traced.
        Detached,
    }

    /// The registers of the process, as many bytes as its mode has: 32-bit programs have fewer.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Registers {
        words: [u64; Self::WORDS],
        bytes: usize,
    }

    impl Registers {
        /// More than any supported machine has (x86-64: 27 words, aarch64: 34).
        const WORDS: usize = 64;

        pub(crate) fn bytes(&self) -> usize {
            self.bytes
        }

        /// The register at this index, of a 64-bit program.
        pub(crate) fn word(&self, index: usize) -> u64 {
            self.words[index]
        }

        /// The register at this index, of a 32-bit program on a little-endian machine.
        pub(crate) fn half(&self, index: usize) -> u32 {
            (self.words[index / 2] >> (32 * (index % 2))) as u32
        }
    }

    fn request(request: c_long, process: c_int, address: usize, data: usize) -> io::Result<()> {
        // SAFETY: each caller below passes numbers alone, or (GETREGSET, GETEVENTMSG) the address of memory of its
        // own that is as large as the kernel is told, and that lives until the call is over.
        let result = unsafe { libc::syscall(libc::SYS_ptrace, request, c_long::from(process), address, data) };
        if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// Makes the caller traced by the thread that started it. It stops at its next exec.
    pub(crate) fn trace_me() -> io::Result<()> {
        request(libc::PTRACE_TRACEME as c_long, 0, 0, 0)
    }

    /// Traces a process, and follows its forks and threads. Needs Linux 3.4.
    ///
    /// When the tracing thread ends, whatever it still traces runs on, untraced.
    pub(crate) fn seize(process: Pid) -> io::Result<()> {
        let options = libc::PTRACE_O_TRACESYSGOOD
            | libc::PTRACE_O_TRACEFORK
            | libc::PTRACE_O_TRACEVFORK
            | libc::PTRACE_O_TRACECLONE
            | libc::PTRACE_O_TRACEEXEC;
        request(libc::PTRACE_SEIZE as c_long, process.as_raw_nonzero().get(), 0, options as usize)
    }

    /// Lets a stopped process go on, handing it this signal (0 for none).
    pub(crate) fn resume(process: Pid, how: Resume, signal: i32) -> io::Result<()> {
        let how = match how {
            Resume::ToSyscall => libc::PTRACE_SYSCALL,
            Resume::Listening => libc::PTRACE_LISTEN,
            Resume::Detached => libc::PTRACE_DETACH,
        };
        request(how as c_long, process.as_raw_nonzero().get(), 0, signal as usize)
    }

    /// The number that comes with an event: after an exec, the thread that made it.
    pub(crate) fn event_message(process: Pid) -> io::Result<u64> {
        let mut message: libc::c_ulong = 0;
        let at = (&raw mut message) as usize;
        request(libc::PTRACE_GETEVENTMSG as c_long, process.as_raw_nonzero().get(), 0, at)?;
        Ok(message)
    }

    /// The general registers of a stopped process.
    pub(crate) fn registers(process: Pid) -> io::Result<Registers> {
        let mut words = [0_u64; Registers::WORDS];
        let mut vector = libc::iovec { iov_base: words.as_mut_ptr().cast::<c_void>(), iov_len: size_of_val(&words) };
        let at = (&raw mut vector) as usize;
        let set = libc::NT_PRSTATUS as usize;
        request(libc::PTRACE_GETREGSET as c_long, process.as_raw_nonzero().get(), set, at)?;
        Ok(Registers { words, bytes: vector.iov_len.min(size_of_val(&words)) })
    }
}

#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64")),
    allow(dead_code, reason = "where nothing is traced, no other program owns the terminal")
)]
pub(crate) mod signals {
    //! Signals from the terminal: while another program owns it, and to end what has to be cleared away.

    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Ctrl-C and Ctrl-\ do nothing to this process while this value lives, as in system(3): they are meant for
    /// the command in the foreground, after whose end there is something to report.
    pub(crate) struct Ignored([(i32, libc::sigaction); 2]);

    impl Ignored {
        /// To be called after the command was started: what is ignored is inherited through exec.
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Ignored([
                (libc::SIGINT, replace(libc::SIGINT, &ignore())?),
                (libc::SIGQUIT, replace(libc::SIGQUIT, &ignore())?),
            ]))
        }
    }

    impl Drop for Ignored {
        fn drop(&mut self) {
            for (signal, before) in &self.0 {
                // Cannot fail: the signal and the action were valid when they were read.
                let _ = replace(*signal, before);
            }
        }
    }

    static ASKED_TO_END: AtomicBool = AtomicBool::new(false);

    /// Ctrl-C and the request to end (SIGINT, SIGTERM) are noted from now on instead of ending this process at once, for
    /// a program that has something to clear away and looks often.
    ///
    /// # Errors
    /// The system refuses, which it does not for these signals.
    pub(crate) fn note_requests_to_end() -> io::Result<()> {
        extern "C" fn note(_: i32) {
            ASKED_TO_END.store(true, Ordering::Relaxed);
        }
        let mut action = ignore();
        action.sa_sigaction = note as extern "C" fn(i32) as usize;
        for signal in [libc::SIGINT, libc::SIGTERM] {
            let before = replace(signal, &action)?;
            // What whoever started this process wants ignored stays so.
            if before.sa_sigaction == libc::SIG_IGN {
                replace(signal, &before)?;
            }
        }
        Ok(())
    }

    /// Whether one came.
    pub(crate) fn asked_to_end() -> bool {
        ASKED_TO_END.load(Ordering::Relaxed)
    }

    fn ignore() -> libc::sigaction {
        // SAFETY: the struct is made of numbers and of a function pointer that may be null.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = libc::SIG_IGN;
        action
    }

    fn replace(signal: i32, action: &libc::sigaction) -> io::Result<libc::sigaction> {
        let mut before = ignore();
        // SAFETY: both point to whole structs that live through the call; the action is SIG_IGN, which runs no code
        // of ours, one that stores to an atomic and nothing else, or one that this process had before.
        match unsafe { libc::sigaction(signal, action, &raw mut before) } {
            0 => Ok(before),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
