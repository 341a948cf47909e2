//! The disk of Windows.
//!
//! A file is replaced by a rename over it (MoveFileExW), which is one stroke. ReplaceFileW is not: it may fail with
//! the file gone and the new one still under its temporary name (ERROR_UNABLE_TO_MOVE_REPLACEMENT). What ReplaceFileW
//! would carry over, the access list (DACL) and the read-only mark, is set on the new file beforehand and read back.
//!
//! Not kept here: the owner where it is not the one who runs this, auditing rules, and alternate streams. A directory
//! handle is a path, since std opens nothing relative to a handle; so a directory that is renamed in the middle of
//! the work makes the work fail.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::disk::{Attributes, Disk, Kind, Open, Place, Stat};
use crate::sys::{self, AccessList};

/// FILE_FLAG_DELETE_ON_CLOSE (winbase.h): the lock vanishes with the process.
const DELETE_ON_CLOSE: u32 = 0x0400_0000;
/// FILE_FLAG_OPEN_REPARSE_POINT (winbase.h): a link is opened itself.
const NO_FOLLOW: u32 = 0x0020_0000;
/// FILE_FLAG_BACKUP_SEMANTICS (winbase.h): directories can be opened too.
const DIRECTORIES_TOO: u32 = 0x0200_0000;
/// GENERIC_READ, GENERIC_WRITE and WRITE_DAC (winnt.h): the bytes, and who may do what with them.
const WITH_ACCESS_LIST: u32 = 0x8000_0000 | 0x4000_0000 | 0x0004_0000;
/// DELETE (winnt.h): the file may be removed or replaced.
const DELETE: u32 = 0x0001_0000;
/// FILE_SHARE_READ and FILE_SHARE_DELETE (winnt.h): others may read and rename, not write.
const OTHERS_READ: u32 = 0x1 | 0x4;
/// ERROR_SHARING_VIOLATION and ERROR_ACCESS_DENIED (winerror.h): somebody has it open, or it is about to vanish.
const HELD: [i32; 2] = [SHARING_VIOLATION, ACCESS_DENIED];
const SHARING_VIOLATION: i32 = 32;
const ACCESS_DENIED: i32 = 5;
/// The name under which an access list stands among the attributes.
const ACCESS_LIST: &str = "ACL";

#[derive(Debug)]
pub(super) struct RealDisk;

#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    lock: RefCell<Option<File>>,
}

impl Directory {
    fn new(path: PathBuf) -> io::Result<Self> {
        match std::fs::metadata(&path)?.is_dir() {
            true => Ok(Directory { path, lock: RefCell::new(None) }),
            false => Err(ErrorKind::NotADirectory.into()),
        }
    }

    fn join(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }
}

/// An open file. One that is only read is opened anew for each call and held by no handle in between, because a file
/// that anybody has open cannot be replaced before Windows 10.
#[derive(Debug)]
pub(super) enum Handle {
    Held(File),
    Named(PathBuf),
}

impl Handle {
    fn with<T>(&self, work: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        match self {
            Handle::Held(file) => work(file),
            Handle::Named(path) => work(&open(path, Open::Read)?),
        }
    }
}

fn open(path: &Path, how: Open) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(NO_FOLLOW);
    if how != Open::Read {
        options.write(true).share_mode(OTHERS_READ);
    }
    options.open(path)
}

/// Opens a regular file to be read, links followed; `None` if it is something else.
pub(super) fn open_to_read(path: &Path) -> io::Result<Option<Handle>> {
    match std::fs::metadata(path) {
        Ok(data) if data.is_file() => Ok(Some(Handle::Held(File::open(path)?))),
        Err(error) if !is_device(path) => Err(error),
        _ => Ok(None),
    }
}

/// `NUL`, `CON`, a named pipe: there is nothing to be known of them but that.
fn is_device(path: &Path) -> bool {
    let kind = look(path).and_then(winapi_util::file::typ);
    kind.is_ok_and(|kind| kind.is_char() || kind.is_pipe())
}

/// The path without links, and without the `\\?\` that few programs understand.
pub(super) fn full_path(path: &Path) -> io::Result<PathBuf> {
    let full = std::fs::canonicalize(path)?;
    let plain = full.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|text| !text.starts_with("UNC"));
    Ok(plain.map_or_else(|| full.clone(), PathBuf::from))
}

