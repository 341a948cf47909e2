//! The stores that operating systems generate: where their anchors lie, what is generated from them, and how.
//!
//! Sources: update-ca-certificates(8) of Debian 12; update-ca-trust(8) of Fedora and of RHEL 6 (which had it switched
//! off: `update-ca-trust check` said DISABLED until `force-enable`); openSUSE's ca-certificates; Arch Linux's
//! ca-certificates-utils; Alpine's ca-certificates.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Custody, Place};
use crate::prefix::Prefix;

/// How a family of distributions takes a root of one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Anchors {
    /// Debian, Ubuntu and their descendants.
    Debian,
    Alpine,
    /// RHEL, CentOS, Fedora, TencentOS, openEuler, Anolis, Amazon.
    RedHat,
    /// CentOS 6 and its like, where nothing is generated before it is enabled.
    RedHatDisabled,
    Suse,
    Arch,
}

/// Where the commands lie; sudo and cron often leave the sbin directories out of PATH.
const COMMAND_DIRECTORIES: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// What CentOS 6 ships as plain files until the generation is enabled, and replaces by links then.
const REDHAT_LEGACY: [&str; 3] =
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/certs/ca-bundle.trust.crt", "/etc/pki/java/cacerts"];

impl Anchors {
    const ALL: [Anchors; 6] =
        [Anchors::Debian, Anchors::Alpine, Anchors::RedHat, Anchors::RedHatDisabled, Anchors::Suse, Anchors::Arch];

    /// The family of this root, by what lies in it; `None` where nothing generates a store: another system, or an
    /// image without the command.
    pub fn of(prefix: &Prefix) -> Option<Self> {
        let has = |anchors: Anchors| prefix.is_dir(anchors.directory()) && anchors.program(prefix).is_some();
        if has(Anchors::RedHat) {
            let legacy = prefix.resolve(Path::new(REDHAT_LEGACY[0])).ok();
            let disabled = legacy.is_some_and(|real| real == Path::new(REDHAT_LEGACY[0]));
            return Some(if disabled { Anchors::RedHatDisabled } else { Anchors::RedHat });
        }
        if has(Anchors::Suse) {
            return Some(Anchors::Suse);
        }
        if has(Anchors::Arch) {
            return Some(Anchors::Arch);
        }
        // The directory for local anchors is made when it is needed.
        Anchors::Debian.program(prefix)?;
        let alpine = prefix.exists(Path::new("/etc/alpine-release"));
        Some(if alpine { Anchors::Alpine } else { Anchors::Debian })
    }

