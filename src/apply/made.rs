//! What a change makes besides the new bytes of a file: directories, links, and files that were not there before.
//!
//! Each of them appears at one stroke and never in the place of something else, and goes again only if it is still
//! what was made.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::ApplyError;
use super::disk::{Disk, again};
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
    let site = Site::enter(disk, path, &Terms { backup_dir: None, force: false, now, held: &[] })?;
    let current = site.read()?.filter(|current| current.sha256 == sha256).ok_or(Stop::Changed)?;
    let home = &site.home;
    let at = |error: io::Error| ApplyError::Trouble(trouble::at(&home.path, &error));
    // Out of the way first, then looked at: what another program wrote in the last moment goes back.
    let aside = receipt::temporary(&site.name, random());
    again(|| disk.rename(&home.handle, &site.name, &aside)).map_err(at)?;
    let taken = again(|| disk.stat(&home.handle, &aside)).is_ok_and(|taken| taken.id == current.stat.id);
    if !taken || !site.holds(&current.file, &current.bytes).unwrap_or(false) {
        again(|| disk.rename_new(&home.handle, &aside, &site.name)).map_err(at)?;
        return Err(ApplyError::Changed);
    }
    again(|| disk.unlink(&home.handle, &aside)).map_err(at)?;
    again(|| disk.sync_dir(&home.handle)).map_err(at)
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

/// Lets those read a new file who may list its directory, whatever the umask: a root in a store that is shared by all
/// users helps only those who can read it.
///
/// # Errors
/// The permissions cannot be read or set.
pub fn readable_as_its_directory(path: &Path) -> Result<(), Trouble> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let directory = path.parent().unwrap_or(Path::new("/"));
        let mode = fs::metadata(directory).map_err(|error| trouble::at(directory, &error))?.permissions().mode();
        let permissions = fs::Permissions::from_mode(0o600 | mode & 0o444);
        fs::set_permissions(path, permissions).map_err(|error| trouble::at(directory, &error))?;
    }
    let _ = path;
    Ok(())
}

/// Makes a symbolic link where nothing stands.
///
/// # Errors
/// [`ApplyError::Changed`]: something stands there by now.
pub fn link(path: &Path, target: &Path) -> Result<(), ApplyError> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let made = match symlink(target, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(ApplyError::Changed),
        result => result.and_then(|()| sync(directory)),
    };
    made.map_err(|error| ApplyError::Trouble(trouble::at(directory, &error)))
}

/// Takes away a symbolic link that leads to this target.
///
/// # Errors
/// [`ApplyError::Changed`]: it leads elsewhere, is no link, or is gone.
pub fn unlink(path: &Path, target: &Path) -> Result<(), ApplyError> {
    if !fs::read_link(path).is_ok_and(|there| there == target) {
        return Err(ApplyError::Changed);
    }
    let directory = path.parent().unwrap_or(Path::new("/"));
    let gone = fs::remove_file(path).and_then(|()| sync(directory));
    gone.map_err(|error| ApplyError::Trouble(trouble::at(directory, &error)))
}

#[cfg(unix)]
fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Links need a privilege there that few have: a copy under the link's name does the same.
#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    fs::File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
