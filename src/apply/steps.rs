//! Changes of several steps: the file and the links of a certificate directory, an anchor and the generator that makes
//! a system's store of it.
//!
//! Each step is whole or not done, but all of them together are not one stroke. So the receipt is written first and
//! says what is going to be done. If a step fails, those before it are taken back; if the process is killed, whatever
//! of it is there can be taken back by that receipt, or done again.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::change::{Made, change, make};
use super::disk::{Disk, Id, Kind, again};
use super::draft::Draft;
use super::receipt::{Added, Stamp};
use super::restore::attempt;
use super::site::{Site, Terms};
use super::steps_receipt::{Done, StepsReceipt};
use super::trouble::{self, Stop};
use super::{ApplyError, Edit, Options, RestoreOptions};
use crate::certificate::Fingerprint;
use crate::finding::{Code, Trouble};

/// Steps that belong together.
#[derive(Debug, Clone)]
pub struct Steps {
    /// The trust store that they are about, by which they are found again: a directory, or the file that a generator
    /// makes. The receipt stands beside it, or in the backup directory.
    pub subject: PathBuf,
    pub steps: Vec<Step>,
    /// What is run after them, as people would type it: for the receipt alone, from which nothing is ever run.
    pub commands: Vec<String>,
    pub added: Vec<Added>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A file with these bytes. Directories that are missing on the way are made, and stay.
    Write {
        path: PathBuf,
        /// The digest of what it holds now; `None` for a file that must not exist yet.
        before: Option<Fingerprint>,
        bytes: Vec<u8>,
    },
    /// A new symbolic link.
    Link { path: PathBuf, target: PathBuf },
}

/// What makes the store anew from what the steps wrote; it is run by the caller, who knows how.
#[allow(missing_debug_implementations)] // closures
pub struct Regenerate<'a> {
    pub run: &'a dyn Fn() -> Result<(), Trouble>,
    /// After the steps were taken back.
    pub undo: &'a dyn Fn() -> Result<(), Trouble>,
}

/// What came of taking steps back.
#[derive(Debug, Clone)]
pub enum Undone {
    Undone {
        receipt: StepsReceipt,
        /// What had been changed since and was left as it is; only where that was insisted on.
        left: Vec<PathBuf>,
    },
    /// Nothing of it is there; nothing was done.
    AlreadyAsItWas(StepsReceipt),
}

/// How much of a step is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    NotDone,
    Done,
    /// Something else stands there.
    Differs,
}

/// Everything that the single steps have in common.
struct Work<'a, D: Disk> {
    disk: &'a D,
    shelf: Site<'a, D>,
    /// The lock on the directory of the receipt is held all the while, and must not be waited for.
    held: [Id; 1],
    backup_dir: Option<&'a Path>,
    force: bool,
    now: OffsetDateTime,
}

pub(super) fn apply<D: Disk>(
    disk: &D,
    plan: &Steps,
    options: &Options,
    regenerate: Option<&Regenerate<'_>>,
) -> Result<StepsReceipt, ApplyError> {
    let work = Work::begin(disk, &plan.subject, options.backup_dir.as_deref(), options.force, options.now)?;
    let subject = real(disk, &plan.subject)?;
    let mut done: Vec<Done> = plan.steps.iter().map(Done::of).collect();
    for step in &mut done {
        if step.path().parent() == Some(&plan.subject) {
            step.move_to(&subject);
        }
    }
    for step in &done {
        if work.progress(step)? != Progress::NotDone {
            return Err(ApplyError::Changed);
        }
    }
    let mut receipt = StepsReceipt {
        subject,
        steps: done,
        commands: plan.commands.clone(),
        added: plan.added.clone(),
        time: options.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        receipt: PathBuf::new(),
    };
    let mut kept = work.keep(&mut receipt)?;
    for (number, step) in plan.steps.iter().enumerate() {
        if let Err(stop) = work.make(step, options) {
            let error = ApplyError::from(stop);
            let begun = matches!(error, ApplyError::Unsettled { .. });
            let undone = work.take_back(&receipt.steps[..number + usize::from(begun)]);
            return Err(work.failed(error, undone, &mut kept));
        }
    }
    if let Some(regenerate) = regenerate
        && let Err(trouble) = (regenerate.run)()
    {
        let undone = work.take_back(&receipt.steps).and_then(|()| (regenerate.undo)());
        return Err(work.failed(ApplyError::Trouble(trouble), undone, &mut kept));
    }
    kept.keep();
    Ok(receipt)
}