    /// The command that generates the stores.
    pub const fn command(self) -> &'static str {
        match self {
            Anchors::Debian | Anchors::Alpine | Anchors::Suse => "update-ca-certificates",
            Anchors::RedHat | Anchors::RedHatDisabled | Anchors::Arch => "update-ca-trust",
        }
    }

    /// Where a root of one's own goes.
    pub fn directory(self) -> &'static Path {
        Path::new(match self {
            Anchors::Debian | Anchors::Alpine => "/usr/local/share/ca-certificates",
            Anchors::RedHat | Anchors::RedHatDisabled => "/etc/pki/ca-trust/source/anchors",
            Anchors::Suse => "/etc/pki/trust/anchors",
            Anchors::Arch => "/etc/ca-certificates/trust-source/anchors",
        })
    }

    /// Debian and Alpine look at `*.crt` alone; p11-kit takes any name.
    pub const fn extension(self) -> &'static str {
        match self {
            Anchors::Debian | Anchors::Alpine | Anchors::Arch => "crt",
            Anchors::RedHat | Anchors::RedHatDisabled | Anchors::Suse => "pem",
        }
    }

    /// Where roots come from besides [`Anchors::directory`]: read whole, with sub-directories. Debian's own list is
    /// chosen by a file, see [`super::source`].
    pub(super) const fn other_sources(self) -> &'static [&'static str] {
        match self {
            Anchors::Debian | Anchors::Alpine => &[],
            Anchors::RedHat | Anchors::RedHatDisabled => {
                &["/usr/share/pki/ca-trust-source", "/usr/share/pki/ca-trust-legacy", "/etc/pki/ca-trust/source"]
            }
            Anchors::Suse => &["/usr/share/pki/trust", "/etc/pki/trust"],
            Anchors::Arch => &["/usr/share/ca-certificates/trust-source", "/etc/ca-certificates/trust-source"],
        }
    }

    /// Where an administrator puts certificates that are never to be trusted; older and newer names.
    pub(super) const fn blocked(self) -> &'static [&'static str] {
        match self {
            Anchors::Debian | Anchors::Alpine => &[],
            Anchors::RedHat | Anchors::RedHatDisabled => {
                &["/etc/pki/ca-trust/source/blocklist", "/etc/pki/ca-trust/source/blacklist"]
            }
            Anchors::Suse => &["/etc/pki/trust/blocklist", "/etc/pki/trust/blacklist"],
            Anchors::Arch => {
                &["/etc/ca-certificates/trust-source/blocklist", "/etc/ca-certificates/trust-source/blacklist"]
            }
        }
    }

    /// The generated bundle of roots that are trusted for TLS servers.
    pub fn bundle(self) -> &'static Path {
        Path::new(match self {
            Anchors::Debian | Anchors::Alpine => "/etc/ssl/certs/ca-certificates.crt",
            Anchors::RedHat => "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            Anchors::RedHatDisabled => REDHAT_LEGACY[0],
            Anchors::Suse => "/var/lib/ca-certificates/ca-bundle.pem",
            Anchors::Arch => "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
        })
    }

    /// Whether the generator writes this file or directory (a path inside, with its links followed).
    fn generates(self, real: &Path) -> bool {
        match self {
            Anchors::Debian | Anchors::Alpine => real == self.bundle() || real == Path::new("/etc/ssl/certs"),
            Anchors::RedHat => real.starts_with("/etc/pki/ca-trust/extracted"),
            Anchors::RedHatDisabled => REDHAT_LEGACY.iter().any(|legacy| real == Path::new(legacy)),
            Anchors::Suse => real.starts_with("/var/lib/ca-certificates"),
            Anchors::Arch => real.starts_with("/etc/ca-certificates/extracted") || real == Path::new("/etc/ssl/certs"),
        }
    }

    /// The command's path inside.
    fn program(self, prefix: &Prefix) -> Option<PathBuf> {
        let mut paths = COMMAND_DIRECTORIES.iter().map(|directory| Path::new(directory).join(self.command()));
        paths.find(|path| prefix.is_file(path))
    }

    /// What to run, in this order, after anchors were added. `all` makes the hooks hear of every root again, not of
    /// the new ones alone.
    pub(super) fn refresh(self, prefix: &Prefix, all: bool) -> Vec<Vec<OsString>> {
        let steps: &[&[&str]] = match self {
            Anchors::Debian if all => &[&["--fresh"]],
            Anchors::Debian | Anchors::Alpine | Anchors::Suse | Anchors::Arch => &[&[]],
            Anchors::RedHat => &[&["extract"]],
            // `enable` refuses where the bundle was changed by hand; those changes are kept as anchors.
            Anchors::RedHatDisabled => &[&["force-enable"], &["extract"]],
        };
        self.commands(prefix, steps)
    }

    /// What to run after anchors of these names were taken away again.
    pub(super) fn undo(self, prefix: &Prefix, names: &[String]) -> Vec<Vec<OsString>> {
        let steps: &[&[&str]] = match self {
            // Without --fresh the link to the anchor that is gone stays behind.
            Anchors::Debian | Anchors::Alpine | Anchors::Suse => &[&["--fresh"]],
            Anchors::RedHat => &[&["extract"]],
            Anchors::RedHatDisabled => &[&["extract"], &["disable"]],
            Anchors::Arch => &[&[]],
        };
        let mut commands = self.commands(prefix, steps);
        if self == Anchors::Debian && !names.is_empty() && java_hook_runs(prefix) {
            // The generator tells its hooks of deselected roots, but never of local ones that are gone.
            let gone: String = names.iter().map(|name| format!(" -/etc/ssl/certs/{name}.pem")).collect();
            let line = format!("printf '%s\\n'{gone} | {JAVA_HOOK}");
            commands.push(enter(prefix, vec!["/bin/sh".into(), "-c".into(), line.into()]));
        }
        commands
    }

    fn commands(self, prefix: &Prefix, steps: &[&[&str]]) -> Vec<Vec<OsString>> {
        let Some(program) = self.program(prefix) else { return Vec::new() };
        let command = |step: &&[&str]| {
            let own = std::iter::once(program.clone().into()).chain(step.iter().map(OsString::from));
            enter(prefix, own.collect())
        };
        steps.iter().map(command).collect()
    }
}

/// The generators write absolute links and read absolute paths: they must see another root as their own.
fn enter(prefix: &Prefix, command: Vec<OsString>) -> Vec<OsString> {
    if prefix.is_root() {
        return command;
    }
    ["chroot".into(), prefix.as_path().into()].into_iter().chain(command).collect()
}

pub(super) fn custody(place: &Place<'_>) -> Option<Custody> {
    let is_java = place.real == Path::new(DEBIAN_JAVA);
    // Which family it is takes a dozen looks at the disk; most files are none that any of them generates.
    if !is_java && !Anchors::ALL.iter().any(|anchors| anchors.generates(&place.real)) {
        return None;
    }
    let anchors = Anchors::of(place.prefix)?;
    if anchors.generates(&place.real) {
        return Some(Custody::System(anchors));
    }
    (is_java && anchors == Anchors::Debian && java_hook_runs(place.prefix)).then_some(Custody::DebianJava)
}

/// The store that ca-certificates-java keeps; every JVM of Debian links to it.
pub(super) const DEBIAN_JAVA: &str = "/etc/ssl/certs/java/cacerts";

const JAVA_HOOK: &str = "/etc/ca-certificates/update.d/jks-keystore";

/// The hook is there, and `/etc/default/cacerts` does not switch it off.
fn java_hook_runs(prefix: &Prefix) -> bool {
    let settings = prefix.read_text(Path::new("/etc/default/cacerts")).unwrap_or_default();
    let update = settings.lines().rev().find_map(|line| line.trim().strip_prefix("cacerts_updates="));
    let on = update.is_none_or(|value| value.trim_matches(['"', '\'', ' ']) == "yes");
    on && prefix.is_file(Path::new(JAVA_HOOK))
}
