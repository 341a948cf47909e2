//! `rootfix locate`: find the bundles that programs are told to use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::args::{Locate, Where};
use super::exit::Exit;
use super::progress;
use super::session::Session;
use super::targets::{self, Place, Target};
use crate::apply;
use crate::assess::{Status, assess};
use crate::finding::{Code, Finding};
use crate::lang::{Sentence, cli as say_cli, locate_screen as say};
use crate::locate::found::Found;
use crate::locate::{self, Options, machine, process, trace};
use crate::pin::{Advice, Class, Pin};
use crate::report::{Record, record, sarif, text};

pub fn run(session: &mut Session, args: &Locate) -> Exit {
    if !args.command.is_empty() {
        return watched(session, args);
    }
    let anything = !args.at.places.is_empty() || !args.at.pid.is_empty() || args.at.machine;
    let here = [PathBuf::from(".")];
    let places: &[PathBuf] = if anything { &args.at.places } else { &here };
    let mut exit = Exit::Good;
    let mut pins = Vec::new();
    for place in places {
        let (found, here) = in_place(session, place, args);
        exit = exit.and(here);
        pins.extend(found);
    }
    exit = exit.and(judge(session, &mut pins));
    let mut stores = Vec::new();
    for pid in &args.at.pid {
        match process::process(*pid) {
            Ok(process) => stores.extend(process.found),
            Err(trouble) => {
                session.trouble(&trouble);
                exit = Exit::Trouble;
            }
        }
    }
    if args.at.machine {
        stores.extend(machine::machine(&session.prefix, &|name| std::env::var_os(name)).found);
    }
    pins.extend(stores.iter().filter_map(|store| store.pin.clone()));
    stores.retain(|store| store.exists && store.pin.is_none());
    if args.sarif {
        let root = places.first().map_or(here[0].as_path(), PathBuf::as_path);
        session.bytes(sarif::log(&pins, root).as_bytes());
        return exit;
    }
    for pin in &pins {
        session.record(&Record::Pin(pin.clone()));
        session.count(pin.class.as_str());
    }
    for store in &stores {
        session.record(&Record::Other("store", store_fields(store)));
        session.count("stores");
    }
    if !session.json {
        // What could not be read is no reason to say that there is nothing.
        if exit != Exit::Trouble || !pins.is_empty() || !stores.is_empty() {
            show(session, &pins);
            if !session.quiet {
                show_stores(session, &stores);
                show_next(session, &args.at, &pins, &stores);
            }
        }
    }
    exit
}

/// Says of each pin whether what it pins lacks the new root: such a pin blocks the rollover.
fn judge(session: &Session, pins: &mut [Pin]) -> Exit {
    let mut known: HashMap<Place, Option<Finding>> = HashMap::new();
    let mut exit = Exit::Good;
    for pin in pins.iter_mut().filter(|pin| pin.class == Class::ServerTrust) {
        let Some(place) = targets::bundle_of(pin) else { continue };
        let finding = known.entry(place.clone()).or_insert_with(|| blocks(session, place));
        if let Some(finding) = finding {
            pin.findings.push(finding.clone());
            exit = Exit::No;
        }
    }
    exit
}

fn blocks(session: &Session, place: Place) -> Option<Finding> {
    let target = Target::of(place);
    let store = targets::store(session, &target).ok()?;
    let path = text::printable(&target.shown());
    match assess(&store, &session.rollover, session.now).status {
        Status::NewRootMissing => {
            let roots = text::names(&session.new_roots());
            let message = Sentence { en: say::lacks(&path, &roots.en).en, zh: say::lacks(&path, &roots.zh).zh };
            Some(Finding::new(Code::NewRootMissing, message))
        }
        Status::Broken => {
            let message =
                if store.format.is_key_store() { say::is_broken_key_store(&path) } else { say::is_broken(&path) };
            Some(Finding::new(Code::Broken, message))
        }
        Status::Ready | Status::NotATrustStore | Status::Unreadable => None,
    }
}

/// The stores that a command really opens, whatever its language and whatever they are called.
fn watched(session: &mut Session, args: &Locate) -> Exit {
    let traced = match trace::trace(&args.command) {
        Ok(traced) => traced,
        Err(trouble) => {
            session.trouble(&trouble);
            return Exit::Trouble;
        }
    };
    let stores = traced.stores();
    for store in &stores {
        session.record(&Record::Other("store", store_fields(store)));
        session.count("stores");
    }
    session.answer(&if stores.is_empty() { say::opened_none() } else { say::opened(stores.len()) });
    if !session.json && !session.quiet {
        list(session, &stores);
    }
    if stores.is_empty() { Exit::No } else { Exit::Good }
}

