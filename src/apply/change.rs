//! How a file gets new bytes.
//!
//! Everything is made ready under temporary names and synced; then the backup and the receipt get their names, and
//! the directory is synced; only then does the file change, at one stroke, by trading places with the new one. Until
//! that stroke a failure takes everything away again and the file was never touched; after it the file is new.
//!
//! Trading places (RENAME_EXCHANGE) rather than replacing lets us look at what was taken out: if another program
//! wrote between the last look and the stroke, its version is put back and nothing is lost. Where the system cannot
//! trade, the last look is all there is.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use super::disk::{self, Disk, Open, again, write_all};
use super::draft::{Draft, Traits};
use super::receipt::{self, Receipt, Stamp};
use super::site::{Current, Site, Terms, random};
use super::trouble::{self, Obstacle, Stop};
use super::{ApplyError, Edit, Options};
use crate::certificate::Fingerprint;

pub(super) fn apply<D: Disk>(disk: &D, edit: &Edit, options: &Options) -> Result<Receipt, ApplyError> {
    match edit.before {
        Some(before) => change(disk, edit, before, options),
        None => create(disk, edit, options),
    }
}

fn change<D: Disk>(disk: &D, edit: &Edit, before: Fingerprint, options: &Options) -> Result<Receipt, ApplyError> {
    let backup_dir = options.backup_dir.as_deref();
    let site = Site::enter(disk, &edit.path, &Terms { backup_dir, force: options.force, now: options.now })?;
    let current = site.read()?.filter(|current| current.sha256 == before).ok_or(Stop::Changed)?;
    let mut receipt = blank(&site, Some(before), edit, options);
    if receipt.sha256_after == before {
        return Ok(receipt);
    }
    match replace(&site, &current, &edit.bytes, Some(&mut receipt), options.force) {
        Ok(()) => Ok(receipt),
        Err(stop) => Err(stop.with(receipt)),
    }
}

fn blank<D: Disk>(site: &Site<'_, D>, before: Option<Fingerprint>, edit: &Edit, options: &Options) -> Receipt {
    Receipt {
        path: site.real.clone(),
        sha256_before: before,
        sha256_after: Fingerprint::of(&edit.bytes),
        backup: None,
        receipt: None,
        added: edit.added.clone(),
        time: options.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        in_place: false,
    }
}

/// A file that must not exist yet. It needs no backup, and so there is no receipt on the disk.
fn create<D: Disk>(disk: &D, edit: &Edit, options: &Options) -> Result<Receipt, ApplyError> {
    let terms = Terms { backup_dir: None, force: options.force, now: options.now };
    let site = Site::enter(disk, &edit.path, &terms)?;
    site.trust_links(None)?;
    let receipt = blank(&site, None, edit, options);
    match make(&site, &edit.bytes, Made::Mode(edit.mode.unwrap_or(0o666))) {
        Ok(()) => Ok(receipt),
        Err(stop) => Err(stop.with(receipt)),
    }
}

/// Whom a new file is for.
pub(super) enum Made<'a, D: Disk> {
    /// These bits, as far as umask and directory allow.
    Mode(u32),
    /// Those that this one is for; its owner alone, where that cannot be had.
    Like(&'a Current<D>),
}

/// Makes the file, which must not exist.
pub(super) fn make<D: Disk>(site: &Site<'_, D>, bytes: &[u8], made: Made<'_, D>) -> Result<(), Stop> {
    let at = |error: io::Error| trouble::at(&site.home.path, &error);
    site.is_free()?;
    let mut new = match made {
        Made::Mode(mode) => Draft::with_mode(site, &site.home, bytes, mode & 0o666).map_err(at)?,
        Made::Like(other) => {
            let new = Draft::new(site, &site.home, bytes).map_err(at)?;
            new.take_or_narrow(&traits(other))?;
            new
        }
    };
    new.settle(site, bytes, None)?;
    new.place(site.name.clone()).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => trouble::exists(&site.real),
        _ => at(error),
    })?;
    new.keep();
    confirm(site, &new, bytes)
}

