//! The user's own program, as it is, against a stand-in of the new server.
//!
//! Nothing tells so well whether payments will go on as the program that makes them. It is run four times in a
//! private world ([`space`]) in which the hosts of the rollover are a stand-in server ([`server`]) and its bundle is a
//! shadow copy ([`shadow`]); what the server saw, beside how the program ended, becomes a verdict ([`verdict`]).
//!
//! Not shown: that the real server accepts the program's requests, or that its answers are understood. The program
//! does run, four times, and what it does besides connecting (a log line, a row in a local database) it does. Where its
//! bundles have to be found, it runs once more, and again for each of several ([`needed`]).

pub mod chain;
pub mod serve;
pub mod server;
pub mod shadow;
#[cfg(target_os = "linux")]
pub mod space;
pub mod verdict;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use chain::{Presented, Shown, StandIns};
use server::Reply;
use shadow::{Append, Bundle, Shadow, Shadows};
use verdict::{Conclusion, Judged, OpenedStore, Outcome, Part};

use crate::finding::{Code, Trouble};
use crate::lang::rehearse as say;

/// A JVM with a build tool in front takes 20 seconds to its first connection.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Where programs look for a server of HTTPS.
pub const HTTPS: u16 = 443;

/// What is to be rehearsed, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    pub bundles: Vec<Bundle>,
    /// Where the stand-in listens.
    pub ports: Vec<u16>,
    pub reply: Reply,
    /// Ask the program for a client certificate, as the real server does in mutual TLS.
    pub ask_for_certificate: bool,
    /// Keep the machine's network for the program; root only.
    pub share_network: bool,
    /// For each of the four runs.
    pub time_limit: Duration,
    /// What the program reads on its standard input, each time.
    pub input: Vec<u8>,
    /// The program whose `main` begins with [`inner_process`]; `None` means the one that runs.
    pub helper: Option<PathBuf>,
}

impl Options {
    pub fn new(command: Vec<OsString>, bundles: Vec<Bundle>) -> Options {
        Options {
            command,
            bundles,
            ports: vec![HTTPS],
            reply: Reply::default(),
            ask_for_certificate: false,
            share_network: false,
            time_limit: TIME_LIMIT,
            input: Vec::new(),
            helper: None,
        }
    }
}

/// What came of a rehearsal.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// One to four, in the order of [`Part::ALL`]; the first alone where it shows that there is nothing to compare.
    pub outcomes: Vec<Outcome>,
    /// As many.
    pub judged: Vec<Judged>,
    pub conclusion: Conclusion,
}

/// Rehearses with these stand-ins; `progress` is told of each run before it begins.
///
/// # Errors
/// The command or a bundle is not as it must be, the system does not permit private namespaces, or the
/// command cannot be started. Nothing was changed.
pub fn rehearse(
    stand_ins: &StandIns,
    options: &Options,
    append: Append<'_>,
    progress: &mut dyn FnMut(Part),
) -> Result<Rehearsal, Trouble> {
    if options.command.is_empty() {
        return Err(Trouble::new(Code::CommandNotStarted, say::no_command(), say::check_command()));
    }
    let shadows = Shadows::make(&options.bundles, stand_ins, append)?;
    let mut outcomes = Vec::new();
    for part in Part::ALL {
        progress(part);
        let (shown, seen) = match part {
            Part::Baseline => (Shown::Old, &shadows.today),
            Part::Rollover => (Shown::New, &shadows.today),
            Part::Repaired => (Shown::New, &shadows.repaired),
            Part::Rogue => (Shown::Rogue, &shadows.repaired),
        };
        let outcome = run(options, &stand_ins.hosts, &stand_ins.chain(shown).into(), seen, false)?;
        let reached = verdict::reached_tls(&outcome);
        outcomes.push(outcome);
        if part == Part::Baseline && !reached {
            break;
        }
    }
    let (judged, conclusion) = verdict::judge(&outcomes, shadows.vouched);
    Ok(Rehearsal { outcomes, judged, conclusion })
}

/// The bundles whose repair helps the program: all that lack the new root, but for those without whose repair it comes
/// through just as well. Of two that do the same, the one that comes first.
///
/// It runs the program once more for each of several.
///
/// # Errors
/// As [`rehearse`].
pub fn needed(
    stand_ins: &StandIns,
    options: &Options,
    append: Append<'_>,
    rehearsal: &Rehearsal,
) -> Result<Vec<PathBuf>, Trouble> {
    let mut needed: Vec<&Bundle> = options.bundles.iter().filter(|bundle| !bundle.holds.new_root).collect();
    let Some(reference) = rehearsal.outcomes.get(2).filter(|_| rehearsal.conclusion == Conclusion::AppendHelps) else {
        return Ok(Vec::new());
    };
    let shadows = Shadows::make(&options.bundles, stand_ins, append)?;
    for left_out in needed.clone().into_iter().rev() {
        if needed.len() < 2 {
            break;
        }
        let without: Vec<&Bundle> = needed.iter().copied().filter(|bundle| bundle.path != left_out.path).collect();
        let seen = shadows.repaired_at(&without);
        let outcome = run(options, &stand_ins.hosts, &stand_ins.chain(Shown::New).into(), &seen, false)?;
        if verdict::works_as(reference, &outcome) {
            needed = without;
        }
    }
    Ok(needed.into_iter().map(|bundle| bundle.path.clone()).collect())
}

