//! `append` and `restore` where a store is more than one file: generated stores, which are repaired at their source,
//! and hashed directories, where a root is a file and a link.
//!
//! Either everything is done and proved, or everything is taken back. The receipt is written first, so that a run
//! that was killed can be taken back as well.

mod receipt;
mod undo;

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use receipt::{Link, SourceReceipt, State, Written};
pub use undo::{list, restore};

use super::append::Done;
use super::args::Append;
use super::session::Session;
use super::targets::{self, Place, Target};
use crate::apply::{self, Added, ApplyError, Edit};
use crate::assess::assess;
use crate::certificate::{Certificate, Fingerprint};
use crate::custody::{self, Anchors, Custody, Write, refresh};
use crate::diff;
use crate::finding::{Code, Finding, Trouble};
use crate::lang::{Sentence, cli as say_cli, source as say};
use crate::locate;
use crate::prefix::Prefix;
use crate::proof::{Proof, Rung, Verdict};
use crate::report::record::{self, Action, Change};
use crate::report::text;
use crate::rollover::Root;
use crate::store::Store;
use crate::store::cadir::{self, Addition};

/// Each round means that somebody else made a file of the very name in between.
const ROUNDS: usize = 20;

/// What is to be done for one store.
struct Job<'r> {
    /// With its links followed.
    store: PathBuf,
    roots: Vec<&'r Root>,
    writes: Vec<Write>,
    links: Vec<Link>,
    rescued: usize,
    run: Vec<Vec<std::ffi::OsString>>,
    undo: Vec<Vec<std::ffi::OsString>>,
    /// What is read again afterwards.
    rereads: Vec<Target>,
    /// What the generator changes besides.
    beside: Vec<Target>,
    disabled: bool,
    /// The generator was not run since the roots came there. Running it is all there is to do, and nothing of it can
    /// be taken back: every later run of the generator brings the roots again.
    at_the_source_already: bool,
}

/// The addition, where the store is one of those; `None` where the file itself is to be changed, or nothing at all.
pub fn append(session: &Session, target: &Target, args: &Append) -> Option<Done> {
    let path = target.path()?;
    let custody = target.custody(session);
    let generated = custody.is_generated() && !args.force;
    let directory = matches!(target.place, Place::Directory(_));
    if args.output.is_some() || !(generated || directory) {
        return None;
    }
    let shown = target.shown();
    let failed = |action: Action, trouble: Trouble, unsettled: bool| {
        let change = Change { trouble: Some(trouble), unsettled, ..Change::new(shown.clone(), action) };
        Some(Done { change, diff: None, bytes: None })
    };
    for _ in 0..ROUNDS {
        let real = real(session, path);
        let target = moved(target, &real);
        let before = match targets::store(session, &target) {
            Ok(store) => store,
            Err(_) if !directory => return None,
            Err(trouble) => return failed(Action::Refused, trouble, false),
        };
        let roots: Vec<&Root> = assess(&before, &session.rollover, session.now).missing_new;
        let digest = || apply::read(&real).ok().map(|file| file.sha256);
        let mut change = Change {
            kept: before.entries.len(),
            added: roots.iter().map(|root| (root.name.clone(), root.certificate.fingerprint())).collect(),
            sha256_before: digest(),
            ..Change::new(shown.clone(), Action::AlreadyPresent)
        };
        if roots.is_empty() {
            change.sha256_after = change.sha256_before;
            return directory.then_some(Done { change, diff: None, bytes: None });
        }
        let job = if generated {
            at_the_source(session, &target, &custody, &real, roots)
        } else {
            in_directory(&target, &real, &targets::root_of(session, &real), roots)
        };
        let job = match job {
            Ok(job) => job,
            Err(trouble) => return failed(Action::Refused, trouble, false),
        };
        if job.rescued > 0 {
            change.findings.push(Finding::new(Code::GeneratedFile, say::rescued(job.rescued)));
        }
        if args.dry_run {
            change.action = Action::WouldAppend;
            return Some(Done { change, diff: Some(preview(&job)), bytes: None });
        }
        // The generators take no lock of their own; whoever waited here looks anew.
        let _lock = match lock(&job.rereads[0]) {
            Ok(lock) => lock,
            Err(trouble) => return failed(Action::Failed, trouble, false),
        };
        if targets::store(session, &target)
            .is_ok_and(|now| assess(&now, &session.rollover, session.now).missing_new.len() != job.roots.len())
        {
            continue;
        }
        return match carry_out(session, args, &job) {
            Ok((backup, proofs)) => {
                change.action = Action::Appended;
                change.backup = backup;
                change.proofs = proofs;
                change.sha256_after =
                    digest().or_else(|| apply::read(&self::real(session, path)).ok().map(|f| f.sha256));
                let files = job.writes.iter().map(|write| &write.path).chain(job.links.iter().map(|link| &link.path));
                let files: Vec<String> = files.map(|path| path.display().to_string()).collect();
                change.findings.push(match job.at_the_source_already {
                    true => Finding::new(Code::GeneratedFile, say::was_at_source(commands(&job))),
                    false => Finding::new(Code::AddedAtSource, added_at(&files)),
                });
                Some(Done { change, diff: None, bytes: None })
            }
            Err(ApplyError::Changed) => continue,
            Err(ApplyError::Trouble(trouble)) => failed(Action::Failed, trouble, false),
            Err(ApplyError::Unsettled { trouble, .. }) => failed(Action::Failed, trouble, true),
        };
    }
    failed(Action::Failed, super::append::keeps_changing(), false)
}