pub(super) fn undo<D: Disk>(
    disk: &D,
    subject: &Path,
    options: &RestoreOptions,
    regenerate: Option<&Regenerate<'_>>,
) -> Result<Undone, ApplyError> {
    let work = Work::begin(disk, subject, options.backup_dir.as_deref(), options.force, options.now)?;
    let receipts = work.receipts(subject)?;
    for receipt in &receipts {
        let progress = receipt.steps.iter().map(|step| work.progress(step)).collect::<Result<Vec<_>, _>>()?;
        if progress.iter().all(|progress| *progress == Progress::NotDone) {
            continue;
        }
        if progress.contains(&Progress::Differs) && !options.force {
            return Err(ApplyError::Trouble(trouble::changed_since()));
        }
        let steps = receipt.steps.iter().zip(&progress);
        let of = |wanted: Progress| steps.clone().filter(move |(_, own)| **own == wanted).map(|(step, _)| step.clone());
        let there: Vec<Done> = of(Progress::Done).collect();
        let left = of(Progress::Differs).map(|step| step.path().to_owned()).collect();
        let anew = || regenerate.map_or(Ok(()), |regenerate| (regenerate.undo)());
        let undone = work.take_back(&there).and_then(|()| anew());
        undone.map_err(|trouble| ApplyError::Unsettled { trouble, receipt: None })?;
        return Ok(Undone::Undone { receipt: receipt.clone(), left });
    }
    match receipts.into_iter().next() {
        Some(newest) => Ok(Undone::AlreadyAsItWas(newest)),
        None => Err(ApplyError::Trouble(trouble::no_backup())),
    }
}

pub(super) fn receipts<D: Disk>(
    disk: &D,
    subject: &Path,
    backup_dir: Option<&Path>,
) -> Result<Vec<StepsReceipt>, Trouble> {
    let (parent, name) = split(subject)?;
    let shelf = Site::beside(disk, backup_dir.unwrap_or(parent), name)?;
    let now = OffsetDateTime::UNIX_EPOCH;
    Work { disk, shelf, held: [(0, 0)], backup_dir, force: false, now }.receipts(subject)
}

/// The directory and the name of a subject.
fn split(subject: &Path) -> Result<(&Path, &std::ffi::OsStr), Trouble> {
    let name = subject.file_name().ok_or_else(trouble::not_a_file)?;
    let parent = subject.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok((parent.unwrap_or(Path::new(".")), name))
}

/// The path of a subject behind all links on the way to it; it may be a link itself.
fn real<D: Disk>(disk: &D, subject: &Path) -> Result<PathBuf, Trouble> {
    let (parent, name) = split(subject)?;
    Ok(Site::beside(disk, parent, name)?.real)
}

impl<'a, D: Disk> Work<'a, D> {
    fn begin(
        disk: &'a D,
        subject: &Path,
        backup_dir: Option<&'a Path>,
        force: bool,
        now: OffsetDateTime,
    ) -> Result<Self, Stop> {
        let (parent, name) = split(subject)?;
        let shelf = Site::beside(disk, backup_dir.unwrap_or(parent), name)?;
        shelf.trust_links(None)?;
        shelf.lock(&Terms { backup_dir: None, force, now, held: &[] })?;
        let at = |error: io::Error| trouble::at(&shelf.home.path, &error);
        let held = [again(|| disk.stat_dir(&shelf.home.handle)).map_err(at)?.id];
        Ok(Work { disk, shelf, held, backup_dir, force, now })
    }

