//! From what the user named to the stores that are meant.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{WalkBuilder, WalkState};

use super::args::Where;
use super::session::Session;
use crate::apply;
use crate::custody::{self, Custody};
use crate::finding::{Code, Finding, Trouble};
use crate::lang::{Sentence, cli as say, system_store as say_system};
use crate::locate::found::{Found, Holds};
use crate::locate::{self, java_home};
use crate::pin::{Class, Kind, Pin};
use crate::prefix::Prefix;
use crate::report::{record, text};
use crate::store::{self, FORMATS, Nature, Store, StoreFormat, cadir};
use crate::system_store::Location;

/// Endings of files that are looked into when a tree is searched for bundles; others have to be pinned or named.
const ENDINGS: &[&str] = &[
    "pem",
    "crt",
    "cer",
    "der",
    "cert",
    "ca",
    "ca-bundle",
    "bundle",
    "jks",
    "jceks",
    "bks",
    "p12",
    "pfx",
    "pkcs12",
    "keystore",
    "truststore",
    "ks",
    "ts",
];
const NAMES: &[&str] = &["cacerts", "jssecacerts"];

/// One store to look at.
#[derive(Debug, Clone)]
pub struct Target {
    pub place: Place,
    /// The user said this very file. What a search turned up is passed over in silence where it is no trust store.
    pub named: bool,
    /// The pins that lead to it.
    pub pins: Vec<Pin>,
    /// Who trusts servers by it, as far as that was found out.
    pub used_by: Vec<Sentence>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    Stdin,
    File(PathBuf),
    /// A hashed certificate directory.
    Directory(PathBuf),
    /// A store that the system keeps, and no file.
    System(Location),
}

impl Target {
    pub fn stdin() -> Self {
        Target::of(Place::Stdin)
    }

    pub fn file(path: PathBuf) -> Self {
        Target::of(Place::File(path))
    }

    pub fn of(place: Place) -> Self {
        Target { place, named: true, pins: Vec::new(), used_by: Vec::new(), findings: Vec::new() }
    }

    fn found(path: PathBuf) -> Self {
        Target { named: false, ..Target::file(path) }
    }

    /// The path as the user knows it.
    pub fn shown(&self) -> String {
        match &self.place {
            Place::Stdin => "-".to_owned(),
            Place::File(path) | Place::Directory(path) => path.display().to_string(),
            Place::System(location) => location.as_str().to_owned(),
        }
    }

    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Stdin | Place::System(_) => None,
            Place::File(path) | Place::Directory(path) => Some(path),
        }
    }

    /// Who will overwrite it.
    pub fn custody(&self, session: &Session) -> Custody {
        self.path().map_or(Custody::Nobody, |path| custody::of(path, &session.prefix))
    }
}

/// A store that was read, with the bytes it was read from.
pub struct Opened {
    pub bytes: Vec<u8>,
    pub mode: Option<u32>,
    pub format: &'static dyn StoreFormat,
    pub store: Store,
}

/// The places as one text.
pub fn shown(at: &Where) -> String {
    let mut places: Vec<String> = at.places.iter().map(|place| place.display().to_string()).collect();
    places.extend(at.pid.iter().map(|pid| format!("--pid {pid}")));
    places.extend(at.machine.then(|| "--machine".to_owned()));
    if places.is_empty() { ".".to_owned() } else { places.join(", ") }
}

/// The places as they have to be typed.
pub fn typed(at: &Where) -> String {
    let mut places: Vec<String> = at.places.iter().map(|place| text::typed_path(place)).collect();
    places.extend(at.pid.iter().map(|pid| format!("--pid {pid}")));
    places.extend(at.machine.then(|| "--machine".to_owned()));
    if places.is_empty() { ".".to_owned() } else { places.join(" ") }
}

/// The trouble with places in which no bundle was found.
pub fn nothing_found(at: &Where) -> Trouble {
    Trouble::new(Code::NothingFound, say::no_bundle_in(shown(at)), say::name_a_bundle())
}

/// What is meant, without what a search turned up that is no trust store.
///
/// # Errors
/// As [`find`]; or nothing is left.
pub fn stores(session: &Session, at: &Where) -> Result<Vec<Target>, Trouble> {
    let mut targets = find(session, at)?;
    targets.retain(|target| target.named || store(session, target).is_ok_and(|store| is_a_find(&store)));
    if targets.is_empty() { Err(nothing_found(at)) } else { Ok(targets) }
}