fn added_at(files: &[String]) -> Sentence {
    let listed = text::names(files);
    Sentence { en: say::added_at_source(&listed.en).en, zh: say::added_at_source(&listed.zh).zh }
}

/// What is run, as it would be typed.
fn commands(job: &Job<'_>) -> String {
    let commands: Vec<String> = job.run.iter().map(|command| refresh::shown(command)).collect();
    commands.join(" && ")
}

/// It can be taken back, though there need be no backup of any file.
pub fn can_be_undone(change: &Change) -> bool {
    change.findings.iter().any(|finding| finding.code == Code::AddedAtSource)
        || crate::system_store::Location::named(&change.path).is_some()
}

/// The store with its links followed, as a program inside its root would follow them.
fn real(session: &Session, path: &Path) -> PathBuf {
    let asked = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let prefix = Prefix::of(&asked, &session.prefix);
    let inside = prefix.inside(&asked).and_then(|inside| prefix.open_path(&inside).ok());
    inside.or_else(|| apply::full_path(&asked).ok()).unwrap_or(asked)
}

fn moved(target: &Target, real: &Path) -> Target {
    let place = match target.place {
        Place::Directory(_) => Place::Directory(real.to_owned()),
        _ => Place::File(real.to_owned()),
    };
    Target { place, ..target.clone() }
}

fn at_the_source<'r>(
    session: &Session,
    target: &Target,
    custody: &Custody,
    real: &Path,
    roots: Vec<&'r Root>,
) -> Result<Job<'r>, Trouble> {
    let prefix = custody::root_of(target.path().unwrap_or(real), &session.prefix);
    let none =
        || Trouble::new(Code::GeneratedFile, say_cli::source_repair_needed(custody.as_str()), say_cli::name_a_bundle());
    // The bundle is generated anew with the others, and must not lose what was added to it by hand.
    let stores = custody::source_repair(custody, &prefix, &[], &[])?.ok_or_else(none)?.regenerates;
    let bundle = match stores.first() {
        Some(bundle) => certificates(&targets::store(session, &Target::file(bundle.clone()))?),
        None => Vec::new(),
    };
    let repair = custody::source_repair(custody, &prefix, &roots, &bundle)?.ok_or_else(none)?;
    let at_the_source_already = repair.writes.len() == repair.rescued.len();
    let mut rereads: Vec<Target> = repair.regenerates.into_iter().map(Target::file).collect();
    if !rereads.iter().any(|store| store.path() == Some(real)) {
        rereads.push(target.clone());
    }
    // Debian's hook writes the Java store even where the root does not change it.
    let java = (*custody == Custody::System(Anchors::Debian))
        .then(|| custody::source_repair(&Custody::DebianJava, &prefix, &[], &[]));
    let beside = java.transpose()?.flatten().map(|repair| repair.regenerates).unwrap_or_default();
    let beside = beside.into_iter().filter(|path| !rereads.iter().any(|store| store.path() == Some(path)));
    let beside = beside.map(Target::file).collect();
    Ok(Job {
        store: real.to_owned(),
        roots,
        writes: repair.writes,
        links: Vec::new(),
        rescued: repair.rescued.len(),
        run: repair.run,
        undo: repair.undo,
        rereads,
        beside,
        disabled: *custody == Custody::System(Anchors::RedHatDisabled),
        at_the_source_already,
    })
}

