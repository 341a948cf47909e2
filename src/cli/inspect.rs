//! `rootfix inspect`: what is inside a store, whatever the format.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::args::Inspect;
use super::exit::Exit;
use super::session::Session;
use super::targets;
use super::unlock::{Wanted, unlock};
use crate::assess::assess;
use crate::finding::{Code, Trouble};
use crate::lang::{check as say, cli as say_cli};
use crate::report::record::fields;
use crate::report::{Bundle, Listed, Record, text};
use crate::store::Store;
use crate::store::export::{self, Encoding};

pub fn run(session: &mut Session, args: &Inspect) -> Exit {
    let target = match targets::named(session, &args.file) {
        Ok(target) => target,
        Err(trouble) => return session.refuse(&trouble),
    };
    if let Err(exit) = unlock(session, std::slice::from_ref(&target), Wanted::ToRead) {
        return exit;
    }
    let path = target.shown();
    let store = match targets::store(session, &target) {
        Ok(store) => store,
        Err(trouble) => {
            session.record(&Record::Bundle(Bundle::unreadable(path.clone(), &trouble)));
            session.complain_about(&path, &trouble);
            return Exit::Trouble;
        }
    };
    let assessment = assess(&store, &session.rollover, session.now);
    let bundle = Bundle::new(path.clone(), &store, &assessment, target.custody(session).as_str().to_owned());
    session.record(&Record::Bundle(bundle.clone()));
    let listed: Vec<Listed> =
        store.entries.iter().map(|entry| Listed { path: path.clone(), entry: entry.clone() }).collect();
    for entry in &listed {
        session.record(&Record::Listed(entry.clone()));
        session.count("certificates");
    }
    if let Some(export) = &args.export {
        return write_out(session, &store, export);
    }
    if !session.json {
        session.say(&text::bundle(&bundle, &session.all_roots(), session.lang, session.verbose));
        session.say("");
        session.say(&text::entries(&listed, session.lang, session.verbose));
        if store.others > 0 {
            session.say_sentence(&say::other_things(store.others));
        }
    }
    Exit::Good
}

/// Every certificate of a store as a file of its own; keys never.
fn write_out(session: &mut Session, store: &Store, export: &[OsString]) -> Exit {
    let [format, directory] = export else { return Exit::Trouble };
    let encoding = match format.to_str() {
        Some("pem") => Encoding::Pem,
        Some("der") => Encoding::Der,
        _ => {
            let trouble = Trouble::new(Code::Usage, say_cli::export_as(format.display()), say_cli::export_example());
            session.trouble(&trouble);
            return Exit::Trouble;
        }
    };
    let directory = Path::new(directory);
    let failed = |path: &Path, error: std::io::Error| {
        Trouble::new(Code::DiskError, say_cli::not_written(path.display(), error), say_cli::choose_directory())
    };
    if let Err(error) = std::fs::create_dir_all(directory) {
        session.trouble(&failed(directory, error));
        return Exit::Trouble;
    }
    for (name, bytes) in export::export(store, encoding) {
        let path = directory.join(&name);
        // A file of that name may be somebody's: nothing is written over.
        let written =
            OpenOptions::new().write(true).create_new(true).open(&path).and_then(|mut file| file.write_all(&bytes));
        if let Err(error) = written {
            session.trouble(&failed(&path, error));
            return Exit::Trouble;
        }
        let shown = path.display().to_string();
        session.record(&Record::Other("export", fields(serde_json::json!({ "path": shown }))));
        session.count("exported");
        session.say(&text::printable(&shown));
    }
    Exit::Good
}
