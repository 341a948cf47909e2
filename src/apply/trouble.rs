//! Why a change was not made, in the words of `lang`.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::ApplyError;
use super::receipt::Receipt;
use crate::finding::{Code, Trouble};
use crate::lang::apply as say;

/// As many backups of one file may be made within one second; more is a loop that went wrong, or names that somebody
/// took on purpose.
pub(super) const MOST_BACKUPS_PER_SECOND: u32 = 1000;

/// Why the work on a file ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is no longer what the plan was made from.
    Changed,
    /// It is unchanged.
    Trouble(Trouble),
    /// It cannot be replaced; it could be written in place. It is unchanged.
    Obstacle(Obstacle),
    /// It was changed, and what is there now is not certain.
    Unsettled(Trouble),
}

/// What forbids that a file be replaced by another one of the same name.
#[derive(Debug)]
pub(super) enum Obstacle {
    HardLinks(u64),
    Mount,
    Directory(PathBuf),
    Owner { uid: u32, gid: u32 },
    Attribute(OsString),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Stop::Trouble(trouble)
    }
}

impl From<Obstacle> for Stop {
    fn from(obstacle: Obstacle) -> Self {
        Stop::Obstacle(obstacle)
    }
}

impl From<Stop> for ApplyError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Changed => ApplyError::Changed,
            Stop::Trouble(trouble) => ApplyError::Trouble(trouble),
            Stop::Obstacle(obstacle) => ApplyError::Trouble(obstacle.trouble()),
            Stop::Unsettled(trouble) => ApplyError::Unsettled { trouble, receipt: None },
        }
    }
}

impl Stop {
    /// With the receipt of what may have been done.
    pub fn with(self, receipt: Receipt) -> ApplyError {
        match self {
            Stop::Unsettled(trouble) => ApplyError::Unsettled { trouble, receipt: Some(Box::new(receipt)) },
            other => other.into(),
        }
    }
}

impl Obstacle {
    fn trouble(self) -> Trouble {
        let (code, message) = match self {
            Obstacle::HardLinks(links) => (Code::FileHardLinked, say::hard_linked(links)),
            Obstacle::Mount => (Code::FileMounted, say::mounted()),
            Obstacle::Directory(path) => (Code::DirectoryNotWritable, say::directory_not_writable(path.display())),
            Obstacle::Owner { uid, gid } => (Code::OwnerNotKept, say::owner_not_kept(uid, gid)),
            Obstacle::Attribute(name) => (Code::AttributesNotKept, say::attribute_not_kept(name.display())),
        };
        Trouble::new(code, message, say::force_or_output())
    }
}

/// A failure while writing in this directory, or while looking at it.
pub(super) fn at(path: &Path, error: &io::Error) -> Trouble {
    let shown = path.display();
    if is_held(error) {
        return held();
    }
    match error.kind() {
        ErrorKind::StorageFull => Trouble::new(Code::DiskFull, say::disk_full(shown), say::make_room()),
        ErrorKind::QuotaExceeded => Trouble::new(Code::DiskFull, say::quota_exceeded(shown), say::make_room()),
        ErrorKind::FileTooLarge => Trouble::new(Code::FileSizeLimit, say::file_size_limit(), say::lift_limit()),
        ErrorKind::ReadOnlyFilesystem => {
            Trouble::new(Code::ReadOnlyFileSystem, say::read_only(shown), say::mount_writable())
        }
        ErrorKind::PermissionDenied => Trouble::new(Code::NoPermission, say::no_permission(shown), say::run_as_owner()),
        _ => Trouble::new(Code::DiskError, say::disk_error(shown, error), say::see_system_log()),
    }
}

/// A failure while finding, opening or reading the file.
pub(super) fn of_file(error: &io::Error) -> Trouble {
    if is_held(error) {
        return held();
    }
    if is_circle(error) {
        return Trouble::new(Code::FileNotFound, say::in_a_circle(), say::mend_the_link());
    }
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Trouble::new(Code::FileNotFound, say::not_found(), say::check_the_path())
        }
        ErrorKind::IsADirectory => not_a_file(),
        ErrorKind::PermissionDenied => Trouble::new(Code::NoPermission, say::unreadable(), say::run_as_owner()),
        _ => Trouble::new(Code::DiskError, say::read_error(error), say::check_path_and_log()),
    }
}

/// Symbolic links that lead to each other.
fn is_circle(error: &io::Error) -> bool {
    #[cfg(unix)]
    return rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP);
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
}

/// ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION (winerror.h): another program has the file open, and shares it
/// with nobody. Other systems know no such thing.
pub(super) fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33))
}

fn held() -> Trouble {
    Trouble::new(Code::FileBusy, say::held(), say::stop_the_holder())
}

pub(super) fn of_backup_dir(path: &Path, error: &io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Trouble::new(Code::NoPlaceForBackup, say::no_backup_dir(path.display()), say::make_backup_dir())
        }
        _ => at(path, error),
    }
}

pub(super) fn no_place_for_backup(path: &Path) -> Trouble {
    Trouble::new(Code::NoPlaceForBackup, say::no_place_for_backup(path.display()), say::give_backup_dir())
}

pub(super) fn permissions_not_kept(path: &Path) -> Trouble {
    Trouble::new(Code::NoPlaceForBackup, say::permissions_not_kept(path.display()), say::give_backup_dir())
}

pub(super) fn not_a_file() -> Trouble {
    Trouble::new(Code::NotARegularFile, say::not_a_file(), say::name_a_file())
}

pub(super) fn too_large() -> Trouble {
    Trouble::new(Code::FileTooLarge, say::too_large(crate::store::MAX_BYTES >> 20), say::name_a_bundle())
}

pub(super) fn foreign_link(real: &Path) -> Trouble {
    Trouble::new(Code::LinkOfAnotherUser, say::foreign_link(real.display()), say::name_the_real_file(real.display()))
}

pub(super) fn busy(path: &Path) -> Trouble {
    Trouble::new(Code::FileBusy, say::busy(path.display()), say::try_later())
}

pub(super) fn no_lock(path: &Path, error: &io::Error) -> Trouble {
    Trouble::new(Code::LockUnavailable, say::no_lock(path.display(), error), say::force_without_lock())
}

pub(super) fn exists(path: &Path) -> Trouble {
    Trouble::new(Code::FileExists, say::exists(path.display()), say::choose_another_name())
}

pub(super) fn immutable() -> Trouble {
    Trouble::new(Code::FileImmutable, say::immutable(), say::lift_immutable())
}

pub(super) fn wrote_wrong(path: &Path) -> Trouble {
    Trouble::new(Code::DiskError, say::wrote_wrong(path.display()), say::see_system_log())
}

pub(super) fn not_confirmed(error: &io::Error) -> Trouble {
    Trouble::new(Code::WriteNotConfirmed, say::not_confirmed(error), say::check_again())
}

pub(super) fn not_as_written() -> Trouble {
    Trouble::new(Code::WriteNotConfirmed, say::not_as_written(), say::check_again())
}

pub(super) fn half_written(error: &io::Error) -> Trouble {
    Trouble::new(Code::WriteNotConfirmed, say::half_written(error), say::restore_with_force())
}

pub(super) fn not_put_back(path: &Path) -> Trouble {
    Trouble::new(Code::WriteNotConfirmed, say::not_put_back(path.display()), say::compare_by_hand())
}

pub(super) fn no_backup() -> Trouble {
    Trouble::new(Code::NoBackup, say::no_backup(), say::say_where_backups_are())
}

pub(super) fn unreadable_receipts(first: &Path) -> Trouble {
    Trouble::new(Code::BackupDamaged, say::unreadable_receipt(first.display()), say::copy_by_hand())
}

pub(super) fn damaged(backup: &Path) -> Trouble {
    Trouble::new(Code::BackupDamaged, say::damaged(backup.display()), say::copy_by_hand())
}

pub(super) fn changed_since() -> Trouble {
    Trouble::new(Code::ChangedSinceBackup, say::changed_since(), say::force_restores())
}

pub(super) fn gone() -> Trouble {
    Trouble::new(Code::FileNotFound, say::gone(), say::force_makes_anew())
}

pub(super) fn keeps_changing() -> Trouble {
    Trouble::new(Code::FileBusy, say::keeps_changing(), say::try_later())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_in_which_writing_fails_has_its_own_code() {
        let codes: Vec<Code> = [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::FileTooLarge,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::PermissionDenied,
            ErrorKind::Other,
        ]
        .map(|kind| at(Path::new("/there"), &kind.into()).code)
        .to_vec();
        let expected = [
            Code::DiskFull,
            Code::DiskFull,
            Code::FileSizeLimit,
            Code::ReadOnlyFileSystem,
            Code::NoPermission,
            Code::DiskError,
        ];
        assert_eq!(codes, expected);
    }
}
