//! `rootfix wizard`: the same as the other commands, step by step.
//!
//! It finds, judges, plans, writes and proves by the functions of `check` and `append`; what is its own is the order
//! of the questions. Nothing is written before the last of them is answered with yes.

pub mod ask;
mod found;
mod unpin;

use std::io::IsTerminal;
use std::path::PathBuf;

use super::append;
use super::args::{Append, Engine, Where};
use super::check;
use super::exit::Exit;
use super::progress;
use super::session::Session;
use super::targets::{self, Target};
use super::unlock::TRIES;
use crate::assess::Status;
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, cli as say_cli, wizard as say, wrap};
use crate::locate::process;
use crate::password::{Password, Passwords};
use crate::report::record::Action;
use crate::report::{Bundle, text};
use crate::store::Format;
use ask::{Answer, Ask};

/// A store that was found, what is thought of it, and the password that opens it, where it has one of its own.
struct Item {
    target: Target,
    bundle: Bundle,
    password: Option<Password>,
}

/// Where a step leads.
enum Next {
    /// To the question before.
    Back,
    /// To the end of the program.
    End(Exit),
}

pub fn run(session: &mut Session) -> Exit {
    if session.json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        session.trouble(&Trouble::new(Code::Usage, say::needs_a_terminal(), say::commands_instead()));
        return Exit::Trouble;
    }
    let ask = Ask::new(session.lang);
    session.say_sentence(&say::welcome());
    loop {
        session.say("");
        let at = match place(session, &ask) {
            Answer::Is(at) => at,
            Answer::Back | Answer::Quit => return leave(session),
        };
        match found(session, &ask, &at) {
            Next::Back => {}
            Next::End(exit) => return exit,
        }
    }
}

fn leave(session: &Session) -> Exit {
    session.say_sentence(&say_cli::nothing_changed());
    Exit::No
}

/// Where to look.
fn place(session: &Session, ask: &Ask) -> Answer<Where> {
    let here = std::env::current_dir().map_or_else(|_| ".".to_owned(), |path| path.display().to_string());
    let choices = [say::this_directory(text::printable(&here)), say::a_program(), say::this_machine(), say::a_file()];
    let mut items: Vec<String> = choices.iter().map(|choice| choice.to(session.lang).to_owned()).collect();
    items.push(say::quit().to(session.lang).to_owned());
    loop {
        let at = match ask.select(&say::where_to_look(), &items, 0) {
            Answer::Is(0) => Answer::Is(Where { places: vec![PathBuf::from(".")], ..Where::default() }),
            Answer::Is(1) => running(session, ask),
            Answer::Is(2) => Answer::Is(Where { machine: true, ..Where::default() }),
            Answer::Is(3) => file(session, ask),
            _ => return Answer::Quit,
        };
        if !matches!(at, Answer::Back) {
            return at;
        }
    }
}

fn running(session: &Session, ask: &Ask) -> Answer<Where> {
    loop {
        match ask.text(&say::which_process()) {
            Answer::Is(text) => {
                let pid = text.trim().parse().map(|pid| vec![pid]).unwrap_or_else(|_| process::named(text.trim()));
                if !pid.is_empty() {
                    return Answer::Is(Where { pid, ..Where::default() });
                }
                session.say_sentence(&say::not_a_process(text::printable(&text)));
            }
            Answer::Back => return Answer::Back,
            Answer::Quit => return Answer::Quit,
        }
    }
}

fn file(session: &Session, ask: &Ask) -> Answer<Where> {
    loop {
        match ask.text(&say::which_file()) {
            Answer::Is(text) => {
                // People drag a file into the window, and some terminals then quote it.
                let path = PathBuf::from(text.trim().trim_matches(['\'', '"']));
                if path.exists() {
                    return Answer::Is(Where { places: vec![path], ..Where::default() });
                }
                session.say_sentence(&say::no_such_file(text::printable(&path.display().to_string())));
            }
            Answer::Back => return Answer::Back,
            Answer::Quit => return Answer::Quit,
        }
    }
}

