//! The repair of a generated store at its source: what to write, what to run, and how to take it back. Data alone.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Anchors, Custody, system};
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Code, Trouble};
use crate::lang::custody as say;
use crate::password::Passwords;
use crate::prefix::Prefix;
use crate::rollover::Root;
use crate::store::cadir::pem_file;
use crate::store::pem::Pem;
use crate::store::{MAX_BYTES, StoreFormat};

/// Debian's list of packaged roots: one path per line below `/usr/share/ca-certificates`, `!` before a deselected one.
const DEBIAN_LIST: &str = "/etc/ca-certificates.conf";
const DEBIAN_PACKAGED: &str = "/usr/share/ca-certificates";

/// No directory of anchors is deeper, or holds more; a link that leads up must not make this walk endless.
const MAX_DEPTH: usize = 4;
const MAX_FILES: usize = 5_000;

/// A file to be made or changed; a host path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub path: PathBuf,
    /// What it holds now; `None` where it is not there, and neither may its directory be.
    pub before: Option<Vec<u8>>,
    pub after: Vec<u8>,
}

/// What to do so that a generated store holds more roots, and keeps them.
///
/// First every [`Write`], then each command of `run`; afterwards the stores in `regenerates` are to be read again:
/// Debian's generator exits with 0 even where its Java hook failed. To take it back: every write's `before`, then
/// each command of `undo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRepair {
    pub writes: Vec<Write>,
    /// Programs with their arguments, the first an absolute path; `chroot` where another root is repaired.
    pub run: Vec<Vec<OsString>>,
    pub undo: Vec<Vec<OsString>>,
    /// The store itself and the bundle that programs read beside it; host paths, those that exist.
    pub regenerates: Vec<PathBuf>,
    /// Certificates that were added to the generated bundle by hand: the generator would lose them, so they are
    /// among the writes.
    pub rescued: Vec<Certificate>,
}

/// How to add roots at the source of a generated store; `None` where the custody is of another kind.
///
/// `in_bundle` are the certificates that the generated bundle holds now, the first of [`SourceRepair::regenerates`]:
/// what was added to it by hand would be lost. (Debian's hook leaves alone what others put into the Java store.) A root that the source has already is not written
/// again: then the generator was not run since, and running it is all there is to do.
///
/// # Errors
/// An administrator has forbidden one of these roots, which is not this program's to undo.
pub fn source_repair(
    custody: &Custody,
    prefix: &Path,
    roots: &[&Root],
    in_bundle: &[Certificate],
) -> Result<Option<SourceRepair>, Trouble> {
    let prefix = &Prefix::new(prefix);
    let (anchors, java) = match custody {
        Custody::System(anchors) => (*anchors, false),
        Custody::DebianJava => (Anchors::Debian, true),
        _ => return Ok(None),
    };
    let blocked = certificates_below(prefix, anchors.blocked());
    if let Some((path, _)) = blocked.iter().find(|(_, c)| roots.iter().any(|root| root.certificate == *c)) {
        return Err(Trouble::new(Code::RootForbidden, say::forbidden(path.display()), say::ask_the_administrator()));
    }
    let sources = sources(prefix, anchors);
    let has = |fingerprint: &Fingerprint| sources.contains(fingerprint);
    let mut writes = Vec::new();
    let mut names = Vec::new();
    let mut anchor = |name: &str, bytes: Vec<u8>| {
        // A file of that name holds something else, or the root would have been found.
        let own = std::iter::once(name.to_owned()).chain((1..).map(|number| format!("{name}-{number}")));
        let mut paths = own.map(|own| (anchors.directory().join(format!("{own}.{}", anchors.extension())), own));
        let free = paths.find(|(path, _)| prefix.host(path).symlink_metadata().is_err());
        let (path, own) = free.expect("the names have no end");
        writes.push(Write { path: host_of_new(prefix, &path), before: None, after: bytes });
        names.push(own);
    };
    let mut list = (anchors == Anchors::Debian).then(|| DebianList::read(prefix)).flatten();
    for root in roots.iter().filter(|root| !has(&root.certificate.fingerprint())) {
        let selected = list.as_mut().is_some_and(|list| list.select(prefix, &root.certificate));
        if !selected {
            anchor(&root.id, pem_file(root));
        }
    }
    let mut rescued: Vec<Certificate> = Vec::new();
    let wanted = |certificate: &Certificate| roots.iter().any(|root| root.certificate == *certificate);
    for certificate in in_bundle.iter().filter(|c| !has(&c.fingerprint()) && !wanted(c)) {
        if !rescued.contains(certificate) {
            let facts = certificate.facts();
            anchor(
                &format!("kept-{}", &certificate.fingerprint().to_string()[..16]),
                rescue_file(certificate, &facts.name),
            );
            rescued.push(certificate.clone());
        }
    }
    writes.extend(list.and_then(DebianList::write));
    let java_store = java.then(|| Path::new(system::DEBIAN_JAVA));
    let regenerates = std::iter::once(anchors.bundle()).chain(java_store);
    Ok(Some(SourceRepair {
        // The Java hook is told of new links alone: one that missed a root before must hear of it again.
        run: anchors.refresh(prefix, java && roots.iter().any(|root| has(&root.certificate.fingerprint()))),
        undo: anchors.undo(prefix, &names),
        writes,
        regenerates: regenerates.filter_map(|path| prefix.open_path(path).ok()).collect(),
        rescued,
    }))
}

