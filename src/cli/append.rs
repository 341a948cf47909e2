//! `rootfix append`: keep the old root, add the new one, with a backup and proofs.

mod screen;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{Append, Engine};
use super::convert;
use super::exit::Exit;
use super::progress;
use super::session::Session;
use super::targets::{self, Opened, Place, Target};
use super::unlock::{Wanted, unlock};
use super::wizard::ask::{Answer, Ask};
use crate::apply::{self, Added, ApplyError, Edit, Receipt};
use crate::assess::assess;
use crate::certificate::Fingerprint;
use crate::diff;
use crate::finding::{Code, Trouble};
use crate::keytool;
use crate::lang::{Sentence, append as say, cli as say_cli, wizard as say_wizard};
use crate::plan::{Plan, Request, plan};
use crate::proof::{Proof, Rung, Verdict};
use crate::prove;
use crate::prove::reread::Reread;
use crate::report::record::{Action, Change};
use crate::report::{Record, text};
use crate::rollover::Root;
use crate::store::{AppendOptions, Appended, Nature, Store, StoreFormat};

pub use screen::show;

/// A file that another program changes between the look and the write is looked at anew, so often. Fifty of our own
/// kind settle in one round each; more rounds mean a program that never stops writing.
const ROUNDS: usize = 60;

pub fn run(session: &mut Session, args: &Append) -> Exit {
    if args.at.places.is_empty() && args.at.pid.is_empty() && !args.at.machine {
        let usage = Trouble::new(Code::Usage, say_cli::append_needs_a_place(), say_cli::name_a_bundle());
        return session.refuse(&usage);
    }
    let targets = match targets::stores(session, &args.at) {
        Ok(targets) => targets,
        Err(trouble) => return session.refuse(&trouble),
    };
    if let Err(exit) = unlock(session, &targets, Wanted::ToWrite) {
        return exit;
    }
    if args.output.is_some() && targets.len() != 1 {
        return session.refuse(&Trouble::new(Code::Usage, say::one_source_for_output(), say::one_at_a_time()));
    }
    let filters = targets.iter().any(|target| target.place == Place::Stdin) && args.output.is_none();
    if filters && session.json && !args.dry_run {
        return session.refuse(&Trouble::new(Code::Usage, say_cli::stdin_with_json(), say_cli::give_an_output()));
    }
    // A file that the user typed is meant. What a search turned up is shown, and asked about.
    let found = targets.iter().any(|target| !target.named || !target.pins.is_empty());
    if found && !args.dry_run && !args.yes {
        match consent(session, &targets, args) {
            Ok(true) => {}
            Ok(false) => {
                session.say_sentence(&say_cli::nothing_changed());
                return Exit::No;
            }
            Err(trouble) => return session.refuse(&trouble),
        }
    }
    let mut exit = Exit::Good;
    for target in &targets {
        let what = say_cli::repairing(text::printable(&target.shown()));
        let mut done = progress::during(session, &what, || one(session, target, args));
        let change = &mut done.change;
        exit = exit.and(exit_of(change.action));
        session.count(count_of(change.action));
        if args.dry_run && change.action == Action::WouldAppend {
            // A diff in another character set than JSON's would not fit the file any more.
            change.diff = done.diff.clone().and_then(|diff| String::from_utf8(diff).ok());
        }
        session.record(&Record::Change(change.clone()));
        if !session.json {
            show(session, target, args, &done);
        }
    }
    exit
}

/// Shows what would be done to the bundles that a search turned up, and asks.
fn consent(session: &Session, targets: &[Target], args: &Append) -> Result<bool, Trouble> {
    let dry = Append { dry_run: true, ..args.clone() };
    let plans = targets.iter().map(|target| (target, one(session, target, &dry).change));
    let plans: Vec<_> = plans.filter(|(_, change)| change.action == Action::WouldAppend).collect();
    if plans.is_empty() {
        return Ok(true);
    }
    for (target, change) in &plans {
        let names: Vec<&str> = change.added.iter().map(|(name, _)| name.as_str()).collect();
        session.say(&format!("  {}  + {}", text::printable(&target.shown()), names.join(", ")));
        for pin in &target.pins {
            session.say(&format!("      {}:{}", text::printable(&pin.path.display().to_string()), pin.line));
        }
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Trouble::new(Code::Usage, say_cli::asks_first(plans.len()), say_cli::say_yes()));
    }
    let answers = [say_wizard::go_ahead(plans.len()), say_cli::change_nothing()];
    let answers = answers.map(|answer| answer.to(session.lang).to_owned());
    let asked = Ask::new(session.lang).select(&say_cli::change_them(plans.len()), &answers, 1);
    Ok(matches!(asked, Answer::Is(0)))
}

