//! `rootfix rehearse`: the user's own program against a stand-in of the new server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::args::{KeyArg, Rehearse};
use super::check;
use super::exit::Exit;
use super::html;
use super::serve;
use super::session::Session;
use super::targets::{self, Place, Target};
use crate::apply;
use crate::assess::assess;
use crate::custody::Custody;
use crate::finding::Trouble;
use crate::lang::Sentence;
use crate::lang::rehearse_screen as say;
use crate::proof::{Proof, Rung, Verdict};
use crate::rehearse::chain::{KeyKind, StandIns};
use crate::rehearse::server::Reply;
use crate::rehearse::shadow::{Bundle, BundleKind};
use crate::rehearse::verdict::{Conclusion, Holds, OpenedStore, Part};
use crate::rehearse::{self, Options};
use crate::report::{Record, record, text};
use crate::rollover::Root;
use crate::store::AppendOptions;

pub fn run(session: &mut Session, args: &Rehearse) -> Exit {
    match go(session, args) {
        Ok(exit) => exit,
        Err(trouble) => {
            session.answer(&say::cannot_begin());
            session.refuse(&trouble)
        }
    }
}

fn go(session: &mut Session, args: &Rehearse) -> Result<Exit, Trouble> {
    let (hosts, ports) = rehearse::hosts_and_ports(&args.host)?;
    let kind = match args.key {
        KeyArg::Rsa => KeyKind::Rsa,
        KeyArg::Ec => KeyKind::Ec,
    };
    let stand_ins = StandIns::make(&session.rollover, &hosts, kind, session.now)?;
    let reply = match &args.reply {
        Some(file) => {
            let read = apply::read(file).map_err(|trouble| record::with_file(&file.display().to_string(), trouble));
            Reply::with_body(read?.bytes)
        }
        None => Reply::default(),
    };
    let passwords = session.passwords.clone();
    let now_ms = u64::try_from(session.now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    let append = |_: &Path, bytes: &[u8], roots: &[&Root]| {
        let format = targets::format_of(bytes);
        let store = format.decode(bytes, &passwords)?;
        Ok(format.append(bytes, &store, roots, &AppendOptions { now_ms, ..AppendOptions::default() })?.bytes)
    };
    let named = args.bundle.iter().map(|path| bundle(session, &targets::named(session, path)?));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    if args.serve {
        return serve::run(session, args, &stand_ins, &reply, &named, &append);
    }
    let mut options = Options::new(args.command.clone(), named);
    options.ports = ports;
    options.reply = reply;
    options.share_network = args.share_network;
    options.ask_for_certificate = args.ask_for_certificate;
    if let Some(seconds) = args.time_limit {
        options.time_limit = Duration::from_secs(seconds);
    }
    if options.bundles.is_empty() {
        session.progress(&say::searching());
        options.bundles = opened(session, rehearse::opened_stores(&stand_ins, &options)?);
    }
    let paths: Vec<PathBuf> = options.bundles.iter().map(|bundle| bundle.path.clone()).collect();
    let rehearsal = rehearse::rehearse(&stand_ins, &options, &append, &mut |part| {
        let (number, name) = (part_number(part), text::part_name(part));
        let part = name.to(session.lang);
        session.progress(&say::running(number, part));
    })?;
    if options.bundles.len() > 1 && rehearsal.conclusion == Conclusion::AppendHelps {
        session.progress(&say::narrowing());
    }
    let needed = rehearse::needed(&stand_ins, &options, &append, &rehearsal)?;
    let program = args.command.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let program = text::printable(&program);
    let answer = conclusion(rehearsal.conclusion, &program);
    session.answer(&answer);
    if args.bundle.is_empty() && !session.quiet {
        tell_found(session, &program, &paths, &needed);
    }
    let mut proofs = Vec::new();
    for (judged, outcome) in rehearsal.judged.iter().zip(&rehearsal.outcomes) {
        let proof = Proof {
            path: needed.first().or(paths.first()).cloned().unwrap_or_default(),
            rung: Rung::Rehearsal,
            subject: judged.part.as_str().to_owned(),
            verdict: judged.verdict,
            detail: judged.sentence.clone(),
        };
        let mut fields = record::proof_fields(&proof);
        fields.insert("exit".to_owned(), json!(outcome.exit));
        fields.insert("observations".to_owned(), json!(outcome.observations));
        fields.insert("output".to_owned(), json!(outcome.output));
        session.record(&Record::Other("proof", fields));
        proofs.push(proof.clone());
        session.count(match judged.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotProven => "not-proven",
        });
        if !session.quiet {
            session.say(&text::proof(&proof, session.lang));
            if session.verbose || judged.verdict != Verdict::Pass {
                for line in outcome.output.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev() {
                    session.say(&format!("      | {}", text::printable(line)));
                }
            }
        }
    }
    let value = json!({ "conclusion": rehearsal.conclusion, "bundles": paths, "needed": needed });
    session.record(&Record::Other("rehearsal", record::fields(value)));
    if !session.quiet {
        session.say_sentence(&say::nothing_was_touched());
        if rehearsal.conclusion == Conclusion::AppendHelps {
            session.say("");
            let typed: Vec<String> = needed.iter().map(|path| text::typed_path(path)).collect();
            session.command(&crate::lang::check::next_append(session.arguments(&typed.join(" "))));
        }
    }
    let exit = match rehearsal.conclusion {
        Conclusion::Ready => Exit::Good,
        Conclusion::DoesNotVerify | Conclusion::AppendHelps | Conclusion::AppendDoesNotHelp => Exit::No,
        Conclusion::NotProven => Exit::Trouble,
    };
    Ok(match &args.html {
        Some(file) => {
            let judged = paths.iter().filter_map(|path| check::judge(session, &targets::inspected(path)));
            let judged: Vec<_> = judged.map(|(bundle, _)| bundle).collect();
            html::save(session, file, &answer, exit, &judged, &proofs, &[])
        }
        None => exit,
    })
}

