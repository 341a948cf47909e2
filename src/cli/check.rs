//! `rootfix check`: which bundles are ready for the rollover.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::args::{Check, Where};
use super::exit::Exit;
use super::html;
use super::progress;
use super::session::Session;
use super::targets::{self, Target};
use super::unlock::{Wanted, unlock};
use crate::assess::{Status, assess};
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, check as say, cli as say_cli};
use crate::report::{Bundle, Record, record, text};
use crate::store::Format;
use crate::store::create::name_for_new;

/// A command that names more files than this is not read; it names the places instead.
pub const MOST_NAMED: usize = 5;

pub fn run(session: &mut Session, args: &Check) -> Exit {
    let at = &args.at;
    let targets = match progress::during(session, &say_cli::searching(), || targets::find(session, at)) {
        Ok(targets) => targets,
        Err(trouble) => return session.refuse(&trouble),
    };
    if let Err(exit) = unlock(session, &targets, Wanted::ToRead) {
        return exit;
    }
    let judge_all = || in_parallel(&targets, |target| judge(session, target));
    let judged = progress::during(session, &say_cli::judging(), judge_all);
    let mut exit = Exit::Good;
    let mut bundles = Vec::new();
    for (bundle, trouble) in judged.into_iter().flatten() {
        session.record(&Record::Bundle(bundle.clone()));
        session.count(status_count(bundle.status));
        exit = exit.and(match bundle.status {
            Status::Ready => Exit::Good,
            Status::NewRootMissing | Status::Broken | Status::NotATrustStore => Exit::No,
            Status::Unreadable => Exit::Trouble,
        });
        bundles.push((bundle, trouble));
    }
    if bundles.is_empty() {
        session.record(&record::trouble(&targets::nothing_found(at)));
        exit = Exit::Trouble;
    }
    let page: Vec<Bundle> = bundles.iter().map(|(bundle, _)| bundle.clone()).collect();
    if !session.json {
        show(session, at, bundles);
    }
    match &args.html {
        Some(file) => {
            let answer = text::answer(&page, &session.new_roots(), &targets::shown(at));
            html::save(session, file, &answer, exit, &page, &[], &[])
        }
        None => exit,
    }
}

/// One answer per target, in their order; the work is shared among the processors.
fn in_parallel<T: Send>(targets: &[Target], work: impl Fn(&Target) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(targets.len());
    if threads < 2 {
        return targets.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let mut answers: Vec<(usize, T)> = std::thread::scope(|scope| {
        let worker = || {
            let mut own = Vec::new();
            while let Some((at, target)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, targets.get(at)?)))
            {
                own.push((at, work(target)));
            }
            own
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker does not panic")).collect()
    });
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The judgement of one target; `None` where a search turned up something that is no trust store.
pub fn judge(session: &Session, target: &Target) -> Option<(Bundle, Option<Trouble>)> {
    let path = target.shown();
    match targets::store(session, target) {
        Ok(store) if !target.named && !targets::is_a_find(&store) => None,
        Ok(store) => {
            let assessment = assess(&store, &session.rollover, session.now);
            let custody = target.custody(session);
            let mut bundle = Bundle::new(path, &store, &assessment, custody.as_str().to_owned());
            bundle.used_by = target.used_by.clone();
            bundle.findings.extend(target.findings.iter().cloned());
            if bundle.status == Status::NewRootMissing {
                bundle.findings.extend(custody.warning());
            }
            Some((bundle, None))
        }
        // A file that does not read is hardly a store; a store that the system keeps is one.
        Err(_) if !target.named && target.path().is_some() => None,
        Err(trouble) => {
            let bundle = Bundle { used_by: target.used_by.clone(), ..Bundle::unreadable(path, &trouble) };
            Some((bundle, Some(trouble)))
        }
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
    session.answer(&text::answer(&bundles, &session.new_roots(), &targets::shown(at)));
    if session.quiet {
        return troubles.iter().for_each(|(path, trouble)| session.complain_about(path, trouble));
    }
    if bundles.len() > 1 {
        session.say("");
        session.say(&text::bundles(&bundles, session.lang, session.columns()));
    }
    let detailed = |bundle: &&Bundle| bundles.len() == 1 || session.verbose || bundle.status != Status::Ready;
    for bundle in bundles.iter().filter(detailed).filter(|bundle| bundle.status != Status::Unreadable) {
        session.say("");
        session.say(&text::bundle(bundle, &session.all_roots(), session.lang, session.verbose));
    }
    for (path, trouble) in &troubles {
        session.complain_about(path, trouble);
    }
    let next = next(session, at, &bundles);
    if !next.is_empty() {
        session.say("");
    }
    next.iter().for_each(|next| session.command(next));
}

/// What leads on from a store that its readers do not load as a whole.
pub fn next_for_broken(format: Format, arguments: String) -> Option<Sentence> {
    match format {
        Format::Pem => Some(say::next_repair(arguments)),
        format if format.is_key_store() => Some(say::next_new_key_store(name_for_new(format), arguments)),
        _ => None,
    }
}

/// The commands that lead on; none where each trouble has named its own.
fn next(session: &Session, at: &Where, bundles: &[Bundle]) -> Vec<Sentence> {
    let all = |wanted: &dyn Fn(&&Bundle) -> bool| {
        let paths: Vec<String> = bundles.iter().filter(wanted).map(|b| text::typed(&b.path)).collect();
        let named = if paths.len() > MOST_NAMED { targets::typed(at) } else { paths.join(" ") };
        (!paths.is_empty()).then(|| session.arguments(&named))
    };
    let of = |wanted: Status| all(&|bundle| bundle.status == wanted);
    let append = of(Status::NewRootMissing).map(say::next_append);
    let is_text = |bundle: &&Bundle| bundle.format == Some(Format::Pem);
    let texts = all(&|bundle| bundle.status == Status::Broken && is_text(bundle));
    let repair = texts.and_then(|texts| next_for_broken(Format::Pem, texts));
    // Each of the others takes a command of its own.
    let others = bundles.iter().filter(|bundle| bundle.status == Status::Broken && !is_text(bundle)).take(MOST_NAMED);
    let anew =
        others.filter_map(|bundle| next_for_broken(bundle.format?, session.arguments(&text::typed(&bundle.path))));
    let next: Vec<Sentence> = append.into_iter().chain(repair).chain(anew).collect();
    let wrong_file = |bundle: &Bundle| {
        let unreadable = || bundle.findings.iter().any(|finding| finding.code == Code::Unreadable);
        bundle.status == Status::NotATrustStore || (bundle.status == Status::Unreadable && unreadable())
    };
    match of(Status::Ready) {
        _ if !next.is_empty() => next,
        _ if bundles.is_empty() || bundles.iter().any(wrong_file) => vec![say::next_locate()],
        Some(paths) => vec![say::next_verify(paths)],
        None => Vec::new(),
    }
}
