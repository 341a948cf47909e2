//! The first process of the private world. It sets the world up, starts the command, takes in its orphans, and when it
//! ends, everything ends.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::net::UdpSocket;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions};
use rustix::thread::CapabilitySet;

use super::wire::{self, Failure, Job, Step};
use super::{mounts, names, network, traced};
use crate::rehearse::server::{End, Server};
use crate::rehearse::verdict::{Exit, Outcome};

/// Enough for a stack trace.
const MAX_OUTPUT: usize = 16 << 10;
/// Different names that are not the stand-in's.
const MAX_ASKED: usize = 32;
/// What a stopped command is given to end by itself.
const GRACE: Duration = Duration::from_secs(1);
/// What a tracing process is given to say what it saw, after all that it traced was stopped.
const TRACING_GRACE: Duration = Duration::from_secs(10);
/// How long a background process may be silent after its connection before nothing more is expected of it.
const QUIET: Duration = Duration::from_secs(2);
/// The same in the middle of a connection, which a busy machine does not always get on with.
const QUIET_WITHIN: Duration = Duration::from_secs(10);
/// What the stand-in is given to note how the connections of a program that has ended have ended.
const NOTING: Duration = Duration::from_secs(5);

/// A proxy is out of reach in the private world, and would see nothing of the stand-in in a shared one.
const PROXY_VARIABLES: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy"];

pub(super) fn live(mut channel: UnixStream, in_user_namespace: bool) -> ExitCode {
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    let Ok((job, shadows, input)) = wire::receive_job(&mut channel) else { return ExitCode::from(2) };
    end_with_the_outside(&channel);
    let result = mounts::lay(&shadows, &input).and_then(|input| perform(&job, input, in_user_namespace));
    match wire::send_result(&mut channel, &result) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// Should a parent have died before this process asked to die with it, its end of the socket is closed.
fn end_with_the_outside(channel: &UnixStream) {
    if let Ok(mut channel) = channel.try_clone() {
        let wait = move || {
            while channel.read(&mut [0]).is_ok_and(|length| length > 0) {}
            std::process::exit(2);
        };
        let _ = thread::Builder::new().spawn(wait);
    }
}

fn perform(job: &Job, input: File, in_user_namespace: bool) -> Result<Outcome, Failure> {
    let setup = |error: io::Error| Failure::new(Step::Network, "", &error);
    let asked = Arc::new(Mutex::new(Vec::new()));
    if job.address.is_none() {
        network::bring_up().map_err(setup)?;
        for server in &job.name_servers {
            // One that cannot be had is one that the command cannot ask.
            let Ok(socket) = UdpSocket::bind((*server, 53)) else { continue };
            let (hosts, asked) = (job.hosts.clone(), Arc::clone(&asked));
            let serve = move || names::serve(&socket, &hosts, &mut |name| note_name(&asked, name));
            thread::Builder::new().spawn(serve).map_err(setup)?;
        }
    }
    let listeners = network::listen(&job.ports, job.address)
        .map_err(|(address, error)| Failure::new(Step::Listen, &address, &error))?;
    let server =
        Server::start(&job.presented(), listeners, job.reply.clone(), job.ask_for_certificate).map_err(setup)?;
    mounts::mount_proc();
    if in_user_namespace {
        drop_capabilities().map_err(|error| Failure::new(Step::Separate, "", &error))?;
    }
    // A directory that is shadowed now is entered again, through its path.
    if let Ok(here) = std::env::current_dir() {
        let _ = std::env::set_current_dir(here);
    }
    let report = job.trace.then(traced::Report::new).transpose().map_err(setup)?;
    let (exit, output) = run(job, input, &server, report.as_ref())?;
    let opened = report.map_or(Ok(Vec::new()), traced::Report::read)?;
    server.settle(NOTING);
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Outcome { exit, observations: server.observations(), asked, output, opened })
}

fn note_name(asked: &Mutex<Vec<String>>, name: String) {
    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    if asked.len() < MAX_ASKED && !asked.contains(&name) {
        asked.push(name);
    }
}

