//! Undo: the backup takes the place of the file again.

use std::path::{Path, PathBuf};

use super::change::{Made, make, replace};
use super::disk::{Disk, again};
use super::receipt::Receipt;
use super::site::{Current, Found, Site, Terms};
use super::trouble;
use super::{ApplyError, RestoreOptions, Restored};
use crate::certificate::Fingerprint;
use crate::finding::Trouble;

/// How often to begin anew when another program writes at the very moment of the stroke.
const ATTEMPTS: usize = 10;

pub(super) fn restore<D: Disk>(disk: &D, path: &Path, options: &RestoreOptions) -> Result<Restored, ApplyError> {
    for _ in 0..ATTEMPTS {
        match attempt(disk, path, options) {
            Err(ApplyError::Changed) => {}
            result => return result,
        }
    }
    Err(ApplyError::Trouble(trouble::keeps_changing()))
}

pub(super) fn backups<D: Disk>(disk: &D, path: &Path, backup_dir: Option<&Path>) -> Result<Vec<Receipt>, Trouble> {
    let site = Site::find(disk, path, backup_dir)?;
    let owner = again(|| disk.stat(&site.home.handle, &site.name)).ok().map(|stat| stat.uid);
    let (found, _) = site.receipts(owner)?;
    Ok(found.into_iter().map(|found| found.receipt).collect())
}

fn attempt<D: Disk>(disk: &D, path: &Path, options: &RestoreOptions) -> Result<Restored, ApplyError> {
    let backup_dir = options.backup_dir.as_deref();
    let site = Site::enter(disk, path, &Terms { backup_dir, force: options.force, now: options.now })?;
    let current = site.read()?;
    let now = current.as_ref().map(|current| current.sha256);
    let owner = current.as_ref().map(|current| current.stat.uid);
    let (receipts, unreadable) = site.receipts(owner)?;

    let mut usable = receipts.iter().filter(|found| has_backup(found));
    let newest = usable.clone().next();
    let fitting = usable.clone().find(|found| Some(found.receipt.sha256_after) == now);
    let chosen = match (fitting, newest) {
        (Some(fitting), _) => fitting,
        // A run that was killed before its stroke leaves a receipt of what never came to be, so whoever insists gets
        // the newest backup that makes a difference.
        (None, Some(newest)) if options.force => match usable.find(|found| found.receipt.sha256_before != now) {
            Some(different) => different,
            None => return Ok(Restored::AlreadyAsItWas(newest.receipt.clone())),
        },
        (None, Some(newest)) if newest.receipt.sha256_before == now => {
            return Ok(Restored::AlreadyAsItWas(newest.receipt.clone()));
        }
        (None, Some(_)) if now.is_none() => return Err(ApplyError::Trouble(trouble::gone())),
        (None, Some(_)) => return Err(ApplyError::Trouble(trouble::changed_since())),
        (None, None) => return Err(ApplyError::Trouble(nothing_to_restore(&unreadable))),
    };
    let backup = backup(&site, chosen, owner)?;
    let was_fitting = fitting.is_some();
    match &current {
        Some(current) => put_back(&site, current, chosen, &backup.bytes, was_fitting, options),
        None => {
            site.trust_links(None)?;
            make(&site, &backup.bytes, Made::Like(&backup)).map_err(|stop| stop.with(chosen.receipt.clone()))?;
            Ok(Restored::Restored { from: chosen.receipt.clone(), before: None, replaced: None })
        }
    }
}

fn put_back<D: Disk>(
    site: &Site<'_, D>,
    current: &Current<D>,
    chosen: &Found,
    bytes: &[u8],
    was_fitting: bool,
    options: &RestoreOptions,
) -> Result<Restored, ApplyError> {
    let from = chosen.receipt.clone();
    let before = Some(current.sha256);
    if was_fitting {
        // What is replaced is what rootfix itself wrote: it can be had again, and needs no backup. Where it was written
        // in place because somebody insisted, it is taken back in the same way.
        return match replace(site, current, bytes, None, options.force || from.in_place) {
            Ok(()) => Ok(Restored::Restored { from, before, replaced: None }),
            Err(stop) => Err(stop.with(from)),
        };
    }
    let mut receipt = Receipt {
        path: site.real.clone(),
        sha256_before: Some(current.sha256),
        sha256_after: Fingerprint::of(bytes),
        backup: None,
        receipt: None,
        added: Vec::new(),
        time: options.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        in_place: false,
    };
    match replace(site, current, bytes, Some(&mut receipt), options.force) {
        Ok(()) => Ok(Restored::Restored { from, before, replaced: Some(Box::new(receipt)) }),
        Err(stop) => Err(stop.with(receipt)),
    }
}

fn has_backup(found: &Found) -> bool {
    found.receipt.backup.is_some() && found.receipt.sha256_before.is_some()
}

/// A backup, provided that it holds what its receipt speaks of.
fn backup<D: Disk>(site: &Site<'_, D>, found: &Found, owner: Option<u32>) -> Result<Current<D>, Trouble> {
    let path = found.receipt.backup.clone().unwrap_or_default();
    site.read_trusted(&found.stamp.backup(&site.name), owner)
        .filter(|backup| Some(backup.sha256) == found.receipt.sha256_before)
        .ok_or_else(|| trouble::damaged(&path))
}

fn nothing_to_restore(unreadable: &[PathBuf]) -> Trouble {
    match unreadable.first() {
        Some(first) => trouble::unreadable_receipts(first),
        None => trouble::no_backup(),
    }
}