/// What was found there, and what to do about it.
fn found(session: &mut Session, ask: &Ask, at: &Where) -> Next {
    let targets = match progress::during(session, &say_cli::searching(), || targets::find(session, at)) {
        Ok(targets) => targets,
        Err(trouble) => {
            session.trouble(&trouble);
            return Next::Back;
        }
    };
    let mut items = Vec::new();
    for target in targets {
        match judged(session, ask, target) {
            Ok(item) => items.extend(item),
            Err(next) => return next,
        }
    }
    let bundles: Vec<Bundle> = items.iter().map(|item| item.bundle.clone()).collect();
    session.say("");
    session.answer(&text::answer(&bundles, &session.new_roots(), &targets::shown(at)));
    if items.is_empty() {
        return Next::Back;
    }
    session.say("");
    session.say(&found::table(session, ask, &items));
    found::recommend(session, ask, &items);
    choose(session, ask, items)
}

/// Judges one store, with a password of its own if it needs one. What only lies about and does not open is left out,
/// as by `check`.
fn judged(session: &mut Session, ask: &Ask, target: Target) -> Result<Option<Item>, Next> {
    let Some((bundle, trouble)) = check::judge(session, &target) else { return Ok(None) };
    let locked = |bundle: &Bundle, trouble: &Option<Trouble>| {
        trouble.as_ref().is_some_and(|trouble| trouble.code == Code::WrongPassword)
            || (bundle.status != Status::Ready
                && bundle.findings.iter().any(|finding| finding.code == Code::IntegrityNotChecked))
    };
    if locked(&bundle, &trouble) {
        let named = Target { named: true, ..target.clone() };
        let usual = session.passwords.clone();
        for left in (0..TRIES).rev() {
            let password = match ask.password(&say::password_of(text::printable(&target.shown()))) {
                Answer::Is(password) => password,
                Answer::Back => return Err(Next::Back),
                Answer::Quit => return Err(Next::End(leave(session))),
            };
            session.passwords = Passwords::with(&password);
            let judged = check::judge(session, &named);
            session.passwords = usual.clone();
            match judged {
                Some((bundle, trouble)) if !locked(&bundle, &trouble) => {
                    let password = Some(Password::text(&password));
                    return Ok(Some(Item { target, bundle, password }));
                }
                _ => session.say_sentence(&say::wrong_password(left)),
            }
        }
    }
    if let Some(trouble) = &trouble {
        session.trouble_with(&target.shown(), trouble);
    }
    Ok(Some(Item { target, bundle, password: None }))
}

fn needs_repair(item: &Item) -> bool {
    match item.bundle.status {
        Status::NewRootMissing => true,
        // Only texts can be mended.
        Status::Broken => item.bundle.format == Some(Format::Pem),
        _ => false,
    }
}

/// Which of them to repair.
fn choose(session: &mut Session, ask: &Ask, items: Vec<Item>) -> Next {
    let lang = session.lang;
    let repairable: Vec<&Item> = items.iter().filter(|item| needs_repair(item)).collect();
    let pins = || repairable.iter().flat_map(|item| found::removable(item));
    enum Choice {
        All,
        One(usize),
        Unpin,
        Elsewhere,
        Quit,
    }
    let mut choices = Vec::new();
    if repairable.len() > 1 {
        choices.push((Choice::All, say::repair_all(repairable.len())));
    }
    for (number, item) in repairable.iter().enumerate() {
        choices.push((Choice::One(number), say::repair_one(text::printable(&item.bundle.path))));
    }
    if pins().next().is_some() {
        choices.push((Choice::Unpin, say::show_unpin()));
    }
    choices.push((Choice::Elsewhere, say::look_elsewhere()));
    choices.push((Choice::Quit, say::quit()));
    let shown: Vec<String> = choices.iter().map(|(_, choice)| choice.to(lang).to_owned()).collect();
    let question = if repairable.is_empty() { say::nothing_to_repair() } else { say::what_to_do() };
    let all_good = items.iter().all(|item| item.bundle.status == Status::Ready);
    loop {
        session.say("");
        let chosen: Vec<&Item> = match ask.select(&question, &shown, 0) {
            Answer::Is(at) => match choices[at].0 {
                Choice::All => repairable.clone(),
                Choice::One(number) => vec![repairable[number]],
                Choice::Unpin => {
                    unpin::show(session, ask, &pins().collect::<Vec<_>>());
                    continue;
                }
                Choice::Elsewhere => return Next::Back,
                Choice::Quit => return Next::End(if all_good { Exit::Good } else { leave(session) }),
            },
            Answer::Back => return Next::Back,
            Answer::Quit => return Next::End(if all_good { Exit::Good } else { leave(session) }),
        };
        match repair(session, ask, &chosen) {
            Next::Back => {}
            end => return end,
        }
    }
}