/// A change with what only the screen needs.
pub struct Done {
    pub change: Change,
    pub diff: Option<Vec<u8>>,
    /// New bytes for standard output.
    pub bytes: Option<Vec<u8>>,
}

pub fn one(session: &Session, target: &Target, args: &Append) -> Done {
    let path = target.shown();
    let failed = |action: Action, trouble: Trouble| {
        let change = Change { trouble: Some(trouble), ..Change::new(path.clone(), action) };
        Done { change, diff: None, bytes: None }
    };
    if let Some(done) = super::system::append(session, target, args) {
        return done;
    }
    if let Some(done) = super::source::append(session, target, args) {
        return done;
    }
    for _ in 0..ROUNDS {
        let opened = match targets::read(session, target) {
            Ok(opened) => opened,
            Err(trouble) => return failed(Action::Refused, trouble),
        };
        if let (Some(output), false) = (args.output.as_deref(), args.dry_run)
            && let Some(format) = convert::wanted(output, opened.store.format)
            && opened.store.nature == Nature::TrustStore
        {
            return convert::convert(session, &opened, output, &path, format, args);
        }
        let request = request(session, args);
        let assessment = assess(&opened.store, &session.rollover, session.now);
        let planned =
            match plan(&opened.bytes, &opened.store, &assessment, &request, &engine(target, args, opened.format)) {
                Ok(planned) => planned,
                Err(trouble) => return failed(Action::Refused, trouble),
            };
        let Some(planned) = planned else {
            if let (Some(file), false) = (target.path(), args.dry_run) {
                apply::clear_leftovers(file, args.backup_dir.as_deref(), session.now);
            }
            return unchanged(session, target, args, opened);
        };
        let mut change = described(&path, &planned);
        // What would be found after the write is found before it, when nothing has to be put back.
        let foreseen = reread(session, Path::new(&path), &planned.bytes, &opened, &planned, &request);
        if foreseen.verdict == Verdict::Fail {
            return failed(Action::Failed, not_proved(&foreseen));
        }
        if args.dry_run {
            change.action = Action::WouldAppend;
            let diff =
                || diff::unified(&name_in_diff(target.path().unwrap_or(Path::new("-"))), &opened.bytes, &planned.bytes);
            return Done { change, diff: opened.store.format.is_text().then(diff), bytes: None };
        }
        change.proofs = stand_in_proofs(session, target, &opened, &request);
        // What cannot be proved is not written either, unless it is insisted on.
        let blocks =
            |proof: &&Proof| proof.verdict == Verdict::Fail || (proof.verdict == Verdict::NotProven && !args.force);
        if let Some(proof) = change.proofs.iter().find(blocks) {
            let change = Change { action: Action::Failed, trouble: Some(not_proved(proof)), ..change };
            return Done { change, diff: None, bytes: None };
        }
        let asked = ask_keytool(session, target, args, &opened, &planned);
        change.proofs.extend(asked.iter().cloned());
        if let (Some(proof), false) = (asked.iter().find(|proof| proof.verdict == Verdict::Fail), args.force) {
            let change = Change { action: Action::Failed, trouble: Some(not_proved(proof)), ..change };
            return Done { change, diff: None, bytes: None };
        }
        let mode = opened.mode;
        let written = match (target.path(), &args.output) {
            (_, Some(output)) => write_new(session, &planned, output, mode),
            (None, None) => return Done { change, diff: None, bytes: Some(planned.bytes) },
            (Some(file), None) => {
                apply::apply(&edit(file, Some(planned.sha256_before), &planned, None), &options(session, args))
            }
        };
        match written {
            Err(ApplyError::Changed) => continue,
            Err(ApplyError::Trouble(trouble)) => return failed(Action::Failed, trouble),
            Err(ApplyError::Unsettled { trouble, receipt }) => {
                change.backup = receipt.and_then(|receipt| shown_backup(&receipt));
                let change = Change { action: Action::Failed, trouble: Some(trouble), unsettled: true, ..change };
                return Done { change, diff: None, bytes: None };
            }
            Ok(receipt) => {
                change.backup = shown_backup(&receipt);
                let file = args.output.as_deref().unwrap_or(Path::new(&path));
                let proof = match apply::read(file) {
                    Ok(after) => reread(session, file, &after.bytes, &opened, &planned, &request),
                    Err(trouble) => not_read(file, trouble),
                };
                if proof.verdict == Verdict::Fail {
                    change.trouble = Some(put_back(session, args, file, &proof));
                    change.action = Action::Failed;
                }
                change.proofs.insert(0, proof);
                return Done { change, diff: None, bytes: None };
            }
        }
    }
    failed(Action::Failed, keeps_changing())
}

