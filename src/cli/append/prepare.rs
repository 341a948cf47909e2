//! What would be written, and everything that can be known of it before it is.

use std::path::Path;
use std::time::Duration;

use crate::assess::assess;
use crate::certificate::Fingerprint;
use crate::cli::args::{Append, Engine};
use crate::cli::convert;
use crate::cli::session::Session;
use crate::cli::targets::{Opened, Target};
use crate::finding::{Code, Trouble};
use crate::keytool;
use crate::lang::{Sentence, append as say};
use crate::plan::{Plan, Request, plan};
use crate::proof::{Proof, Rung, Verdict};
use crate::prove;
use crate::prove::reread::Reread;
use crate::report::record::{Action, Change};
use crate::rollover::Root;
use crate::store::{AppendOptions, Appended, Nature, Store, StoreFormat};

/// A change that nothing speaks against.
pub struct Prepared<'s> {
    /// As it is told once it is made.
    pub change: Change,
    pub plan: Plan<'s>,
    /// The new bytes against those that they were made from.
    pub reread: Proof,
    pub is_text: bool,
}

/// The change to a store, or its conversion; `None` where it is as it should be.
///
/// # Errors
/// The change that was refused, or that failed a proof.
pub fn prepare<'s>(
    session: &'s Session,
    target: &Target,
    args: &Append,
    opened: &Opened,
) -> Result<Option<Prepared<'s>>, Box<Change>> {
    if let Some(output) = args.output.as_deref()
        && let Some(format) = convert::wanted(output, opened.store.format)
        && opened.store.nature == Nature::TrustStore
    {
        return convert::prepare(session, &target.shown(), opened, output, format, args).map(Some);
    }
    let refused = |trouble| Box::new(Change { trouble: Some(trouble), ..Change::new(target.shown(), Action::Refused) });
    let request = request(session, args);
    let assessment = assess(&opened.store, &session.rollover, session.now);
    let planned = plan(&opened.bytes, &opened.store, &assessment, &request, &engine(target, args, opened.format));
    let Some(plan) = planned.map_err(refused)? else { return Ok(None) };
    if args.alias.is_some() && !opened.store.format.is_key_store() {
        return Err(refused(Trouble::new(Code::Usage, say::no_alias_here(), say::leave_alias_out())));
    }
    let mut change = described(&target.shown(), &plan);
    let file = args.output.as_deref().unwrap_or(name(target));
    let reread = reread(session, file, opened, &plan, &request);
    let mut proofs = vec![reread.clone()];
    if !args.dry_run {
        change.proofs = stand_in_proofs(session, target, opened, &request);
        proofs.extend(change.proofs.iter().cloned());
    }
    // What cannot be proved is not written either, unless it is insisted on.
    let blocks =
        |proof: &&Proof| proof.verdict == Verdict::Fail || (proof.verdict == Verdict::NotProven && !args.force);
    if let Some(proof) = proofs.iter().find(blocks) {
        return Err(unproved(change, proof));
    }
    if !args.dry_run {
        let asked = ask_keytool(session, target, args, opened, &plan);
        let refuses = |proof: &&Proof| proof.verdict == Verdict::Fail && !args.force;
        change.proofs.extend(asked.iter().cloned());
        if let Some(proof) = asked.iter().find(refuses) {
            return Err(unproved(change, proof));
        }
    }
    Ok(Some(Prepared { change, plan, reread, is_text: opened.store.format.is_text() }))
}

/// The change that is not made, since this was not proved.
pub fn unproved(change: Change, proof: &Proof) -> Box<Change> {
    Box::new(Change { action: Action::Failed, trouble: Some(not_proved(proof)), ..change })
}

/// How the file is named in proofs.
pub fn name(target: &Target) -> &Path {
    target.path().unwrap_or(Path::new("-"))
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
    let file = args.output.as_deref().unwrap_or(name(target));
    keytool_proofs(file, target.path(), before, after, &planned.roots, timeout)
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

fn stand_in_proofs(session: &Session, target: &Target, opened: &Opened, request: &Request) -> Vec<Proof> {
    prove::stand_in::prove(
        name(target),
        &opened.bytes,
        opened.format,
        &session.passwords,
        &request.append,
        &session.rollover,
        session.now,
    )
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

/// What the file will hold, against what it holds.
fn reread(session: &Session, file: &Path, opened: &Opened, planned: &Plan<'_>, request: &Request) -> Proof {
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
            decoded_after: &decoded(&planned.bytes)?,
            after: &planned.bytes,
            added: &planned.roots,
            wanted: &wanted,
            mended: request.append.repair,
        }
        .prove())
    };
    look().unwrap_or_else(|trouble| not_read(file, trouble))
}