/// What `append` would be told for this store.
fn request(item: &Item, dry_run: bool) -> Append {
    Append {
        at: Where::default(),
        dry_run,
        yes: true,
        backup_dir: None,
        output: None,
        engine: Engine::Auto,
        alias: None,
        with_old: false,
        repair: item.bundle.status == Status::Broken,
        force: false,
    }
}

/// Runs a part of the work with the store's own password.
fn with_password<T>(session: &mut Session, item: &Item, work: impl FnOnce(&Session) -> T) -> T {
    let usual = session.passwords.clone();
    if let Some(password) = item.password.as_ref().and_then(Password::as_str) {
        session.passwords = Passwords::with(password);
    }
    let done = work(session);
    session.passwords = usual;
    done
}

/// The preview, the last question, the repair.
fn repair(session: &mut Session, ask: &Ask, chosen: &[&Item]) -> Next {
    session.say("");
    session.say_sentence(&say::preview());
    let mut ready = Vec::new();
    for item in chosen {
        let args = request(item, true);
        let done = with_password(session, item, |session| append::one(session, &item.target, &args));
        session.say("");
        preview(session, ask, &done);
        if done.change.action == Action::WouldAppend {
            ready.push(*item);
        }
    }
    if ready.is_empty() {
        return Next::Back;
    }
    session.say("");
    let answers = [say::go_ahead(ready.len()), say::not_now()].map(|answer| answer.to(session.lang).to_owned());
    match ask.select(&say::really(), &answers, 1) {
        Answer::Is(0) => {}
        Answer::Quit => return Next::End(leave(session)),
        _ => {
            session.say_sentence(&say_cli::nothing_changed());
            return Next::Back;
        }
    }
    let mut exit = Exit::Good;
    let mut changed = Vec::new();
    for item in &ready {
        let args = request(item, false);
        let what = say_cli::repairing(text::printable(&item.target.shown()));
        let work = |session: &Session| progress::during(session, &what, || append::one(session, &item.target, &args));
        let done = with_password(session, item, work);
        exit = exit.and(append::exit_of(done.change.action));
        if done.change.action == Action::Appended {
            changed.push(*item);
        }
        session.count(append::count_of(done.change.action));
        session.say("");
        append::show(session, &item.target, &args, &done);
        for proof in &done.change.proofs {
            session.say(&text::proof(proof, session.lang));
        }
    }
    found::restart(session, &changed);
    session.say("");
    session.say_sentence(&say::next_time());
    for command in next_time(session, &ready) {
        session.command(&Sentence::same(format!("  {command}")));
    }
    Next::End(exit)
}

/// One change, as it would be.
fn preview(session: &Session, ask: &Ask, done: &append::Done) {
    let path = text::printable(&done.change.path);
    if let Some(trouble) = &done.change.trouble {
        return session.trouble_with(&path, trouble);
    }
    match &done.diff {
        Some(diff) => session.bytes(diff),
        None => {
            session.say(&path);
            for (name, sha256) in &done.change.added {
                let entry = crate::lang::append::would_come(name, sha256);
                session.say(&wrap(entry.to(session.lang), ask.columns(), 2));
            }
        }
    }
    for line in text::findings(&done.change.findings, session.lang, session.verbose).lines() {
        session.say(&wrap(line.trim_start(), ask.columns(), 2));
    }
}

/// The command line that does the same: one for all that need the same options.
fn next_time(session: &Session, items: &[&Item]) -> Vec<String> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for item in items {
        let mut options = String::from("rootfix append --yes ");
        options.push_str(&session.arguments(""));
        if item.bundle.status == Status::Broken {
            options.push_str("--repair ");
        }
        if item.password.is_some() {
            options.push_str(&format!("--password-file {} ", say::password_file().to(session.lang)));
        }
        let path = text::typed(&item.target.shown());
        match commands.iter_mut().find(|(known, _)| *known == options) {
            Some((_, paths)) => paths.push(path),
            None => commands.push((options, vec![path])),
        }
    }
    commands.into_iter().map(|(options, paths)| format!("{options}{}", paths.join(" "))).collect()
}
