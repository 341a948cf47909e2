//! The disk of Linux, macOS and their kin, by system calls relative to directory handles.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;
use std::time::SystemTime;

use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, RenameFlags, Uid, XattrFlags};
use rustix::io::{Errno, retry_on_intr};

use super::disk::{Attributes, Disk, Kind, Open, Place, Stat, again};
use crate::prefix::Prefix;

/// As many links as Linux itself follows in one path (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// The most bytes that one attribute, or the list of their names, can take (XATTR_SIZE_MAX, XATTR_LIST_MAX).
const MOST_ATTRIBUTE_BYTES: usize = 65536;

/// Attributes that the kernel derives from the content; an old one on new content would make the file unreadable.
const OF_THE_CONTENT: &[&[u8]] = &[b"security.ima", b"security.evm"];

/// Passing through a directory needs no right to list it.
#[cfg(target_os = "linux")]
const PASS: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const PASS: OFlags = OFlags::RDONLY;

#[derive(Debug)]
pub(super) struct RealDisk;

/// Opens a regular file to be read, links followed; `None` if it is something else. The mere opening of a device can
/// have effects, so it is looked at first; and it may be swapped meanwhile, so that whoever gets the file looks again.
pub(super) fn open_to_read(path: &Path) -> io::Result<Option<File>> {
    if !again(|| std::fs::metadata(path))?.is_file() {
        return Ok(None);
    }
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(Some(retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?.into()))
}

/// The path without links.
pub(super) fn full_path(path: &Path) -> io::Result<PathBuf> {
    let root = root_of(path);
    match root.inside(path) {
        Some(inside) if !root.is_root() => root.open_path(&inside),
        _ => again(|| std::fs::canonicalize(path)),
    }
}

/// The root in which a path's links are followed. `/proc/PID/root` reads like a link to `/` and is none: what it leads
/// to is the process's own root, and the same name in this one is another file.
fn root_of(path: &Path) -> Prefix {
    let this = Path::new("/");
    if path.is_absolute() { Prefix::of(path, this) } else { Prefix::new(this) }
}

/// The largest file that this process may write, if there is a limit. It is set before a program starts.
///
/// From /proc on Linux, since rustix asks by prlimit64 and takes for granted that it is there (Linux 2.6.36): older
/// kernels would leave it with memory that nobody wrote. Without /proc the signal comes; the file is whole even then.
static FILE_SIZE_LIMIT: LazyLock<Option<u64>> = LazyLock::new(|| {
    #[cfg(target_os = "linux")]
    {
        let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
        let line = limits.lines().find_map(|line| line.strip_prefix("Max file size"))?;
        line.split_whitespace().next()?.parse().ok()
    }
    #[cfg(not(target_os = "linux"))]
    {
        rustix::process::getrlimit(rustix::process::Resource::Fsize).current
    }
});

/// What a name in a directory is, on the way along a path.
enum Step {
    Directory(OwnedFd),
    Link { owner: u32, target: OsString },
    Other,
}

/// Looks at one name. On Linux the handle of a link itself is opened, so that its owner and its target are those of
/// one and the same link; elsewhere the link is looked at twice.
fn look(dir: &OwnedFd, name: &OsStr) -> io::Result<Step> {
    #[cfg(target_os = "linux")]
    match rustix::fs::openat(
        dir,
        name,
        OFlags::PATH | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC,
        Mode::empty(),
    ) {
        Ok(handle) => {
            let stat = rustix::fs::fstat(&handle)?;
            return Ok(match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => Step::Directory(handle),
                FileType::Symlink => {
                    let target = rustix::fs::readlinkat(&handle, "", Vec::new())?;
                    Step::Link { owner: stat.st_uid, target: OsString::from_vec(target.into_bytes()) }
                }
                _ => Step::Other,
            });
        }
        // Linux before 2.6.39 does not know O_PATH and refuses to open a link.
        Err(Errno::LOOP) => {}
        Err(error) => return Err(error.into()),
    }
    let stat = stat_at(dir, name)?;
    Ok(match stat.kind {
        Kind::Directory => {
            let flags = PASS | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            Step::Directory(rustix::fs::openat(dir, name, flags, Mode::empty())?)
        }
        Kind::Link => {
            let target = rustix::fs::readlinkat(dir, name, Vec::new())?;
            if stat_at(dir, name)?.id != stat.id {
                return Err(io::ErrorKind::NotFound.into());
            }
            Step::Link { owner: stat.uid, target: OsString::from_vec(target.into_bytes()) }
        }
        Kind::File | Kind::Other => Step::Other,
    })
}

// The widths of these fields differ between systems; on some of them a cast changes nothing.
#[allow(clippy::unnecessary_cast)]
fn stat_at(dir: &OwnedFd, name: &OsStr) -> io::Result<Stat> {
    let stat = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let since_1970 = std::time::Duration::new(u64::try_from(stat.st_mtime).unwrap_or(0), stat.st_mtime_nsec as u32);
    Ok(Stat {
        id: (stat.st_dev as u64, stat.st_ino as u64),
        kind: match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Directory,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        },
        links: stat.st_nlink as u64,
        len: u64::try_from(stat.st_size).unwrap_or(0),
        mode: stat.st_mode as u32 & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        modified: SystemTime::UNIX_EPOCH + since_1970,
    })
}

