//! What the writer asks of a disk, one method per system call, so that a test can let each of them fail in turn.
//!
//! Every name is relative to an open directory and never a path, and no method follows a symbolic link but
//! [`Disk::find`]: once a directory is open, nobody can move the work to another place by swapping a link.
//!
//! The real disks are in `unix` and `windows`; the third implementation is the tests' own, which fails, stops and
//! loses power on demand.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Extended attributes by name: ACLs, SELinux labels, what users keep there.
pub(super) type Attributes = BTreeMap<OsString, Vec<u8>>;

/// Tells one file from all others on this machine: device and inode.
pub(super) type Id = (u64, u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Link,
    /// A device, a FIFO, a socket.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stat {
    pub id: Id,
    pub kind: Kind,
    pub links: u64,
    pub len: u64,
    /// The twelve permission bits.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub modified: SystemTime,
}

/// Where a path leads: a name in an open directory.
#[derive(Debug)]
pub(super) struct Place<Dir> {
    pub dir: Dir,
    /// Not a symbolic link; it need not exist.
    pub name: OsString,
    /// For people and receipts; the work goes by `dir` and `name`.
    pub real: PathBuf,
    /// Who owns the symbolic links that led here.
    pub link_owners: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Read,
    /// For writing in place; neither created nor cut.
    Write,
    /// For writing in place, behind what is there.
    Append,
}

/// A disk. Errors are those of the system; `Interrupted` may come from any method and means "again".
pub(super) trait Disk {
    type Dir;
    type File;

    /// Follows a path, symbolic links and all, to a name in a directory.
    fn find(&self, path: &Path) -> io::Result<Place<Self::Dir>>;
    /// Opens a directory by path; links are followed.
    fn open_dir(&self, path: &Path) -> io::Result<Self::Dir>;
    fn stat_dir(&self, dir: &Self::Dir) -> io::Result<Stat>;
    /// Whether this process now holds the directory's lock; it is given back when the handle is dropped.
    fn try_lock(&self, dir: &Self::Dir) -> io::Result<bool>;
    fn names(&self, dir: &Self::Dir) -> io::Result<Vec<OsString>>;
    fn stat(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<Stat>;
    /// Never blocks, whatever stands there; `NotFound` also where a link does.
    fn open(&self, dir: &Self::Dir, name: &OsStr, how: Open) -> io::Result<Self::File>;
    /// A new file for reading and writing; `AlreadyExists` where anything stands. The system may narrow the mode.
    fn create(&self, dir: &Self::Dir, name: &OsStr, mode: u32) -> io::Result<Self::File>;
    fn stat_file(&self, file: &Self::File) -> io::Result<Stat>;
    /// The file is a mount point of its own, as containers make them; `false` where the system cannot tell.
    fn is_mount(&self, dir: &Self::Dir, file: &Self::File) -> bool;
    /// The file is marked as never to be changed; `false` where the system cannot tell.
    fn is_immutable(&self, file: &Self::File) -> bool;
    fn read_at(&self, file: &Self::File, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// A file opened with [`Open::Append`] writes at its end, whatever the offset.
    fn write_at(&self, file: &Self::File, bytes: &[u8], offset: u64) -> io::Result<usize>;
    fn truncate(&self, file: &Self::File, len: u64) -> io::Result<()>;
    /// Data and metadata reach the medium.
    fn sync(&self, file: &Self::File) -> io::Result<()>;
    /// Names reach the medium.
    fn sync_dir(&self, dir: &Self::Dir) -> io::Result<()>;
    fn chown(&self, file: &Self::File, uid: u32, gid: u32) -> io::Result<()>;
    fn chmod(&self, file: &Self::File, mode: u32) -> io::Result<()>;
    fn set_modified(&self, file: &Self::File, modified: SystemTime) -> io::Result<()>;
    /// None where the file system knows none.
    fn attributes(&self, file: &Self::File) -> io::Result<Attributes>;
    fn set_attribute(&self, file: &Self::File, name: &OsStr, value: &[u8]) -> io::Result<()>;
    fn remove_attribute(&self, file: &Self::File, name: &OsStr) -> io::Result<()>;
    /// Takes the place of what stands at `to`.
    fn rename(&self, dir: &Self::Dir, from: &OsStr, to: &OsStr) -> io::Result<()>;
    /// `AlreadyExists` where anything stands at `to`.
    fn rename_new(&self, dir: &Self::Dir, from: &OsStr, to: &OsStr) -> io::Result<()>;
    /// Two names trade places at once; `Unsupported` where the system cannot.
    fn exchange(&self, dir: &Self::Dir, one: &OsStr, other: &OsStr) -> io::Result<()>;
    /// `AlreadyExists` where anything stands at the name.
    fn symlink(&self, dir: &Self::Dir, name: &OsStr, target: &Path) -> io::Result<()>;
    fn read_link(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<PathBuf>;
    fn unlink(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<()>;
    /// The user on whose behalf this process works.
    fn user(&self) -> u32;
}

/// Calls again for as long as the call was only interrupted.
pub(super) fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Why a whole file could not be read.
pub(super) enum ReadError {
    TooLarge,
    Io(io::Error),
}

/// Reads a file from its start to its end, up to `limit` bytes. A file may grow meanwhile, and files under /proc
/// claim to be empty, so the length in its metadata is only a hint.
pub(super) fn read_all<D: Disk>(disk: &D, file: &D::File, limit: usize) -> Result<Vec<u8>, ReadError> {
    let hint = again(|| disk.stat_file(file)).map_err(ReadError::Io)?.len;
    if hint > limit as u64 {
        return Err(ReadError::TooLarge);
    }
    let mut bytes = vec![0; (hint as usize + 1).max(4096)];
    let mut len = 0;
    loop {
        if len == bytes.len() {
            bytes.resize((len * 2).min(limit + 1), 0);
        }
        match again(|| disk.read_at(file, &mut bytes[len..], len as u64)).map_err(ReadError::Io)? {
            0 => break,
            read => len += read,
        }
        if len > limit {
            return Err(ReadError::TooLarge);
        }
    }
    bytes.truncate(len);
    Ok(bytes)
}

/// Writes all bytes from this offset on.
pub(super) fn write_all<D: Disk>(disk: &D, file: &D::File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match again(|| disk.write_at(file, &bytes[done..], offset + done as u64))? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => done += written,
        }
    }
    Ok(())
}
