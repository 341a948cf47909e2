//! From what the user named to the stores that are meant.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::args::Where;
use super::session::Session;
use crate::apply;
use crate::finding::Trouble;
use crate::store::{self, FORMATS, Store, StoreFormat};

/// One store to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Stdin,
    File(PathBuf),
}

impl Target {
    /// The path as the user knows it.
    pub fn shown(&self) -> String {
        match self {
            Target::Stdin => "-".to_owned(),
            Target::File(path) => path.display().to_string(),
        }
    }

    /// Who will overwrite it.
    pub fn custody(&self) -> String {
        "nobody".to_owned()
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
pub fn find(_session: &Session, at: &Where) -> Vec<Target> {
    let here = [PathBuf::from(".")];
    let places: &[PathBuf] = if at.places.is_empty() { &here } else { &at.places };
    let mut targets = Vec::new();
    for place in places {
        if place.as_os_str() == "-" {
            targets.push(Target::Stdin);
        } else if place.is_dir() {
            targets.extend(in_tree(place));
        } else {
            targets.push(Target::File(place.clone()));
        }
    }
    targets
}

/// The bundles of a tree, by name and content.
fn in_tree(_root: &Path) -> Vec<Target> {
    Vec::new()
}

/// The bytes of a target, and its permission bits.
fn bytes(target: &Target) -> Result<(Vec<u8>, Option<u32>), Trouble> {
    match target {
        Target::File(path) => apply::read(path).map(|snapshot| (snapshot.bytes, Some(snapshot.mode))),
        Target::Stdin => {
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

pub fn format_of(bytes: &[u8]) -> &'static dyn StoreFormat {
    *FORMATS.iter().find(|format| format.sniff(bytes)).expect("PEM takes whatever no other format knows")
}
