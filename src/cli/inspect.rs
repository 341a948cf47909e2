//! `rootfix inspect`: what is inside a store, whatever the format.

use std::ffi::OsString;
use std::path::Path;

use super::args::Inspect;
use super::exit::Exit;
use super::session::Session;
use super::targets::{self, Target};
use super::unlock::{Wanted, unlock};
use crate::apply::{self, ApplyError, Edit, Options};
use crate::assess::assess;
use crate::certificate::Fingerprint;
use crate::finding::{Code, Trouble};
use crate::lang::{append as say_append, check as say, cli as say_cli};
use crate::report::record::fields;
use crate::report::{Bundle, Listed, Record, text};
use crate::store::Store;
use crate::store::export::{self, Encoding};

/// Where the certificates go, each as a file of its own.
struct Export<'a> {
    encoding: Encoding,
    directory: &'a Path,
}

pub fn run(session: &mut Session, args: &Inspect) -> Exit {
    let export = match args.export.as_deref().map(export).transpose() {
        Ok(export) => export,
        Err(trouble) => return session.refuse(&trouble),
    };
    let targets = args.files.iter().map(|file| targets::named(session, file));
    let targets: Vec<Target> = match targets.collect() {
        Ok(targets) => targets,
        Err(trouble) => return session.refuse(&trouble),
    };
    if let Err(exit) = unlock(session, &targets, Wanted::ToRead) {
        return exit;
    }
    let mut exit = Exit::Good;
    for (number, target) in targets.iter().enumerate() {
        if number > 0 && export.is_none() {
            session.say("");
        }
        exit = exit.and(one(session, target, export.as_ref()));
    }
    exit
}

fn export(words: &[OsString]) -> Result<Export<'_>, Trouble> {
    let (format, directory) = (words.first(), words.get(1));
    let format = format.map(|format| format.as_os_str()).unwrap_or_default();
    let encoding = match format.to_str() {
        Some("pem") => Encoding::Pem,
        Some("der") => Encoding::Der,
        _ => {
            return Err(Trouble::new(Code::Usage, say_cli::export_as(format.display()), say_cli::export_example()));
        }
    };
    Ok(Export { encoding, directory: Path::new(directory.map(|directory| directory.as_os_str()).unwrap_or_default()) })
}

fn one(session: &mut Session, target: &Target, export: Option<&Export<'_>>) -> Exit {
    let path = target.shown();
    let store = match targets::store(session, target) {
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
    if let Some(export) = export {
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
fn write_out(session: &mut Session, store: &Store, export: &Export<'_>) -> Exit {
    if let Err(trouble) = apply::make_directory(export.directory) {
        return session.refuse(&trouble);
    }
    for (name, bytes) in export::export(store, export.encoding) {
        let path = export.directory.join(&name);
        if let Err(trouble) = write(session, &path, bytes) {
            return session.refuse(&trouble);
        }
        let shown = path.display().to_string();
        session.record(&Record::Other("export", fields(serde_json::json!({ "path": shown }))));
        session.count("exported");
        session.say(&text::printable(&shown));
    }
    Exit::Good
}

/// A file of that name may be somebody's: nothing is written over, and what is there already is left as it is.
fn write(session: &Session, path: &Path, bytes: Vec<u8>) -> Result<(), Trouble> {
    let sha256 = Fingerprint::of(&bytes);
    let options = Options { backup_dir: None, force: false, now: session.now };
    let edit = Edit { path: path.to_owned(), before: None, bytes, added: Vec::new(), mode: None };
    match apply::apply(&edit, &options) {
        Err(ApplyError::Trouble(trouble)) if trouble.code == Code::FileExists => match apply::read(path) {
            Ok(there) if there.sha256 == sha256 => Ok(()),
            _ => {
                let message = say_append::output_exists(path.display());
                Err(Trouble::new(Code::FileExists, message, say_cli::choose_directory()))
            }
        },
        Err(error) => Err(super::append::why(error).0),
        Ok(_) => Ok(()),
    }
}
