//! The only writer: lock, backup, atomic replacement, receipt, restore.
//!
//! # What is guaranteed
//!
//! - At every moment the file is wholly old or wholly new: the new bytes are complete and synced under another name
//!   in the same directory before they take the file's name at one stroke.
//! - Before that stroke a backup of the old bytes and a receipt are complete and synced. After a failure before it,
//!   both are gone again and nothing was changed.
//! - Mode, owner, ACL, extended attributes and SELinux label are those of the old file, or the change is refused.
//!   Symbolic links are followed and stay. Hard links and mount points cannot be replaced: they are refused, or,
//!   with `force`, written in place after the backup.
//! - Backups and receipts have the mode and owner of the file, or, where that cannot be, are for their maker alone.
//! - Runs in one directory wait for each other: each holds an exclusive lock (flock(2)) on the directory from before
//!   it reads the file until the change is synced. The lock vanishes with the process, and leaves no file behind.
//! - A program that takes no lock and writes at the same moment is noticed up to the stroke itself, and its version
//!   stays, or is put back within microseconds. After the stroke it is beyond our sight: a program that had opened the
//!   old file before, and writes to it later, writes to a file without a name. That is so with every atomic
//!   replacement.
//!
//! # In directories that others can write to
//!
//! Once its directory is open, a file is named relative to it and links are not followed, so that swapping links
//! moves nothing. A symbolic link on the way is believed only if it belongs to the superuser, to the user, or to the
//! owner of the file it leads to. Receipts and backups of others are passed over. Hence /tmp and its kind need no
//! rule of their own; whoever may rename files in a directory can, of course, always put another file there.
//!
//! # What is not kept
//!
//! Inode flags (`chattr`) other than those that forbid the change, the birth time, and, on macOS, its own kind of ACL.
//! Locks are local to a machine: on network file systems two machines see each other only by the last look before
//! the stroke.

use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::certificate::Fingerprint;
use crate::finding::Trouble;
use crate::store;

mod change;
mod disk;
mod draft;
mod made;
mod receipt;
mod restore;
mod site;
mod trouble;

#[cfg(test)]
mod faults;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod races;

#[cfg(unix)]
#[path = "unix.rs"]
mod real;
#[cfg(windows)]
#[path = "windows.rs"]
mod real;

use disk::{Disk, Kind, ReadError, again};
use real::RealDisk;

pub use made::make_directory;
pub use receipt::{Added, NotAReceipt, Receipt};

/// New bytes for one file, and what they were made from.
#[derive(Debug, Clone)]
pub struct Edit {
    /// As the user named it.
    pub path: PathBuf,
    /// The digest of the bytes that the new ones were made from; `None` for a file that must not exist yet.
    pub before: Option<Fingerprint>,
    pub bytes: Vec<u8>,
    /// For the receipt.
    pub added: Vec<Added>,
    /// For a file that does not exist yet: its permission bits at most (umask takes its share). A copy of a key
    /// store should not be readable by more than the original is. `None` is the 666 of everyday files.
    pub mode: Option<u32>,
}

/// How to apply an edit.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where backups go; beside the file if not given. It must exist.
    pub backup_dir: Option<PathBuf>,
    /// Write in place what cannot be replaced, and work without a lock where there is none to be had.
    pub force: bool,
    pub now: OffsetDateTime,
}

/// How to undo.
#[derive(Debug, Clone)]
pub struct RestoreOptions {
    /// Where the backups are; beside the file if not given.
    pub backup_dir: Option<PathBuf>,
    /// Undo even if the file has changed since, or is gone; what is there now becomes a backup first. Also as
    /// [`Options::force`], which a change that was itself made in place needs not.
    pub force: bool,
    pub now: OffsetDateTime,
}

/// A file as it was read.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub bytes: Vec<u8>,
    pub sha256: Fingerprint,
    /// The file itself, behind all symbolic links.
    pub real: PathBuf,
    /// Its permission bits; 0o644 where the system has none.
    pub mode: u32,
}

/// What came of a restore.
#[derive(Debug, Clone)]
pub enum Restored {
    Restored {
        /// The receipt whose backup was put back.
        from: Receipt,
        /// The digest of what was there; `None` where the file was gone.
        before: Option<Fingerprint>,
        /// Where the file had changed since, and what was there is kept: the receipt that brings it back.
        replaced: Option<Box<Receipt>>,
    },
    /// The file is what it was before the newest receipt; nothing was done.
    AlreadyAsItWas(Receipt),
}

/// Why an edit was not applied, or not for certain.
#[derive(Debug, Clone)]
pub enum ApplyError {
    /// The file is not, or no longer, what the edit was made from: read it again and make the plan anew. Unchanged.
    Changed,
    /// The file is unchanged.
    Trouble(Trouble),
    /// The file was changed, but the disk did not confirm it, or it did not remain as written. The message says what
    /// is there; the backup of the receipt is complete.
    Unsettled { trouble: Trouble, receipt: Option<Box<Receipt>> },
}

impl From<Trouble> for ApplyError {
    fn from(trouble: Trouble) -> Self {
        ApplyError::Trouble(trouble)
    }
}

