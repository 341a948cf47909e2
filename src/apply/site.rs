//! A file, found and locked: the handles through which all work on it is done.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::disk::{self, Attributes, Disk, Kind, Open, ReadError, Stat, again};
use super::receipt::{self, Receipt, Stamp, Temporary};
use super::trouble::{self, Stop};
use crate::certificate::Fingerprint;
use crate::finding::Trouble;
use crate::store;

/// How long to wait for another rootfix at work in the same directory. Its whole work takes a fraction of a second,
/// mostly spent on a handful of syncs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory, open.
pub(super) struct Folder<D: Disk> {
    pub handle: D::Dir,
    pub path: PathBuf,
}

/// On which terms a file is entered.
pub(super) struct Terms<'a> {
    pub backup_dir: Option<&'a Path>,
    pub force: bool,
    pub now: OffsetDateTime,
}

/// A file, found and locked.
pub(super) struct Site<'d, D: Disk> {
    pub disk: &'d D,
    pub name: OsString,
    pub real: PathBuf,
    /// The directory of the file.
    pub home: Folder<D>,
    /// Where backups go if not there.
    aside: Option<Folder<D>>,
    link_owners: Vec<u32>,
}

/// The file as it was found under the lock.
pub(super) struct Current<D: Disk> {
    pub file: D::File,
    pub stat: Stat,
    pub attributes: Attributes,
    pub bytes: Vec<u8>,
    pub sha256: Fingerprint,
}

/// A receipt as it was found, with its name.
pub(super) struct Found {
    pub stamp: Stamp,
    pub receipt: Receipt,
}

impl<'d, D: Disk> Site<'d, D> {
    /// Finds the file that the path leads to, locks its directory and the one for backups, and clears away what a
    /// run that was killed left there. The file itself need not exist.
    pub fn enter(disk: &'d D, path: &Path, terms: &Terms<'_>) -> Result<Self, Stop> {
        let site = Self::find(disk, path, terms.backup_dir)?;
        let mut folders: Vec<&Folder<D>> = std::iter::once(&site.home).chain(&site.aside).collect();
        // Everybody takes two locks in the same order, so that nobody waits in a circle.
        folders.sort_by_key(|folder| again(|| disk.stat_dir(&folder.handle)).map(|stat| stat.id).unwrap_or_default());
        for folder in folders {
            lock(disk, folder, terms.force)?;
        }
        site.clear(terms.now);
        Ok(site)
    }

    /// A name in a directory, whatever bears it: nothing, a link, a directory. Takes no lock.
    pub fn beside(disk: &'d D, directory: &Path, name: &OsStr) -> Result<Self, Trouble> {
        // A name that nothing bears leads to the directory alone.
        let probe = directory.join(receipt::temporary(name, random()));
        let site = Self::find(disk, &probe, None)?;
        Ok(Site { name: name.to_owned(), real: site.home.path.join(name), ..site })
    }

