//! Shadows of files and directories, on a tmpfs that nobody else sees.

use std::fs::{self, Permissions};
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};

use super::wire::{Failure, Step};
use crate::rehearse::shadow::Shadow;

/// The largest `/etc/ssl/certs` and Java homes stay far below these.
const MAX_ENTRIES: usize = 20_000;
const MAX_COPIED: u64 = 256 << 20;
const MAX_DEPTH: usize = 16;

/// Directories that every Linux has. One of them is covered while the shadows are laid out, before the command starts.
const SCRATCH: [&str; 4] = ["/tmp", "/var/tmp", "/mnt", "/etc"];

/// Cuts the mounts of this process off from the machine's, and lays the shadows over what they stand for. Gives back
/// the command's standard input.
pub(super) fn lay(shadows: &[Shadow], input: &[u8]) -> Result<fs::File, Failure> {
    let root = Path::new("/");
    rustix::mount::mount_change(root, MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(|error| Failure::at(Step::Mount, root)(error.into()))?;
    // Everything is opened first, because the scratch directory may cover it.
    let places = shadows.iter().map(Place::open).collect::<Result<Vec<_>, _>>()?;
    let scratch = SCRATCH.map(Path::new).into_iter().find(|path| path.is_dir()).unwrap_or(root);
    rustix::mount::mount("tmpfs", scratch, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, c"mode=0700")
        .map_err(|error| Failure::at(Step::Mount, scratch)(error.into()))?;
    for (number, place) in places.iter().enumerate() {
        let copy = scratch.join(number.to_string());
        place.fill(&copy, &places).map_err(Failure::at(Step::Mount, place.path))?;
    }
    let input = open_input(&scratch.join("input"), input).map_err(Failure::at(Step::Mount, scratch))?;
    for (number, place) in places.iter().enumerate().filter(|(_, place)| !place.lies_in_a_directory(&places)) {
        rustix::mount::mount_bind(scratch.join(number.to_string()), place.through_fd())
            .map_err(|error| Failure::at(Step::Mount, place.path)(error.into()))?;
    }
    // What was bound lives on.
    rustix::mount::unmount(scratch, UnmountFlags::DETACH)
        .map_err(|error| Failure::at(Step::Mount, scratch)(error.into()))?;
    Ok(input)
}

/// A `/proc` that shows the private processes. Where the kernel refuses (a container hides parts of its own), the
/// machine's stays, and a program that looks itself up by number finds another; `/proc/self` is right in both.
pub(super) fn mount_proc() {
    let _ = rustix::mount::mount(
        "proc",
        "/proc",
        "proc",
        MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC,
        None,
    );
}

fn open_input(path: &Path, input: &[u8]) -> io::Result<fs::File> {
    fs::write(path, input)?;
    fs::File::open(path)
}

struct Place<'a> {
    path: &'a Path,
    shadow: &'a Shadow,
    fd: OwnedFd,
}

impl<'a> Place<'a> {
    fn open(shadow: &'a Shadow) -> Result<Place<'a>, Failure> {
        let path = shadow.path();
        let fd = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty())
            .map_err(|error| Failure::at(Step::Mount, path)(error.into()))?;
        Ok(Place { path, shadow, fd })
    }

    /// A path to the original that goes past whatever covers it.
    fn through_fd(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.fd.as_raw_fd()))
    }

    /// A file in a shadowed directory is written into the shadow of the directory.
    fn lies_in_a_directory(&self, places: &[Place<'_>]) -> bool {
        places.iter().any(|place| self.under(place).is_some())
    }

    fn under(&self, directory: &Place<'_>) -> Option<&'a Path> {
        match (self.shadow, directory.shadow) {
            (Shadow::File { path, .. }, Shadow::Directory { path: above, .. }) => path.strip_prefix(above).ok(),
            _ => None,
        }
    }

    fn fill(&self, copy: &Path, places: &[Place<'_>]) -> io::Result<()> {
        let original = fs::metadata(self.through_fd())?;
        match self.shadow {
            Shadow::File { bytes, .. } => {
                fs::write(copy, bytes)?;
                like(copy, &original)
            }
            Shadow::Directory { more, .. } => {
                fs::create_dir(copy)?;
                copy_directory(&self.through_fd(), copy, &mut Budget { entries: 0, bytes: 0 }, 0)?;
                for (name, bytes) in more {
                    fs::write(copy.join(name), bytes)?;
                }
                for place in places {
                    if let (Some(inside), Shadow::File { bytes, .. }) = (place.under(self), place.shadow) {
                        fs::write(copy.join(inside), bytes)?;
                    }
                }
                like(copy, &original)
            }
        }
    }
}

/// Owner and mode of the original, as far as this process may give them.
fn like(copy: &Path, original: &fs::Metadata) -> io::Result<()> {
    let _ = std::os::unix::fs::chown(copy, Some(original.uid()), Some(original.gid()));
    fs::set_permissions(copy, Permissions::from_mode(original.mode() & 0o7777))
}

struct Budget {
    entries: usize,
    bytes: u64,
}

/// Files, links and directories; whatever else lies there, and what may not be read, the command does without.
fn copy_directory(from: &Path, to: &Path, budget: &mut Budget, depth: usize) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        let meta = entry.metadata()?;
        budget.entries += 1;
        budget.bytes += if meta.is_file() { meta.len() } else { 0 };
        if budget.entries > MAX_ENTRIES || budget.bytes > MAX_COPIED || depth > MAX_DEPTH {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if meta.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&path)?, &copy)?;
        } else if meta.is_dir() {
            fs::create_dir(&copy)?;
            match copy_directory(&path, &copy, budget, depth + 1) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                other => other?,
            }
            like(&copy, &meta)?;
        } else if meta.is_file() {
            match fs::copy(&path, &copy) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => continue,
                other => other?,
            };
            like(&copy, &meta)?;
        }
    }
    Ok(())
}
