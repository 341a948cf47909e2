//! `rootfix verify`: prove a bundle.

use std::path::Path;

use time::OffsetDateTime;

use super::args::{KeyArg, Verify};
use super::check;
use super::exit::Exit;
use super::html;
use super::progress;
use super::session::Session;
use super::targets::{self, Opened, Place, Target};
use super::unlock::{Wanted, unlock};
use crate::apply;
use crate::assess::assess;
use crate::certificate::Certificate;
use crate::finding::{Code, Trouble};
use crate::lang::{Lang, Sentence, append as say, check as say_check, cli as say_cli};
use crate::locate;
use crate::proof::{Proof, Rung, Verdict};
use crate::prove;
use crate::prove::clients::{self, Answer, Row, Subject};
use crate::prove::reread::Reread;
use crate::prove::saved_chain::{self, SavedChain};
use crate::rehearse::chain::{KeyKind, StandIns};
use crate::rehearse::verdict::Holds;
use crate::report::record::worst;
use crate::report::{Bundle, Record, record, text};
use crate::rollover::Root;
use crate::store::{AppendOptions, Format, Nature, Trust, cadir};

/// A chain that was saved, and what it is to be judged by.
struct Saved {
    chain: SavedChain,
    host: Option<String>,
    at: OffsetDateTime,
}

impl Saved {
    fn prove(&self, session: &Session, path: &Path, anchors: &[Certificate]) -> Proof {
        saved_chain::prove(path, &self.chain, self.host.as_deref(), self.at, anchors, &session.rollover)
    }
}

pub fn run(session: &mut Session, args: &Verify) -> Exit {
    let saved = match saved(session, args) {
        Ok(saved) => saved,
        Err(trouble) => return session.refuse(&trouble),
    };
    let targets = match targets::stores(session, &args.at) {
        Ok(targets) => targets,
        Err(trouble) => return session.refuse(&trouble),
    };
    if let Err(exit) = unlock(session, &targets, Wanted::ToWrite) {
        return exit;
    }
    let kind = match args.key {
        KeyArg::Rsa => KeyKind::Rsa,
        KeyArg::Ec => KeyKind::Ec,
    };
    let made = args.clients.then(|| StandIns::make(&session.rollover, &[], kind, session.now)).transpose();
    let stand_ins = match made {
        Ok(stand_ins) => stand_ins,
        Err(trouble) => return session.refuse(&trouble),
    };
    let mut exit = Exit::Good;
    let mut page = Judged::default();
    for target in &targets {
        exit = exit.and(one(session, target, saved.as_ref(), stand_ins.as_ref(), &mut page));
    }
    match (&args.html, &page.answer) {
        (Some(file), Some((answer, _))) => {
            let judged = targets.iter().filter_map(|target| check::judge(session, target));
            let bundles: Vec<Bundle> = judged.map(|(bundle, _)| bundle).collect();
            html::save(session, file, answer, exit, &bundles, &page.proofs, &[])
        }
        _ => exit,
    }
}

/// What a page tells: the sentence of the target that ended worst, and the proofs of all.
#[derive(Default)]
struct Judged {
    answer: Option<(Sentence, Exit)>,
    proofs: Vec<Proof>,
}

fn saved(session: &Session, args: &Verify) -> Result<Option<Saved>, Trouble> {
    let Some(chain) = &args.chain else { return Ok(None) };
    let named = |trouble| record::with_file(&chain.display().to_string(), trouble);
    let bytes = apply::read(chain).map_err(named)?.bytes;
    let at = match &args.at_time {
        Some(text) => saved_chain::parse_at(text)?,
        None => session.now,
    };
    Ok(Some(Saved { chain: SavedChain::parse(&bytes).map_err(named)?, host: args.host.clone(), at }))
}

/// What was found out about one store.
struct Proved {
    proofs: Vec<Proof>,
    rows: Vec<Row>,
    /// Where its readers do not load all of it.
    broken: Option<Format>,
}