    /// Finds the file, and takes no lock: for reading only.
    pub fn find(disk: &'d D, path: &Path, backup_dir: Option<&Path>) -> Result<Self, Trouble> {
        let place = again(|| disk.find(path)).map_err(|error| trouble::of_file(&error))?;
        let home = Folder { handle: place.dir, path: place.real.parent().unwrap_or(Path::new("/")).to_owned() };
        let mut site =
            Site { disk, name: place.name, real: place.real, home, aside: None, link_owners: place.link_owners };
        if let Some(path) = backup_dir {
            let handle = again(|| disk.open_dir(path)).map_err(|error| trouble::of_backup_dir(path, &error))?;
            let aside = Folder { handle, path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()) };
            let id = |folder: &Folder<D>| {
                let stat = again(|| disk.stat_dir(&folder.handle));
                stat.map(|stat| stat.id).map_err(|error| trouble::at(&folder.path, &error))
            };
            if id(&aside)? != id(&site.home)? {
                site.aside = Some(aside);
            }
        }
        Ok(site)
    }

    /// The directory for backups.
    pub fn shelf(&self) -> &Folder<D> {
        self.aside.as_ref().unwrap_or(&self.home)
    }

    pub fn has_own_shelf(&self) -> bool {
        self.aside.is_some()
    }

    /// Whether nothing bears the name.
    pub fn is_free(&self) -> Result<(), Trouble> {
        match again(|| self.disk.stat(&self.home.handle, &self.name)) {
            Ok(_) => Err(trouble::exists(&self.real)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(trouble::at(&self.home.path, &error)),
        }
    }

    /// Reads the file; `None` if there is none.
    pub fn read(&self) -> Result<Option<Current<D>>, Stop> {
        let current = self.read_in(&self.home, &self.name)?;
        if let Some(current) = &current {
            self.trust_links(Some(current.stat.uid))?;
        }
        Ok(current)
    }

    fn read_in(&self, folder: &Folder<D>, name: &OsStr) -> Result<Option<Current<D>>, Trouble> {
        let none = |error: &io::Error| error.kind() == ErrorKind::NotFound;
        let failed = |error: io::Error| trouble::of_file(&error);
        // Looked at before it is opened, since the mere opening of a device can have effects, and afterwards, since
        // it may have been swapped.
        match again(|| self.disk.stat(&folder.handle, name)) {
            Ok(Stat { kind: Kind::File | Kind::Link, .. }) => {}
            Ok(_) => return Err(trouble::not_a_file()),
            Err(error) if none(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        let file = match again(|| self.disk.open(&folder.handle, name, Open::Read)) {
            Err(error) if none(&error) => return Ok(None),
            result => result.map_err(failed)?,
        };
        let stat = again(|| self.disk.stat_file(&file)).map_err(failed)?;
        if stat.kind != Kind::File {
            return Err(trouble::not_a_file());
        }
        let bytes = disk::read_all(self.disk, &file, store::MAX_BYTES).map_err(|error| match error {
            ReadError::TooLarge => trouble::too_large(),
            ReadError::Io(error) => failed(error),
        })?;
        let attributes = again(|| self.disk.attributes(&file)).map_err(failed)?;
        let sha256 = Fingerprint::of(&bytes);
        Ok(Some(Current { file, stat, attributes, bytes, sha256 }))
    }

    /// A symbolic link is believed if it belongs to the superuser, to the one who runs this, or to the owner of the
    /// file that it leads to. Anyone else could have laid it to make a privileged run change a file that its owner
    /// never meant to be changed. (Linux has the same rule for links in /tmp, as fs.protected_symlinks.)
    pub fn trust_links(&self, owner_of_file: Option<u32>) -> Result<(), Stop> {
        let trusted = [Some(0), Some(self.disk.user()), owner_of_file];
        match self.link_owners.iter().all(|owner| trusted.contains(&Some(*owner))) {
            true => Ok(()),
            false => Err(trouble::foreign_link(&self.real).into()),
        }
    }

    /// Whether name and content are still those that were read. The name is looked at last: where names cannot trade
    /// places, nothing must come between that look and the rename.
    pub fn is_unchanged(&self, current: &Current<D>) -> io::Result<bool> {
        if !self.holds(&current.file, &current.bytes)? {
            return Ok(false);
        }
        match again(|| self.disk.stat(&self.home.handle, &self.name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            result => Ok(result?.id == current.stat.id),
        }
    }

    /// Whether a file holds exactly these bytes.
    pub fn holds(&self, file: &D::File, bytes: &[u8]) -> io::Result<bool> {
        match disk::read_all(self.disk, file, bytes.len()) {
            Ok(found) => Ok(found == bytes),
            Err(ReadError::TooLarge) => Ok(false),
            Err(ReadError::Io(error)) => Err(error),
        }
    }

    /// The receipts for this file, newest first, and the names of those that do not read. One that belongs to
    /// somebody other than the superuser, the one who runs this and the file's owner is passed over: in a directory
    /// like /tmp anyone can leave one.
    pub fn receipts(&self, owner_of_file: Option<u32>) -> Result<(Vec<Found>, Vec<PathBuf>), Trouble> {
        let shelf = self.shelf();
        let names = again(|| self.disk.names(&shelf.handle)).map_err(|error| trouble::at(&shelf.path, &error))?;
        let mut stamps: Vec<Stamp> = names.iter().filter_map(|name| Stamp::of(name, &self.name)).collect();
        stamps.sort_unstable_by(|one, other| other.cmp(one));
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        for stamp in stamps {
            let name = stamp.receipt(&self.name);
            let path = shelf.path.join(&name);
            let Some(json) = self.read_trusted(&name, owner_of_file) else {
                unreadable.push(path);
                continue;
            };
            match Receipt::parse(&json.bytes) {
                // A backup directory may hold the backups of many files of one name; beside the file itself the
                // name suffices, so that a directory may be moved with its backups.
                Ok(receipt)
                    if self.has_own_shelf()
                        && receipt.path.display().to_string() != self.real.display().to_string() => {}
                Ok(receipt) if !receipt::is_about(&receipt, &self.name) => {}
                Ok(receipt) => {
                    let backup = receipt.backup.is_some().then(|| shelf.path.join(stamp.backup(&self.name)));
                    let path_now = self.real.clone();
                    found.push(Found {
                        stamp,
                        receipt: Receipt { path: path_now, backup, receipt: Some(path), ..receipt },
                    });
                }
                Err(receipt::NotAReceipt) => unreadable.push(path),
            }
        }
        Ok((found, unreadable))
    }

    /// Reads a receipt or backup that can be believed; `None` for any reason not to.
    pub fn read_trusted(&self, name: &OsStr, owner_of_file: Option<u32>) -> Option<Current<D>> {
        let owners = [Some(0), Some(self.disk.user()), owner_of_file];
        let found = self.read_in(self.shelf(), name).ok()??;
        owners.contains(&Some(found.stat.uid)).then_some(found)
    }

    /// Takes away what runs that were killed left behind. A failure does not matter: the next run tries again.
    ///
    /// What was trading places with the file may be the version of a program that wrote at the same moment, so it
    /// goes only if it is known from a receipt; else it becomes a backup for people to look at.
    fn clear(&self, now: OffsetDateTime) {
        for folder in std::iter::once(&self.home).chain(&self.aside) {
            let names = again(|| self.disk.names(&folder.handle)).unwrap_or_default();
            for name in names {
                match receipt::leftover(&name, &self.name) {
                    Some(Temporary::Unfinished) => drop(again(|| self.disk.unlink(&folder.handle, &name))),
                    Some(Temporary::Trading) => self.clear_trading(folder, &name, now),
                    None => {}
                }
            }
        }
    }

    fn clear_trading(&self, folder: &Folder<D>, name: &OsStr, now: OffsetDateTime) {
        let Ok(file) = again(|| self.disk.open(&folder.handle, name, Open::Read)) else { return };
        let Ok(bytes) = disk::read_all(self.disk, &file, store::MAX_BYTES) else { return };
        let owner = again(|| self.disk.stat(&folder.handle, &self.name)).ok().map(|stat| stat.uid);
        let Ok((receipts, _)) = self.receipts(owner) else { return };
        let known: HashSet<Fingerprint> = (receipts.iter())
            .flat_map(|found| [found.receipt.sha256_before, Some(found.receipt.sha256_after)])
            .flatten()
            .collect();
        if known.contains(&Fingerprint::of(&bytes)) {
            let _ = again(|| self.disk.unlink(&folder.handle, name));
            return;
        }
        for number in 1..=trouble::MOST_BACKUPS_PER_SECOND {
            let kept = Stamp::new(now, number).backup(&self.name);
            match again(|| self.disk.rename_new(&folder.handle, name, &kept)) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                _ => return,
            }
        }
    }
}

/// Clears the leftovers beside a file, unless somebody is at work there, and without complaint.
pub(super) fn clear_leftovers<D: Disk>(disk: &D, path: &Path, backup_dir: Option<&Path>, now: OffsetDateTime) {
    let Ok(site) = Site::find(disk, path, backup_dir) else { return };
    let mut folders = std::iter::once(&site.home).chain(&site.aside);
    if folders.all(|folder| again(|| disk.try_lock(&folder.handle)).unwrap_or(false)) {
        site.clear(now);
    }
}

fn lock<D: Disk>(disk: &D, folder: &Folder<D>, force: bool) -> Result<(), Stop> {
    let until = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(1);
    loop {
        match again(|| disk.try_lock(&folder.handle)) {
            Ok(true) => return Ok(()),
            Ok(false) if Instant::now() >= until => return Err(trouble::busy(&folder.path).into()),
            Ok(false) => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            Err(_) if force => return Ok(()),
            Err(error) => return Err(trouble::no_lock(&folder.path, &error).into()),
        }
    }
}

/// Never the same twice: names are created exclusively, so this needs to be unlikely to clash, not hard to guess.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
