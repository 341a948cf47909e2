//! `rootfix locate`: find the bundles that programs are told to use.

use std::path::PathBuf;

use super::args::Locate;
use super::exit::Exit;
use super::session::Session;
use crate::lang::locate_screen as say;
use crate::locate::{self, Options};
use crate::pin::{Advice, Class, Pin};
use crate::report::{Record, text};

pub fn run(session: &mut Session, args: &Locate) -> Exit {
    let here = [PathBuf::from(".")];
    let places: &[PathBuf] = if args.at.places.is_empty() { &here } else { &args.at.places };
    let options = Options { no_ignore: args.no_ignore };
    let mut exit = Exit::Good;
    let mut pins = Vec::new();
    for place in places {
        let tree = locate::tree(place, &options);
        for skipped in &tree.skipped {
            let path = skipped.path.display().to_string();
            // What the user named must be read; what lies about in a tree may be passed over, if it is said.
            if skipped.path == *place {
                session.trouble_with(&path, &skipped.trouble);
                exit = Exit::Trouble;
            } else if session.verbose {
                session.note(crate::report::record::about(&path, &skipped.trouble.message).to(session.lang));
            }
            session.count("skipped");
        }
        pins.extend(tree.pins);
    }
    for pin in &pins {
        session.record(&Record::Pin(pin.clone()));
        session.count(pin.class.as_str());
    }
    if !session.json {
        show(session, &pins);
    }
    exit
}

fn show(session: &Session, pins: &[Pin]) {
    let trusted: Vec<&Pin> = pins.iter().filter(|pin| pin.class == Class::ServerTrust).collect();
    session.answer(&if trusted.is_empty() { say::none() } else { say::found(trusted.len()) });
    for pin in pins.iter().filter(|pin| pin.class == Class::ServerTrust || session.verbose) {
        session.say("");
        let place = format!("{}:{}:{}", text::printable(&pin.path.display().to_string()), pin.line, pin.column);
        session.say(&format!("{place}  [{} {}]", pin.language, pin.kind.as_str()));
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
    session.say("");
    if others > 0 && !session.verbose {
        session.say_sentence(&say::others(others));
    }
    if !trusted.is_empty() {
        session.say_sentence(&say::next());
    }
}