/// Everything that is meant by these places; the current directory where there are none.
///
/// # Errors
/// A process that was named cannot be looked at; a place does not lie in the root that is looked at.
pub fn find(session: &Session, at: &Where) -> Result<Vec<Target>, Trouble> {
    let here = [PathBuf::from(".")];
    let anything = !at.places.is_empty() || !at.pid.is_empty() || at.machine;
    let places: &[PathBuf] = if anything { &at.places } else { &here };
    let mut targets: Vec<Target> = Vec::new();
    for place in places {
        targets.extend(in_place(session, &led(session, place)?));
    }
    for pid in &at.pid {
        let process = locate::process::process(*pid)?;
        targets.extend(process.found.into_iter().filter_map(used));
    }
    if at.machine {
        // The places that are known are those of Unix: on Windows they would lie on whatever drive is the current one.
        // Another root is no Windows.
        let is_here = session.prefix == Path::new("/");
        if !cfg!(windows) || !is_here {
            let machine = locate::machine::machine(&session.prefix, &|name| std::env::var_os(name));
            targets.extend(machine.found.into_iter().filter_map(used));
        }
        // What the system keeps is of the machine that it runs on, and not of another root.
        targets.extend(Location::here().filter(|_| is_here).map(|location| Target {
            named: false,
            used_by: vec![super::system::used_by(location)],
            ..Target::of(Place::System(location))
        }));
    }
    let mut once: Vec<Target> = Vec::new();
    let mut known: HashMap<Place, usize> = HashMap::new();
    for target in targets {
        match known.entry(target.place.clone()) {
            Entry::Occupied(place) => {
                let there = &mut once[*place.get()];
                there.named |= target.named;
                there.pins.extend(target.pins);
                there.used_by.extend(target.used_by);
                there.findings.extend(target.findings);
            }
            Entry::Vacant(place) => {
                place.insert(once.len());
                once.push(target);
            }
        }
    }
    Ok(once)
}

/// The root that a path belongs to: an image's, a container's, or this machine's.
pub fn root_of(session: &Session, path: &Path) -> Prefix {
    Prefix::of(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()), &session.prefix)
}

/// Where a path in another root leads to, an image's or a container's: an absolute link there means a file there, and
/// not this machine's.
///
/// # Errors
/// It does not lie in the root that is looked at, or its links lead in a circle.
pub fn led(session: &Session, place: &Path) -> Result<PathBuf, Trouble> {
    let root = root_of(session, place);
    if root.is_root() || place.as_os_str() == "-" || system_store(place).is_some() {
        return Ok(place.to_owned());
    }
    let about = |trouble| record::with_file(&place.display().to_string(), trouble);
    let asked = std::path::absolute(place).map_err(|error| about(apply::read_failed(&error)))?;
    let inside = root.inside_by_any_way(&asked).ok_or_else(|| {
        let (place, root) = (place.display(), root.as_path().display());
        Trouble::new(Code::Usage, say::outside_the_prefix(place, &root), say::name_what_is_inside(root))
    })?;
    let led = root.host(&root.leads_to(&inside).map_err(|error| about(apply::read_failed(&error)))?);
    Ok(if led == asked { place.to_owned() } else { led })
}

fn in_place(session: &Session, place: &Path) -> Vec<Target> {
    if place.as_os_str() == "-" {
        vec![Target::stdin()]
    } else if let Some(location) = system_store(place) {
        vec![Target::of(Place::System(location))]
    } else if let Some(home) = java_home::java_home(place) {
        // In many JDKs it is a link to the system's.
        let is_here = root_of(session, place).is_root();
        let mut stores = home.stores.iter().filter(|store| store.used || !is_here);
        let store = stores.find_map(|store| led(session, &store.path).ok().filter(|store| is_here || store.exists()));
        store.map(Target::file).into_iter().collect()
    } else if is_hashed(place) {
        vec![Target::of(Place::Directory(place.to_owned()))]
    } else if place.is_dir() {
        in_tree(session, place)
    } else {
        in_file(session, place)
    }
}

/// One file or hashed directory that the user named, as `inspect` takes it.
///
/// # Errors
/// As [`led`].
pub fn named(session: &Session, path: &Path) -> Result<Target, Trouble> {
    led(session, path).map(|path| inspected(&path))
}

