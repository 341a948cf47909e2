//! `rootfix verify`: prove a bundle.

use std::path::Path;

use time::OffsetDateTime;

use super::args::Verify;
use super::check;
use super::exit::Exit;
use super::html;
use super::session::Session;
use super::targets::{self, Opened, Target};
use crate::apply;
use crate::certificate::Certificate;
use crate::finding::Trouble;
use crate::lang::{Sentence, append as say};
use crate::proof::{Proof, Verdict};
use crate::prove;
use crate::prove::reread::Reread;
use crate::prove::saved_chain::{self, SavedChain};
use crate::report::record::worst;
use crate::report::{Bundle, Record, text};
use crate::store::{AppendOptions, Nature, Trust};

/// A chain that was saved, and what it is to be judged by.
struct Saved {
    chain: SavedChain,
    host: Option<String>,
    at: OffsetDateTime,
}

pub fn run(session: &mut Session, args: &Verify) -> Exit {
    let saved = match saved(session, args) {
        Ok(saved) => saved,
        Err(trouble) => {
            session.trouble(&trouble);
            return Exit::Trouble;
        }
    };
    let targets = match targets::find(session, &args.at) {
        Ok(targets) => targets,
        Err(trouble) => {
            session.trouble(&trouble);
            return Exit::Trouble;
        }
    };
    let mut exit = if targets.is_empty() { Exit::Trouble } else { Exit::Good };
    let mut page = Judged::default();
    for target in &targets {
        exit = exit.and(one(session, target, saved.as_ref(), &mut page));
    }
    match (&args.html, &page.answer) {
        (Some(file), Some((answer, _))) => {
            let judged = targets.iter().filter_map(|target| check::judge(session, target));
            let bundles: Vec<Bundle> = judged.map(|(bundle, _)| bundle).collect();
            html::save(session, file, answer, exit, &bundles, &page.proofs)
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
    let at = match &args.at_time {
        Some(text) => saved_chain::parse_at(text)?,
        None => session.now,
    };
    Ok(Some(Saved { chain: SavedChain::parse(&apply::read(chain)?.bytes)?, host: args.host.clone(), at }))
}

fn one(session: &mut Session, target: &Target, saved: Option<&Saved>, page: &mut Judged) -> Exit {
    let path = target.shown();
    let opened = match targets::read(session, target) {
        Ok(opened) => opened,
        Err(trouble) => {
            session.record(&Record::Bundle(Bundle::unreadable(path.clone(), &trouble)));
            session.trouble_with(&path, &trouble);
            return Exit::Trouble;
        }
    };
    if let Nature::NotATrustStore(finding) = &opened.store.nature {
        let trouble = Trouble::new(finding.code, finding.message.clone(), crate::lang::plan::find_the_bundle());
        session.record(&Record::Bundle(Bundle::unreadable(path.clone(), &trouble)));
        session.trouble_with(&path, &trouble);
        return Exit::Trouble;
    }
    let proofs = proofs(session, Path::new(&path), &opened, saved);
    for proof in &proofs {
        session.record(&Record::Proof(proof.clone()));
        session.count(match proof.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotProven => "not-proven",
        });
    }
    let shown = text::printable(&path);
    let (sentence, exit) = match worst(&proofs) {
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
        for proof in &proofs {
            session.say(&text::proof(proof, session.lang));
        }
        if exit == Exit::No {
            session.say_sentence(&crate::lang::check::next_append(text::typed(&path)));
        }
    }
    exit
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
    if let Some(saved) = saved {
        let host = saved.host.as_deref();
        proofs.push(saved_chain::prove(path, &saved.chain, host, saved.at, &anchors, &session.rollover));
    }
    proofs
}
