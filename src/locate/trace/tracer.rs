//! The tracing loop: one thread that starts the command, stops it at each system call, and looks at its opens.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, wait, waitpid};

use super::calls::{self, OpenCall};
use super::{Opened, Traced};
use crate::finding::{Code, Trouble};
use crate::lang::machine as say;
use crate::locate::content::{self, Content};
use crate::store::cadir;
use crate::sys::ptrace::{self, Resume};
use crate::sys::{before_exec, signals};

/// Threads too (`__WALL`), but of this thread's own tracees alone (`__WNOTHREAD`): other threads of this process may
/// wait for children of theirs.
const EVERYTHING_OF_THIS_THREAD: WaitOptions = WaitOptions::from_bits_retain(0x4000_0000 | 0x2000_0000);

/// The longest path that the kernel takes.
const MAX_PATH: usize = 4096;

/// Different files that are kept; the contents of so many stores take less than 100 MB in all but hostile cases.
const MAX_OPENED: usize = 1_000;
const MAX_KEPT_BYTES: usize = 256 << 20;

const SIGNAL_TRAP: i32 = 5;
/// PTRACE_O_TRACESYSGOOD marks the stops of system calls so.
const SYSCALL_STOP: i32 = SIGNAL_TRAP | 0x80;
const EVENT_FORK: i32 = 1;
const EVENT_VFORK: i32 = 2;
const EVENT_CLONE: i32 = 3;
const EVENT_EXEC: i32 = 4;
const EVENT_STOP: i32 = 128;

pub(super) fn trace(command: &[OsString]) -> Result<Traced, Trouble> {
    // A tracee belongs to the thread that traces it, and is let go when that thread ends.
    let tracing = thread::scope(|scope| scope.spawn(|| run(command)).join());
    tracing.expect("the tracing thread does not panic")
}

fn run(command: &[OsString]) -> Result<Traced, Trouble> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| Trouble::new(Code::CommandNotStarted, say::no_command(), say::command_after_dashes()))?;
    let refused =
        |error: io::Error| Trouble::new(Code::TracingRefused, say::tracing_refused(error), say::allow_tracing());
    // Whether tracing is allowed at all is asked apart from the command, whose own EPERM means something else.
    let mut started = Command::new(program);
    before_exec(started.args(arguments), || {
        ptrace::trace_me().map_err(|_| io::Error::from_raw_os_error(TRACE_REFUSED))
    });
    let child = started.spawn().map_err(|error| match error.raw_os_error() {
        Some(TRACE_REFUSED) => refused(Errno::PERM.into()),
        _ => {
            let program = program.to_string_lossy();
            Trouble::new(Code::CommandNotStarted, say::command_not_started(program, error), say::check_the_command())
        }
    })?;
    let main = Pid::from_child(&child);
    let _ignored = signals::Ignored::new();
    if let Err(error) = take_over(main) {
        let _ = kill_process(main, Signal::KILL);
        let _ = waitpid(Some(main), EVERYTHING_OF_THIS_THREAD);
        return Err(refused(error));
    }
    let mut tracer = Tracer { main, inside: HashMap::new(), opened: Vec::new(), kept: 0 };
    let exit_code = tracer.follow();
    Ok(Traced { exit_code, opened: tracer.opened, left_running: left_running(&tracer.inside) })
}

/// No system call that comes before exec fails with it; "cannot send after transport endpoint shutdown".
const TRACE_REFUSED: i32 = 108;

/// From the stop at exec, which PTRACE_TRACEME brings, to being seized: only so are stops from the terminal told
/// from signals, and kept.
fn take_over(main: Pid) -> io::Result<()> {
    waitpid(Some(main), EVERYTHING_OF_THIS_THREAD)?;
    ptrace::resume(main, Resume::Detached, Signal::STOP.as_raw())?;
    ptrace::seize(main)?;
    kill_process(main, Signal::CONT)?;
    Ok(())
}

/// Processes among the threads that are still there.
fn left_running(inside: &HashMap<Pid, State>) -> usize {
    let leader = |pid: &&Pid| {
        let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
        let group = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
        group.is_some_and(|group| group.trim() == pid.as_raw_nonzero().to_string())
    };
    inside.keys().filter(leader).count()
}

/// Where a thread is between the two stops of a system call.
#[derive(Debug, Default)]
struct State {
    inside: bool,
    /// The open that it is making.
    open: Option<(OpenCall, PathBuf)>,
}

struct Tracer {
    main: Pid,
    inside: HashMap<Pid, State>,
    opened: Vec<Opened>,
    kept: usize,
}

impl Tracer {
    /// Until the command itself ends; gives its exit code.
    fn follow(&mut self) -> i32 {
        loop {
            match wait(EVERYTHING_OF_THIS_THREAD) {
                Ok(Some((pid, status))) => {
                    if let Some(code) = self.stopped(pid, status) {
                        return code;
                    }
                }
                Ok(None) | Err(Errno::INTR) => {}
                // Nothing is left to wait for: another part of this process has waited for the command.
                Err(_) => return 0,
            }
        }
    }