    fn enter(&self, path: &Path) -> Result<Site<'a, D>, Stop> {
        Site::enter(self.disk, path, &Terms { backup_dir: None, force: self.force, now: self.now, held: &self.held })
    }

    /// Stores the receipt.
    fn keep<'s>(&'s self, receipt: &mut StepsReceipt) -> Result<Draft<'s, D>, Stop> {
        let home = &self.shelf.home;
        let at = |error: io::Error| trouble::at(&home.path, &error);
        let json = receipt.to_json()?;
        // Others may read it, but not write it, whatever the umask: it is followed when it is undone.
        let mut draft = Draft::with_mode(&self.shelf, home, json.as_bytes(), 0o644).map_err(at)?;
        draft.settle(&self.shelf, json.as_bytes(), None)?;
        for number in 1..=trouble::MOST_BACKUPS_PER_SECOND {
            let name = Stamp::new(self.now, number).steps(&self.shelf.name);
            match draft.place(name.clone()) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                result => result.map_err(at)?,
            }
            again(|| self.disk.sync_dir(&home.handle)).map_err(at)?;
            receipt.receipt = home.path.join(name);
            return Ok(draft);
        }
        Err(trouble::no_place_for_backup(&home.path).into())
    }

    /// The error of a change that ended early. If all was taken back, nothing remains, not even the receipt.
    fn failed(&self, error: ApplyError, undone: Result<(), Trouble>, kept: &mut Draft<'_, D>) -> ApplyError {
        match (error, undone) {
            (ApplyError::Unsettled { trouble, .. }, Ok(())) => ApplyError::Trouble(trouble),
            (error, Ok(())) => error,
            (error, Err(undone)) => {
                kept.keep();
                let message = error.into_trouble().message.then(&undone.message);
                ApplyError::Unsettled {
                    trouble: Trouble::new(Code::WriteNotConfirmed, message, undone.next),
                    receipt: None,
                }
            }
        }
    }

    fn make(&self, step: &Step, options: &Options) -> Result<(), Stop> {
        match step {
            Step::Write { path, before: Some(before), bytes } => {
                let (before, bytes) = (*before, bytes.clone());
                let edit = Edit { path: path.clone(), before: Some(before), bytes, added: Vec::new(), mode: None };
                change(self.disk, &edit, before, options, &self.held).map(drop).map_err(Stop::from)
            }
            Step::Write { path, before: None, bytes } => {
                if let Some(parent) = path.parent() {
                    again(|| self.disk.make_dirs(parent)).map_err(|error| trouble::at(parent, &error))?;
                }
                let site = self.enter(path)?;
                site.trust_links(None)?;
                make(&site, bytes, Made::Mode(0o644)).map_err(|stop| match stop {
                    Stop::Trouble(trouble) if trouble.code == Code::FileExists => Stop::Changed,
                    other => other,
                })
            }
            Step::Link { path, target } => {
                let site = self.enter(path)?;
                site.trust_links(None)?;
                let at = |error: io::Error| trouble::at(&site.home.path, &error);
                match again(|| self.disk.symlink(&site.home.handle, &site.name, target)) {
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(Stop::Changed),
                    result => result.map_err(at)?,
                }
                let synced = again(|| self.disk.sync_dir(&site.home.handle));
                synced.map_err(|error| Stop::Unsettled(trouble::not_confirmed(&error)))
            }
        }
    }

    fn progress(&self, step: &Done) -> Result<Progress, Stop> {
        let (parent, name) = split(step.path())?;
        let site = match Site::beside(self.disk, parent, name) {
            Err(trouble) if trouble.code == Code::FileNotFound => return Ok(Progress::NotDone),
            site => site?,
        };
        Ok(match step {
            Done::Write { sha256_before, sha256_after, .. } => match site.read() {
                Ok(current) => match current.map(|current| current.sha256) {
                    now if now == *sha256_before => Progress::NotDone,
                    Some(now) if now == *sha256_after => Progress::Done,
                    _ => Progress::Differs,
                },
                Err(Stop::Trouble(trouble)) if trouble.code == Code::NotARegularFile => Progress::Differs,
                Err(stop) => return Err(stop),
            },
            Done::Link { target, .. } => {
                let at = |error: io::Error| trouble::at(&site.home.path, &error);
                match again(|| self.disk.stat(&site.home.handle, name)) {
                    Err(error) if error.kind() == ErrorKind::NotFound => Progress::NotDone,
                    Err(error) => return Err(at(error).into()),
                    Ok(stat) if stat.kind != Kind::Link => Progress::Differs,
                    Ok(_) => match again(|| self.disk.read_link(&site.home.handle, name)).map_err(at)? {
                        there if there == *target => Progress::Done,
                        _ => Progress::Differs,
                    },
                }
            }
        })
    }

    /// Takes steps back, the last first.
    fn take_back(&self, steps: &[Done]) -> Result<(), Trouble> {
        let mut first = Ok(());
        for step in steps.iter().rev() {
            if let Err(stop) = self.take_one_back(step) {
                // The others are taken back all the same.
                first = first.and(Err(ApplyError::from(stop).into_trouble()));
            }
        }
        first
    }

    fn take_one_back(&self, step: &Done) -> Result<(), Stop> {
        match (self.progress(step)?, step) {
            (Progress::NotDone, _) => Ok(()),
            (Progress::Differs, _) => Err(trouble::changed_since().into()),
            (Progress::Done, Done::Write { path, sha256_before: Some(_), .. }) => {
                let backup_dir = self.backup_dir.map(Path::to_owned);
                let options = RestoreOptions { backup_dir, force: self.force, now: self.now };
                attempt(self.disk, path, &options, &self.held).map(drop).map_err(Stop::from)
            }
            (Progress::Done, Done::Write { path, .. } | Done::Link { path, .. }) => {
                let (parent, name) = split(path)?;
                let site = Site::beside(self.disk, parent, name)?;
                site.trust_links(None)?;
                let at = |error: io::Error| trouble::at(&site.home.path, &error);
                again(|| self.disk.unlink(&site.home.handle, name)).map_err(at)?;
                Ok(again(|| self.disk.sync_dir(&site.home.handle)).map_err(at)?)
            }
        }
    }

    /// The receipts about this subject that can be followed, newest first.
    ///
    /// One that speaks only of names in the subject, a directory, can do no harm outside of it, and is believed if it
    /// belongs to the superuser, to us, or to the directory's owner. One that speaks of other places must be such
    /// that nobody but the superuser and we could have written it.
    fn receipts(&self, subject: &Path) -> Result<Vec<StepsReceipt>, Trouble> {
        let subject = real(self.disk, subject)?;
        let home = &self.shelf.home;
        let at = |error: io::Error| trouble::at(&home.path, &error);
        let names = again(|| self.disk.names(&home.handle)).map_err(at)?;
        let mut stamps: Vec<Stamp> = names.iter().filter_map(|name| Stamp::of_steps(name, &self.shelf.name)).collect();
        stamps.sort_unstable_by(|one, other| other.cmp(one));
        let owner_of_subject = again(|| self.disk.open_dir(&subject))
            .and_then(|dir| again(|| self.disk.stat_dir(&dir)))
            .ok()
            .map(|stat| stat.uid);
        let directory = again(|| self.disk.stat_dir(&home.handle)).map_err(at)?;
        let private = |uid: u32, mode: u32| [0, self.disk.user()].contains(&uid) && mode & 0o022 == 0;
        let mut receipts = Vec::new();
        for stamp in stamps {
            let name = stamp.steps(&self.shelf.name);
            let Some(found) = self.shelf.read_trusted(&name, owner_of_subject) else { continue };
            let Ok(mut receipt) = StepsReceipt::parse(&found.bytes) else { continue };
            let inside = receipt.steps.iter().all(|step| step.path().parent() == Some(&receipt.subject));
            if inside {
                // The directory may have been moved, with its receipt beside it.
                receipt.steps.iter_mut().for_each(|step| step.move_to(&subject));
            } else if !private(found.stat.uid, found.stat.mode) || !private(directory.uid, directory.mode) {
                continue;
            }
            if self.backup_dir.is_some() && receipt.subject != subject {
                continue;
            }
            receipt.receipt = home.path.join(&name);
            receipts.push(StepsReceipt { subject: subject.clone(), ..receipt });
        }
        Ok(receipts)
    }
}
