//! What goes over the socket between the processes of a run. Keys travel here, and never on a command line.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Stage, names};
use crate::finding::{Code, Trouble};
use crate::lang::rehearse as say;
use crate::rehearse::chain::Presented;
use crate::rehearse::server::Reply;
use crate::rehearse::shadow::Shadow;
use crate::rehearse::verdict::Outcome;
use zeroize::Zeroizing;

/// A job without its files takes some kilobytes, a result some hundred.
const MAX_FRAME: usize = 16 << 20;

/// What the first process needs to know.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Job {
    pub command: Vec<Vec<u8>>,
    pub shadows: Vec<ShadowHead>,
    certificates: Vec<Vec<u8>>,
    key: Vec<u8>,
    pub hosts: Vec<String>,
    pub ports: Vec<u16>,
    /// The address to listen on, where the network is shared.
    pub address: Option<std::net::Ipv4Addr>,
    /// Name servers that the machine uses, whose addresses the stand-in name server takes.
    pub name_servers: Vec<std::net::IpAddr>,
    pub reply: Reply,
    pub ask_for_certificate: bool,
    pub time_limit: Duration,
    pub trace: bool,
    input: usize,
}

impl Drop for Job {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// A shadow without its bytes, which follow the job.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum ShadowHead {
    File { path: Vec<u8>, length: usize },
    Directory { path: Vec<u8>, more: Vec<(String, usize)> },
}

pub(super) fn send_job(to: &mut impl Write, stage: &Stage<'_>) -> io::Result<()> {
    let mut shadows = stage.shadows.to_vec();
    let address = stage.share_network.then(|| names::own_loopback(stage.ports));
    shadows.extend(names::shadows(stage.hosts, address));
    let heads = shadows.iter().map(|shadow| match shadow {
        Shadow::File { path, bytes } => {
            ShadowHead::File { path: path.as_os_str().as_bytes().to_vec(), length: bytes.len() }
        }
        Shadow::Directory { path, more } => ShadowHead::Directory {
            path: path.as_os_str().as_bytes().to_vec(),
            more: more.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect(),
        },
    });
    let job = Job {
        command: stage.command.iter().map(|word| word.as_bytes().to_vec()).collect(),
        shadows: heads.collect(),
        certificates: stage.presented.certificates.clone(),
        key: stage.presented.key.to_vec(),
        hosts: stage.hosts.to_vec(),
        ports: stage.ports.to_vec(),
        address,
        name_servers: names::name_servers(),
        reply: stage.reply.clone(),
        ask_for_certificate: stage.ask_for_certificate,
        time_limit: stage.time_limit,
        trace: stage.trace,
        input: stage.input.len(),
    };
    let json = Zeroizing::new(serde_json::to_vec(&job).map_err(io::Error::other)?);
    send_frame(to, &json)?;
    for shadow in &shadows {
        match shadow {
            Shadow::File { bytes, .. } => to.write_all(bytes)?,
            Shadow::Directory { more, .. } => more.iter().try_for_each(|(_, bytes)| to.write_all(bytes))?,
        }
    }
    to.write_all(stage.input)
}

/// The job, its shadows, and the command's input.
pub(super) fn receive_job(from: &mut impl Read) -> io::Result<(Job, Vec<Shadow>, Vec<u8>)> {
    let json = Zeroizing::new(receive_frame(from)?);
    let job: Job = serde_json::from_slice(&json).map_err(io::Error::other)?;
    let mut bytes = |length: usize| {
        let mut bytes = Vec::new();
        from.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() == length { Ok(bytes) } else { Err(io::Error::from(io::ErrorKind::UnexpectedEof)) }
    };
    let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
    let mut shadows = Vec::new();
    for head in &job.shadows {
        shadows.push(match head {
            ShadowHead::File { path: at, length } => Shadow::File { path: path(at), bytes: bytes(*length)? },
            ShadowHead::Directory { path: at, more } => Shadow::Directory {
                path: path(at),
                more: more
                    .iter()
                    .map(|(name, length)| Ok((name.clone(), bytes(*length)?)))
                    .collect::<io::Result<_>>()?,
            },
        });
    }
    let input = bytes(job.input)?;
    Ok((job, shadows, input))
}

impl Job {
    pub(super) fn presented(&self) -> Presented {
        Presented { certificates: self.certificates.clone(), key: Zeroizing::new(self.key.clone()) }
    }

    pub(super) fn command(&self) -> Vec<OsString> {
        self.command.iter().map(|word| OsStr::from_bytes(word).to_owned()).collect()
    }
}

pub(super) fn send_result(to: &mut impl Write, result: &Result<Outcome, Failure>) -> io::Result<()> {
    send_frame(to, &serde_json::to_vec(result).map_err(io::Error::other)?)
}

pub(super) fn receive_result(from: &mut impl Read) -> io::Result<Result<Outcome, Failure>> {
    serde_json::from_slice(&receive_frame(from)?).map_err(io::Error::other)
}

fn send_frame(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(frame)
}

fn receive_frame(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = vec![0; length];
    from.read_exact(&mut frame)?;
    Ok(frame)
}

/// Which part of a private world could not be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Step {
    /// Leaving the namespaces of the machine.
    Separate,
    /// Putting a shadow over a file or directory.
    Mount,
    /// Bringing up the private loopback.
    Network,
    /// Taking the port that programs connect to.
    Listen,
    /// Starting the command.
    Start,
    /// Seeing what it opens.
    Trace,
    /// A process of the run went away without a word.
    Lost,
}

/// Why a run did not come about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Failure {
    pub step: Step,
    /// What it was about: a path, an address, the command.
    pub what: String,
    pub error: String,
    pub not_permitted: bool,
    in_use: bool,
}

impl Failure {
    pub(super) fn new(step: Step, what: &str, error: &io::Error) -> Failure {
        Failure {
            step,
            what: what.to_owned(),
            error: error.to_string(),
            not_permitted: error.kind() == io::ErrorKind::PermissionDenied,
            in_use: error.kind() == io::ErrorKind::AddrInUse,
        }
    }

    pub(super) fn at(step: Step, path: &Path) -> impl Fn(io::Error) -> Failure {
        move |error| Failure::new(step, &path.display().to_string(), &error)
    }

    pub(super) fn into_trouble(self) -> Trouble {
        let Failure { step, what, error, not_permitted, in_use } = self;
        match step {
            Step::Listen if in_use => Trouble::new(Code::StandInPortTaken, say::port_taken(what), say::free_the_port()),
            Step::Separate => Trouble::new(Code::NoNamespaces, say::no_namespaces(error), say::without_namespaces()),
            Step::Mount | Step::Network | Step::Listen if not_permitted => {
                Trouble::new(Code::NoNamespaces, say::no_namespaces(error), say::without_namespaces())
            }
            Step::Start => Trouble::new(Code::CommandNotStarted, say::not_started(what, error), say::check_command()),
            Step::Mount => Trouble::new(Code::RehearsalSetup, say::no_shadow(what, error), say::without_namespaces()),
            Step::Network | Step::Listen => {
                Trouble::new(Code::RehearsalSetup, say::no_network(error), say::without_namespaces())
            }
            Step::Trace => Trouble::new(Code::TracingRefused, say::not_traced(error), say::name_a_bundle()),
            Step::Lost => Trouble::new(Code::RehearsalSetup, say::run_lost(error), say::without_namespaces()),
        }
    }
}