/// What there is to know of an open file; it is told from all others by volume and index, as on Unix.
fn stat(file: &File) -> io::Result<Stat> {
    let data = file.metadata()?;
    let kind = match data.file_type() {
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_dir() => Kind::Directory,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Other,
    };
    let information = winapi_util::file::information(file)?;
    Ok(Stat {
        // Without the volume: the files that are compared lie in one directory, and wine forgets a handle's volume when its file is
        // renamed.
        id: (0, information.file_index()),
        kind,
        links: information.number_of_links(),
        len: data.file_size(),
        mode: if data.permissions().readonly() { 0o444 } else { 0o644 },
        uid: 0,
        gid: 0,
        modified: data.modified()?,
    })
}

/// Opens whatever stands there, itself, to be looked at and not read.
fn look(path: &Path) -> io::Result<File> {
    OpenOptions::new().access_mode(0).custom_flags(NO_FOLLOW | DIRECTORIES_TOO).open(path)
}

fn set_read_only(path: &Path, read_only: bool) -> io::Result<()> {
    let mut permissions = std::fs::symlink_metadata(path)?.permissions();
    permissions.set_readonly(read_only);
    std::fs::set_permissions(path, permissions)
}

/// Takes the mark off a file that it keeps from being replaced or removed, and puts it back if that fails.
fn despite_read_only(path: &Path, work: impl Fn() -> io::Result<()>) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(data) if data.permissions().readonly() => {
            set_read_only(path, false)?;
            work().inspect_err(|_| drop(set_read_only(path, true)))
        }
        _ => work(),
    }
}

/// Whether a file could not be replaced because somebody has it open. Windows then says "access denied", as it does
/// where rights are missing: so it is asked for the right, in a way that keeps hardly anyone from opening the file.
fn is_held(path: &Path) -> bool {
    let replaced = OpenOptions::new().access_mode(DELETE).custom_flags(NO_FOLLOW).open(path);
    replaced.map_or_else(|error| error.raw_os_error() == Some(SHARING_VIOLATION), |_| true)
}

impl Disk for RealDisk {
    type Dir = Directory;
    type File = Handle;

    fn find(&self, path: &Path) -> io::Result<Place<Directory>> {
        let real = match full_path(path) {
            Ok(real) => real,
            Err(_) if is_device(path) => return Err(ErrorKind::IsADirectory.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let parent = match path.parent() {
                    Some(parent) if !parent.as_os_str().is_empty() => parent,
                    _ => Path::new("."),
                };
                full_path(parent)?.join(path.file_name().ok_or(ErrorKind::IsADirectory)?)
            }
            Err(error) => return Err(error),
        };
        if real.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        let (parent, name) = (real.parent(), real.file_name());
        let (Some(parent), Some(name)) = (parent, name) else { return Err(ErrorKind::IsADirectory.into()) };
        let (dir, name) = (Directory::new(parent.to_owned())?, name.to_owned());
        Ok(Place { dir, name, real, link_owners: Vec::new() })
    }

    fn open_dir(&self, path: &Path) -> io::Result<Directory> {
        Directory::new(full_path(path)?)
    }

    fn stat_dir(&self, dir: &Directory) -> io::Result<Stat> {
        let directory = look(&dir.path)?;
        let volume = winapi_util::file::information(&directory)?.volume_serial_number();
        // The uppermost directory of every volume has the same number.
        stat(&directory).map(|stat| Stat { id: (volume, stat.id.1), ..stat })
    }