fn in_place(session: &mut Session, place: &Path, args: &Locate) -> (Vec<Pin>, Exit) {
    let place = &match targets::led(session, place) {
        Ok(place) => place,
        Err(trouble) => return (Vec::new(), session.refuse(&trouble)),
    };
    let options = Options { no_ignore: args.no_ignore, prefix: targets::root_of(session, place) };
    let search = || locate::tree(place, &options);
    let tree = progress::during(session, &say_cli::searching(), search);
    let mut exit = Exit::Good;
    for skipped in &tree.skipped {
        let path = skipped.path.display().to_string();
        // What the user named must be read; what lies about in a tree may be passed over, if it is said.
        if skipped.path == *place {
            let absent = apply::read(place).err().filter(|trouble| trouble.code == Code::FileNotFound);
            session.trouble_about(&path, absent.as_ref().unwrap_or(&skipped.trouble));
            exit = Exit::Trouble;
        } else if session.verbose {
            session.note(record::about(&path, &skipped.trouble.message).to(session.lang));
        }
        session.count("skipped");
    }
    (tree.pins, exit)
}

/// A store that a program takes where nothing is named.
fn store_fields(store: &Found) -> serde_json::Map<String, serde_json::Value> {
    record::fields(serde_json::json!({
        "path": store.path.display().to_string(),
        "used_by": store.used_by.iter().map(|user| &user.en).collect::<Vec<_>>(),
        "findings": record::findings(&store.findings),
    }))
}

fn show_stores(session: &Session, stores: &[Found]) {
    if stores.is_empty() {
        return;
    }
    session.say("");
    session.say_sentence(&say::by_default());
    list(session, stores);
}

fn list(session: &Session, stores: &[Found]) {
    for store in stores {
        session.say(&format!("  {}", text::printable(&store.path.display().to_string())));
        for user in &store.used_by {
            session.say(&format!("      {}", text::printable(user.to(session.lang))));
        }
    }
}

fn show(session: &Session, pins: &[Pin]) {
    let trusted: Vec<&Pin> = pins.iter().filter(|pin| pin.class == Class::ServerTrust).collect();
    session.answer(&if trusted.is_empty() { say::none() } else { say::found(trusted.len()) });
    if session.quiet {
        return;
    }
    for pin in pins.iter().filter(|pin| pin.class == Class::ServerTrust || session.verbose) {
        session.say("");
        let place = format!("{}:{}:{}", text::printable(&pin.path.display().to_string()), pin.line, pin.column);
        let kind = text::kind_name(pin.kind);
        session.say(&format!("{place}  [{} {}]", pin.language, kind.to(session.lang)));
        if !pin.target.is_empty() {
            session.say(&format!("  {}", text::printable(&pin.target)));
        }
        for path in &pin.resolved {
            let shown = text::printable(&path.display().to_string());
            let there = if path.exists() { say::exists(shown) } else { say::does_not_exist(shown) };
            session.say(&format!("  {}", there.to(session.lang)));
        }
        let advice = match pin.advice {
            Advice::Delete => say::delete(),
            Advice::Append => say::append(),
            Advice::Replace => say::replace(),
            Advice::None => say::leave(),
        };
        session.say(&format!("  {}{}", advice.to(session.lang), text::printable(pin.reason.to(session.lang))));
        let findings = text::findings(&pin.findings, session.lang, session.verbose);
        if !findings.is_empty() {
            session.say(&findings);
        }
    }
    let others = pins.len() - trusted.len();
    if others > 0 && !session.verbose {
        session.say("");
        session.say_sentence(&say::others(others));
    }
}

/// The command that judges what was found; where nothing is named, this machine's own stores.
fn show_next(session: &Session, at: &Where, pins: &[Pin], stores: &[Found]) {
    let found = !stores.is_empty() || pins.iter().any(|pin| pin.class == Class::ServerTrust);
    session.say("");
    session.command(&if found {
        say::next(session.arguments(&targets::typed(at)))
    } else {
        say::next_machine(session.arguments("--machine"))
    });
}