/// Gives the file new bytes. With a receipt, the old bytes become a backup first, and the receipt is completed and
/// stored beside it.
pub(super) fn replace<D: Disk>(
    site: &Site<'_, D>,
    current: &Current<D>,
    bytes: &[u8],
    mut receipt: Option<&mut Receipt>,
    force: bool,
) -> Result<(), Stop> {
    let known = obstacle(site, current);
    let staged = match known {
        Some(obstacle) => Err(Stop::Obstacle(obstacle)),
        None => stage(site, current, bytes),
    };
    let staged = match staged {
        Err(Stop::Obstacle(_)) if force => None,
        result => Some(result?),
    };
    if let Some(receipt) = receipt.as_deref_mut() {
        receipt.in_place = staged.is_none();
    }
    let mut kept = match receipt.as_deref_mut() {
        Some(receipt) => Some(Kept::store(site, current, receipt)?),
        None => None,
    };
    let outcome = match staged {
        Some(new) => match switch(site, current, new, bytes) {
            Err(Stop::Obstacle(_)) if force => {
                // The receipt on the disk says that it was done at one stroke. It is made anew.
                drop(kept.take());
                if let Some(receipt) = receipt {
                    receipt.in_place = true;
                    kept = Some(Kept::store(site, current, receipt)?);
                }
                in_place(site, current, bytes)
            }
            outcome => outcome,
        },
        None => in_place(site, current, bytes),
    };
    if matches!(outcome, Ok(()) | Err(Stop::Unsettled(_)))
        && let Some(kept) = &mut kept
    {
        kept.keep();
    }
    outcome
}

/// What is known beforehand to forbid a replacement.
fn obstacle<D: Disk>(site: &Site<'_, D>, current: &Current<D>) -> Option<Obstacle> {
    if current.stat.links > 1 {
        return Some(Obstacle::HardLinks(current.stat.links));
    }
    site.disk.is_mount(&site.home.handle, &current.file).then_some(Obstacle::Mount)
}

/// The new bytes under a temporary name, in everything else like the old file.
fn stage<'s, D: Disk>(site: &'s Site<'_, D>, current: &Current<D>, bytes: &[u8]) -> Result<Draft<'s, D>, Stop> {
    let new = Draft::new(site, &site.home, bytes).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => Stop::Obstacle(Obstacle::Directory(site.home.path.clone())),
        _ => trouble::at(&site.home.path, &error).into(),
    })?;
    new.take(&traits(current))?;
    new.settle(site, bytes, None)?;
    Ok(new)
}

fn traits<D: Disk>(current: &Current<D>) -> Traits<'_> {
    Traits { mode: current.stat.mode, uid: current.stat.uid, gid: current.stat.gid, attributes: &current.attributes }
}

/// A backup and its receipt, in place and synced; both go again when dropped, unless kept.
struct Kept<'s, D: Disk> {
    // Dropped in this order: a backup without a receipt is harmless, a receipt without a backup is not.
    receipt: Draft<'s, D>,
    backup: Draft<'s, D>,
}