/// Who writes the store: keytool, where there is one and the format is its own, else the native engine.
fn engine<'a>(
    target: &Target,
    args: &Append,
    format: &'a dyn StoreFormat,
) -> impl Fn(&[u8], &Store, &[&Root], &AppendOptions) -> Result<Appended, Trouble> + 'a {
    let engine = match args.engine {
        Engine::Auto => keytool::Engine::Auto,
        Engine::Keytool => keytool::Engine::Keytool,
        Engine::Native => keytool::Engine::Native,
    };
    let path = target.path().map(Path::to_owned);
    move |bytes, store, roots, options| {
        let keytool = match engine {
            keytool::Engine::Native => None,
            _ => keytool::find(path.as_deref(), &|name| std::env::var_os(name)),
        };
        keytool::append_by(engine, keytool.as_deref(), keytool::TIMEOUT, format, bytes, store, roots, options)
    }
}

/// What keytool makes of the native engine's work. Whoever chose the native engine does without a JVM; one that did not
/// do its own work is not waited for as long again.
fn ask_keytool(session: &Session, target: &Target, args: &Append, opened: &Opened, planned: &Plan<'_>) -> Vec<Proof> {
    const AGAIN: Duration = Duration::from_secs(10);
    let said = |code: Code| planned.findings.iter().any(|finding| finding.code == code);
    let native = !said(Code::AddedByKeytool) && args.engine != Engine::Native;
    if !native || planned.roots.is_empty() || !keytool::reads(opened.store.format) {
        return Vec::new();
    }
    let Ok(after) = opened.format.decode(&planned.bytes, &session.passwords) else { return Vec::new() };
    let timeout = if said(Code::KeytoolNotUsed) { AGAIN } else { keytool::TIMEOUT };
    let (before, after) = ((&*opened.bytes, &opened.store), (&*planned.bytes, &after));
    let file = args.output.clone().unwrap_or_else(|| target.shown().into());
    keytool_proofs(&file, target.path(), before, after, &planned.roots, timeout)
}

/// Whether the keytool that owns a store takes each of these roots for trusted after a change, and did not before.
pub fn keytool_proofs(
    file: &Path,
    owned: Option<&Path>,
    before: (&[u8], &Store),
    after: (&[u8], &Store),
    roots: &[&Root],
    timeout: Duration,
) -> Vec<Proof> {
    let found = keytool::find(owned, &|name| std::env::var_os(name));
    roots.iter().map(|root| keytool::prove(file, before, after, root, found.as_deref(), timeout)).collect()
}

/// Another program never stops writing.
pub fn keeps_changing() -> Trouble {
    Trouble::new(Code::KeepsChanging, say::keeps_changing(), say::try_later())
}