/// One file or hashed directory, by a path that was looked up.
pub fn inspected(path: &Path) -> Target {
    if path.as_os_str() == "-" {
        Target::stdin()
    } else if let Some(location) = system_store(path) {
        Target::of(Place::System(location))
    } else if is_hashed(path) {
        Target::of(Place::Directory(path.to_owned()))
    } else {
        Target::file(path.to_owned())
    }
}

/// A store of the system by its name, unless a file bears it.
fn system_store(place: &Path) -> Option<Location> {
    Location::named(place.to_str()?).filter(|_| !place.exists())
}

/// A directory in which OpenSSL finds certificates by the hash of their names.
fn is_hashed(place: &Path) -> bool {
    let Ok(listing) = place.read_dir() else { return false };
    let names: Vec<String> = listing.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    cadir::sniff(names.iter().map(String::as_str))
}

/// A store that a machine or a process was found to use. What it names but has not got is no store.
fn used(found: Found) -> Option<Target> {
    let place = match found.holds {
        _ if !found.exists => return None,
        Holds::File => Place::File(found.path),
        Holds::Directory if is_hashed(&found.path) => Place::Directory(found.path),
        Holds::Directory | Holds::BuiltIn | Holds::Nothing => return None,
    };
    let (used_by, findings) = (found.used_by, found.findings);
    Some(Target { named: false, pins: found.pin.into_iter().collect(), used_by, findings, ..Target::of(place) })
}

/// A bundle, or a source or configuration file that pins some.
fn in_file(session: &Session, path: &Path) -> Vec<Target> {
    let named = || vec![Target::file(path.to_owned())];
    let Ok((bytes, _)) = apply::read_bytes(path) else { return named() };
    let in_source = locate::literals(path, &bytes).is_some();
    if !in_source && locate::content::of_bytes(&bytes).is_some() {
        return named();
    }
    let mut pinned = pinned(&locate::tree(path, &options(session, path)).pins, path);
    // A file that was named is judged by all that it tells its program to trust, certificates of its own included.
    if in_source {
        pinned.retain(|target| target.path() != Some(path));
        pinned.extend(named());
    }
    if pinned.is_empty() { named() } else { pinned }
}

fn options(session: &Session, place: &Path) -> locate::Options {
    locate::Options { prefix: root_of(session, place), ..locate::Options::default() }
}

/// The stores that pins lead to; each once, with all its pins. What a project's own code pins and nobody finds here is
/// among them, because a program that needs it cannot be answered for.
fn pinned(pins: &[Pin], root: &Path) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for pin in pins.iter().filter(|pin| pin.class == Class::ServerTrust) {
        let absent = || {
            // What a callback compares with is guessed at.
            let theirs = pin.kind == Kind::Callback || locate::vendored(&pin.path, root);
            let path = pin.resolved.first().filter(|_| !theirs);
            path.filter(|path| !path.exists()).map(|path| Place::File(path.clone()))
        };
        let Some(place) = bundle_of(pin).or_else(absent) else { continue };
        let target = match targets.iter_mut().find(|target| target.place == place) {
            Some(target) => target,
            None => {
                targets.push(Target::of(place));
                targets.last_mut().expect("one was pushed")
            }
        };
        target.used_by.push(Sentence::same(format!("{}:{}", pin.path.display(), pin.line)));
        target.pins.push(pin.clone());
    }
    targets
}

/// The store that a pin leads to, where there is one.
pub fn bundle_of(pin: &Pin) -> Option<Place> {
    if pin.kind == Kind::Pem {
        return Some(Place::File(pin.path.clone()));
    }
    pin.resolved.iter().find_map(|path| match path {
        path if path.is_file() => Some(Place::File(path.clone())),
        path if path.is_dir() && is_hashed(path) => Some(Place::Directory(path.clone())),
        _ => None,
    })
}

