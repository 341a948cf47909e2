//! `rootfix inspect`: what is inside a store, whatever the format.

use super::args::Inspect;
use super::exit::Exit;
use super::session::Session;
use super::targets::{self, Target};
use crate::assess::assess;
use crate::lang::check as say;
use crate::report::{Bundle, Listed, Record, text};

pub fn run(session: &mut Session, args: &Inspect) -> Exit {
    let target = if args.file.as_os_str() == "-" { Target::Stdin } else { Target::File(args.file.clone()) };
    let path = target.shown();
    let opened = match targets::read(session, &target) {
        Ok(opened) => opened,
        Err(trouble) => {
            session.record(&Record::Bundle(Bundle::unreadable(path.clone(), &trouble)));
            session.trouble_with(&path, &trouble);
            return Exit::Trouble;
        }
    };
    let assessment = assess(&opened.store, &session.rollover, session.now);
    let bundle = Bundle::new(path.clone(), &opened.store, &assessment, target.custody());
    session.record(&Record::Bundle(bundle.clone()));
    let listed: Vec<Listed> =
        opened.store.entries.iter().map(|entry| Listed { path: path.clone(), entry: entry.clone() }).collect();
    for entry in &listed {
        session.record(&Record::Listed(entry.clone()));
        session.count("certificates");
    }
    if !session.json {
        session.say(&text::bundle(&bundle, &session.all_roots(), session.lang, session.verbose));
        session.say("");
        session.say(&text::entries(&listed, session.lang, session.verbose));
        if opened.store.others > 0 {
            session.say_sentence(&say::other_things(opened.store.others));
        }
    }
    Exit::Good
}