fn one(
    session: &mut Session,
    target: &Target,
    saved: Option<&Saved>,
    clients: Option<&StandIns>,
    page: &mut Judged,
) -> Exit {
    let proved = match &target.place {
        Place::Directory(directory) => of_directory(session, directory, saved, clients),
        _ => of_file(session, target, saved, clients),
    };
    match proved {
        Ok(proved) => tell(session, target, &proved, clients.is_some(), page),
        Err(exit) => exit,
    }
}

/// A hashed directory is proved by what OpenSSL finds in it. The clients of this machine are given files.
fn of_directory(
    session: &mut Session,
    directory: &Path,
    saved: Option<&Saved>,
    clients: Option<&StandIns>,
) -> Result<Proved, Exit> {
    let path = directory.display().to_string();
    if clients.is_some() {
        let next = say_cli::name_its_file();
        session.trouble_with(&path, &Trouble::new(Code::DirectoryByHand, say_cli::directory_by_hand(), next));
        return Err(Exit::Trouble);
    }
    let read = locate::cadir::read(directory, &targets::root_of(session, directory));
    let files = read.map_err(|trouble| unreadable(session, &path, &trouble))?;
    let prove = || {
        let mut proofs = prove::directory::prove(directory, &files, &session.rollover, session.now);
        let anchors = || prove::directory::trusted(&cadir::decode(&files));
        proofs.extend(saved.map(|saved| saved.prove(session, directory, &anchors())));
        proofs
    };
    let proofs = progress::during(session, &say_cli::proving(text::printable(&path)), prove);
    Ok(Proved { proofs, rows: Vec::new(), broken: None })
}

fn unreadable(session: &Session, path: &str, trouble: &Trouble) -> Exit {
    session.record(&Record::Bundle(Bundle::unreadable(path.to_owned(), trouble)));
    session.answer(&say_check::cannot_tell_unreadable(text::printable(path)));
    session.complain_about(path, trouble);
    Exit::Trouble
}

fn of_file(
    session: &mut Session,
    target: &Target,
    saved: Option<&Saved>,
    clients: Option<&StandIns>,
) -> Result<Proved, Exit> {
    let path = target.shown();
    let opened = targets::read(session, target).map_err(|trouble| unreadable(session, &path, &trouble))?;
    if let Nature::NotATrustStore(finding) = &opened.store.nature {
        let trouble = Trouble::new(finding.code, finding.message.clone(), crate::lang::plan::find_the_bundle());
        let assessment = assess(&opened.store, &session.rollover, session.now);
        let custody = target.custody(session).as_str().to_owned();
        session.record(&Record::Bundle(Bundle::new(path.clone(), &opened.store, &assessment, custody)));
        session.answer(&say_check::cannot_tell_not_a_store(text::printable(&path)));
        session.complain_about(&path, &trouble);
        return Err(Exit::Trouble);
    }
    let prove = || proofs(session, Path::new(&path), &opened, saved);
    let mut proofs = progress::during(session, &say_cli::proving(text::printable(&path)), prove);
    let mut rows = Vec::new();
    if let Some(stand_ins) = clients {
        rows = ask_clients(session, Path::new(&path), &opened, stand_ins).map_err(|trouble| {
            session.trouble_with(&path, &trouble);
            Exit::Trouble
        })?;
        proofs.extend(rows.iter().map(|row| row.proof.clone()));
    }
    Ok(Proved { proofs, rows, broken: opened.store.broken.then_some(opened.store.format) })
}

