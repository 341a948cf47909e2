//! `rootfix check`: which bundles are ready for the rollover.

use super::args::Where;
use super::exit::Exit;
use super::session::Session;
use super::targets::{self, Target};
use crate::assess::{Status, assess};
use crate::finding::Trouble;
use crate::lang::check as say;
use crate::report::{Bundle, Record, text};

pub fn run(session: &mut Session, at: &Where) -> Exit {
    let mut exit = Exit::Good;
    let mut bundles = Vec::new();
    let targets = targets::find(session, at);
    for target in &targets {
        let (bundle, trouble) = judge(session, target);
        session.record(&Record::Bundle(bundle.clone()));
        session.count(status_count(bundle.status));
        exit = exit.and(match bundle.status {
            Status::Ready => Exit::Good,
            Status::NewRootMissing | Status::Broken | Status::NotATrustStore => Exit::No,
            Status::Unreadable => Exit::Trouble,
        });
        bundles.push((bundle, trouble));
    }
    if targets.is_empty() {
        exit = Exit::Trouble;
    }
    if !session.json {
        show(session, at, bundles);
    }
    exit
}

fn judge(session: &Session, target: &Target) -> (Bundle, Option<Trouble>) {
    let path = target.shown();
    match targets::read(session, target) {
        Ok(opened) => {
            let assessment = assess(&opened.store, &session.rollover, session.now);
            (Bundle::new(path, &opened.store, &assessment, target.custody()), None)
        }
        Err(trouble) => (Bundle::unreadable(path, &trouble), Some(trouble)),
    }
}

pub fn status_count(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::NewRootMissing => "new-root-missing",
        Status::Broken => "broken",
        Status::NotATrustStore => "not-a-trust-store",
        Status::Unreadable => "unreadable",
    }
}

fn show(session: &Session, at: &Where, bundles: Vec<(Bundle, Option<Trouble>)>) {
    let troubles: Vec<(String, Trouble)> =
        bundles.iter().filter_map(|(bundle, trouble)| Some((bundle.path.clone(), trouble.clone()?))).collect();
    let bundles: Vec<Bundle> = bundles.into_iter().map(|(bundle, _)| bundle).collect();
    let place = targets::shown(at);
    session.answer(&text::answer(&bundles, &session.new_roots(), &place));
    if session.quiet {
        return;
    }
    if bundles.len() > 1 {
        session.say("");
        session.say(&text::bundles(&bundles, session.lang));
    }
    let detailed = |bundle: &&Bundle| bundles.len() == 1 || session.verbose || bundle.status != Status::Ready;
    for bundle in bundles.iter().filter(detailed).filter(|bundle| bundle.status != Status::Unreadable) {
        session.say("");
        session.say(&text::bundle(bundle, &session.all_roots(), session.lang, session.verbose));
    }
    for (path, trouble) in &troubles {
        session.trouble_with(path, trouble);
    }
    let of = |wanted: Status| {
        let paths: Vec<String> = bundles.iter().filter(|b| b.status == wanted).map(|b| text::typed(&b.path)).collect();
        (!paths.is_empty()).then(|| paths.join(" "))
    };
    let next = if let Some(paths) = of(Status::Broken) {
        say::next_repair(paths)
    } else if let Some(paths) = of(Status::NewRootMissing) {
        say::next_append(paths)
    } else if let Some(paths) = of(Status::Ready) {
        say::next_verify(paths)
    } else {
        say::next_locate()
    };
    session.say("");
    session.say_sentence(&next);
}