/// The command has what its user has, no more.
fn drop_capabilities() -> io::Result<()> {
    rustix::thread::clear_ambient_capability_set()?;
    let mut sets = rustix::thread::capabilities(None)?;
    sets.inheritable = CapabilitySet::empty();
    Ok(rustix::thread::set_capabilities(None, sets)?)
}

fn run(job: &Job, input: File, server: &Server, report: Option<&traced::Report>) -> Result<(Exit, String), Failure> {
    let mut words = job.command();
    if let Some(report) = report {
        words.splice(..0, report.command());
    }
    let (program, arguments) = words.split_first().expect("a command has at least one word");
    let started = |error: io::Error| Failure::new(Step::Start, &program.to_string_lossy(), &error);
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::from(input)).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in PROXY_VARIABLES {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    let mut child = command.spawn().map_err(started)?;
    let tail = Arc::new(Mutex::new(VecDeque::new()));
    let pipes: [Option<Box<dyn Read + Send>>; 2] =
        [child.stdout.take().map(|pipe| Box::new(pipe) as _), child.stderr.take().map(|pipe| Box::new(pipe) as _)];
    let readers = pipes.into_iter().flatten().map(|pipe| {
        let tail = Arc::clone(&tail);
        thread::Builder::new().spawn(move || keep_tail(pipe, &tail))
    });
    let readers = readers.collect::<io::Result<Vec<_>>>().map_err(started)?;
    let pid = Pid::from_child(&child);
    let exit = wait(pid, job.time_limit, server, report.is_some());
    // Of a finished command everything that it wrote is there to be read; a background process may keep the pipe.
    let end = Instant::now() + GRACE;
    while readers.iter().any(|reader| !reader.is_finished()) && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
    let tail: Vec<u8> = tail.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
    Ok((exit, String::from_utf8_lossy(&tail).into_owned()))
}

/// Takes in every process that ends, until none is left, nothing more is to be expected, or the time is over.
fn wait(pid: Pid, time_limit: Duration, server: &Server, traced: bool) -> Exit {
    let end = Instant::now() + time_limit;
    let mut exit = None;
    let mut last_seen = (server.observations(), Instant::now());
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((ended, status))) => {
                if ended == pid {
                    exit = match (status.exit_status(), status.terminating_signal()) {
                        (Some(code), _) => Some(Exit::Code(code)),
                        (None, Some(signal)) => Some(Exit::Signal(signal)),
                        (None, None) => exit,
                    };
                }
                continue;
            }
            Ok(None) => {}
            // No process is left.
            Err(_) => return exit.unwrap_or(Exit::TimeLimit),
        }
        if let Some(exit) = exit {
            // The command went into the background. Once it has been at the stand-in and is quiet, it has shown what
            // it does.
            let seen = server.observations();
            if seen != last_seen.0 {
                last_seen = (seen, Instant::now());
            } else {
                let within = seen.connections.iter().any(|connection| connection.end == End::Open);
                let quiet = if within { QUIET_WITHIN } else { QUIET };
                if !seen.connections.is_empty() && last_seen.1.elapsed() > quiet {
                    return exit;
                }
            }
        }
        if Instant::now() >= end {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    server.clients_are_stopped();
    if let Some(exit) = exit {
        return exit;
    }
    let end = Instant::now() + if traced { TRACING_GRACE } else { GRACE };
    if traced {
        traced::stop_all_but(pid);
    } else {
        let _ = rustix::process::kill_process(pid, Signal::TERM);
    }
    while Instant::now() < end
        && !matches!(rustix::process::wait(WaitOptions::NOHANG), Ok(Some((ended, _))) if ended == pid)
    {
        thread::sleep(Duration::from_millis(5));
    }
    Exit::TimeLimit
}

fn keep_tail(mut from: impl Read, tail: &Mutex<VecDeque<u8>>) {
    let mut part = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut part) {
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend(&part[..length]);
        let surplus = tail.len().saturating_sub(MAX_OUTPUT);
        tail.drain(..surplus);
    }
}