/// A link where none was expected is a change, not an odd error: the name that was meant is gone.
fn no_link(error: Errno) -> io::Error {
    // FreeBSD says EMLINK, NetBSD EFTYPE.
    if matches!(error, Errno::LOOP | Errno::MLINK) { io::ErrorKind::NotFound.into() } else { error.into() }
}

fn open_dir(dir: impl std::os::fd::AsFd, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    Ok(rustix::fs::openat(dir, path, flags | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

impl Disk for RealDisk {
    type Dir = OwnedFd;
    type File = File;

    fn find(&self, path: &Path) -> io::Result<Place<OwnedFd>> {
        // Names still to be walked, the next one last.
        let mut ahead: Vec<OsString> = Vec::new();
        let push = |ahead: &mut Vec<OsString>, path: &Path| {
            ahead.extend(path.components().rev().map(|part| part.as_os_str().to_owned()));
        };
        let root = root_of(path);
        push(&mut ahead, root.inside(path).as_deref().unwrap_or(path));
        let (mut real, start) = match path.is_absolute() {
            true => (root.as_path().to_owned(), root.as_path()),
            // Where the directory has been removed there is no name for it, and nothing can be found below it.
            false => (std::env::current_dir()?, Path::new(".")),
        };
        let mut dir = open_dir(rustix::fs::CWD, start, PASS)?;
        let mut link_owners = Vec::new();
        loop {
            let name = ahead.pop().ok_or(io::ErrorKind::IsADirectory)?;
            match Path::new(&name).components().next() {
                Some(Component::RootDir) => {
                    dir = open_dir(rustix::fs::CWD, root.as_path(), PASS)?;
                    real = root.as_path().to_owned();
                    continue;
                }
                // Above a process's root there is nothing.
                Some(Component::ParentDir) if real == root.as_path() => continue,
                Some(Component::ParentDir) => {
                    dir = open_dir(&dir, Path::new(".."), PASS)?;
                    real.pop();
                    continue;
                }
                Some(Component::Normal(_)) => {}
                _ => continue,
            }
            let found = match look(&dir, &name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && ahead.is_empty() => None,
                result => Some(result?),
            };
            match found {
                Some(Step::Directory(next)) => {
                    dir = next;
                    real.push(&name);
                }
                Some(Step::Link { owner, target }) => {
                    link_owners.push(owner);
                    if link_owners.len() > MOST_LINKS {
                        return Err(Errno::LOOP.into());
                    }
                    push(&mut ahead, Path::new(&target));
                }
                Some(Step::Other) if !ahead.is_empty() => return Err(io::ErrorKind::NotADirectory.into()),
                Some(Step::Other) | None => {
                    real.push(&name);
                    let dir = open_dir(&dir, Path::new("."), OFlags::RDONLY)?;
                    return Ok(Place { dir, name, real, link_owners });
                }
            }
        }
    }

    fn open_dir(&self, path: &Path) -> io::Result<OwnedFd> {
        open_dir(rustix::fs::CWD, path, OFlags::RDONLY)
    }

    fn stat_dir(&self, dir: &OwnedFd) -> io::Result<Stat> {
        stat_at(dir, OsStr::new("."))
    }

    fn try_lock(&self, dir: &OwnedFd) -> io::Result<bool> {
        match rustix::fs::flock(dir, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn names(&self, dir: &OwnedFd) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(dir)? {
            names.push(OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned());
        }
        Ok(names)
    }

    fn stat(&self, dir: &OwnedFd, name: &OsStr) -> io::Result<Stat> {
        stat_at(dir, name)
    }

    fn open(&self, dir: &OwnedFd, name: &OsStr, how: Open) -> io::Result<File> {
        let how = match how {
            Open::Read => OFlags::RDONLY,
            Open::Write => OFlags::RDWR,
            Open::Append => OFlags::RDWR | OFlags::APPEND,
        };
        // Without O_NONBLOCK a FIFO would wait for a writer; without O_NOCTTY a terminal would become ours.
        let flags = how | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(dir, name, flags, Mode::empty()).map_err(no_link)?.into())
    }

    fn create(&self, dir: &OwnedFd, name: &OsStr, mode: u32) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(dir, name, flags, Mode::from_raw_mode(mode as _))?.into())
    }

    fn stat_file(&self, file: &File) -> io::Result<Stat> {
        let data = file.metadata()?;
        let kind = match data.file_type() {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Directory,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        };
        Ok(Stat {
            id: (data.dev(), data.ino()),
            kind,
            links: data.nlink(),
            len: data.len(),
            mode: data.mode() & 0o7777,
            uid: data.uid(),
            gid: data.gid(),
            modified: data.modified()?,
        })
    }

    /// Linux tells since 5.8 (STATX_ATTR_MOUNT_ROOT); before, a file whose device is not its directory's gives a
    /// mount away, and what remains unnoticed fails at the rename with EBUSY.
    fn is_mount(&self, dir: &OwnedFd, file: &File) -> bool {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{StatxAttributes, StatxFlags};
            if let Ok(data) = rustix::fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::empty())
                && data.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT)
            {
                return data.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
            }
        }
        match (self.stat_dir(dir), self.stat_file(file)) {
            (Ok(dir), Ok(file)) => dir.id.0 != file.id.0,
            _ => false,
        }
    }

    fn is_immutable(&self, file: &File) -> bool {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::IFlags;
            rustix::fs::ioctl_getflags(file).is_ok_and(|flags| flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND))
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = file;
            false
        }
    }

    fn read_at(&self, file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(file, buffer, offset)
    }

    /// Where a file-size limit (ulimit -f) would be passed, the system sends SIGXFSZ, which kills; asking for the
    /// limit beforehand gives the error instead, and leaves the process's signals alone.
    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
        if let Some(limit) = *FILE_SIZE_LIMIT
            && offset + bytes.len() as u64 > limit
        {
            return Err(Errno::FBIG.into());
        }
        FileExt::write_at(file, bytes, offset)
    }

    fn truncate(&self, file: &File, len: u64) -> io::Result<()> {
        Ok(rustix::fs::ftruncate(file, len)?)
    }

    /// On macOS this is F_FULLFSYNC: fsync alone stops at the drive's cache there.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_dir(&self, dir: &OwnedFd) -> io::Result<()> {
        Ok(rustix::fs::fsync(dir)?)
    }

    fn chown(&self, file: &File, uid: u32, gid: u32) -> io::Result<()> {
        Ok(rustix::fs::fchown(file, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))?)
    }

    fn chmod(&self, file: &File, mode: u32) -> io::Result<()> {
        Ok(rustix::fs::fchmod(file, Mode::from_raw_mode(mode as _))?)
    }

    fn set_modified(&self, file: &File, modified: SystemTime) -> io::Result<()> {
        file.set_modified(modified)
    }

    fn attributes(&self, file: &File) -> io::Result<Attributes> {
        let mut list = vec![0; MOST_ATTRIBUTE_BYTES];
        let len = match rustix::fs::flistxattr(file, &mut list[..]) {
            Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(Attributes::new()),
            result => result?,
        };
        let mut attributes = Attributes::new();
        let mut value = vec![0; MOST_ATTRIBUTE_BYTES];
        for name in list[..len].split(|byte| *byte == 0) {
            if name.is_empty() || OF_THE_CONTENT.contains(&name) {
                continue;
            }
            let name = OsStr::from_bytes(name);
            match rustix::fs::fgetxattr(file, name, &mut value[..]) {
                Ok(len) => attributes.insert(name.to_owned(), value[..len].to_vec()),
                // Taken away since it was listed.
                #[cfg(target_os = "linux")]
                Err(Errno::NODATA) => None,
                Err(error) => return Err(error.into()),
            };
        }
        Ok(attributes)
    }

    fn set_attribute(&self, file: &File, name: &OsStr, value: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::fsetxattr(file, name, value, XattrFlags::empty())?)
    }

    fn remove_attribute(&self, file: &File, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::fremovexattr(file, name)?)
    }

    fn rename(&self, dir: &OwnedFd, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(dir, from, dir, to)?)
    }

    /// Linux before 3.15, and some file systems, cannot rename without replacing; a second link and the removal of
    /// the first come to the same, in two steps.
    fn rename_new(&self, dir: &OwnedFd, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match rustix::fs::renameat_with(dir, from, dir, to, RenameFlags::NOREPLACE) {
            Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => {
                rustix::fs::linkat(dir, from, dir, to, AtFlags::empty())?;
                // Called again after an interruption, this method would meet its own link: no error here is EINTR.
                let unlink = |name| retry_on_intr(|| rustix::fs::unlinkat(dir, name, AtFlags::empty()));
                if let Err(error) = unlink(from) {
                    let _ = unlink(to);
                    return Err(error.into());
                }
                Ok(())
            }
            result => Ok(result?),
        }
    }

    fn exchange(&self, dir: &OwnedFd, one: &OsStr, other: &OsStr) -> io::Result<()> {
        match rustix::fs::renameat_with(dir, one, dir, other, RenameFlags::EXCHANGE) {
            Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => Err(io::ErrorKind::Unsupported.into()),
            result => Ok(result?),
        }
    }

    fn symlink(&self, dir: &OwnedFd, name: &OsStr, target: &Path) -> io::Result<()> {
        Ok(rustix::fs::symlinkat(target, dir, name)?)
    }

    fn read_link(&self, dir: &OwnedFd, name: &OsStr) -> io::Result<PathBuf> {
        let target = rustix::fs::readlinkat(dir, name, Vec::new())?;
        Ok(OsString::from_vec(target.into_bytes()).into())
    }

    fn unlink(&self, dir: &OwnedFd, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(dir, name, AtFlags::empty())?)
    }

    fn user(&self) -> u32 {
        rustix::process::geteuid().as_raw()
    }
}