fn request(session: &Session, args: &Append) -> Request {
    let now_ms = u64::try_from(session.now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    Request {
        with_old: args.with_old,
        force: args.force,
        append: AppendOptions {
            alias: args.alias.clone(),
            repair: args.repair,
            now_ms,
            beside: session.rollover.keep.iter().map(|root| root.certificate.fingerprint()).collect(),
        },
    }
}

pub fn described(path: &str, planned: &Plan<'_>) -> Change {
    Change {
        added: planned.roots.iter().map(|root| (root.name.clone(), root.certificate.fingerprint())).collect(),
        kept: planned.kept,
        sha256_before: Some(planned.sha256_before),
        sha256_after: Some(Fingerprint::of(&planned.bytes)),
        findings: planned.findings.clone(),
        ..Change::new(path.to_owned(), Action::Appended)
    }
}

/// The store is as it should be. With `--output` the user wants the file all the same.
fn unchanged(session: &Session, target: &Target, args: &Append, opened: Opened) -> Done {
    let sha256 = Fingerprint::of(&opened.bytes);
    let change = Change {
        kept: opened.store.entries.len(),
        sha256_before: Some(sha256),
        sha256_after: Some(sha256),
        ..Change::new(target.shown(), Action::AlreadyPresent)
    };
    if let (Some(output), false) = (&args.output, args.dry_run) {
        let plan = Plan {
            sha256_before: sha256,
            bytes: opened.bytes,
            roots: Vec::new(),
            kept: change.kept,
            findings: Vec::new(),
        };
        if let Err(ApplyError::Trouble(trouble) | ApplyError::Unsettled { trouble, .. }) =
            write_new(session, &plan, output, opened.mode)
        {
            let change = Change { trouble: Some(trouble), action: Action::Failed, ..change };
            return Done { change, diff: None, bytes: None };
        }
        return Done { change, diff: None, bytes: None };
    }
    let bytes = (target.path().is_none() && !args.dry_run).then_some(opened.bytes);
    Done { change, diff: None, bytes }
}

fn stand_in_proofs(session: &Session, target: &Target, opened: &Opened, request: &Request) -> Vec<Proof> {
    prove::stand_in::prove(
        Path::new(&target.shown()),
        &opened.bytes,
        opened.format,
        &session.passwords,
        &request.append,
        &session.rollover,
        session.now,
    )
}

fn edit(path: &Path, before: Option<Fingerprint>, planned: &Plan<'_>, mode: Option<u32>) -> Edit {
    let added = (planned.roots.iter())
        .map(|root| Added { name: root.name.clone(), sha256: root.certificate.fingerprint() })
        .collect();
    Edit { path: path.to_owned(), before, bytes: planned.bytes.clone(), added, mode }
}

fn options(session: &Session, args: &Append) -> apply::Options {
    apply::Options { backup_dir: args.backup_dir.clone(), force: args.force, now: session.now }
}

fn shown_backup(receipt: &Receipt) -> Option<String> {
    receipt.backup.as_ref().map(|backup| backup.display().to_string())
}

/// A file that is not there yet; readable by no more people than the source is.
pub fn write_new(
    session: &Session,
    planned: &Plan<'_>,
    output: &Path,
    mode: Option<u32>,
) -> Result<Receipt, ApplyError> {
    let options = apply::Options { backup_dir: None, force: false, now: session.now };
    match apply::apply(&edit(output, None, planned, mode), &options) {
        Err(ApplyError::Changed) => Err(ApplyError::Trouble(Trouble::new(
            Code::FileExists,
            say::output_exists(output.display()),
            say::choose_another_output(),
        ))),
        done => done,
    }
}

/// The path as `patch -p0` and `git apply -p0` take it: they refuse whatever does not lie below the current directory,
/// and every absolute path.
fn name_in_diff(path: &Path) -> PathBuf {
    let logical = std::env::var_os("PWD").map(PathBuf::from);
    let here = [std::env::current_dir().ok(), logical].into_iter().flatten();
    here.filter_map(|here| path.strip_prefix(here).ok()).next().unwrap_or(path).to_owned()
}

pub fn not_proved(proof: &Proof) -> Trouble {
    let detail = &proof.detail;
    let message = Sentence { en: say::proof_failed(&detail.en).en, zh: say::proof_failed(&detail.zh).zh };
    Trouble::new(Code::ProofFailed, message, say::report_it())
}

fn not_read(file: &Path, trouble: Trouble) -> Proof {
    Proof {
        path: file.to_owned(),
        rung: Rung::Reread,
        subject: file.display().to_string(),
        verdict: Verdict::NotProven,
        detail: trouble.message,
    }
}

/// What the file holds, or will hold, against what it was.
fn reread(
    session: &Session,
    file: &Path,
    after: &[u8],
    opened: &Opened,
    planned: &Plan<'_>,
    request: &Request,
) -> Proof {
    let decoded = |bytes: &[u8]| -> Result<Vec<_>, Trouble> {
        let store = opened.format.decode(bytes, &session.passwords)?;
        Ok(store.entries.into_iter().map(|entry| entry.certificate).collect())
    };
    let look = || {
        let decoded_before = if request.append.repair {
            let mended = opened.format.append(&opened.bytes, &opened.store, &[], &request.append)?;
            decoded(&mended.bytes)?
        } else {
            opened.store.entries.iter().map(|entry| entry.certificate.clone()).collect()
        };
        let wanted: Vec<_> = session.rollover.add.iter().collect();
        Ok(Reread {
            path: file,
            format: opened.store.format,
            before: &opened.bytes,
            decoded_before: &decoded_before,
            decoded_after: &decoded(after)?,
            after,
            added: &planned.roots,
            wanted: &wanted,
            mended: request.append.repair,
        }
        .prove())
    };
    look().unwrap_or_else(|trouble| not_read(file, trouble))
}

/// What is on disk is not what was planned: back to the old bytes.
fn put_back(session: &Session, args: &Append, file: &Path, proof: &Proof) -> Trouble {
    let restore = apply::RestoreOptions { force: true, now: session.now, backup_dir: args.backup_dir.clone() };
    if args.output.is_none()
        && let Err(ApplyError::Trouble(trouble) | ApplyError::Unsettled { trouble, .. }) =
            apply::restore(file, &restore)
    {
        return trouble;
    }
    let detail = &proof.detail;
    let message = Sentence { en: say::reread_failed(&detail.en).en, zh: say::reread_failed(&detail.zh).zh };
    Trouble::new(Code::ProofFailed, message, say::report_it())
}

pub fn exit_of(action: Action) -> Exit {
    match action {
        Action::Appended | Action::AlreadyPresent | Action::Restored => Exit::Good,
        Action::WouldAppend => Exit::No,
        Action::Refused | Action::Failed => Exit::Trouble,
    }
}

pub fn count_of(action: Action) -> &'static str {
    match action {
        Action::Appended => "appended",
        Action::AlreadyPresent => "already-present",
        Action::WouldAppend => "would-append",
        Action::Refused => "refused",
        Action::Failed => "failed",
        Action::Restored => "restored",
    }
}