/// A bundle that the program reads, and what it vouches for today.
fn bundle(session: &Session, target: &Target) -> Result<Bundle, Trouble> {
    let store = targets::store(session, target).map_err(|trouble| record::with_file(&target.shown(), trouble))?;
    let assessment = assess(&store, &session.rollover, session.now);
    let kind = match target.place {
        Place::Directory(_) => BundleKind::Directory,
        Place::File(_) | Place::Stdin | Place::System(_) => BundleKind::File,
    };
    let holds = Holds { old_root: assessment.old_root, new_root: assessment.new_root };
    Ok(Bundle { path: target.path().unwrap_or(Path::new("-")).to_owned(), kind, holds })
}

/// The trust stores among those that the program opened, its own before those that a package or a generator owns: of
/// two that do the same, the repair of its own is proposed. One that cannot be read is told of.
fn opened(session: &Session, stores: Vec<OpenedStore>) -> Vec<Bundle> {
    let mut bundles: Vec<(bool, Bundle)> = Vec::new();
    let mut seen = Vec::new();
    for opened in stores {
        let Ok(real) = opened.path.canonicalize() else { continue };
        if seen.contains(&real) {
            continue;
        }
        let place = if opened.is_directory { Place::Directory } else { Place::File };
        let target = Target::of(place(opened.path));
        match targets::store(session, &target) {
            Ok(store) if !targets::is_a_find(&store) => continue,
            Ok(_) => {}
            Err(trouble) => session.complain_about(&target.shown(), &trouble),
        }
        if let Ok(bundle) = bundle(session, &target) {
            bundles.push((target.custody(session) != Custody::Nobody, bundle));
            seen.push(real);
        }
    }
    bundles.sort_by_key(|(owned, _)| *owned);
    bundles.into_iter().map(|(_, bundle)| bundle).collect()
}

/// What the program was seen to read, and which of it matters.
fn tell_found(session: &Session, program: &str, paths: &[PathBuf], needed: &[PathBuf]) {
    let shown = |paths: &[PathBuf]| {
        text::names(&paths.iter().map(|path| text::printable(&path.display().to_string())).collect::<Vec<_>>())
    };
    let all = shown(paths);
    match paths.len() {
        0 => session.say_sentence(&say::nothing_opened(program)),
        _ => session.say_sentence(&say::found(program, &all.en, &all.zh)),
    }
    if !needed.is_empty() && needed.len() < paths.len() {
        let needed = shown(needed);
        session.say_sentence(&say::these_matter(&needed.en, &needed.zh));
    }
}

fn part_number(part: Part) -> usize {
    match part {
        Part::Baseline => 1,
        Part::Rollover => 2,
        Part::Repaired => 3,
        Part::Rogue => 4,
    }
}

fn conclusion(conclusion: Conclusion, program: &str) -> Sentence {
    match conclusion {
        Conclusion::DoesNotVerify => say::does_not_verify(program),
        Conclusion::Ready => say::ready(program),
        Conclusion::AppendHelps => say::append_helps(program),
        Conclusion::AppendDoesNotHelp => say::append_does_not_help(program),
        Conclusion::NotProven => say::not_proven(program),
    }
}