    /// Windows locks no directories; a file that nobody else may open, and that vanishes when it is closed, does.
    fn try_lock(&self, dir: &Directory) -> io::Result<bool> {
        let path = dir.path.join(".rootfix-lock");
        let lock = OpenOptions::new().write(true).create(true).share_mode(0).custom_flags(DELETE_ON_CLOSE).open(path);
        match lock {
            Ok(lock) => {
                *dir.lock.borrow_mut() = Some(lock);
                Ok(true)
            }
            Err(error) if error.raw_os_error().is_some_and(|code| HELD.contains(&code)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn names(&self, dir: &Directory) -> io::Result<Vec<OsString>> {
        std::fs::read_dir(&dir.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    fn stat(&self, dir: &Directory, name: &OsStr) -> io::Result<Stat> {
        stat(&look(&dir.join(name))?)
    }

    fn open(&self, dir: &Directory, name: &OsStr, how: Open) -> io::Result<Handle> {
        let path = dir.join(name);
        let file = open(&path, how)?;
        Ok(if how == Open::Read { Handle::Named(path) } else { Handle::Held(file) })
    }

    fn create(&self, dir: &Directory, name: &OsStr, _: u32) -> io::Result<Handle> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).access_mode(WITH_ACCESS_LIST).create_new(true);
        Ok(Handle::Held(options.open(dir.join(name))?))
    }

    fn stat_file(&self, file: &Handle) -> io::Result<Stat> {
        file.with(stat)
    }

    fn is_mount(&self, _: &Directory, _: &Handle) -> bool {
        false
    }

    fn is_immutable(&self, _: &Handle) -> bool {
        false
    }

    fn read_at(&self, file: &Handle, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.with(|file| file.seek_read(buffer, offset))
    }

    fn write_at(&self, file: &Handle, bytes: &[u8], offset: u64) -> io::Result<usize> {
        file.with(|file| file.seek_write(bytes, offset))
    }

    fn truncate(&self, file: &Handle, len: u64) -> io::Result<()> {
        file.with(|file| file.set_len(len))
    }

    fn sync(&self, file: &Handle) -> io::Result<()> {
        file.with(File::sync_all)
    }

    /// NTFS journals names; there is nothing to be called for it without special rights.
    fn sync_dir(&self, _: &Directory) -> io::Result<()> {
        Ok(())
    }

    fn chown(&self, _: &Handle, _: u32, _: u32) -> io::Result<()> {
        Ok(())
    }

    fn chmod(&self, file: &Handle, mode: u32) -> io::Result<()> {
        file.with(|file| {
            let mut permissions = file.metadata()?.permissions();
            permissions.set_readonly(mode & 0o200 == 0);
            file.set_permissions(permissions)
        })
    }

    fn set_modified(&self, file: &Handle, modified: SystemTime) -> io::Result<()> {
        file.with(|file| file.set_modified(modified))
    }

    fn attributes(&self, file: &Handle) -> io::Result<Attributes> {
        let list = file.with(sys::access_list)?;
        Ok(Attributes::from([(ACCESS_LIST.into(), list.bytes().to_vec())]))
    }

    fn set_attribute(&self, file: &Handle, _: &OsStr, value: &[u8]) -> io::Result<()> {
        let list = AccessList::parse(value).ok_or(ErrorKind::InvalidData)?;
        file.with(|file| sys::set_access_list(file, &list))
    }

    /// Every file has an access list.
    fn remove_attribute(&self, _: &Handle, _: &OsStr) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn rename(&self, dir: &Directory, from: &OsStr, to: &OsStr) -> io::Result<()> {
        let (from, to) = (dir.join(from), dir.join(to));
        despite_read_only(&to, || std::fs::rename(&from, &to)).map_err(|error| match error.raw_os_error() {
            Some(ACCESS_DENIED) if is_held(&to) => io::Error::from_raw_os_error(SHARING_VIOLATION),
            _ => error,
        })
    }

    fn rename_new(&self, dir: &Directory, from: &OsStr, to: &OsStr) -> io::Result<()> {
        sys::rename_new(&dir.join(from), &dir.join(to))
    }

    fn exchange(&self, _: &Directory, _: &OsStr, _: &OsStr) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    /// Links need a privilege that few have: a copy under the link's name does the same.
    fn symlink(&self, _: &Directory, _: &OsStr, _: &Path) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn read_link(&self, dir: &Directory, name: &OsStr) -> io::Result<PathBuf> {
        std::fs::read_link(dir.join(name))
    }

    fn unlink(&self, dir: &Directory, name: &OsStr) -> io::Result<()> {
        let path = dir.join(name);
        despite_read_only(&path, || std::fs::remove_file(&path))
    }

    fn user(&self) -> u32 {
        0
    }
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