fn in_directory<'r>(target: &Target, real: &Path, root: &Prefix, roots: Vec<&'r Root>) -> Result<Job<'r>, Trouble> {
    let files = locate::cadir::read(real, root)?;
    let mut writes: Vec<Write> = Vec::new();
    let mut links = Vec::new();
    for addition in cadir::append(&files, &roots)? {
        match addition {
            Addition::File { name, bytes } => {
                writes.push(Write { path: real.join(name), before: None, after: bytes });
            }
            Addition::Link { name, target } if cfg!(unix) => links.push(Link { path: real.join(name), target }),
            Addition::Link { name, target } => {
                let made = writes.iter().find(|write| write.path == real.join(&target));
                let bytes = match made {
                    Some(write) => write.after.clone(),
                    None => apply::read(&real.join(&target))?.bytes,
                };
                writes.push(Write { path: real.join(name), before: None, after: bytes });
            }
        }
    }
    Ok(Job {
        store: real.to_owned(),
        roots,
        writes,
        links,
        rescued: 0,
        run: Vec::new(),
        undo: Vec::new(),
        rereads: vec![target.clone()],
        beside: Vec::new(),
        disabled: false,
        at_the_source_already: false,
    })
}

/// What would be written, as a diff, and what would be run, as it would be typed.
fn preview(job: &Job<'_>) -> Vec<u8> {
    let mut preview = Vec::new();
    for write in &job.writes {
        preview.extend(match &write.before {
            Some(before) => diff::unified(&write.path, before, &write.after),
            None => diff::of_new(&write.path, &write.after),
        });
    }
    let shown = |path: &Path| text::printable(&text::typed_path(path));
    for link in &job.links {
        preview.extend(format!("$ ln -s {} {}\n", shown(&link.target), shown(&link.path)).into_bytes());
    }
    for command in &job.run {
        preview.extend(format!("$ {}\n", text::printable(&refresh::shown(command))).into_bytes());
    }
    preview
}