/// The commands that take back what [`source_repair`] made at the source of a store: these files, now gone, and
/// these, now as they were before. `disabled`: nothing was generated on this system before.
///
/// `None` where the store is not generated, or where one of the files is none that such a repair writes: the paths
/// may come from a receipt that somebody else laid down, and nothing else is to be removed.
pub fn undo(
    custody: &Custody,
    prefix: &Path,
    made: &[PathBuf],
    changed: &[PathBuf],
    disabled: bool,
) -> Option<Vec<Vec<OsString>>> {
    let prefix = &Prefix::new(prefix);
    let anchors = match custody {
        Custody::System(Anchors::RedHat) if disabled => Anchors::RedHatDisabled,
        Custody::System(anchors) => *anchors,
        Custody::DebianJava => Anchors::Debian,
        _ => return None,
    };
    let is_anchor = |path: &PathBuf| {
        path.file_name().is_some_and(|name| host_of_new(prefix, &anchors.directory().join(name)) == *path)
            && has_extension(path, anchors.extension())
    };
    let list = prefix.open_path(Path::new(DEBIAN_LIST)).ok().filter(|_| anchors == Anchors::Debian);
    if !made.iter().all(is_anchor) || changed.iter().any(|path| Some(path) != list.as_ref()) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let names: Option<Vec<String>> = made.iter().map(|path| path.file_stem()?.to_str().map(str::to_owned)).collect();
    // The names go through a shell.
    let names = names.filter(|names| names.iter().all(|name| name.chars().all(plain)))?;
    Some(anchors.undo(prefix, &names))
}

fn rescue_file(certificate: &Certificate, name: &str) -> Vec<u8> {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    let text = pem::encode_config(&pem::Pem::new("CERTIFICATE", certificate.der()), config);
    format!("# {name}\n{text}").into_bytes()
}

/// The host path of a file that may not exist yet: the directories that do are followed.
fn host_of_new(prefix: &Prefix, path: &Path) -> PathBuf {
    for up in path.ancestors().skip(1) {
        if let (Ok(real), Ok(rest)) = (prefix.resolve(up), path.strip_prefix(up)) {
            return prefix.host(&real.join(rest));
        }
    }
    prefix.host(path)
}

