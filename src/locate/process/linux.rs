//! What `/proc` tells of one process.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::content::{self, Content};
use super::super::found::{Found, Holds, merge};
use super::super::variables::{self, Place};
use super::{Process, runtime};
use crate::finding::{Code, Finding, Trouble};
use crate::lang::machine as say;
use crate::pin::{Advice, Class, Kind, Pin};
use crate::prefix::Prefix;

/// A command line or an environment; the kernel's own limit is 6 MB for both together.
const MAX_TEXT: usize = 8 << 20;

/// Open files that are looked at. A server with more has sockets.
const MAX_OPEN: usize = 16_384;

/// Clocks of the process's start (10 ms) and of file systems differ by a little; a bundle that changed within this
/// time of the start is taken for changed after it.
const SLACK: Duration = Duration::from_secs(1);

/// Options of command lines that name a store, without their hyphens, in lower case.
const OPTIONS: [&str; 17] = [
    "cacert",
    "capath",
    "cafile",
    "ca-file",
    "ca-cert",
    "ca-certificate",
    "ca-certs",
    "ca-directory",
    "ca-bundle",
    "cainfo",
    "x509cafile",
    "ssl-ca",
    "rootca",
    "root-ca",
    "trusted-ca-file",
    "tls-ca-cert",
    "proxy-cacert",
];

/// What is known of the process while its stores are collected.
pub(super) struct View {
    pub pid: u32,
    pub proc: PathBuf,
    pub prefix: Prefix,
    pub program: PathBuf,
    pub command: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub cwd: PathBuf,
    /// Files that it has mapped into memory: libraries, mostly. Paths inside.
    pub mapped: Vec<PathBuf>,
}

impl View {
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub fn place<'v>(&'v self, path: &'v Path, language: &'static str) -> Place<'v> {
        Place { path, line: 1, column: 1, language, cwd: &self.cwd }
    }
}

pub(super) fn process(pid: u32) -> Result<Process, Trouble> {
    let start = start_ticks(pid).map_err(|error| trouble(pid, &error))?;
    let view = view(pid).map_err(|error| trouble(pid, &error))?;
    let started = started(start).map_err(|error| trouble(pid, &error))?;
    let mut found = told(&view);
    found.extend(open(&view));
    found.extend(mapped(&view));
    found.extend(runtime::stores(&view));
    let mut found = merge(found);
    for one in &mut found {
        if one.exists && one.holds == Holds::File && changed_after(&one.path, started) {
            one.findings.push(Finding::new(Code::ProcessOlderThanBundle, say::older_than_bundle()));
        }
    }
    // The number may have gone to another process meanwhile; then what was read is a mixture of two.
    if start_ticks(pid).ok() != Some(start) {
        return Err(gone(pid));
    }
    let contained = !view.prefix.is_root();
    let root = view.prefix.as_path().to_owned();
    Ok(Process { pid, program: view.program, command: view.command, started, contained, root, found })
}

fn gone(pid: u32) -> Trouble {
    Trouble::new(Code::ProcessGone, say::process_gone(pid), say::look_for_the_process())
}

fn trouble(pid: u32, error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            Trouble::new(Code::ProcessNotPermitted, say::process_not_permitted(pid), say::be_root_or_the_user())
        }
        // ENOENT before, ESRCH while it ends.
        _ => gone(pid),
    }
}

fn view(pid: u32) -> io::Result<View> {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    let root = fs::read_link(proc.join("root"))?;
    let namespace = |of: &Path| fs::read_link(of.join("ns/mnt"));
    let same = root == Path::new("/") && namespace(&proc)? == namespace(Path::new("/proc/self"))?;
    let prefix = Prefix::new(&if same { PathBuf::from("/") } else { proc.join("root") });
    let environment = read(&proc.join("environ"))?;
    let environment = words(&environment).filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let program = fs::read_link(proc.join("exe"))?;
    let program =
        program.to_str().and_then(|text| text.strip_suffix(" (deleted)")).map_or(program.clone(), PathBuf::from);
    Ok(View {
        pid,
        command: words(&read(&proc.join("cmdline"))?).collect(),
        environment: environment.collect(),
        cwd: fs::read_link(proc.join("cwd"))?,
        mapped: mapped_paths(&String::from_utf8_lossy(&read(&proc.join("maps"))?)),
        program,
        proc,
        prefix,
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, MAX_TEXT as u64), &mut bytes)?;
    Ok(bytes)
}

/// Texts that end with NUL.
fn words(bytes: &[u8]) -> impl Iterator<Item = String> {
    bytes.split(|b| *b == 0).filter(|word| !word.is_empty()).map(|word| String::from_utf8_lossy(word).into_owned())
}

/// The sixth field of each line of `maps`, each path once.
fn mapped_paths(maps: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for line in maps.lines() {
        let Some(at) = line.find(" /") else { continue };
        let path = line[at + 1..].trim_end_matches(" (deleted)");
        if !path.starts_with("/dev/") && !paths.iter().any(|known| known.as_os_str() == path) {
            paths.push(PathBuf::from(path));
        }
    }
    paths
}