/// One at a time for each store. The lock is on the file itself, since the writer locks its directory.
fn lock(store: &Target) -> Result<Option<File>, Trouble> {
    let (Place::File(path), true) = (&store.place, cfg!(unix)) else { return Ok(None) };
    let Ok(file) = File::open(path) else { return Ok(None) };
    let until = Instant::now() + refresh::LIMIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
            Err(TryLockError::WouldBlock) => {
                return Err(Trouble::new(Code::FileBusy, say::busy(), crate::lang::append::try_later()));
            }
            // A file system without locks.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// Writes, runs and proves; takes everything back where one of them fails.
fn carry_out(session: &Session, args: &Append, job: &Job<'_>) -> Result<(Option<String>, Vec<Proof>), ApplyError> {
    let options = apply::Options { backup_dir: args.backup_dir.clone(), force: false, now: session.now };
    let before: Vec<Reading> = job.rereads.iter().map(|store| Reading::of(session, store)).collect();
    let beside: Vec<Reading> = job.beside.iter().map(|store| Reading::of(session, store)).collect();
    let mut receipt = planned(session, job);
    let place = receipt::free(&job.store, args.backup_dir.as_deref());
    // Noted before they are made: a killed run left at most fewer than these, and only empty ones are removed.
    for write in &job.writes {
        let up = write.path.ancestors().skip(1).take_while(|up| !up.exists());
        let mut missing: Vec<PathBuf> = up.map(Path::to_owned).filter(|up| !receipt.directories.contains(up)).collect();
        missing.reverse();
        receipt.directories.extend(missing);
    }
    let json = receipt.to_json();
    let new = |path: &Path, bytes: &[u8]| Edit {
        path: path.to_owned(),
        before: None,
        bytes: bytes.to_vec(),
        added: Vec::new(),
        mode: Some(0o644),
    };
    if let Err(error) = make(&new(&place, &json), &options) {
        if !matches!(error, ApplyError::Changed) {
            let _ = apply::remove(&place, Fingerprint::of(&json), session.now);
        }
        return Err(untouched(error, &job.store));
    }
    // What another run made at the same moment is not taken back with ours.
    let mut made = SourceReceipt { writes: Vec::new(), links: Vec::new(), ..receipt.clone() };
    let mut work = || -> Result<(Option<String>, Vec<Proof>), ApplyError> {
        let mut backup = None;
        for (write, written) in job.writes.iter().zip(&receipt.writes) {
            apply::make_directory(write.path.parent().unwrap_or(Path::new("/")))?;
            let edit = Edit {
                before: write.before.as_deref().map(Fingerprint::of),
                added: receipt.added.clone(),
                ..new(&write.path, &write.after)
            };
            let done = make(&edit, &options);
            if may_be_made(&done) {
                made.writes.push(written.clone());
            }
            let done = done?;
            backup = backup.or(done.backup.map(|backup| backup.display().to_string()));
            if write.before.is_none() {
                apply::readable_as_its_directory(&write.path)?;
            }
        }
        for link in &job.links {
            let done = apply::link(&link.path, &link.target);
            if may_be_made(&done) {
                made.links.push(link.clone());
            }
            done?;
        }
        refresh::run(&job.run, refresh::LIMIT)?;
        let mut proofs = Vec::new();
        for old in &before {
            proofs.extend(old.prove(session, job)?);
        }
        Ok((backup, proofs))
    };
    let error = match work() {
        Ok(done) if job.at_the_source_already => {
            apply::remove(&place, Fingerprint::of(&json), session.now)?;
            return Ok(done);
        }
        Ok(done) => return Ok(done),
        Err(error) => error,
    };
    let mut undone = undo::take_back(session, &made, &job.undo, args.backup_dir.as_deref(), true);
    for old in before.iter().chain(&beside).filter(|old| matches!(old.place, Place::File(_))) {
        undone = undone.and(old.put_back(&options));
    }
    // A generator that fails may fail again; what counts is that everything is as it was.
    let all_back = before.iter().chain(&beside).all(Reading::is_as_it_was)
        && made.writes.iter().all(|write| write.state() == State::Before)
        && made.links.iter().all(|link| link.state() == State::Before);
    if all_back {
        let _ = apply::remove(&place, Fingerprint::of(&json), session.now);
        return Err(untouched(error, &job.store));
    }
    let detail = match undone {
        Err(trouble) => trouble.message,
        Ok(()) => say::differs(job.store.display()),
    };
    let message = Sentence { en: say::half_way(&detail.en).en, zh: say::half_way(&detail.zh).zh };
    let trouble = Trouble::new(Code::UndoIncomplete, message, say::restore_again());
    Err(ApplyError::Unsettled { trouble, receipt: None })
}

/// Also after an error something of ours may stand there, such as a link whose directory could not be synced. Only what
/// another program made meanwhile is not ours to take back.
fn may_be_made<T>(done: &Result<T, ApplyError>) -> bool {
    !matches!(done, Err(ApplyError::Changed))
}

/// What was made and not confirmed is gone again by now.
fn untouched(error: ApplyError, store: &Path) -> ApplyError {
    match error {
        ApplyError::Unsettled { .. } => {
            let message = say::taken_back(store.display());
            ApplyError::Trouble(Trouble::new(Code::DiskError, message, say::look_at_disk()))
        }
        error => error,
    }
}

/// A file that has come to stand where a new one belongs means that the plan is out of date.
fn make(edit: &Edit, options: &apply::Options) -> Result<apply::Receipt, ApplyError> {
    match apply::apply(edit, options) {
        Err(ApplyError::Trouble(trouble)) if trouble.code == Code::FileExists => Err(ApplyError::Changed),
        done => done,
    }
}

fn planned(session: &Session, job: &Job<'_>) -> SourceReceipt {
    let is_rescued = |write: &Write| {
        job.rescued > 0 && write.before.is_none() && !job.roots.iter().any(|root| cadir::pem_file(root) == write.after)
    };
    let written = |write: &Write| Written {
        path: write.path.clone(),
        sha256_before: write.before.as_deref().map(Fingerprint::of),
        sha256_after: Fingerprint::of(&write.after),
        rescued: is_rescued(write),
    };
    SourceReceipt {
        schema: 1,
        kind: "source-receipt".to_owned(),
        path: job.store.clone(),
        generated: !job.run.is_empty(),
        disabled: job.disabled,
        added: (job.roots.iter())
            .map(|root| Added { name: root.name.clone(), sha256: root.certificate.fingerprint() })
            .collect(),
        writes: job.writes.iter().map(written).collect(),
        links: job.links.clone(),
        directories: Vec::new(),
        undo: job.undo.iter().map(|command| refresh::shown(command)).collect(),
        time: record::rfc3339(session.now),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn certificates(store: &Store) -> Vec<Certificate> {
    store.entries.iter().map(|entry| entry.certificate.clone()).collect()
}

/// A store as it was before.
struct Reading {
    place: Place,
    target: Target,
    bytes: Option<Vec<u8>>,
    held: Vec<Certificate>,
    missing: HashSet<Fingerprint>,
}

impl Reading {
    fn of(session: &Session, target: &Target) -> Self {
        let store = targets::store(session, target).ok();
        let missing = store.iter().flat_map(|store| assess(store, &session.rollover, session.now).missing_new);
        Reading {
            place: target.place.clone(),
            bytes: target.path().and_then(|path| apply::read(path).ok()).map(|file| file.bytes),
            held: store.as_ref().map(certificates).unwrap_or_default(),
            missing: missing.map(|root| root.certificate.fingerprint()).collect(),
            target: target.clone(),
        }
    }

    /// The store, read again: the roots are there and trusted, and nothing is gone. The control is the store before,
    /// which had not all of them; one that had them proves nothing and is only looked at.
    fn prove(&self, session: &Session, job: &Job<'_>) -> Result<Option<Proof>, Trouble> {
        let path = self.target.path().unwrap_or(&job.store);
        let target = moved(&self.target, &real(session, path));
        let now = targets::store(session, &target)?;
        let fail = |message: Sentence| Trouble::new(Code::RootDidNotArrive, message, say::run_by_hand(commands(job)));
        let missing = assess(&now, &session.rollover, session.now).missing_new;
        if job.roots.iter().any(|root| missing.iter().any(|missing| missing.certificate == root.certificate)) {
            return Err(fail(say::not_arrived(path.display())));
        }
        let there: HashSet<Fingerprint> = certificates(&now).iter().map(Certificate::fingerprint).collect();
        if let Some(lost) = self.held.iter().find(|old| !there.contains(&old.fingerprint())) {
            return Err(fail(say::lost(path.display(), lost.fingerprint())));
        }
        let names: Vec<String> = job.roots.iter().map(|root| root.name.clone()).collect();
        let names = text::names(&names);
        let arrived = job.roots.iter().any(|root| self.missing.contains(&root.certificate.fingerprint()));
        Ok(arrived.then(|| Proof {
            path: path.to_owned(),
            rung: Rung::Reread,
            subject: names.en.clone(),
            verdict: Verdict::Pass,
            detail: Sentence {
                en: say::arrived(self.held.len(), &names.en).en,
                zh: say::arrived(self.held.len(), &names.zh).zh,
            },
        }))
    }

    fn now(&self) -> Option<Vec<u8>> {
        self.target.path().and_then(|path| apply::read(path).ok()).map(|file| file.bytes)
    }

    fn is_as_it_was(&self) -> bool {
        self.now() == self.bytes
    }

    fn put_back(&self, options: &apply::Options) -> Result<(), Trouble> {
        let (Some(path), Some(bytes)) = (self.target.path(), &self.bytes) else { return Ok(()) };
        if self.is_as_it_was() {
            return Ok(());
        }
        let edit = Edit {
            path: path.to_owned(),
            before: self.now().as_deref().map(Fingerprint::of),
            bytes: bytes.clone(),
            added: Vec::new(),
            mode: Some(0o644),
        };
        let done = apply::apply(&edit, options).map_err(|error| undo::trouble_of(error, path))?;
        // A generator's half-made store is nothing that `restore` should ever bring back.
        for kept in done.receipt.iter().chain(&done.backup) {
            let kept_bytes = apply::read(kept)?.sha256;
            apply::remove(kept, kept_bytes, options.now).map_err(|error| undo::trouble_of(error, kept))?;
        }
        Ok(())
    }
}