/// Runs the command once, in a private world with the bundles as they are, and says which stores it opens.
///
/// It sees the old chain, which no bundle vouches for: a program that reads a bundle only after it was accepted is not
/// seen to do so.
///
/// # Errors
/// As [`rehearse`]; or tracing is not permitted.
pub fn opened_stores(stand_ins: &StandIns, options: &Options) -> Result<Vec<OpenedStore>, Trouble> {
    if options.command.is_empty() {
        return Err(Trouble::new(Code::CommandNotStarted, say::no_command(), say::check_command()));
    }
    Ok(run(options, &stand_ins.hosts, &(&stand_ins.old).into(), &[], true)?.opened)
}

#[cfg(target_os = "linux")]
fn run(
    options: &Options,
    hosts: &[String],
    presented: &Presented,
    shadows: &[Shadow],
    trace: bool,
) -> Result<Outcome, Trouble> {
    space::run(&space::Stage {
        helper: options.helper.clone().unwrap_or_else(|| "/proc/self/exe".into()),
        command: &options.command,
        shadows,
        presented,
        hosts,
        ports: &options.ports,
        share_network: options.share_network,
        reply: &options.reply,
        ask_for_certificate: options.ask_for_certificate,
        time_limit: options.time_limit,
        input: &options.input,
        trace,
    })
}

#[cfg(not(target_os = "linux"))]
fn run(_: &Options, _: &[String], _: &Presented, _: &[Shadow], _: bool) -> Result<Outcome, Trouble> {
    Err(Trouble::new(Code::NoNamespaces, say::linux_alone(), say::without_linux()))
}

/// The names in a list of `NAME` and `NAME:PORT`, and the ports to listen on: 443 and those that are named.
///
/// # Errors
/// A port is not one. Names are looked at where chains are made for them.
pub fn hosts_and_ports(given: &[String]) -> Result<(Vec<String>, Vec<u16>), Trouble> {
    let mut hosts = Vec::new();
    let mut ports = vec![HTTPS];
    for text in given {
        let (host, port) = text.split_once(':').map_or((text.as_str(), None), |(host, port)| (host, Some(port)));
        let wrong =
            |_: std::num::ParseIntError| Trouble::new(Code::RehearsalHost, say::not_a_host(text), say::name_a_host());
        hosts.push(host.to_owned());
        let port = port.map_or(Ok(HTTPS), |port| port.parse().map(std::num::NonZeroU16::get)).map_err(wrong)?;
        if !ports.contains(&port) {
            ports.push(port);
        }
    }
    Ok((hosts, ports))
}

/// Does the work of an inner process of a rehearsal where this process is one: `main` calls it first, before it starts
/// a thread or looks at its arguments, and returns what it gives back.
pub fn inner_process() -> Option<std::process::ExitCode> {
    #[cfg(target_os = "linux")]
    return space::inner_process();
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::rollover::Rollover;
    use chain::KeyKind;

    /// Whether a real client is here. Without it a test shows nothing: an error where all must be tested, and a loud
    /// line elsewhere.
    pub fn installed(program: &str) -> bool {
        let found = std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|directory| directory.join(program).is_file()));
        assert!(found || std::env::var_os("CI").is_none(), "{program} is not installed");
        if !found {
            eprintln!("SKIPPED: {program} is not installed, so this test shows nothing");
        }
        found
    }

    pub fn rollover() -> Rollover {
        Rollover { id: "test".into(), keep: vec![], add: vec![], hosts: vec!["pay.example.com".into()], steps: vec![] }
    }

    #[test]
    fn a_host_is_a_name_with_or_without_a_port() {
        let given = |hosts: &[&str]| hosts_and_ports(&hosts.iter().map(|host| host.to_string()).collect::<Vec<_>>());
        assert_eq!(given(&["a.example", "b.example:8443"]).unwrap().1, [443, 8443]);
        for wrong in ["a:0", "a:b", "a:99999", "[::1]:443", "https://a.example"] {
            assert!(given(&[wrong]).is_err(), "{wrong}");
        }
        for wrong in ["", "a b", "a\n10.0.0.1 b", "127.0.0.1", "a..b", "-\u{e4}"] {
            let stand_ins = StandIns::make(&rollover(), &[wrong.into()], KeyKind::Ec, time::OffsetDateTime::now_utc());
            assert_eq!(stand_ins.unwrap_err().code, Code::RehearsalHost, "{wrong}");
        }
    }
}
