//! The disk of Windows, with what std offers.
//!
//! Not kept here: the ACL that a file has of its own beyond what its directory hands down (ReplaceFileW would keep
//! it), and alternate streams. A directory handle is a path, since std opens nothing relative to a handle; so a
//! directory that is renamed in the middle of the work makes the work fail.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind};
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::disk::{Attributes, Disk, Kind, Open, Place, Stat};

/// FILE_FLAG_DELETE_ON_CLOSE (winbase.h): the lock vanishes with the process.
const DELETE_ON_CLOSE: u32 = 0x0400_0000;
/// FILE_FLAG_OPEN_REPARSE_POINT (winbase.h): a link is opened itself.
const NO_FOLLOW: u32 = 0x0020_0000;
/// FILE_SHARE_READ and FILE_SHARE_DELETE (winnt.h): others may read and rename, not write.
const OTHERS_READ: u32 = 0x1 | 0x4;
/// ERROR_SHARING_VIOLATION and ERROR_ACCESS_DENIED (winerror.h): somebody has it open, or it is about to vanish.
const HELD: [i32; 2] = [32, 5];

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
    match std::fs::metadata(path)?.is_file() {
        true => Ok(Some(Handle::Held(File::open(path)?))),
        false => Ok(None),
    }
}

/// The path without links, and without the `\\?\` that few programs understand.
pub(super) fn full_path(path: &Path) -> io::Result<PathBuf> {
    let full = std::fs::canonicalize(path)?;
    let plain = full.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|text| !text.starts_with("UNC"));
    Ok(plain.map_or_else(|| full.clone(), PathBuf::from))
}

/// What std tells of a file. Its index on the volume is not stable there, so a file is told from others by its time
/// of creation and its length, which a replacement changes.
fn stat(data: &std::fs::Metadata) -> io::Result<Stat> {
    let kind = match data.file_type() {
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_dir() => Kind::Directory,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Other,
    };
    Ok(Stat {
        id: (data.creation_time(), data.file_size()),
        kind,
        links: 1,
        len: data.file_size(),
        mode: if data.permissions().readonly() { 0o444 } else { 0o644 },
        uid: 0,
        gid: 0,
        modified: data.modified()?,
    })
}

impl Disk for RealDisk {
    type Dir = Directory;
    type File = Handle;

    fn find(&self, path: &Path) -> io::Result<Place<Directory>> {
        let real = match full_path(path) {
            Ok(real) => real,
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

    /// A directory is told from others by its path.
    fn stat_dir(&self, dir: &Directory) -> io::Result<Stat> {
        let mut hasher = DefaultHasher::new();
        dir.path.hash(&mut hasher);
        Ok(Stat { id: (0, hasher.finish()), ..stat(&std::fs::metadata(&dir.path)?)? })
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
        stat(&std::fs::symlink_metadata(dir.join(name))?)
    }

    fn open(&self, dir: &Directory, name: &OsStr, how: Open) -> io::Result<Handle> {
        let path = dir.join(name);
        let file = open(&path, how)?;
        Ok(if how == Open::Read { Handle::Named(path) } else { Handle::Held(file) })
    }

    fn create(&self, dir: &Directory, name: &OsStr, _: u32) -> io::Result<Handle> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(dir.join(name))?;
        Ok(Handle::Held(file))
    }

    fn stat_file(&self, file: &Handle) -> io::Result<Stat> {
        stat(&file.with(File::metadata)?)
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

    fn attributes(&self, _: &Handle) -> io::Result<Attributes> {
        Ok(Attributes::new())
    }

    fn set_attribute(&self, _: &Handle, _: &OsStr, _: &[u8]) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn remove_attribute(&self, _: &Handle, _: &OsStr) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn rename(&self, dir: &Directory, from: &OsStr, to: &OsStr) -> io::Result<()> {
        std::fs::rename(dir.join(from), dir.join(to))
    }

    fn rename_new(&self, dir: &Directory, from: &OsStr, to: &OsStr) -> io::Result<()> {
        std::fs::hard_link(dir.join(from), dir.join(to))?;
        std::fs::remove_file(dir.join(from))
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
        std::fs::remove_file(dir.join(name))
    }

    fn user(&self) -> u32 {
        0
    }
}
