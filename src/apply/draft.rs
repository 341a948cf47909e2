//! Files that do not bear their final name yet, or not for good: made, checked, placed, and gone if the work stops.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::time::SystemTime;

use super::disk::{Attributes, Disk, again, write_all};
use super::receipt;
use super::site::{Folder, Site, random};
use super::trouble::{self, Obstacle, Stop};

/// Permissions and owner in one: what must not change when a file is replaced.
pub(super) struct Traits<'a> {
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub attributes: &'a Attributes,
}

/// A file that is removed when dropped, unless it is [kept](Draft::keep).
pub(super) struct Draft<'s, D: Disk> {
    disk: &'s D,
    folder: &'s Folder<D>,
    pub file: D::File,
    pub name: OsString,
    kept: bool,
}

impl<'s, D: Disk> Draft<'s, D> {
    /// A new temporary file with this content, for the present readable by its maker alone.
    pub fn new(site: &'s Site<'_, D>, folder: &'s Folder<D>, bytes: &[u8]) -> io::Result<Self> {
        Self::with_mode(site, folder, bytes, 0o600)
    }

    /// A new temporary file with this content and, as far as umask and directory allow, this mode.
    pub fn with_mode(site: &'s Site<'_, D>, folder: &'s Folder<D>, bytes: &[u8], mode: u32) -> io::Result<Self> {
        let disk = site.disk;
        let (name, file) = loop {
            let name = receipt::temporary(&site.name, random());
            match again(|| disk.create(&folder.handle, &name, mode)) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                result => break (name, result?),
            }
        };
        let draft = Draft { disk, folder, file, name, kept: false };
        write_all(disk, &draft.file, bytes, 0)?;
        Ok(draft)
    }

    /// Gives the file exactly these traits.
    pub fn take(&self, traits: &Traits<'_>) -> Result<(), Obstacle> {
        let attribute = |name: &OsStr| Obstacle::Attribute(name.to_owned());
        let owner = |_| Obstacle::Owner { uid: traits.uid, gid: traits.gid };
        let disk = self.disk;
        let stat = again(|| disk.stat_file(&self.file)).map_err(owner)?;
        if (stat.uid, stat.gid) != (traits.uid, traits.gid) {
            again(|| disk.chown(&self.file, traits.uid, traits.gid)).map_err(owner)?;
        }
        // A directory hands down its default ACL, so there may also be too many.
        let present = again(|| disk.attributes(&self.file)).map_err(|_| attribute("xattr".as_ref()))?;
        for (name, value) in traits.attributes {
            if present.get(name) != Some(value) {
                again(|| disk.set_attribute(&self.file, name, value)).map_err(|_| attribute(name))?;
            }
        }
        for name in present.keys().filter(|name| !traits.attributes.contains_key(*name)) {
            again(|| disk.remove_attribute(&self.file, name)).map_err(|_| attribute(name))?;
        }
        // Last: a change of owner takes the setuid bits away, and an ACL changes the bits of the group.
        again(|| disk.chmod(&self.file, traits.mode)).map_err(owner)?;

        let stat = again(|| disk.stat_file(&self.file)).map_err(owner)?;
        if (stat.uid, stat.gid, stat.mode) != (traits.uid, traits.gid, traits.mode) {
            return Err(Obstacle::Owner { uid: traits.uid, gid: traits.gid });
        }
        let present = again(|| disk.attributes(&self.file)).map_err(|_| attribute("xattr".as_ref()))?;
        let differing = |name: &&OsString| present.get(*name) != traits.attributes.get(*name);
        match traits.attributes.keys().chain(present.keys()).find(differing) {
            Some(name) => Err(attribute(name)),
            None => Ok(()),
        }
    }

    /// Gives the file these traits, or, where they cannot be had, lets its owner alone read it.
    pub fn take_or_narrow(&self, traits: &Traits<'_>) -> Result<(), Stop> {
        if self.take(traits).is_ok() {
            return Ok(());
        }
        let at = |error: io::Error| trouble::at(&self.folder.path, &error);
        // An ACL goes first: while there is one, the bits of the group are its mask.
        let acl = OsStr::new("system.posix_acl_access");
        if again(|| self.disk.attributes(&self.file)).map_err(at)?.contains_key(acl) {
            again(|| self.disk.remove_attribute(&self.file, acl)).map_err(at)?;
        }
        let narrow = traits.mode & 0o600;
        // A file system without permissions refuses; what counts is the outcome.
        let _ = again(|| self.disk.chmod(&self.file, narrow));
        let stat = again(|| self.disk.stat_file(&self.file)).map_err(at)?;
        match stat.mode & 0o7777 & !narrow {
            0 => Ok(()),
            _ => Err(trouble::permissions_not_kept(&self.folder.path).into()),
        }
    }

    /// Sees to it that the file is on the medium, as it should be, before anyone relies on it.
    pub fn settle(&self, site: &Site<'_, D>, bytes: &[u8], modified: Option<SystemTime>) -> Result<(), Stop> {
        let at = |error: io::Error| trouble::at(&self.folder.path, &error);
        if let Some(modified) = modified {
            // Nice to have; some file systems refuse.
            let _ = again(|| self.disk.set_modified(&self.file, modified));
        }
        again(|| self.disk.sync(&self.file)).map_err(at)?;
        match site.holds(&self.file, bytes).map_err(at)? {
            true => Ok(()),
            false => Err(trouble::wrote_wrong(&self.folder.path).into()),
        }
    }

    /// Gives the file a name that nothing bears yet.
    pub fn place(&mut self, name: OsString) -> io::Result<()> {
        again(|| self.disk.rename_new(&self.folder.handle, &self.name, &name))?;
        self.name = name;
        Ok(())
    }

    /// Gives the file another temporary name.
    pub fn rename(&mut self, name: OsString) -> io::Result<()> {
        again(|| self.disk.rename(&self.folder.handle, &self.name, &name))?;
        self.name = name;
        Ok(())
    }

    /// Whatever bears its name now stays.
    pub fn keep(&mut self) {
        self.kept = true;
    }
}

impl<D: Disk> Drop for Draft<'_, D> {
    fn drop(&mut self) {
        if !self.kept {
            // If it cannot be removed, the next run does it.
            let _ = again(|| self.disk.unlink(&self.folder.handle, &self.name));
        }
    }
}
