//! From what the user named to the stores that are meant.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{WalkBuilder, WalkState};

use super::args::Where;
use super::session::Session;
use crate::apply;
use crate::custody::{self, Custody};
use crate::finding::Trouble;
use crate::locate::{self, java_home};
use crate::pin::{Class, Pin};
use crate::store::{self, FORMATS, Nature, Store, StoreFormat};

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
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    Stdin,
    File(PathBuf),
}

impl Target {
    pub fn stdin() -> Self {
        Target { place: Place::Stdin, named: true, pins: Vec::new() }
    }

    pub fn file(path: PathBuf) -> Self {
        Target { place: Place::File(path), named: true, pins: Vec::new() }
    }

    fn found(path: PathBuf) -> Self {
        Target { named: false, ..Target::file(path) }
    }

    /// The path as the user knows it.
    pub fn shown(&self) -> String {
        match &self.place {
            Place::Stdin => "-".to_owned(),
            Place::File(path) => path.display().to_string(),
        }
    }

    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Stdin => None,
            Place::File(path) => Some(path),
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
    let places: Vec<String> = at.places.iter().map(|place| place.display().to_string()).collect();
    if places.is_empty() { ".".to_owned() } else { places.join(", ") }
}

/// Everything that is meant by these places; the current directory where there are none.
pub fn find(at: &Where) -> Vec<Target> {
    let here = [PathBuf::from(".")];
    let places: &[PathBuf] = if at.places.is_empty() { &here } else { &at.places };
    let mut targets: Vec<Target> = Vec::new();
    let mut seen = HashSet::new();
    for place in places {
        let found = if place.as_os_str() == "-" {
            vec![Target::stdin()]
        } else if let Some(home) = java_home::java_home(place) {
            home.used().map(|store| Target::file(store.path.clone())).into_iter().collect()
        } else if place.is_dir() {
            in_tree(place)
        } else {
            in_file(place)
        };
        targets.extend(found.into_iter().filter(|target| seen.insert(target.place.clone())));
    }
    targets
}

/// A bundle, or a source or configuration file that pins some.
fn in_file(path: &Path) -> Vec<Target> {
    let named = || vec![Target::file(path.to_owned())];
    let Ok(snapshot) = apply::read(path) else { return named() };
    if locate::content::of_bytes(&snapshot.bytes).is_some() {
        return named();
    }
    let tree = locate::tree(path, &locate::Options::default());
    let pinned = pinned(&tree.pins);
    if pinned.is_empty() { named() } else { pinned }
}

/// The stores that pins lead to, where they exist; each once, with all its pins.
fn pinned(pins: &[Pin]) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for pin in pins.iter().filter(|pin| pin.class == Class::ServerTrust) {
        let Some(path) = pin.resolved.iter().find(|path| path.is_file()) else { continue };
        match targets.iter_mut().find(|target| target.path() == Some(path)) {
            Some(target) => target.pins.push(pin.clone()),
            None => targets.push(Target { pins: vec![pin.clone()], ..Target::file(path.clone()) }),
        }
    }
    targets
}

/// The bundles of a tree: those that are pinned in it, and those that lie in it under a name that bundles have.
fn in_tree(root: &Path) -> Vec<Target> {
    let mut targets = pinned(&locate::tree(root, &locate::Options::default()).pins);
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
    let new = lying.into_iter().filter(|path| path.canonicalize().is_ok_and(|path| !known.contains(&path)));
    targets.extend(new.map(Target::found));
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
        Place::File(path) => apply::read(path).map(|snapshot| (snapshot.bytes, Some(snapshot.mode))),
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
    let (bytes, mode) = bytes(target)?;
    let format = format_of(&bytes);
    let store = format.decode(&bytes, &session.passwords)?;
    Ok(Opened { bytes, mode, format, store })
}

/// What a search turned up is a trust store only where it holds a root: a server's own chain lies about under the
/// same names.
pub fn is_a_find(store: &Store) -> bool {
    store.nature == Nature::TrustStore && store.entries.iter().any(|entry| entry.certificate.facts().self_issued)
}

pub fn format_of(bytes: &[u8]) -> &'static dyn StoreFormat {
    *FORMATS.iter().find(|format| format.sniff(bytes)).expect("PEM takes whatever no other format knows")
}
