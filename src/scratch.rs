//! Directories for what is needed only while the program runs: copies of stores for keytool, for clients, for stand-ins.
//!
//! Who is killed cannot clear up after himself, and a copy of a key store may hold keys: the next that needs such a
//! directory takes away those whose makers are gone.

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "rootfix-";
/// Locked by whoever made the directory, for as long as he lives.
const IN_USE: &str = "in-use";

/// A directory that nobody else can enter; it goes when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    // Closed before the directory goes: Windows removes nothing that is open. `None` where nothing can be locked.
    _in_use: Option<File>,
    directory: TempDir,
}

impl Scratch {
    /// # Errors
    /// There is no temporary directory to make it in.
    pub fn new() -> io::Result<Self> {
        let place = std::env::temp_dir();
        clear(&place);
        Self::new_in(&place)
    }

    fn new_in(place: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let directory = builder.tempdir_in(place)?;
        Ok(Scratch { _in_use: mark(directory.path()).ok(), directory })
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Locked before it has the name by which others look for it.
fn mark(directory: &Path) -> io::Result<File> {
    let unnamed = directory.join("new");
    let file = File::create_new(&unnamed)?;
    file.lock()?;
    fs::rename(unnamed, directory.join(IN_USE))?;
    Ok(file)
}

/// What cannot be told or removed stays.
fn clear(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten().filter(is_own) {
        if is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A directory of this user's, and no link to one.
fn is_own(entry: &DirEntry) -> bool {
    let named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
    named && entry.metadata().is_ok_and(|data| data.is_dir() && is_of_this_user(&data))
}

#[cfg(unix)]
fn is_of_this_user(data: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(data) == rustix::process::geteuid().as_raw()
}

/// On Windows the temporary directory is the user's own.
#[cfg(not(unix))]
fn is_of_this_user(_: &fs::Metadata) -> bool {
    true
}

fn is_abandoned(directory: &Path) -> bool {
    File::open(directory.join(IN_USE)).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_have_left_goes_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let living = Scratch::new_in(place.path()).unwrap();
        fs::write(living.path().join("store"), "a copy").unwrap();
        let dead = place.path().join("rootfix-dead");
        let stranger = place.path().join("rootfix-stranger");
        let of_another_name = place.path().join("dead");
        for directory in [&dead, &stranger, &of_another_name] {
            fs::create_dir(directory).unwrap();
            fs::write(directory.join("store"), "a copy").unwrap();
        }
        for directory in [&dead, &of_another_name] {
            drop(mark(directory).unwrap());
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&of_another_name, place.path().join("rootfix-link")).unwrap();
        clear(place.path());
        assert!(!dead.exists());
        for directory in [living.path(), &stranger, &of_another_name] {
            assert!(directory.join("store").exists(), "{}", directory.display());
        }
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
    }
}