/// What the generator would find, as far as it can be told without it: every certificate in the source directories,
/// but for p11-kit's entries that are not marked as trusted.
fn sources(prefix: &Prefix, anchors: Anchors) -> HashSet<Fingerprint> {
    let mut found = certificates_below(prefix, &[anchors.directory().to_str().expect("written in ASCII here")]);
    found.retain(|(path, _)| matches!(anchors, Anchors::Debian | Anchors::Alpine) <= has_extension(path, "crt"));
    found.extend(certificates_below(prefix, anchors.other_sources()));
    let blocked = certificates_below(prefix, anchors.blocked());
    let mut found: HashSet<Fingerprint> = found.into_iter().map(|(_, certificate)| certificate.fingerprint()).collect();
    for (_, certificate) in &blocked {
        found.remove(&certificate.fingerprint());
    }
    if matches!(anchors, Anchors::Debian | Anchors::Alpine) {
        let list = DebianList::read(prefix).unwrap_or_default();
        for name in list.selected() {
            let file = Path::new(DEBIAN_PACKAGED).join(name);
            found.extend(certificates_in(prefix, &file).iter().map(Certificate::fingerprint));
        }
    }
    found
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}

/// Every certificate in the files below these directories, with the path inside of its file.
fn certificates_below(prefix: &Prefix, directories: &[&str]) -> Vec<(PathBuf, Certificate)> {
    let mut todo: Vec<(PathBuf, usize)> = directories.iter().map(|directory| (PathBuf::from(directory), 0)).collect();
    let mut found = Vec::new();
    let mut files = 0;
    while let Some((path, depth)) = todo.pop() {
        if prefix.is_dir(&path) {
            if depth < MAX_DEPTH {
                todo.extend(prefix.names(&path).into_iter().map(|name| (path.join(name), depth + 1)));
            }
            continue;
        }
        files += 1;
        if files > MAX_FILES {
            break;
        }
        found.extend(certificates_in(prefix, &path).into_iter().map(|certificate| (path.clone(), certificate)));
    }
    found
}

/// The certificates in a PEM or DER file, or in a p11-kit persist file the trusted ones.
fn certificates_in(prefix: &Prefix, path: &Path) -> Vec<Certificate> {
    let Some(bytes) = prefix.read(path, MAX_BYTES) else { return Vec::new() };
    if let Ok(certificate) = Certificate::from_der(&bytes) {
        return vec![certificate];
    }
    let text = if has_extension(path, "p11-kit") { trusted_objects(&bytes) } else { bytes };
    let store = Pem.decode(&text, &Passwords::default());
    store.map(|store| store.entries.into_iter().map(|entry| entry.certificate).collect()).unwrap_or_default()
}

/// The objects of a p11-kit file that say `trusted: true`; each begins with `[p11-kit-object-v1]`.
fn trusted_objects(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let objects = text.split("[p11-kit-object-v1]");
    let trusted = objects.filter(|object| object.lines().any(|line| line.trim() == "trusted: true"));
    trusted.collect::<String>().into_bytes()
}

/// `/etc/ca-certificates.conf`.
#[derive(Debug, Default)]
struct DebianList {
    host: PathBuf,
    before: String,
    lines: Vec<String>,
}

impl DebianList {
    fn read(prefix: &Prefix) -> Option<Self> {
        let path = Path::new(DEBIAN_LIST);
        let before = String::from_utf8(prefix.read(path, MAX_BYTES)?).ok()?;
        let lines = before.split_inclusive('\n').map(str::to_owned).collect();
        Some(DebianList { host: prefix.open_path(path).ok()?, before, lines })
    }

    /// The packaged roots that are in use.
    fn selected(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']))
    }

    /// Takes the `!` away before the line of this certificate; `false` where there is no such line.
    fn select(&mut self, prefix: &Prefix, certificate: &Certificate) -> bool {
        for line in &mut self.lines {
            let Some(name) = line.strip_prefix('!') else { continue };
            let packaged = certificates_in(prefix, &Path::new(DEBIAN_PACKAGED).join(name.trim_end()));
            if packaged.contains(certificate) {
                *line = name.to_owned();
                return true;
            }
        }
        false
    }

    fn write(self) -> Option<Write> {
        let after = self.lines.concat();
        let changed = after != self.before;
        changed.then(|| Write { path: self.host, before: Some(self.before.into_bytes()), after: after.into_bytes() })
    }
}
