//! What a change makes besides the new bytes of a file: directories, links, and files that were not there before.
//!
//! Each of them appears at one stroke and never in the place of something else, and goes again only if it is still
//! what was made.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::ApplyError;
use super::change;
use super::disk::{Disk, Kind, Open, again};
use super::receipt;
use super::site::{Site, Terms, random};
use super::trouble::{self, Stop};
use crate::certificate::Fingerprint;
use crate::finding::Trouble;

pub(super) fn remove<D: Disk>(
    disk: &D,
    path: &Path,
    sha256: Fingerprint,
    now: OffsetDateTime,
) -> Result<(), ApplyError> {
    // A file that became a link is not the one that was made, wherever it leads.
    if path.is_symlink() {
        return Err(ApplyError::Changed);
    }
    let site = Site::enter(disk, path, &Terms { backup_dir: None, force: false, now })?;
    let current = site.read()?.filter(|current| current.sha256 == sha256).ok_or(Stop::Changed)?;
    let home = &site.home;
    let at = |error: io::Error| ApplyError::Trouble(trouble::at(&home.path, &error));
    // Out of the way first, then looked at: what another program wrote in the last moment goes back.
    let aside = receipt::temporary(&site.name, random());
    again(|| disk.rename(&home.handle, &site.name, &aside)).map_err(at)?;
    let is_it = || -> io::Result<bool> {
        let taken = again(|| disk.stat(&home.handle, &aside))?;
        // Opened anew: on Windows, what was opened to be read goes by the name that it had.
        let file = again(|| disk.open(&home.handle, &aside, Open::Read))?;
        Ok(taken.id == current.stat.id && site.holds(&file, &current.bytes)?)
    };
    if !is_it().unwrap_or(false) {
        again(|| disk.rename_new(&home.handle, &aside, &site.name)).map_err(at)?;
        return Err(ApplyError::Changed);
    }
    again(|| disk.unlink(&home.handle, &aside)).map_err(at)?;
    again(|| disk.sync_dir(&home.handle)).map_err(at)
}

pub(super) fn renew<D: Disk>(
    disk: &D,
    path: &Path,
    before: Fingerprint,
    bytes: &[u8],
    now: OffsetDateTime,
) -> Result<(), ApplyError> {
    let site = Site::enter(disk, path, &Terms { backup_dir: None, force: false, now })?;
    let current = site.read()?.filter(|current| current.sha256 == before).ok_or(Stop::Changed)?;
    Ok(change::replace(&site, &current, bytes, None, false)?)
}

/// Makes a directory and those above it that are missing; returns the ones that it made, the innermost last.
///
/// # Errors
/// One of them cannot be made; those that were made before it stay.
pub fn make_directory(path: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let missing: Vec<&Path> = path.ancestors().take_while(|up| !up.as_os_str().is_empty() && !up.exists()).collect();
    let mut made = Vec::new();
    for directory in missing.into_iter().rev() {
        match fs::create_dir(directory) {
            Ok(()) => made.push(directory.to_owned()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(trouble::at(directory, &error)),
        }
    }
    Ok(made)
}

/// Not by path, and only a file of ours with a single name: in the directory of somebody else it may have become a
/// link to a file that nobody else should read.
pub(super) fn readable_as_its_directory<D: Disk>(disk: &D, path: &Path) -> Result<(), ApplyError> {
    let site = beside(disk, path)?;
    let home = &site.home;
    let at = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => ApplyError::Changed,
        _ => ApplyError::Trouble(trouble::at(&home.path, &error)),
    };
    let directory = again(|| disk.stat_dir(&home.handle)).map_err(at)?;
    let file = again(|| disk.open(&home.handle, &site.name, Open::Read)).map_err(at)?;
    let stat = again(|| disk.stat_file(&file)).map_err(at)?;
    if (stat.kind, stat.links, stat.uid) != (Kind::File, 1, disk.user()) {
        return Err(ApplyError::Changed);
    }
    again(|| disk.chmod(&file, 0o600 | directory.mode & 0o444)).map_err(at)
}

pub(super) fn link<D: Disk>(disk: &D, path: &Path, target: &Path) -> Result<(), ApplyError> {
    let site = beside(disk, path)?;
    let home = &site.home;
    let made = again(|| disk.symlink(&home.handle, &site.name, target));
    match made.and_then(|()| again(|| disk.sync_dir(&home.handle))) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(ApplyError::Changed),
        result => result.map_err(|error| ApplyError::Trouble(trouble::at(&home.path, &error))),
    }
}

pub(super) fn unlink<D: Disk>(disk: &D, path: &Path, target: &Path) -> Result<(), ApplyError> {
    let site = beside(disk, path)?;
    let home = &site.home;
    if !again(|| disk.read_link(&home.handle, &site.name)).is_ok_and(|there| there == target) {
        return Err(ApplyError::Changed);
    }
    let gone = again(|| disk.unlink(&home.handle, &site.name)).and_then(|()| again(|| disk.sync_dir(&home.handle)));
    gone.map_err(|error| ApplyError::Trouble(trouble::at(&home.path, &error)))
}

/// The name itself, whatever bears it, in a directory to which no stranger's link led.
fn beside<'d, D: Disk>(disk: &'d D, path: &Path) -> Result<Site<'d, D>, ApplyError> {
    let name = path.file_name().ok_or_else(trouble::not_a_file)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let site = Site::beside(disk, parent, name)?;
    site.trust_links(None)?;
    Ok(site)
}