    fn stopped(&mut self, pid: Pid, status: WaitStatus) -> Option<i32> {
        let Some(signal) = status.stopping_signal() else {
            self.inside.remove(&pid);
            let killed = status.terminating_signal().map(|signal| 128 + signal);
            return (pid == self.main).then(|| status.exit_status().or(killed).unwrap_or_default());
        };
        let event = status.as_raw() >> 16;
        let resume = match (signal, event) {
            (SYSCALL_STOP, _) => {
                self.system_call(pid);
                (Resume::ToSyscall, 0)
            }
            (SIGNAL_TRAP, EVENT_STOP) => {
                // A new thread or process, or one that goes on after a stop.
                self.inside.entry(pid).or_default();
                (Resume::ToSyscall, 0)
            }
            // The stop of a whole process, by Ctrl-Z or SIGSTOP: it lasts until SIGCONT.
            (_, EVENT_STOP) => (Resume::Listening, 0),
            (_, EVENT_EXEC) => {
                // The thread that called exec takes the number of the whole process; the others are gone.
                number_in_event(pid).and_then(|former| self.inside.remove(&former));
                self.inside.insert(pid, State { inside: true, open: None });
                (Resume::ToSyscall, 0)
            }
            (_, 0) => (Resume::ToSyscall, signal),
            (_, EVENT_FORK | EVENT_VFORK | EVENT_CLONE) => {
                // Whoever made it may be gone before it stops for the first time.
                if let Some(made) = number_in_event(pid) {
                    self.inside.entry(made).or_default();
                }
                (Resume::ToSyscall, 0)
            }
            _ => (Resume::ToSyscall, 0),
        };
        // A process that was killed meanwhile cannot go on; its end is reported next.
        let _ = ptrace::resume(pid, resume.0, resume.1);
        None
    }

    /// The beginning and the end of a call come in turn.
    fn system_call(&mut self, pid: Pid) {
        let state = self.inside.entry(pid).or_default();
        state.inside = !state.inside;
        if state.inside {
            state.open = ptrace::registers(pid).ok().and_then(|registers| {
                let call = calls::open_call(&registers).filter(|call| call.may_read())?;
                let path = asked_path(pid, call)?;
                (!call.only_looks || is_a_hash_name(&path)).then_some((call, path))
            });
        } else if let Some((call, path)) = state.open.take()
            && let Ok(registers) = ptrace::registers(pid)
        {
            let result = calls::result(&registers);
            // What is there is opened next.
            if !call.only_looks || result < 0 {
                self.opened(pid, path, result);
            }
        }
    }

    fn opened(&mut self, pid: Pid, path: PathBuf, result: i64) {
        let proc = of(pid);
        let (real, store) = if result >= 0 {
            let descriptor = proc.join("fd").join(result.to_string());
            let Some((Content::Store(format), bytes)) = content::of_file(&descriptor) else { return };
            (fs::read_link(&descriptor).ok().or_else(|| Some(path.clone())), Some((format, bytes)))
        } else if has_a_stores_name(&path) {
            (None, None)
        } else {
            return;
        };
        let program = fs::read_link(proc.join("exe")).unwrap_or_default();
        let same = |known: &&mut Opened| known.path == path && known.real == real;
        if let Some(known) = self.opened.iter_mut().find(same) {
            known.times += 1;
            if !known.programs.contains(&program) {
                known.programs.push(program);
            }
            return;
        }
        if self.opened.len() == MAX_OPENED {
            return;
        }
        let (format, mut bytes) = store.map_or((None, Vec::new()), |(format, bytes)| (Some(format), bytes));
        self.kept += bytes.len();
        if self.kept > MAX_KEPT_BYTES {
            bytes.clear();
        }
        self.opened.push(Opened { path, real, format, bytes, programs: vec![program], times: 1 });
    }
}

/// The process or thread that an event tells of.
fn number_in_event(pid: Pid) -> Option<Pid> {
    ptrace::event_message(pid).ok().and_then(|tid| Pid::from_raw(i32::try_from(tid).ok()?))
}

fn of(pid: Pid) -> PathBuf {
    PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()))
}

/// The path that the call names, made absolute.
fn asked_path(pid: Pid, call: OpenCall) -> Option<PathBuf> {
    let proc = of(pid);
    let mut text = vec![0; MAX_PATH];
    // A short read is no error: the path may stand at the end of what is mapped.
    let length = fs::File::open(proc.join("mem")).ok()?.read_at(&mut text, call.path).ok()?;
    text.truncate(length);
    text.truncate(text.iter().position(|b| *b == 0)?);
    let path = PathBuf::from(OsString::from_vec(text));
    if path.is_absolute() {
        return Some(path);
    }
    let base = match call.directory {
        None => proc.join("cwd"),
        Some(descriptor) => proc.join("fd").join(descriptor.to_string()),
    };
    Some(fs::read_link(base).ok()?.join(path).components().collect())
}

/// Whether a store would be called so; asked of files that are not there, which have no content to go by.
fn has_a_stores_name(path: &Path) -> bool {
    const EXTENSIONS: [&str; 9] = ["pem", "crt", "cer", "jks", "p12", "pfx", "bks", "truststore", "keystore"];
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
        || name == "cacerts"
        || name == "jssecacerts"
        || is_a_hash_name(path)
}

fn is_a_hash_name(path: &Path) -> bool {
    cadir::sniff(path.file_name().and_then(|name| name.to_str()))
}