impl<'s, D: Disk> Kept<'s, D> {
    fn store(site: &'s Site<'_, D>, current: &Current<D>, receipt: &mut Receipt) -> Result<Self, Stop> {
        let shelf = site.shelf();
        let at = |error: io::Error| match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => trouble::no_place_for_backup(&shelf.path),
            _ => trouble::at(&shelf.path, &error),
        };
        let is_free = |name: &std::ffi::OsStr| match again(|| site.disk.stat(&shelf.handle, name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
            result => result.map(|_| false),
        };
        let mut number = 1;
        let (backup_name, receipt_name) = loop {
            let stamp = Stamp::new(receipt.time, number);
            let names = (stamp.backup(&site.name), stamp.receipt(&site.name));
            if is_free(&names.0).map_err(at)? && is_free(&names.1).map_err(at)? {
                break names;
            }
            if number == trouble::MOST_BACKUPS_PER_SECOND {
                return Err(trouble::no_place_for_backup(&shelf.path).into());
            }
            number += 1;
        };
        receipt.backup = Some(shelf.path.join(&backup_name));
        receipt.receipt = Some(shelf.path.join(&receipt_name));
        let json = receipt.to_json();

        let mut backup = Draft::new(site, shelf, &current.bytes).map_err(at)?;
        backup.take_or_narrow(&traits(current))?;
        backup.settle(site, &current.bytes, Some(current.stat.modified))?;
        let mut receipt = Draft::new(site, shelf, json.as_bytes()).map_err(at)?;
        receipt.take_or_narrow(&traits(current))?;
        receipt.settle(site, json.as_bytes(), None)?;
        backup.place(backup_name).map_err(at)?;
        receipt.place(receipt_name).map_err(at)?;
        again(|| site.disk.sync_dir(&shelf.handle)).map_err(at)?;
        Ok(Kept { receipt, backup })
    }

    fn keep(&mut self) {
        self.receipt.keep();
        self.backup.keep();
    }
}

/// As long is waited for a program that has the file open: most only read it.
const MOMENT: Duration = Duration::from_secs(2);

/// The stroke: the new file takes the name of the old one.
fn switch<D: Disk>(site: &Site<'_, D>, current: &Current<D>, mut new: Draft<'_, D>, bytes: &[u8]) -> Result<(), Stop> {
    let (disk, home) = (site.disk, &site.home);
    let at = |error: io::Error| trouble::at(&home.path, &error);
    let stroke = |error: io::Error| match error.kind() {
        ErrorKind::ResourceBusy => Stop::Obstacle(Obstacle::Mount),
        ErrorKind::PermissionDenied if disk.is_immutable(&current.file) => trouble::immutable().into(),
        ErrorKind::PermissionDenied => Stop::Obstacle(Obstacle::Directory(home.path.clone())),
        ErrorKind::NotFound => Stop::Changed,
        _ => trouble::at(&home.path, &error).into(),
    };
    new.rename(receipt::trading(&site.name, random())).map_err(at)?;
    if !site.is_unchanged(current).map_err(at)? {
        return Err(Stop::Changed);
    }
    match again(|| disk.exchange(&home.handle, &new.name, &site.name)) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            let until = Instant::now() + MOMENT;
            loop {
                match again(|| disk.rename(&home.handle, &new.name, &site.name)) {
                    Err(error) if trouble::is_held(&error) && Instant::now() < until => {
                        std::thread::sleep(Duration::from_millis(5));
                        // Whoever has it open may also write.
                        if !site.is_unchanged(current).map_err(at)? {
                            return Err(Stop::Changed);
                        }
                    }
                    result => break result.map_err(stroke)?,
                }
            }
            new.keep();
        }
        result => {
            result.map_err(stroke)?;
            if !took_out(site, current, &new) {
                put_back(site, &mut new, bytes)?;
                return Err(Stop::Changed);
            }
        }
    }
    confirm(site, &new, bytes)
}

/// Whether what was taken out is what had been read.
fn took_out<D: Disk>(site: &Site<'_, D>, current: &Current<D>, new: &Draft<'_, D>) -> bool {
    let taken = again(|| site.disk.stat(&site.home.handle, &new.name));
    taken.is_ok_and(|taken| taken.id == current.stat.id) && site.holds(&current.file, &current.bytes).unwrap_or(false)
}