/// What the environment and the command line name.
fn told(view: &View) -> Vec<Found> {
    let mut told = Vec::new();
    let environ = view.proc.join("environ");
    for (name, value) in &view.environment {
        told.extend(variables::of_assignment(view.place(&environ, "environment"), name, value));
    }
    let cmdline = view.proc.join("cmdline");
    let place = view.place(&cmdline, "command-line");
    let mut arguments = view.command.iter().skip(1).peekable();
    while let Some(argument) = arguments.next() {
        told.extend(variables::of_java_argument(place, argument));
        let (option, value) = argument.split_once('=').map_or((argument.as_str(), None), |(o, v)| (o, Some(v)));
        let name = option.trim_start_matches('-').to_ascii_lowercase();
        if option.starts_with('-') && OPTIONS.contains(&name.as_str()) {
            let value = value.or_else(|| arguments.peek().map(|next| next.as_str()));
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                told.push(variables::of_option(place, option, value));
            }
        }
    }
    let mut found: Vec<Found> = told.into_iter().map(|(pin, who)| Found::pinned(&view.prefix, pin, who)).collect();
    // Whatever the option is called, a trust store is known by its content.
    for argument in view.command.iter().skip(1) {
        for part in argument.split([',', '=', ':']).filter(|part| !part.is_empty()) {
            let path = view.cwd.join(part);
            let known = found.iter().any(|found| found.pin.as_ref().is_some_and(|pin| pin.target == part));
            if !known && is_store(&view.prefix, &path) {
                found.push(Found::pinned(&view.prefix, argument_pin(&cmdline, part, path), say::argument()));
            }
        }
    }
    found
}

fn argument_pin(cmdline: &Path, target: &str, path: PathBuf) -> Pin {
    Pin {
        path: cmdline.to_owned(),
        line: 1,
        column: 1,
        language: "command-line".to_owned(),
        kind: Kind::File,
        class: Class::ServerTrust,
        target: target.to_owned(),
        resolved: vec![path],
        advice: Advice::Append,
        reason: say::named_at_start(),
        findings: Vec::new(),
    }
}

fn is_store(prefix: &Prefix, inside: &Path) -> bool {
    let content = prefix.open_path(inside).ok().and_then(|host| content::of_file(&host));
    matches!(content, Some((Content::Store(_), _)))
}

/// Stores that are open at this moment.
fn open(view: &View) -> Vec<Found> {
    let Ok(entries) = fs::read_dir(view.proc.join("fd")) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten().take(MAX_OPEN) {
        let descriptor = entry.path();
        if !matches!(content::of_file(&descriptor), Some((Content::Store(_), _))) {
            continue;
        }
        let named = fs::read_link(&descriptor).unwrap_or_default();
        let mut one = Found::default(&view.prefix, &named, Holds::File, say::open_file(view.pid));
        if !one.exists {
            // Deleted or replaced: what the process reads is still there, by this name alone.
            (one.path, one.exists) = (descriptor, true);
        }
        found.push(one);
    }
    found
}

fn mapped(view: &View) -> Vec<Found> {
    let stores = view.mapped.iter().filter(|path| is_store(&view.prefix, path));
    stores.map(|path| Found::default(&view.prefix, path, Holds::File, say::mapped_file(view.pid))).collect()
}

/// Field 22 of `stat`: when the process started, in clock ticks since the system did. The second field is a name in
/// parentheses that may itself hold blanks and parentheses.
fn start_ticks(pid: u32) -> io::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let mut fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ');
    let ended = || io::Error::from(io::ErrorKind::NotFound);
    // A zombie has ended; only its parent has not asked yet.
    if matches!(fields.next(), None | Some("Z" | "X")) {
        return Err(ended());
    }
    fields.nth(18).and_then(|ticks| ticks.parse().ok()).ok_or_else(ended)
}

fn started(ticks: u64) -> io::Result<SystemTime> {
    let uptime = fs::read_to_string("/proc/uptime")?;
    let seconds: f64 = uptime.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    let since = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
    let age = Duration::try_from_secs_f64((seconds - since).max(0.0)).unwrap_or_default();
    Ok(SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH))
}

/// Whether the file was written, or put in the place of another, after this time. A file that was copied with its
/// old time, or moved here, shows it by the inode's own change alone.
fn changed_after(path: &Path, started: SystemTime) -> bool {
    let Ok(metadata) = fs::metadata(path) else { return false };
    let latest = (metadata.mtime(), metadata.mtime_nsec()).max((metadata.ctime(), metadata.ctime_nsec()));
    let (Ok(seconds), Ok(nanoseconds)) = (u64::try_from(latest.0), u32::try_from(latest.1)) else { return false };
    SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds) + SLACK > started
}