/// Records and the screen, and how it ended.
fn tell(session: &mut Session, target: &Target, proved: &Proved, asked: bool, page: &mut Judged) -> Exit {
    let Proved { proofs, rows, broken } = proved;
    for proof in proofs {
        session.record(&Record::Proof(proof.clone()));
        session.count(match proof.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotProven => "not-proven",
        });
    }
    let shown = text::printable(&target.shown());
    let (sentence, exit) = match worst(proofs) {
        Some(Verdict::Fail) => (say::not_verified(shown), Exit::No),
        Some(Verdict::Pass) => (say::verified(shown), Exit::Good),
        _ => (say::partly_verified(shown), Exit::Trouble),
    };
    session.answer(&sentence);
    if page.answer.as_ref().is_none_or(|(_, worst)| *worst < exit) {
        page.answer = Some((sentence, exit));
    }
    page.proofs.extend(proofs.iter().cloned());
    if !session.quiet {
        // The table says what became of each client; in words only where it is not well, or on request.
        let in_table = |proof: &&Proof| proof.rung == Rung::Client && proof.verdict == Verdict::Pass;
        for proof in proofs.iter().filter(|proof| session.verbose || !in_table(proof)) {
            session.say(&text::proof(proof, session.lang));
        }
        if !rows.is_empty() {
            session.say("");
            session.say(&matrix(rows, session.lang, session.columns()));
        }
        let arguments = session.arguments(&target.path().map_or_else(|| text::typed("-"), text::typed_path));
        let next = match exit {
            Exit::No => match broken {
                Some(format) => check::next_for_broken(*format, arguments),
                None => Some(say_check::next_append(arguments)),
            },
            Exit::Good if !asked && !matches!(target.place, Place::Directory(_)) => {
                Some(say_check::next_clients(arguments))
            }
            _ => None,
        };
        if let Some(next) = next {
            session.say("");
            session.command(&next);
        }
    }
    exit
}

/// Every TLS client of this machine, with real handshakes by shadow copies of the bundle.
fn ask_clients(session: &Session, path: &Path, opened: &Opened, stand_ins: &StandIns) -> Result<Vec<Row>, Trouble> {
    let assessment = assess(&opened.store, &session.rollover, session.now);
    let subject = Subject {
        path,
        bytes: &opened.bytes,
        format: opened.store.format,
        holds: Holds { old_root: assessment.old_root, new_root: assessment.new_root },
        password: opened.store.password.as_ref(),
    };
    let append = |_: &Path, bytes: &[u8], roots: &[&Root]| {
        let store = opened.format.decode(bytes, &session.passwords)?;
        Ok(opened.format.append(bytes, &store, roots, &AppendOptions::default())?.bytes)
    };
    let found = clients::find(opened.store.format, &[]);
    clients::prove(&subject, stand_ins, &append, &found, &|row| {
        session.progress(&Sentence::same(row.client.title()));
    })
}

/// The answers of all clients, a line each.
fn matrix(rows: &[Row], lang: Lang, columns: Option<usize>) -> String {
    let heads = [say::old_today(), say::new_today(), say::new_repaired(), say::rogue_repaired(), say::client()];
    let mut table = vec![heads.iter().map(|head| head.to(lang).to_owned()).collect::<Vec<_>>()];
    for row in rows {
        let answers = row.answers.iter().map(|answer| match answer {
            Answer::Accepts => say::accepts(),
            Answer::Refuses(_) => say::refuses(),
            Answer::Unclear(_) => say::unclear(),
        });
        let mut cells: Vec<String> = answers.map(|answer| answer.to(lang).to_owned()).collect();
        cells.push(text::printable(&row.client.title()));
        table.push(cells);
    }
    text::fitted(table, columns).concat()
}

fn proofs(session: &Session, path: &Path, opened: &Opened, saved: Option<&Saved>) -> Vec<Proof> {
    let decoded: Vec<Certificate> = opened.store.entries.iter().map(|entry| entry.certificate.clone()).collect();
    let trusted = opened.store.entries.iter().filter(|entry| entry.trust == Trust::Trusted);
    let anchors: Vec<Certificate> = trusted.map(|entry| entry.certificate.clone()).collect();
    let wanted: Vec<_> = session.rollover.add.iter().collect();
    let reread = Reread {
        path,
        format: opened.store.format,
        before: &opened.bytes,
        after: &opened.bytes,
        decoded_before: &decoded,
        decoded_after: &decoded,
        added: &[],
        wanted: &wanted,
        mended: false,
    };
    let mut proofs = vec![reread.prove()];
    proofs.extend(prove::stand_in::prove(
        path,
        &opened.bytes,
        opened.format,
        &session.passwords,
        &AppendOptions::default(),
        &session.rollover,
        session.now,
    ));
    proofs.extend(saved.map(|saved| saved.prove(session, path, &anchors)));
    proofs
}