/// The bundles of a tree: those that are pinned in it, and those that lie in it under a name that bundles have.
fn in_tree(session: &Session, root: &Path) -> Vec<Target> {
    let mut targets = pinned(&locate::tree(root, &options(session, root)).pins, root);
    let known: HashSet<PathBuf> = targets.iter().filter_map(|target| target.path()?.canonicalize().ok()).collect();
    let lying = Mutex::new(Vec::new());
    WalkBuilder::new(root)
        .hidden(false)
        .git_global(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build_parallel()
        .run(|| {
            Box::new(|entry| {
                if let Ok(entry) = entry
                    && entry.file_type().is_some_and(|kind| kind.is_file())
                    && may_be_a_bundle(entry.path())
                {
                    lying.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(entry.into_path());
                }
                WalkState::Continue
            })
        });
    let mut lying = lying.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    lying.sort();
    if !known.is_empty() {
        lying.retain(|path| path.canonicalize().is_ok_and(|path| !known.contains(&path)));
    }
    targets.extend(lying.into_iter().map(Target::found));
    targets
}

fn may_be_a_bundle(path: &Path) -> bool {
    let is = |text: Option<&std::ffi::OsStr>, known: &[&str]| {
        text.and_then(|text| text.to_str()).is_some_and(|text| known.iter().any(|k| text.eq_ignore_ascii_case(k)))
    };
    is(path.extension(), ENDINGS) || is(path.file_name(), NAMES)
}

/// The bytes of a target, and its permission bits.
fn bytes(target: &Target) -> Result<(Vec<u8>, Option<u32>), Trouble> {
    match &target.place {
        Place::File(path) => apply::read_bytes(path).map(|(bytes, mode)| (bytes, Some(mode))),
        Place::Directory(_) => Err(Trouble::new(Code::DirectoryByHand, say::directory_by_hand(), say::name_its_file())),
        Place::System(location) => {
            Err(Trouble::new(Code::Usage, say_system::no_file(location.as_str()), say_system::what_reads_it()))
        }
        Place::Stdin => {
            let mut bytes = Vec::new();
            let limit = store::MAX_BYTES as u64 + 1;
            std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(|error| apply::read_failed(&error))?;
            if bytes.len() > store::MAX_BYTES { Err(apply::too_large()) } else { Ok((bytes, None)) }
        }
    }
}

/// Reads a store, whatever its format.
pub fn read(session: &Session, target: &Target) -> Result<Opened, Trouble> {
    let (bytes, mode) = bytes(target).map_err(|trouble| pinned_there(target, trouble))?;
    let literals = target.path().and_then(|path| locate::literals(path, &bytes));
    let format = literals.map_or_else(|| format_of(&bytes), |literals| literals as &dyn StoreFormat);
    let store = format.decode(&bytes, &session.passwords).map_err(|trouble| api_certificate(target, trouble))?;
    Ok(Opened { bytes, mode, format, store })
}

/// Where a file is not here, whoever wants it is the way to it.
fn pinned_there(target: &Target, trouble: Trouble) -> Trouble {
    match target.pins.first() {
        Some(pin) if trouble.code == Code::FileNotFound => {
            let message = say::pinned_and_not_here(pin.path.display(), pin.line);
            Trouble::new(trouble.code, message, say::check_where_it_runs())
        }
        _ => trouble,
    }
}

/// What cannot be opened is not known; but a file of this name is hardly ever what was meant.
fn api_certificate(target: &Target, trouble: Trouble) -> Trouble {
    let name = target.path().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    if trouble.code == Code::WrongPassword && name.to_ascii_lowercase().starts_with("apiclient_cert") {
        let next = say::probably_the_api_certificate().then(&trouble.next);
        return Trouble { next, ..trouble };
    }
    trouble
}

/// The store alone, as `check` wants it: a hashed directory is one too.
pub fn store(session: &Session, target: &Target) -> Result<Store, Trouble> {
    match &target.place {
        Place::Directory(path) => Ok(cadir::decode(&locate::cadir::read(path, &root_of(session, path))?)),
        Place::System(location) => super::system::store(*location),
        Place::File(_) | Place::Stdin => read(session, target).map(|opened| opened.store),
    }
}

/// What a search turned up is a trust store only where it holds a root: a server's own chain lies about under the
/// same names. A key store of which Java reads nothing may have held some.
pub fn is_a_find(store: &Store) -> bool {
    let holds_root = || store.entries.iter().any(|entry| entry.certificate.self_issued());
    let refused = store.broken && store.format.is_key_store();
    store.nature == Nature::TrustStore && (refused || holds_root())
}

pub fn format_of(bytes: &[u8]) -> &'static dyn StoreFormat {
    *FORMATS.iter().find(|format| format.sniff(bytes)).expect("PEM takes whatever no other format knows")
}