/// Reads a file for inspection: a regular file of at most [`store::MAX_BYTES`], behind any symbolic links. Devices,
/// FIFOs and directories are refused without being read, and nothing here waits for another program.
///
/// # Errors
/// It does not exist, is not a regular file, is too large, or cannot be read.
pub fn read(path: &Path) -> Result<Snapshot, Trouble> {
    let (bytes, mode) = read_bytes(path)?;
    let real = real::full_path(path).map_err(|error| trouble::of_file(&error))?;
    Ok(Snapshot { sha256: Fingerprint::of(&bytes), bytes, real, mode })
}

/// The same for whoever needs no more than the bytes and the permission bits.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(path: &Path) -> Result<(Vec<u8>, u32), Trouble> {
    let failed = |error: io::Error| trouble::of_file(&error);
    let file = real::open_to_read(path).map_err(failed)?.ok_or_else(trouble::not_a_file)?;
    let stat = again(|| RealDisk.stat_file(&file)).map_err(failed)?;
    if stat.kind != Kind::File {
        return Err(trouble::not_a_file());
    }
    let bytes = disk::read_all(&RealDisk, &file, store::MAX_BYTES).map_err(|error| match error {
        ReadError::TooLarge => trouble::too_large(),
        ReadError::Io(error) => trouble::of_file(&error),
    })?;
    Ok((bytes, stat.mode))
}

/// The path with its links followed, as people and other programs write paths on this system.
///
/// # Errors
/// Nothing is there, or the way there is closed.
pub fn full_path(path: &Path) -> io::Result<PathBuf> {
    real::full_path(path)
}

/// The trouble with a file that is larger than [`store::MAX_BYTES`].
pub fn too_large() -> Trouble {
    trouble::too_large()
}

/// The trouble with something that could not be read, in words for people.
pub fn read_failed(error: &io::Error) -> Trouble {
    trouble::of_file(error)
}

/// Makes the change, or none. What comes back without an error was read back under the lock, by the file's name, and
/// was these very bytes.
///
/// # Errors
/// [`ApplyError`] says in which state the file is.
pub fn apply(edit: &Edit, options: &Options) -> Result<Receipt, ApplyError> {
    change::apply(&RealDisk, edit, options)
}

/// Whether a file could be made there: its directory is there, and nothing bears its name.
///
/// # Errors
/// What stands in the way.
pub fn is_free(path: &Path) -> Result<(), Trouble> {
    site::Site::find(&RealDisk, path, None)?.is_free()
}

/// Puts back the backup of the newest receipt whose outcome is what the file now holds. If there is none, but the
/// file is what it was before the newest receipt, nothing is done; otherwise it has changed since, and the newest
/// backup is put back only with `force`, after what is there has become a backup itself.
///
/// Backups and receipts stay where they are. What is replaced without `force` is what rootfix itself wrote, and is
/// not kept.
///
/// # Errors
/// [`ApplyError`] says in which state the file is; it is never [`ApplyError::Changed`].
pub fn restore(path: &Path, options: &RestoreOptions) -> Result<Restored, ApplyError> {
    restore::restore(&RealDisk, path, options)
}

/// Takes away a file that [`apply`] made, if it still holds these bytes.
///
/// # Errors
/// [`ApplyError::Changed`]: it holds something else, is a link, or is gone; nothing was done.
pub fn remove(path: &Path, sha256: Fingerprint, now: OffsetDateTime) -> Result<(), ApplyError> {
    made::remove(&RealDisk, path, sha256, now)
}

/// Gives a file new bytes for those that rootfix wrote itself and can write again: there is no backup.
///
/// # Errors
/// [`ApplyError::Changed`]: it is not, or no longer, what it was; nothing was done.
pub fn renew(path: &Path, before: Fingerprint, bytes: &[u8], now: OffsetDateTime) -> Result<(), ApplyError> {
    made::renew(&RealDisk, path, before, bytes, now)
}

/// Makes a symbolic link where nothing stands.
///
/// # Errors
/// [`ApplyError::Changed`]: something stands there by now.
pub fn link(path: &Path, target: &Path) -> Result<(), ApplyError> {
    made::link(&RealDisk, path, target)
}

/// Takes away a symbolic link that leads to this target.
///
/// # Errors
/// [`ApplyError::Changed`]: it leads elsewhere, is no link, or is gone.
pub fn unlink(path: &Path, target: &Path) -> Result<(), ApplyError> {
    made::unlink(&RealDisk, path, target)
}

/// Lets those read a new file who may list its directory, whatever the umask: a root in a store that is shared by all
/// users helps only those who can read it.
///
/// # Errors
/// [`ApplyError::Changed`]: it is not the file that this user has just made. Or its permissions cannot be set.
pub fn readable_as_its_directory(path: &Path) -> Result<(), ApplyError> {
    made::readable_as_its_directory(&RealDisk, path)
}

/// The receipts of a file, newest first. Those of strangers and those that do not read are passed over.
///
/// # Errors
/// The file's directory, or the backup directory, cannot be found or read.
pub fn backups(path: &Path, backup_dir: Option<&Path>) -> Result<Vec<Receipt>, Trouble> {
    restore::backups(&RealDisk, path, backup_dir)
}

/// Takes away the temporary files of a run that was killed, as every other function here does that writes. For a
/// file that turned out to need no change.
pub fn clear_leftovers(path: &Path, backup_dir: Option<&Path>, now: OffsetDateTime) {
    site::clear_leftovers(&RealDisk, path, backup_dir, now);
}