/// Puts back what another program had written in the last moment.
fn put_back<D: Disk>(site: &Site<'_, D>, new: &mut Draft<'_, D>, bytes: &[u8]) -> Result<(), Stop> {
    let (disk, home) = (site.disk, &site.home);
    let ours = again(|| disk.stat_file(&new.file)).map(|stat| stat.id);
    let exchanged = again(|| disk.exchange(&home.handle, &new.name, &site.name));
    let out = again(|| disk.stat(&home.handle, &new.name)).map(|stat| stat.id);
    match (exchanged, ours, out) {
        (Ok(()), Ok(ours), Ok(out)) if ours == out && site.holds(&new.file, bytes).unwrap_or(false) => Ok(()),
        // It wrote once more, over ours or into it: that version is the newest, and belongs where it was.
        (Ok(()), Ok(_), Ok(_)) if again(|| disk.exchange(&home.handle, &new.name, &site.name)).is_ok() => Ok(()),
        _ => {
            new.keep();
            Err(Stop::Unsettled(trouble::not_put_back(&home.path.join(&new.name))))
        }
    }
}

/// Sees to it that the new name is on the medium, and looks once more at what is there.
fn confirm<D: Disk>(site: &Site<'_, D>, new: &Draft<'_, D>, bytes: &[u8]) -> Result<(), Stop> {
    let (disk, home) = (site.disk, &site.home);
    let unsettled = |error: io::Error| Stop::Unsettled(trouble::not_confirmed(&error));
    again(|| disk.sync_dir(&home.handle)).map_err(unsettled)?;
    let there = again(|| disk.stat(&home.handle, &site.name)).map_err(unsettled)?;
    let ours = again(|| disk.stat_file(&new.file)).map_err(unsettled)?;
    match there.id == ours.id && site.holds(&new.file, bytes).map_err(unsettled)? {
        true => Ok(()),
        false => Err(Stop::Unsettled(trouble::not_as_written())),
    }
}

/// Writes into the file as it stands, for those that cannot be replaced. This is not one stroke: a power failure in
/// the middle leaves a mixture, and the backup is what remains. What is only added is appended, so that the old
/// bytes stay where they are even then.
fn in_place<D: Disk>(site: &Site<'_, D>, current: &Current<D>, bytes: &[u8]) -> Result<(), Stop> {
    let disk = site.disk;
    let old = &current.bytes;
    let addition = bytes.strip_prefix(old.as_slice());
    let how = if addition.is_some() { Open::Append } else { Open::Write };
    let file = again(|| disk.open(&site.home.handle, &site.name, how)).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Stop::Changed,
        ErrorKind::PermissionDenied if disk.is_immutable(&current.file) => trouble::immutable().into(),
        _ => trouble::at(&site.real, &error).into(),
    })?;
    let at = |error: io::Error| Stop::Trouble(trouble::at(&site.real, &error));
    let id = again(|| disk.stat_file(&file)).map_err(at)?.id;
    if id != current.stat.id || !site.is_unchanged(current).map_err(at)? {
        return Err(Stop::Changed);
    }
    let written = match addition {
        Some(addition) => write_all(disk, &file, addition, old.len() as u64),
        None => overwrite(disk, &file, bytes),
    };
    if let Err(error) = written {
        let undone = match addition {
            Some(_) => again(|| disk.truncate(&file, old.len() as u64)),
            None => overwrite(disk, &file, old),
        };
        return Err(match undone.is_ok() && site.holds(&file, old).unwrap_or(false) {
            true => at(error),
            false => Stop::Unsettled(trouble::half_written(&error)),
        });
    }
    let unsettled = |error: io::Error| Stop::Unsettled(trouble::not_confirmed(&error));
    again(|| disk.sync(&file)).map_err(unsettled)?;
    // The name may lead to another program's file by now.
    let there = again(|| disk.stat(&site.home.handle, &site.name)).map_err(unsettled)?;
    match there.id == id && site.holds(&file, bytes).map_err(unsettled)? {
        true => Ok(()),
        false => Err(Stop::Unsettled(trouble::not_as_written())),
    }
}

fn overwrite<D: Disk>(disk: &D, file: &D::File, bytes: &[u8]) -> io::Result<()> {
    disk::write_all(disk, file, bytes, 0)?;
    again(|| disk.truncate(file, bytes.len() as u64))
}
