//! `rootfix append`: keep the old root, add the new one, with a backup and proofs.

mod prepare;
mod screen;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

pub use prepare::{Prepared, described, keytool_proofs, unproved};
use prepare::{name, prepare};

use super::args::Append;
use super::exit::Exit;
use super::progress;
use super::session::Session;
use super::targets::{self, Opened, Place, Target};
use super::unlock::{Wanted, unlock};
use super::wizard::ask::{Answer, Ask};
use crate::apply::{self, Added, ApplyError, Edit, Receipt};
use crate::certificate::Fingerprint;
use crate::diff;
use crate::finding::{Code, Trouble};
use crate::lang::{append as say, cli as say_cli, wizard as say_wizard};
use crate::plan::Plan;
use crate::report::record::{self, Action, Change};
use crate::report::{Record, text};

use screen::filters;
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
    if filters(args) && session.json && !args.dry_run {
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
        // Of a bundle that goes to standard output no file is changed.
        if change.action == Action::Appended && done.bytes.is_none() {
            let output = args.output.as_ref().map(|output| output.display().to_string());
            session.changed(output.unwrap_or_else(|| change.path.clone()));
        }
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
    // Standard input can be read only once, and giving it on changes nothing.
    let files = targets.iter().filter(|target| target.place != Place::Stdin);
    let plans = files.map(|target| (target, one(session, target, &dry).change));
    let plans: Vec<_> = plans.filter(|(_, change)| change.action == Action::WouldAppend).collect();
    if plans.is_empty() {
        return Ok(true);
    }
    let tell = |line: &str| if filters(args) { session.note(line) } else { session.say(line) };
    for (target, change) in &plans {
        let names: Vec<&str> = change.added.iter().map(|(name, _)| name.as_str()).collect();
        tell(&format!("  {}  + {}", text::printable(&target.shown()), names.join(", ")));
        for pin in &target.pins {
            tell(&format!("      {}:{}", text::printable(&pin.path.display().to_string()), pin.line));
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

impl Done {
    fn of(change: Change) -> Self {
        Done { change, diff: None, bytes: None }
    }
}

pub fn one(session: &Session, target: &Target, args: &Append) -> Done {
    let failed = |action: Action, trouble: Trouble| {
        Done::of(Change { trouble: Some(trouble), ..Change::new(target.shown(), action) })
    };
    if let Some(done) = super::system::append(session, target, args) {
        return done;
    }
    if let Some(done) = super::source::append(session, target, args) {
        return done;
    }
    if let Some(output) = &args.output
        && let Err(trouble) = apply::is_free(output)
    {
        return failed(Action::Failed, of_output(output, trouble));
    }
    for _ in 0..ROUNDS {
        let opened = match targets::read(session, target) {
            Ok(opened) => opened,
            Err(trouble) => return failed(Action::Refused, trouble),
        };
        let prepared = match prepare(session, target, args, &opened) {
            Ok(Some(prepared)) => prepared,
            Ok(None) => return unchanged(session, target, args, opened),
            Err(change) => return Done::of(*change),
        };
        if args.dry_run {
            return preview(target, args, &opened, prepared);
        }
        if let Some(done) = write(session, target, args, prepared, opened.mode) {
            return done;
        }
    }
    failed(Action::Failed, keeps_changing())
}

/// What would be written, as a diff where it is a text.
fn preview(target: &Target, args: &Append, opened: &Opened, prepared: Prepared<'_>) -> Done {
    let after = &prepared.plan.bytes;
    let diff = || match &args.output {
        Some(output) => diff::of_new(&name_in_diff(output), after),
        None => diff::unified(&name_in_diff(name(target)), &opened.bytes, after),
    };
    let diff = prepared.is_text.then(diff);
    Done { diff, ..Done::of(Change { action: Action::WouldAppend, ..prepared.change }) }
}

/// Writes what was prepared; `None` where the file is no longer what it was prepared from.
fn write(session: &Session, target: &Target, args: &Append, prepared: Prepared<'_>, mode: Option<u32>) -> Option<Done> {
    let Prepared { mut change, plan, reread, .. } = prepared;
    let written = match (target.path(), &args.output) {
        (_, Some(output)) => write_new(session, &plan, output, mode),
        (None, None) => return Some(Done { bytes: Some(plan.bytes), ..Done::of(change) }),
        (Some(file), None) => apply::apply(&edit(file, Some(plan.sha256_before), &plan, None), &options(session, args)),
    };
    match written {
        Ok(receipt) => {
            change.backup = shown_backup(&receipt);
            // The file was read back under the lock, and holds the very bytes of which this was proved. Whatever
            // stands there later is another program's, and not ours to judge or to undo.
            change.proofs.insert(0, reread);
        }
        Err(ApplyError::Changed) => return None,
        Err(ApplyError::Trouble(trouble)) => {
            change = Change { trouble: Some(trouble), ..Change::new(change.path, Action::Failed) };
        }
        Err(ApplyError::Unsettled { trouble, receipt }) => {
            change.backup = receipt.and_then(|receipt| shown_backup(&receipt));
            change = Change { action: Action::Failed, trouble: Some(trouble), unsettled: true, ..change };
        }
    }
    Some(Done::of(change))
}

/// Another program never stops writing.
pub fn keeps_changing() -> Trouble {
    Trouble::new(Code::KeepsChanging, say::keeps_changing(), say::try_later())
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
    let Some(output) = &args.output else {
        if let (Some(file), false) = (target.path(), args.dry_run) {
            apply::clear_leftovers(file, args.backup_dir.as_deref(), session.now);
        }
        let bytes = (target.path().is_none() && !args.dry_run).then_some(opened.bytes);
        return Done { bytes, ..Done::of(change) };
    };
    if args.dry_run {
        let diff = opened.store.format.is_text().then(|| diff::of_new(&name_in_diff(output), &opened.bytes));
        return Done { diff, ..Done::of(Change { action: Action::WouldAppend, ..change }) };
    }
    let plan =
        Plan { sha256_before: sha256, bytes: opened.bytes, roots: Vec::new(), kept: change.kept, findings: Vec::new() };
    match write_new(session, &plan, output, opened.mode) {
        Ok(_) => Done::of(change),
        Err(error) => {
            let (trouble, unsettled) = why(error);
            Done::of(Change { trouble: Some(trouble), unsettled, action: Action::Failed, ..change })
        }
    }
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
fn write_new(session: &Session, planned: &Plan<'_>, output: &Path, mode: Option<u32>) -> Result<Receipt, ApplyError> {
    let options = apply::Options { backup_dir: None, force: false, now: session.now };
    apply::apply(&edit(output, None, planned, mode), &options).map_err(|error| match error {
        ApplyError::Trouble(trouble) => ApplyError::Trouble(of_output(output, trouble)),
        other => other,
    })
}

/// The trouble with the file that is to be made, which is told of under the name of the source.
fn of_output(output: &Path, trouble: Trouble) -> Trouble {
    let shown = output.display().to_string();
    match trouble.code {
        Code::FileExists | Code::NotARegularFile => {
            Trouble::new(Code::FileExists, say::output_exists(shown), say::choose_another_output())
        }
        Code::FileNotFound => {
            let directory = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let message = say::no_output_directory(directory.display(), shown);
            Trouble::new(Code::FileNotFound, message, say::make_output_directory())
        }
        _ => record::with_file(&shown, trouble),
    }
}

/// What is to be told of an edit that was not applied, and whether the file is changed all the same.
pub fn why(error: ApplyError) -> (Trouble, bool) {
    match error {
        ApplyError::Changed => (keeps_changing(), false),
        ApplyError::Trouble(trouble) => (trouble, false),
        ApplyError::Unsettled { trouble, .. } => (trouble, true),
    }
}

/// The path as `patch -p0` and `git apply -p0` take it: they refuse whatever does not lie below the current directory,
/// and every absolute path.
fn name_in_diff(path: &Path) -> PathBuf {
    let logical = std::env::var_os("PWD").map(PathBuf::from);
    let here = [std::env::current_dir().ok(), logical].into_iter().flatten();
    here.filter_map(|here| path.strip_prefix(here).ok()).next().unwrap_or(path).to_owned()
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
