//! One trust store that programs on a machine, or in a process, use: which file, who uses it, and where that is told.

use std::path::PathBuf;

use crate::finding::Finding;
use crate::lang::Sentence;
use crate::pin::{Kind, Pin};
use crate::prefix::Prefix;

/// What there is to look into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holds {
    /// A store in one file, whatever its format.
    File,
    /// A directory of certificates, hashed or not.
    Directory,
    /// The program has its roots built in; there is no file to look into. The path is the program's.
    BuiltIn,
    /// The pin names no store: verification is off, or the roots stand in the source. The path is the pin's.
    Nothing,
}

/// One store in use.
#[derive(Debug, Clone)]
pub struct Found {
    /// A path that this process can open (if it exists): inside the prefix, or below `/proc/PID/root`. As the program
    /// names it, but for the links that had to be followed to stay inside.
    pub path: PathBuf,
    pub holds: Holds,
    pub exists: bool,
    /// Who trusts servers by it, each once.
    pub used_by: Vec<Sentence>,
    /// Where it is named; `None` where it is what a program takes when nothing is named.
    pub pin: Option<Pin>,
    pub findings: Vec<Finding>,
}

impl Found {
    /// What a program takes by default, named by a path inside.
    pub(super) fn default(prefix: &Prefix, inside: &std::path::Path, holds: Holds, used_by: Sentence) -> Self {
        let (path, exists) = prefix.lookup(inside).unwrap_or_else(|| (prefix.host(inside), false));
        Found { path, holds, exists, used_by: vec![used_by], pin: None, findings: Vec::new() }
    }

    /// What a pin names. Its paths are paths inside, and become host paths.
    pub(super) fn pinned(prefix: &Prefix, mut pin: Pin, used_by: Sentence) -> Self {
        let candidates: Vec<(PathBuf, bool)> = pin.resolved.iter().filter_map(|path| prefix.lookup(path)).collect();
        let chosen = candidates.iter().find(|(_, exists)| *exists).or(candidates.first()).cloned();
        let (path, exists) = chosen.clone().unwrap_or_else(|| (pin.path.clone(), true));
        pin.resolved = candidates.into_iter().map(|(path, _)| path).collect();
        let holds = match chosen {
            None => Holds::Nothing,
            Some(_) if path.is_dir() || (!exists && pin.kind == Kind::Dir) => Holds::Directory,
            Some(_) => Holds::File,
        };
        Found { path, holds, exists, used_by: vec![used_by], findings: pin.findings.clone(), pin: Some(pin) }
    }
}

/// Defaults that are one file in the end become one, with all that use it; pins stay apart, each at its place.
pub(super) fn merge(all: Vec<Found>) -> Vec<Found> {
    let mut merged: Vec<Found> = Vec::new();
    for found in all {
        let real = |found: &Found| found.path.canonicalize().unwrap_or_else(|_| found.path.clone());
        let same = |other: &&mut Found| {
            other.pin.is_none() && found.pin.is_none() && other.holds == found.holds && real(other) == real(&found)
        };
        match merged.iter_mut().find(same) {
            Some(other) => other
                .used_by
                .extend(found.used_by.into_iter().filter(|by| !other.used_by.contains(by)).collect::<Vec<_>>()),
            None => merged.push(found),
        }
    }
    merged
}
